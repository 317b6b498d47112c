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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;

class QuantizeCommandTest {
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

    /** PyTorch is right on 31 of the 60 photographs, with floats; the file is measured by eval as by quantize. */
    @Test
    void squeezenet_staysAsGood_andIsMeasuredAlikeOnceItIsSaved() {
        var shared = Shared.folder();
        var photographs = "list:" + shared.resolve("imagenet-60/labels.tsv");
        var file = folder.resolve("small.safetensors");
        var result = done(
                "quantize",
                "squeezenet1_0",
                "--weights=" + shared.resolve("squeezenet-imagenet/squeezenet1_0.pth"),
                "--calibrate=" + photographs,
                "--pictures=16",
                "--eval=" + photographs,
                "--max-drop=0.05", // three photographs
                "--out=" + file);
        assertEquals(31.0 / 60, result.get("before").get("top1").doubleValue(), 1e-9);
        double after = result.get("after").get("top1").doubleValue();
        assertEquals(
                after,
                done("eval", "" + file, "--data=" + photographs).get("top1").doubleValue());
        assertTrue(done("bench", "" + file, "--seconds=0.1").get("eightBits").booleanValue());
        // 50,000 are for scales and the floats of biases
        assertTrue(result.get("after").get("bytes").longValue() < 1_248_424 + 50_000);
    }

    /** Pictures that are all 0 show no range: nothing is left of 4 right answers to 20. */
    @Test
    void aGateThatFails_writesNothing_andEndsWith1() throws IOException {
        var file = folder.resolve("small.onnx");
        for (var split : List.of("train/a", "train/b", "val/a", "val/b"))
            ImageFile.writePng(
                    Files.createDirectories(folder.resolve("dark").resolve(split))
                            .resolve("0.png"),
                    new Image(8, 8, new byte[3 * 8 * 8]));
        var shared = Shared.folder();
        int code = run(
                "quantize",
                "squeezenet1_0",
                "--weights=" + shared.resolve("squeezenet-imagenet/squeezenet1_0.pth"),
                "--mean=0,0,0",
                "--std=1,1,1",
                "--calibrate=folder:" + folder.resolve("dark"),
                "--eval=list:" + shared.resolve("imagenet-60/labels.tsv"),
                "--limit=20",
                "--out=" + file);
        assertEquals(1, code, err::toString);
        assertFalse(Records.parse(out.toString()).get("gate").get("passed").booleanValue());
        assertFalse(Files.exists(file));
    }

    @ParameterizedTest
    @CsvSource({
        "--range=least, '--range: expected one of minmax, percentile, mse, entropy, got'",
        "--keep=conv9, no layer that could be quantised is named",
        "--max-drop=2, '--max-drop: expected a share from 0 to 1, got 2.0'",
        "--classes=3, '--eval: shapes:8 has 8 classes, and the network only 3'",
        "--pictures=0, '--pictures: expected at least 1, got 0'"
    })
    void whatCannotBe_isRefusedBeforeWorkBegins(String option, String sentence) {
        var file = folder.resolve("small.safetensors");
        var args = List.of("quantize", "resnet20", "--random", "--calibrate=shapes:8", "--eval=shapes:8", option);
        int code = run(Stream.concat(args.stream(), Stream.of("--out=" + file)).toArray(String[]::new));
        assertEquals(2, code, err::toString);
        assertTrue(err.toString().contains(sentence), err::toString);
        assertFalse(err.toString().contains("calibrate "), err::toString);
        assertFalse(Files.exists(file));
    }
}
