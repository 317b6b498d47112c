package resnet4j.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.eval.Timing;

class TaskTest {
    private final Task task = Task.parse("--model resnet50 --batch 2 --size 4 --threads 1".split(" "));

    @Test
    void images_areTheSameInEveryLanguage() {
        // python: np.arange(4) * 7919 % 1000 / 500 - 1
        assertArrayEquals(new float[] {-1, 0.838f, 0.676f, 0.514f}, Arrays.copyOf(task.images(), 4), 1e-7f);
        assertEquals(2 * 3 * 4 * 4, task.images().length);
    }

    @Test
    void answer_isALineOfJson_withTheKeysOfOurs() {
        var timing = new Timing(new long[] {10_000_000, 20_000_000, 30_000_000});
        var json = Records.parse(printed(timing, 1.5f, -2));
        assertEquals("peer", json.get("engine").textValue());
        assertEquals("infer", json.get("mode").textValue());
        assertEquals(3, json.get("runs").intValue());
        assertEquals(20, json.get("medianMillis").doubleValue());
        assertEquals(30, json.get("p99Millis").doubleValue());
        assertEquals(100, json.get("imagesPerSecond").doubleValue(), 1e-9);
        assertTrue(json.get("peakRssBytes").longValue() != 0);
        assertEquals("[1.5,-2.0]", json.get("logits").toString());
        assertTrue(!Records.parse(printed(timing)).has("logits"));
    }

    private String printed(Timing timing, float... logits) {
        var bytes = new ByteArrayOutputStream();
        var out = System.out;
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            task.print("peer", timing, logits);
        } finally {
            System.setOut(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
