package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.model.Models;
import resnet4j.run.Watcher;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.verify.Verification;
import resnet4j.weights.PyTorchFile;

class VerifyCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(Object... args) {
        out.getBuffer().setLength(0);
        return Main.run(
                new PrintWriter(out),
                new PrintWriter(err),
                Arrays.stream(args).map(String::valueOf).toArray(String[]::new));
    }

    private JsonNode only() {
        var cases = Records.parse(out.toString()).get("cases");
        assertEquals(1, cases.size(), out::toString);
        return cases.get(0);
    }

    /** What a seeded resnet20 gives on the stream's next numbers, each logit off by {@code error}. */
    private Path expect(double error) throws IOException {
        Ops.seed(3);
        float[] logits;
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.create("resnet20", 7)) {
            net.train(false);
            logits = net.apply(Tensor.rand(1, 3, 32, 32)).toFloats();
        }
        var data = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN);
        for (float logit : logits) data.putFloat((float) (logit * (1 + error)));
        var file = folder.resolve("ModelTester.test_resnet20_expect.pkl");
        PyTorchFile.write(file, Map.of("out", new HostTensor(DType.F32, List.of(1L, 7L), data.flip())));
        return file;
    }

    @Test
    void expect_passesForTheOutputOfTheSeed() throws IOException {
        var file = expect(0);
        assertEquals(
                0, run("verify", "resnet20", "--expect", file, "--seed", 3, "--classes", 7, "--json"), err::toString);
        assertEquals("resnet20", only().get("name").textValue());
        assertEquals(0, only().get("maxRel").doubleValue(), 1e-6); // the same sums
        assertTrue(only().get("pass").booleanValue());
        assertTrue(only().get("skipped").isNull());
        assertEquals(1, run("verify", "resnet20", "--expect", file, "--seed", 4, "--classes", 7), err::toString);
        assertTrue(out.toString().contains("FAIL"), out::toString);
    }

    @Test
    void expect_saysWhatDoesNotFit() throws IOException {
        var file = expect(0);
        assertEquals(2, run("verify", "resnet20", "--expect", file, "--seed", 3));
        assertEquals(
                "resnet4j: " + file + ": holds an output of shape [1, 7], and resnet20 gives [1, 50]; set --classes"
                        + " and --input as they were" + System.lineSeparator(),
                err.toString());
    }

    @Test
    void goldens_wrongAndDamagedOnesFail_andTheOthersRun() throws IOException {
        expect(1e-3);
        Files.write(folder.resolve("ModelTester.test_plain20_expect.pkl"), new byte[] {1, 2, 3});
        Files.copy(
                folder.resolve("ModelTester.test_plain20_expect.pkl"),
                folder.resolve("ModelTester.test_lraspp_expect.pkl"));
        int code = run("verify", "--goldens", folder, "--seed", 3, "--classes", 7, "--json");
        assertEquals(1, code, err::toString);
        var cases = new HashMap<String, JsonNode>();
        for (var c : Records.parse(out.toString()).get("cases"))
            cases.put(c.get("name").textValue(), c);
        assertEquals(
                1e-3, cases.get("resnet20").get("maxRel").doubleValue(), 1e-5); // what the logits were multiplied by
        assertTrue(cases.get("plain20").get("note").textValue().contains("plain20_expect.pkl"), out::toString);
        assertEquals("no such network", cases.get("lraspp").get("skipped").textValue());
        assertTrue(cases.get("cifar10").get("skipped").textValue().startsWith("nothing of it in "), out::toString);
        var passed = cases.values().stream()
                .filter(c -> c.get("pass").booleanValue() && c.get("skipped").isNull())
                .map(c -> c.get("name").textValue())
                .sorted()
                .toList();
        assertEquals(List.of("resnet18 plan bf16", "resnet18 plan fp32"), passed);
    }

    /** A picture that is small enough to stay as it is: only the middle is taken. */
    @ParameterizedTest
    @CsvSource({"0, every byte equal, 0", "1, 0.00033 on average, 0", "2, 0.00065 on average, 1"}) // of 12 channels
    void pixels_mayDifferByOne(int off, String note, int code) throws IOException {
        var goldens = Files.createDirectory(folder.resolve("preprocess-golden"));
        var rgb = new byte[8 * 8 * 3];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (i + 40);
        ImageFile.writePng(goldens.resolve("grid.png"), new Image(8, 8, rgb));
        var middle = new byte[2 * 2 * 3];
        for (int y = 0; y < 2; y++) System.arraycopy(rgb, ((y + 3) * 8 + 3) * 3, middle, y * 6, 6);
        middle[5] += (byte) off;
        ImageFile.writePng(goldens.resolve("grid__resize8_crop2.png"), new Image(2, 2, middle));
        assertEquals(code, run("verify", "preprocess", "--goldens", folder, "--json"), err::toString);
        assertEquals("preprocess grid", only().get("name").textValue());
        assertEquals(note, only().get("note").textValue());
        assertEquals(off / 255., only().get("maxAbs").doubleValue(), 1e-6);
    }

    @Test
    void unknownWord_namesTheNearest() {
        assertEquals(2, run("verify", "preproces", "--goldens", folder));
        assertEquals(
                "resnet4j: MODEL: no golden case has 'preproces' in its name. Did you mean 'preprocess'?"
                        + System.lineSeparator(),
                err.toString());
        err.getBuffer().setLength(0);
        assertEquals(2, run("verify", "--goldens", folder.resolve("absent")));
        assertTrue(err.toString().contains("expected a folder with golden cases"), err::toString);
    }

    /** Without goldens every word of the help is taken, and what is proved is said. */
    @ParameterizedTest
    @CsvSource({
        "plan, plans answer as their networks do; without goldens it cannot say",
        "resnet18, plans answer as their networks do; without goldens it cannot say",
        "cifar10, 'Nothing was compared, and so nothing is proved.'",
        "preprocess, 'Nothing was compared, and so nothing is proved.'"
    })
    void withoutGoldens_saysWhatIsProved(String word, String proof) {
        var none = Verification.builtIn("no folder here").only(word).run(Device.CPU, Watcher.NONE);
        assertTrue(none.pass());
        assertTrue(none.proof().contains(proof), none::proof);
    }

    /** Cases under the shared data, by a word of their names. */
    @ParameterizedTest
    @CsvSource({"preprocess, 6", "squeezenet1_0, 2", "cifar10, 2", "plan, 2"})
    void sharedGoldens_pass(String word, int count) {
        var names = passing("verify", word, "--goldens", Shared.folder(), "--json");
        assertEquals(count, names.size(), names::toString);
    }

    @Test
    void goldens_areFoundInTheFolderAbove() throws IOException {
        Files.createSymbolicLink(folder.resolve("data"), Shared.folder());
        assertEquals(
                6,
                passing("verify", "preprocess", "--goldens", folder, "--json").size());
    }

    @Test
    @Tag("slow")
    void sharedGoldens_passAll() {
        var names = passing("verify", "--goldens", Shared.folder(), "--json");
        assertTrue(names.contains("inception_v3"), names::toString);
        assertTrue(names.size() >= 20, names::toString); // 9 of torchvision, 2 of CIFAR, 1 of ImageNet, 6 of Pillow, 2
    }

    /** The names of the cases that ran; all of them passed. */
    private List<String> passing(Object... args) {
        int code = run(args);
        assertEquals(0, code, () -> out + err.toString());
        var names = new ArrayList<String>();
        for (var c : Records.parse(out.toString()).get("cases")) {
            assertTrue(c.get("pass").booleanValue(), c::toString);
            if (c.get("skipped").isNull()) names.add(c.get("name").textValue());
        }
        return names;
    }
}
