package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;

class BenchCommandTest {
    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String line) {
        out.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), line.split(" "));
    }

    private JsonNode bench(String line) {
        assertEquals(0, run("bench resnet20 --batch 2 --seconds 0.2 --device cpu --json " + line), err::toString);
        return Records.parse(out.toString());
    }

    private static void assertMeasured(JsonNode json) {
        double median = json.get("medianMillis").doubleValue();
        assertTrue(median > 0 && median <= json.get("p99Millis").doubleValue(), json::toString);
        assertEquals(2000 / median, json.get("imagesPerSecond").doubleValue(), 1e-6);
        assertTrue(json.get("peakRssBytes").longValue() > 50 << 20, json::toString); // libtorch alone is more
        assertTrue(json.get("threads").intValue() >= 1, json::toString);
        assertEquals("resnet20", json.get("model").textValue());
        assertEquals(2, json.get("batch").intValue());
    }

    @Test
    void infer_measuresTheSameNetworkByBothEngines() {
        var eager = bench("--engine eager");
        var plan = bench("");
        assertMeasured(eager);
        assertMeasured(plan);
        assertEquals("eager infer fp32", words(eager));
        assertEquals("plan infer fp32", words(plan));
        assertArrayEquals(logits(eager), logits(plan), 1e-3); // sums in another order, of logits of size 1 to 10
        assertFalse(plan.has("outsideLibtorchShare"));
    }

    @Test
    void train_runsTheTrainersLoop() {
        var json = bench("--mode train --precision bf16 --size 16");
        assertMeasured(json);
        var computed =
                Precision.BF16.on(Device.CPU).name().toLowerCase(Locale.ROOT); // fp32 where bf16 is not multiplied
        assertEquals("eager train " + computed, words(json));
        assertEquals(16, json.get("size").intValue());
        double outside = json.get("outsideLibtorchShare").doubleValue();
        assertTrue(outside >= 0 && outside < 1, json::toString); // so few samples may all fall inside
    }

    @Test
    void train_measuresNetworksThatAnswerForEachPixel() {
        var line = "bench unet_resnet18 --batch 1 --size 64 --seconds 0.2 --device cpu --json --mode train";
        assertEquals(0, run(line + " --set architecture.decoder=[8,8,8,8,8]"), err::toString);
        var json = Records.parse(out.toString());
        assertEquals("unet_resnet18", json.get("model").textValue());
        assertTrue(json.get("imagesPerSecond").doubleValue() > 0, json::toString);
    }

    @Test
    void folder_isMeasuredBesideItsParts(@TempDir Path folder) throws IOException {
        for (int i = 0; i < 5; i++)
            ImageFile.writePng(folder.resolve(i + ".png"), new Image(64, 48, new byte[64 * 48 * 3]));
        var json = bench("--mode folder --loader-threads 1 --pictures " + folder);
        assertEquals("plan folder fp32", words(json));
        var parts = json.get("folder");
        assertEquals(5, parts.get("pictures").intValue());
        double whole = json.get("imagesPerSecond").doubleValue();
        double slower =
                Math.min(parts.get("decode").doubleValue(), parts.get("network").doubleValue());
        assertTrue(whole > 0 && slower > 0, json::toString);
        assertEquals(whole / slower, parts.get("share").doubleValue(), 1e-9);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bench resnet20 --mode train --engine plan | --engine: a plan has no gradients, training is eager",
                "bench resnet20 --set batch=8 | --set: expected with --mode train, got [batch=8]",
                "bench resnet20 --mode train --set batch=8 | --set: model and batch have options of their own, got"
                        + " [batch=8]",
                "bench lenet5 --mode train --set checkpointing=true | checkpointing: expected a network that is a"
                        + " sequence of blocks, got lenet5; set checkpointing to false",
                "bench resnet20 --mode folder | --pictures: expected the folder to measure, got none",
                "bench resnet20 --batch 0 | --batch: expected at least 1, got 0",
                "bench resnet20 --seconds 0 | --seconds: expected more than 0 and at most a day, got 0.0",
            })
    void wrongUsage_isOneSentence(String line, String sentence) {
        assertEquals(2, run(line));
        assertEquals("resnet4j: " + sentence + System.lineSeparator(), err.toString());
    }

    private static String words(JsonNode json) {
        return json.get("engine").textValue() + " " + json.get("mode").textValue() + " "
                + json.get("precision").textValue();
    }

    private static double[] logits(JsonNode json) {
        return StreamSupport.stream(json.get("logits").spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .toArray();
    }
}
