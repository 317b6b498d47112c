package resnet4j.certainty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.data.Labels;
import resnet4j.data.Numbers;
import resnet4j.detect.Coco;
import resnet4j.detect.CocoResults;
import resnet4j.detect.CocoScore;
import resnet4j.detect.Overlap;
import resnet4j.eval.Interval;
import resnet4j.eval.LabelsScore;
import resnet4j.eval.NumbersScore;
import resnet4j.eval.Outputs;
import resnet4j.model.Answer;

/** Beside numpy, scikit-learn and pycocotools with the same draws: scripts/parity/paired_golden.py. Maps: SegmentTest. */
public class PairedDrawsTest {
    /** Answers are 32-bit floats. */
    public static final double FLOATS = 1e-6;

    /** Sums of some hundred doubles in another order. */
    public static final double EXACT = 1e-9;

    /** Two networks, and how their numbers differ. */
    public static JsonNode golden(String of) {
        try (var in = PairedDrawsTest.class.getResourceAsStream("paired.json")) {
            return Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .get(of);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** That a number of two networks differs as the golden says. */
    public static void assertPaired(
            JsonNode golden,
            String name,
            Map<String, Double> first,
            Map<String, Interval> firsts,
            Map<String, Double> second,
            Map<String, Interval> seconds,
            double tolerance) {
        var found = PairedDraws.of(
                name,
                first.get(name),
                firsts.get(name).draws(),
                second.get(name),
                seconds.get(name).draws());
        var expected = golden.get(name);
        assertEquals(expected.get("difference").asDouble(), found.difference(), tolerance, name);
        assertEquals(expected.get("low").asDouble(), found.interval().low(), tolerance, name);
        assertEquals(expected.get("high").asDouble(), found.interval().high(), tolerance, name);
        assertEquals(expected.get("p").asDouble(), found.p(), EXACT, name);
    }

    @Test
    void numbers_areNumpysAndScikitLearns() {
        var golden = golden("numbers");
        NumbersScore first = numbers(golden, "first"), second = numbers(golden, "second");
        for (var name : List.of("mae", "r2"))
            assertPaired(
                    golden, name, first.numbers(), first.intervals(), second.numbers(), second.intervals(), FLOATS);
    }

    private static NumbersScore numbers(JsonNode golden, String network) {
        var truths = Stream.of(Records.read(golden.get("truths"), Double[][].class))
                .map(row -> new Numbers(List.of(row)))
                .toList();
        var answer = new Answer.Numbers(List.of(0.0, 0.0), List.of(1.0, 1.0));
        return NumbersScore.of(List.of("x", "y"), answer, outputs(golden.get(network), truths));
    }

    @Test
    void labels_areScikitLearns() {
        var golden = golden("labels");
        LabelsScore first = labels(golden, "first"), second = labels(golden, "second");
        assertPaired(golden, "mAP", first.numbers(), first.intervals(), second.numbers(), second.intervals(), EXACT);
    }

    private static LabelsScore labels(JsonNode golden, String network) {
        var truths = Stream.of(Records.read(golden.get("has"), int[][].class))
                .map(row -> new Labels(IntStream.range(0, row.length)
                        .filter(c -> row[c] == 1)
                        .boxed()
                        .toList()))
                .toList();
        var answer = new Answer.Labels(Collections.nCopies(3, 0.5));
        return LabelsScore.of(List.of("a", "b", "c"), answer, outputs(golden.get(network), truths));
    }

    private static <T> Outputs<T> outputs(JsonNode logits, List<T> truths) {
        var rows = List.of(Records.read(logits, float[][].class));
        return new Outputs<>(rows, truths, IntStream.range(0, rows.size()).toArray(), List.of());
    }

    private record Thing(int picture, int category, double[] box) {}

    private record Found(int picture, int category, double[] box, double score) {}

    @Test
    void boxes_arePycocotools() {
        var golden = golden("boxes");
        var things = new ArrayList<Coco.Thing>();
        for (var t : Records.read(golden.get("things"), Thing[].class))
            things.add(new Coco.Thing(
                    things.size() + 1,
                    t.picture + 1,
                    t.category,
                    t.box,
                    t.box[2] * t.box[3],
                    false,
                    Optional.empty(),
                    new double[0],
                    0));
        var pictures = IntStream.rangeClosed(1, 16)
                .mapToObj(id -> new Coco.Picture(id, "", 100, 100))
                .toList();
        var categories = List.of(new Coco.Category(1, "a"), new Coco.Category(2, "b"));
        var truth = new Coco(pictures, categories, things, List.of());
        CocoScore first = boxes(truth, golden.get("first")), second = boxes(truth, golden.get("second"));
        assertPaired(golden, "AP", first.numbers(), first.intervals(), second.numbers(), second.intervals(), EXACT);
    }

    private static CocoScore boxes(Coco truth, JsonNode network) {
        var found = Arrays.stream(Records.read(network, Found[].class))
                .map(f -> new CocoResults.Found(
                        f.picture + 1,
                        f.category,
                        f.score,
                        f.box,
                        f.box[2] * f.box[3],
                        Optional.empty(),
                        new double[0]))
                .toList();
        return CocoScore.of(truth, found, Overlap.BBOX, true);
    }

    @Test
    void aNetworkBesideItself_differsInNothing() {
        var draws = numbers(golden("numbers"), "first").intervals().get("mae").draws();
        assertEquals(1000, draws.size());
        var found = PairedDraws.of("mae", 0.3, draws, 0.3, draws);
        assertEquals(0, found.difference());
        assertEquals(0, found.interval().low());
        assertEquals(0, found.interval().high());
        assertEquals(1, found.p());
        assertEquals("a against b: mae +0.00 (+0.00 to +0.00), p 1.000", found.words("a", "b"));
    }

    /** Of draws that differ by 1, 2, -1 and nothing to measure, one lies on the other side: 2 (1 + 1) / (1 + 3). */
    @Test
    void drawsWithoutANumber_areLeftOut() {
        var found = PairedDraws.of(
                "mAP", 0.5, List.of(2.0, 4.0, 0.0, Double.NaN), 0.25, List.of(1.0, 2.0, 1.0, Double.NaN));
        assertEquals(0.25, found.difference());
        assertEquals(List.of(1.0, 2.0, -1.0), found.interval().draws());
        assertEquals(1, found.p());
    }

    @Test
    void otherDraws_areRefused() {
        var e = assertThrows(
                IllegalArgumentException.class, () -> PairedDraws.of("mAP", 1, List.of(1.0), 1, List.of()));
        assertEquals("draws: expected as many of both networks, got 1 and 0", e.getMessage());
    }
}
