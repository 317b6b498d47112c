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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.config.Records;
import resnet4j.run.RunFolder;
import resnet4j.train.Recipe;

class TrainCommandTest {
    @TempDir
    static Path folder;

    private static Path pictures, recipe;
    private final StringWriter out = new StringWriter(), err = new StringWriter();

    @BeforeAll
    static void makePictures() throws IOException {
        pictures = Squares.write(folder.resolve("pictures"), 8);
        recipe = Files.writeString(folder.resolve("recipe.json"), Squares.RECIPE);
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private String[] train(Path run, String... more) {
        var args = new ArrayList<>(
                List.of("train", recipe.toString(), "--data=folder:" + pictures, "--run=" + run, "--device=cpu"));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    /** One sentence, no stack trace, nothing on standard output, and no run folder. */
    private void refused(int code, String sentence, String... args) {
        assertEquals(code, run(args), err::toString);
        assertEquals("", out.toString());
        var lines = err.toString().lines().filter(l -> !l.startsWith("eval ")).toList(); // what progress there was
        assertEquals(1, lines.size(), err::toString);
        assertTrue(lines.get(0).startsWith("resnet4j: "), err::toString);
        assertTrue(err.toString().contains(sentence), err::toString);
        assertFalse(err.toString().contains("Exception"), err::toString);
    }

    @Test
    void train_leavesARunFolderThatEvalOpens() throws IOException {
        var run = folder.resolve("run");
        assertEquals(
                0, run(train(run, "--set=epochs=2", "--set=optimizer.lr=0.1", "--seed=3", "--json")), err::toString);
        JsonNode result = Records.parse(out.toString());
        assertEquals(run.toString(), result.get("run").textValue());
        assertEquals(12, result.get("steps").intValue());
        assertEquals("val", result.get("split").textValue()); // there are no test pictures
        assertTrue(err.toString().contains("Epoch [2/2], Loss: "), err::toString);
        var own = Recipe.of(RunFolder.open(run));
        assertEquals(0.1, own.optimizer().lr());
        assertEquals(3, own.seed());
        assertEquals(2, own.epochs());

        assertEquals(
                0, run("eval", run.toString(), "--data=folder:" + pictures, "--json", "--device=cpu"), err::toString);
        var measured = Records.parse(out.toString());
        assertEquals(result.at("/test/top1"), measured.get("top1"));
        assertEquals(12, measured.get("samples").intValue());

        refused(1, run + ": there is a run already; ", train(run));
        refused(2, "--resume: the run's own recipe is used", train(folder.resolve("other"), "--resume=" + run));
    }

    @Test
    void mistakes_areOneSentenceAndLeaveNothingBehind() throws IOException {
        var run = folder.resolve("none");
        refused(1, "absent", "train", "--data=folder:" + folder.resolve("absent"), "--run=" + run);
        refused(2, "data: expected cifar10:DIR", "train", "--data=cifarr10:x", "--run=" + run);
        refused(
                1,
                "absent.json: there is no such file",
                "train",
                folder.resolve("absent.json").toString());
        refused(2, "no network is named 'resnett20'. Did you mean 'resnet20'", train(run, "--set=model=resnett20"));
        refused(2, "epoch: unknown field. Did you mean 'epochs'?", train(run, "--set=epoch=3"));
        refused(
                2,
                "optimizer.momentun: unknown field. Did you mean 'momentum'?",
                train(run, "--set=optimizer.momentun=1"));
        refused(2, "batch: expected a whole number", train(run, "--set=batch=many"));
        refused(2, "batch: expected at least 1, got 0", train(run, "--set=batch=0"));
        refused(2, "depth: unknown field. Did you mean 'depths'?", train(run, "--set=architecture={\"depth\":[1,1]}"));
        refused(2, "--loader-threads: expected at least 0", train(run, "--loader-threads=-1"));
        refused(2, "precision: expected fp32, bf16 or auto, got fp8", train(run, "--precision=fp8"));
        refused(1, "expected a run folder with a recipe.json", "train", "--resume=" + pictures);
        var broken = Files.writeString(folder.resolve("broken.json"), "{\"epochs\": 3,");
        refused(2, "broken.json: line 1", "train", broken.toString(), "--data=folder:" + pictures, "--run=" + run);
        var empty = Files.createDirectories(folder.resolve("empty"));
        refused(1, "empty", "train", "--data=folder:" + empty, "--run=" + run);
        var weights = Files.writeString(folder.resolve("weights.pth"), "no weights");
        refused(1, "weights.pth", train(run, "--set=weights=" + weights));
        assertFalse(Files.exists(run), "a refused run leaves no folder");
    }

    @Test
    void wrongModels_areOneSentence() throws IOException {
        var run = folder.resolve("model");
        assertEquals(0, run(train(run, "--set=epochs=1")), err::toString);
        var model = run.resolve("model.safetensors");
        var data = "--data=folder:" + pictures;
        refused(2, "no network is named 'resnet2000'.", "eval", "resnet2000", data);
        refused(1, "there is no such model file or run folder", "eval", folder + "/absent.safetensors", data);
        refused(1, "no-model.safetensors", "eval", notAModel().toString(), data);
        refused(1, "missing", "eval", "resnet18", "--weights=" + model, data); // lists what does not fit
        refused(2, "split: expected train, val or test", "eval", run.toString(), data, "--split=exam");
        var four = Squares.write(folder.resolve("four"), 2);
        for (var split : List.of("train", "val"))
            Files.copy(
                    four.resolve("val/red/0.png"),
                    Files.createDirectories(four.resolve(split).resolve("white"))
                            .resolve("0.png"));
        refused(2, "4 classes", "eval", run.toString(), "--data=folder:" + four);
    }

    private static Path notAModel() throws IOException {
        return Files.writeString(folder.resolve("no-model.safetensors"), "not a model, and long enough to look at");
    }

    @Test
    void corruptPicture_isListedSkippedAndCounted() throws IOException {
        var damaged = Squares.write(folder.resolve("damaged"), 8);
        Files.writeString(damaged.resolve("train/red/3.png"), "no picture");
        Files.writeString(damaged.resolve("val/blue/1.png"), "no picture");
        var run = folder.resolve("skips");
        assertEquals(
                0,
                run("train", recipe.toString(), "--data=folder:" + damaged, "--run=" + run, "--set=epochs=1", "--json"),
                err::toString);
        assertTrue(err.toString().contains("1 picture skipped"), err::toString);
        var test = Records.parse(out.toString()).get("test");
        assertEquals(11, test.get("samples").intValue());
        assertTrue(test.at("/skipped/0/file").textValue().endsWith("1.png"), test::toString);
        assertEquals(1, test.get("skipped").size());
    }

    @Test
    void divergence_isOneSentence() {
        int code = run(train(folder.resolve("diverges"), "--set=optimizer.lr=9e19", "--set=optimizer.weightDecay=1"));
        assertEquals(1, code);
        var last = err.toString().lines().reduce((a, b) -> b).get();
        assertTrue(last.matches("resnet4j: .* at step \\d+ with learning rate [0-9.]+E1[0-9]; .*"), err::toString);
        assertFalse(err.toString().contains("\tat "), err::toString);
    }

    /** A disk of 64 KB, where there is the right to mount one. */
    @Test
    void fullDisk_isOneSentence() throws Exception {
        var disk = Files.createDirectories(folder.resolve("disk"));
        Assumptions.assumeTrue(
                command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()),
                "no full disk to test on: mounting one needs root");
        try {
            assertEquals(1, run(train(disk.resolve("run"), "--set=architecture.planes=[32,64]")));
            var last = err.toString().lines().reduce((a, b) -> b).get();
            assertTrue(last.startsWith("resnet4j: " + disk) && last.contains("No space left"), err::toString);
            try (var parts = Files.newDirectoryStream(disk.resolve("run"), ".*.part")) {
                assertFalse(parts.iterator().hasNext(), "half a file is not left on a full disk");
            }
        } finally {
            command("umount", disk.toString());
        }
    }

    private static boolean command(String... words) {
        try {
            var process = new ProcessBuilder(words).redirectErrorStream(true).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
