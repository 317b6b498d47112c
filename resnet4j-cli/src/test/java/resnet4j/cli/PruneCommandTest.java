package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;

class PruneCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String... args) {
        var all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--device=cpu", "--json"));
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    private JsonNode done(String... args) {
        out.getBuffer().setLength(0);
        assertEquals(0, run(args), err::toString);
        return Records.parse(out.toString());
    }

    private static JsonNode recipe(Path run) throws IOException {
        return Records.parse(Files.readString(run.resolve("recipe.json")));
    }

    /** In two rounds, each of which is taught; what comes out is taught, measured and shown by the commands of others. */
    @Test
    void whatIsPruned_isTaughtInEachRound_andIsANetworkLikeAnyOther() throws IOException {
        var file = folder.resolve("small.safetensors");
        var result = done(
                "prune",
                "resnet20",
                "--random",
                "--classes=8",
                "--data=shapes:300",
                "--limit=128",
                "--macs=0.5",
                "--rounds=2",
                "--epochs=1",
                "--pictures=64",
                "--set=batch=32",
                "--run=" + folder.resolve("run"),
                "--out=" + file);
        long before = result.get("before").get("macs").longValue(),
                after = result.get("after").get("macs").longValue();
        assertTrue(after <= 0.5 * before && after > 0.4 * before, result::toString);
        assertEquals(2, result.get("runs").size());
        var taughtBy = recipe(Path.of(result.get("runs").get(1).textValue())).get("learn");
        assertEquals("distill", taughtBy.get("type").textValue());
        var whole = done("summary", taughtBy.get("teacher").textValue());
        assertEquals(before, whole.get("macs").longValue());
        var again = done("eval", "" + file, "--data=shapes:300", "--limit=128");
        assertEquals(result.get("after").get("top1"), again.get("top1"));
        assertEquals(after, done("summary", "" + file).get("macs").longValue());
        var taught = done(
                "finetune",
                "" + file,
                "--data=shapes:300",
                "--limit=128",
                "--strategy=probe",
                "--run=" + folder.resolve("more"));
        assertEquals(1, taught.get("runs").size());
        assertEquals(
                2,
                run(
                        "prune",
                        "resnet20",
                        "--random",
                        "--seed=5",
                        "--classes=8",
                        "--data=shapes:300",
                        "--macs=0.5",
                        "--epochs=1",
                        "--run=" + folder.resolve("run"),
                        "--out=" + folder.resolve("other.safetensors")));
        assertTrue(err.toString().contains("another one's weights"), err::toString);
        var run = done(
                "distill",
                "--model=resnet20",
                "--data=shapes:300",
                "--limit=128",
                "--epochs=1",
                "--teacher=" + file,
                "--student=" + file,
                "--run=" + folder.resolve("distilled"));
        assertEquals(
                after, done("summary", run.get("run").textValue()).get("macs").longValue());
    }

    /** Whose file eval measures to the same, and train goes on with. */
    @Test
    void detectorThatIsPruned_isTaughtByThings_andIsADetectorLikeAnyOther() throws IOException {
        var recipe = TinyDetector.recipe(folder);
        var run = done("train", "" + recipe, "--run=" + folder.resolve("whole"));
        var file = folder.resolve("small.safetensors");
        var result = done(
                "prune",
                run.get("run").textValue(),
                "--data=shapes:24",
                "--limit=8",
                "--macs=0.7",
                "--epochs=1",
                "--pictures=4",
                "--set=batch=4",
                "--run=" + folder.resolve("run"),
                "--out=" + file);
        long before = result.get("before").get("macs").longValue(),
                after = result.get("after").get("macs").longValue();
        assertTrue(after <= 0.7 * before && after > 0.6 * before, result::toString);
        assertEquals(
                "detect",
                recipe(Path.of(result.get("runs").get(0).textValue()))
                        .get("learn")
                        .textValue());
        var again = done("eval", "" + file, "--data=shapes:24", "--limit=8");
        assertEquals(result.get("after").get("boxMap"), again.get("boxMap"));
        assertEquals(
                2,
                run("prune", "" + file, "--macs=0.001", "--epochs=0", "--out=" + folder.resolve("other.safetensors")));
        assertTrue(err.toString().contains("--macs: expected a share that cutting channels can reach"), err::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "'--macs=1.5',--macs: expected a share of what the network has now",
        "'--macs=0.5;--parameters=0.5',are mutually exclusive",
        "'--macs=0.01',--macs: expected a share that cutting channels can reach",
        "'--macs=0.5;--importance=taylor',taylor looks at pictures",
        "'--macs=0.5;--epochs=3',data: expected pictures to teach the smaller network with",
        "'--macs=0.5;--data=shapes:100',--data: expected the network's 10 classes",
    })
    void whatCannotBe_isASentence_andWritesNothing(String options, String said) {
        var file = folder.resolve("small.safetensors");
        var args = new ArrayList<>(List.of("prune", "resnet20", "--random", "--out=" + file));
        args.addAll(List.of(options.split(";")));
        assertEquals(2, run(args.toArray(String[]::new)), err::toString);
        assertTrue(err.toString().contains(said), err::toString);
        assertFalse(Files.exists(file));
    }

    /** Four files, of which the front is measured by eval to the same; in the same folder again, nothing is taught. */
    @Test
    void shrinking_leavesFilesAndAPage_andSaysWhichNoOtherOneBeats() throws Exception {
        var options = new String[] {
            "shrink",
            "resnet20",
            "--random",
            "--seed=1", // of its weights too
            "--classes=8",
            "--data=shapes:300",
            "--limit=128",
            "--budget=10m",
            "--shares=0.5",
            "--epochs=1",
            "--set=learn=classify", // no teacher
            "--run=" + folder.resolve("small")
        };
        var result = done(options);
        assertEquals(4, result.get("candidates").size());
        assertEquals(0, result.get("left").size());
        var run = folder.resolve("small/macs-0.5/round-1/run");
        assertEquals("classify", recipe(run).get("learn").textValue());
        long front = 0;
        for (var candidate : result.get("candidates")) {
            var file = Path.of(candidate.get("file").textValue());
            assertEquals(Files.size(file), candidate.get("bytes").longValue());
            if (candidate.get("onFront").booleanValue()) front++;
        }
        assertTrue(front >= 1, result::toString);
        assertTrue(Files.readString(Path.of(result.get("report").textValue())).contains("macs-0.5-int8"));
        var again = done(options);
        assertEquals(
                result.get("candidates").get(2).get("top1"),
                again.get("candidates").get(2).get("top1"));
        assertFalse(err.toString()
                .substring(err.toString().lastIndexOf("calibrate"))
                .contains("train"));
    }
}
