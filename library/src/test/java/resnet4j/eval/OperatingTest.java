package resnet4j.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.data.Label;

/** Beside scikit-learn's numbers, which scripts/parity/operating_golden.py wrote. */
class OperatingTest {
    private static final int N = 120;

    private static Outputs<Label> outputs() {
        var logits = new ArrayList<float[]>();
        var targets = new ArrayList<Label>();
        for (long k = 1; k <= N; k++) {
            float margin = ((k * k * 31 + k * 7) % 97) / 24f - 2;
            logits.add(new float[] {0, margin});
            targets.add(new Label(k * 13 % 29 / 29.0 + margin / 6.0 > 0.6 ? 1 : 0));
        }
        return new Outputs<>(logits, targets, IntStream.range(0, N).toArray(), List.of());
    }

    @Test
    void numbers_areScikitLearns() throws IOException {
        JsonNode golden;
        try (var in = OperatingTest.class.getResourceAsStream("operating.json")) {
            golden = Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        var outputs = outputs();
        assertEquals(golden.get("youden").doubleValue(), Operating.threshold(outputs, 1, Optional.empty()), 1e-6);
        double threshold = Operating.threshold(outputs, 1, Optional.of(0.9));
        assertEquals(golden.get("ninety").doubleValue(), threshold, 1e-6);
        var groups = IntStream.rangeClosed(1, N)
                .mapToObj(k -> k % 2 == 0 ? "even" : "odd")
                .toList();
        var found = Operating.at(threshold, outputs, 1, groups);
        equal(golden.get("all"), found.all());
        equal(
                golden.get("even"),
                found.groups().stream()
                        .filter(g -> g.name().equals("even"))
                        .findFirst()
                        .orElseThrow());
        assertEquals(2, found.groups().size());
        for (int percent : new int[] {10, 37, 80}) {
            var expected = golden.get("benefit").get("0." + percent);
            var benefit = found.curve().get(percent - 1);
            assertEquals(expected.get(0).doubleValue(), benefit.model(), 1e-9);
            assertEquals(expected.get(1).doubleValue(), benefit.everyone(), 1e-9);
        }
    }

    private static void equal(JsonNode expected, Operating.Part part) {
        assertEquals(expected.get("samples").intValue(), part.samples());
        assertEquals(expected.get("positives").intValue(), part.positives());
        assertEquals(expected.get("auc").doubleValue(), part.auc(), 1e-9);
        assertEquals(expected.get("sensitivity").doubleValue(), part.sensitivity(), 1e-9);
        assertEquals(expected.get("specificity").doubleValue(), part.specificity(), 1e-9);
        assertEquals(expected.get("precision").doubleValue(), part.precision(), 1e-9);
        assertEquals(expected.get("absence").doubleValue(), part.absence(), 1e-9);
    }

    @Test
    void picturesOfOneKind_areRefused() {
        var outputs = new Outputs<>(List.of(new float[] {0, 1}), List.of(new Label(1)), new int[1], List.of());
        var e = assertThrows(IllegalArgumentException.class, () -> Operating.threshold(outputs, 1, Optional.empty()));
        assertTrue(e.getMessage().contains("expected pictures of the class and others"), e.getMessage());
    }
}
