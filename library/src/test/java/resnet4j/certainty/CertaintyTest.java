package resnet4j.certainty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.data.Label;
import resnet4j.eval.Interval;
import resnet4j.eval.Outputs;
import resnet4j.model.Answer;
import resnet4j.model.Calibration;
import resnet4j.model.Calibration.Rule;
import resnet4j.model.Familiarity;

/** Beside SciPy, scikit-learn and torchmetrics: scripts/parity/certainty_golden.py. */
class CertaintyTest {
    private static final double EXACT = 1e-9; // sums of some hundred doubles in another order
    private static final double FLOATS = 1e-6; // torchmetrics sums 32-bit floats

    private final JsonNode golden = golden();
    private final Answered answered = new Answered(rows(golden.get("logits")), ints(golden.get("labels")));
    private final double temperature = golden.get("temperature").asDouble();

    private static JsonNode golden() {
        try (var in = CertaintyTest.class.getResourceAsStream("golden.json")) {
            return Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void temperature_isTheOneOfLeastCrossEntropy() {
        assertEquals(temperature, Temperature.fit(answered), 1e-5 * temperature); // the least is flat
    }

    @Test
    void temperature_ofAnswersThatAreAllRight_isSmall() {
        var sure = new Answered(List.of(new float[] {3, 0}, new float[] {0, 2}), new int[] {0, 1});
        assertTrue(Temperature.fit(sure) < 0.1); // from there on the cross entropy is 0 in doubles
    }

    @Test
    void temperature_ofAnswersThatSayNothing_isTheGreatest() {
        var wrong = new Answered(List.of(new float[] {3, 0}, new float[] {0, 2}), new int[] {1, 0});
        assertEquals(100, Temperature.fit(wrong), 1e-3);
    }

    @Test
    void reliability_isTorchmetrics() {
        for (var side : List.of("before", "after")) {
            var expected = golden.get(side);
            var found = Reliability.of(answered, side.equals("before") ? 1 : temperature);
            assertEquals(expected.get("ece").asDouble(), found.ece(), FLOATS);
            assertEquals(expected.get("mce").asDouble(), found.mce(), FLOATS);
            assertEquals(expected.get("nll").asDouble(), found.nll(), EXACT);
            assertEquals(expected.get("brier").asDouble(), found.brier(), EXACT);
            assertEquals(
                    answered.size(),
                    found.bins().stream().mapToInt(Reliability.Bin::pictures).sum());
        }
        assertTrue(Reliability.of(answered, temperature).ece()
                < Reliability.of(answered, 1).ece() / 2);
    }

    @Test
    void eceInterval_holdsTheError() {
        var interval = Reliability.eceInterval(answered, 1);
        double ece = Reliability.of(answered, 1).ece();
        assertTrue(interval.low() < ece && ece < interval.high(), interval::toString);
    }

    @Test
    void selective_hasTheAreaOfTheCurve() {
        var found = Selective.of(answered, temperature);
        assertEquals(golden.get("aurc").asDouble(), found.aurc(), EXACT);
        var all = found.curve().get(found.curve().size() - 1);
        assertEquals(1, all.coverage());
    }

    /** 400 sure answers of which 2 are wrong, 100 less sure ones of which half are. */
    @Test
    void threshold_keepsItsPromise_andGivesNothingWhereNoneCan() {
        var logits = new ArrayList<float[]>();
        var labels = new int[500];
        for (int i = 0; i < 500; i++) {
            logits.add(new float[] {i < 400 ? 5 + i / 1000f : 1 + i / 1000f, 0});
            labels[i] = i < 400 ? (i < 2 ? 1 : 0) : i % 2;
        }
        var some = new Answered(logits, labels);
        var found = Selective.threshold(some, 1, 0.05).orElseThrow();
        var at = Selective.at(some, 1, found.probability());
        assertTrue(at.coverage() >= 0.8 && at.risk() <= 0.05, at::toString);
        assertTrue(Binomial.upperBound(
                        (int) Math.round(at.risk() * at.coverage() * 500), (int) (at.coverage() * 500), 0.05)
                <= 0.05);
        assertTrue(Selective.threshold(some, 1, 0.001).isEmpty());
    }

    @Test
    void conformalSets_areThoseOfTheQuantile() {
        for (var rule : Rule.values()) {
            var expected = golden.get(rule.name().toLowerCase());
            var sets = Conformal.fit(answered, temperature, rule, 0.9);
            assertEquals(expected.get("bound").asDouble(), sets.bound(), 1e-5); // the temperature is 1e-5 off
            for (int i = 0; i < answered.size(); i++)
                assertEquals(
                        expected.get("sets").get(i).toString(),
                        sets.of(answered.probabilities(i, temperature)).stream()
                                .sorted()
                                .toList()
                                .toString()
                                .replace(" ", ""));
            assertTrue(Conformal.of(answered, temperature, sets).covered() >= 0.9);
        }
    }

    @Test
    void novelty_isScikitLearnsArea_withDeLongsInterval() {
        var known = energies(golden.get("logits"));
        var found = Novelty.of("others", "energy", known, energies(golden.get("others")));
        assertEquals(golden.get("area").asDouble(), found.auroc(), EXACT);
        assertEquals(golden.get("areaLow").asDouble(), found.interval().low(), EXACT);
        assertEquals(golden.get("areaHigh").asDouble(), found.interval().high(), EXACT);
        assertEquals(golden.get("fpr95").asDouble(), found.fpr95(), EXACT);
    }

    @Test
    void paired_isTheExactTest() {
        for (var expected : golden.get("paired")) {
            var found = Paired.of(
                    expected.get("n").asInt(),
                    expected.get("b").asInt(),
                    expected.get("c").asInt());
            assertEquals(expected.get("p").asDouble(), found.p(), EXACT);
            assertEquals(expected.get("low").asDouble(), found.interval().low(), EXACT);
            assertEquals(expected.get("high").asDouble(), found.interval().high(), EXACT);
        }
    }

    @Test
    void paired_countsWhereOneAloneIsRight() {
        var found = Paired.ofMistakes(10, new int[] {1, 2, 3}, new int[] {3, 4});
        assertEquals(1, found.first()); // picture 4
        assertEquals(2, found.second());
        assertEquals(-0.1, found.difference(), EXACT);
    }

    @Test
    void binomial_isSciPys() {
        for (var e : golden.get("atMost"))
            assertEquals(
                    e.get("value").asDouble(),
                    Binomial.atMost(
                            e.get("k").asInt(), e.get("n").asInt(), e.get("p").asDouble()),
                    EXACT);
        for (var e : golden.get("upper"))
            assertEquals(
                    e.get("value").asDouble(),
                    Binomial.upperBound(
                            e.get("k").asInt(),
                            e.get("n").asInt(),
                            e.get("rare").asDouble()),
                    EXACT);
        for (var e : golden.get("wilson")) {
            var found = Interval.ofShare(e.get("k").asInt(), e.get("n").asInt());
            assertEquals(e.get("low").asDouble(), found.low(), EXACT);
            assertEquals(e.get("high").asDouble(), found.high(), EXACT);
        }
    }

    @Test
    void answer_dividesLogitsByTheTemperature_andIsWrittenAndReadAgain() {
        var answer = new Answer.Classes(new Calibration(
                temperature,
                120,
                Optional.of(new Calibration.Abstain(0.9, 0.01)),
                Optional.of(new Calibration.Familiar(new Familiarity.Energy(), 4.5, 0.95)),
                Optional.of(Conformal.fit(answered, temperature, Rule.APS, 0.9))));
        assertEquals(answer, Answer.of(answer.metadata()));
        for (int i = 0; i < answered.size(); i++)
            assertEquals(
                    Arrays.toString(answered.probabilities(i, temperature)),
                    Arrays.toString(answer.values(answered.logits().get(i), 0, answered.classes())));
        assertEquals(Answer.CLASSES, Answer.of(Answer.CLASSES.metadata()));
    }

    /** Beside NumPy: scripts/parity/distance_golden.py. */
    @Test
    void distance_isVirtualLogitMatching_andSurvivesItsFile() throws IOException {
        JsonNode golden;
        try (var in = CertaintyTest.class.getResourceAsStream("distance.json")) {
            golden = Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        int classes = 3, width = 6;
        var said = rows(golden.get("said")); // logits, features
        var labels = said.stream().map(row -> new Label(0)).toList();
        var places = IntStream.range(0, said.size()).toArray();
        var weight = flat(rows(golden.get("weight")));
        var bias = flat(rows(golden.get("bias")));
        var origin = Distances.origin(weight, bias, width);
        for (int c = 0; c < width; c++)
            assertEquals(golden.get("origin").get(c).asDouble(), origin[c], 1e-4); // 32-bit eigenvectors
        var fitted = Distances.fit(
                new Outputs<>(said, labels, places, List.of()), classes, origin, Distances.principal(width));
        assertEquals(golden.get("factor").asDouble(), fitted.factor(), 1e-3);

        double least = golden.get("scores").get(0).asDouble() - 1e-2;
        var familiar = new Calibration.Familiar(fitted, least, 0.9);
        var answer =
                new Answer.Classes(new Calibration(1, 40, Optional.empty(), Optional.of(familiar), Optional.empty()));
        assertEquals(answer, Answer.of(answer.metadata()));
        assertTrue(answer.byFeatures() && !answer.ofLogits().byFeatures());
        var read = ((Answer.Classes) Answer.of(answer.metadata())).calibration();
        for (int i = 0; i < golden.get("asked").size(); i++) {
            var asked = rows(golden.get("asked")).get(i);
            var behind = new float[1 + asked.length]; // another picture's number first
            System.arraycopy(asked, 0, behind, 1, asked.length);
            double expected = golden.get("scores").get(i).asDouble();
            assertEquals(expected, fitted.score(behind, 1, classes), 1e-3);
            var doubts = read.doubts(behind, 1, new double[classes]).orElseThrow();
            assertEquals(expected < least ? 1 : 0, doubts.size(), doubts::toString);
        }
    }

    @Test
    void distance_ofFeaturesThatAreAllTheSame_isRefused() {
        var row = new float[] {1, 0, 0}; // a logit, two features at the origin
        var same = new Outputs<>(List.of(row, row), List.of(new Label(0), new Label(0)), new int[] {0, 1}, List.of());
        var refused = assertThrows(IllegalArgumentException.class, () -> Distances.fit(same, 1, new float[2], 1));
        assertTrue(refused.getMessage().startsWith("model: expected features that differ"), refused.getMessage());
    }

    private static float[] flat(List<float[]> rows) {
        return new Outputs<>(rows, rows, new int[rows.size()], List.of()).flat();
    }

    private static double[] energies(JsonNode rows) {
        return rows(rows).stream()
                .mapToDouble(row -> Calibration.energy(row, 0, row.length))
                .toArray();
    }

    private static List<float[]> rows(JsonNode rows) {
        var found = new ArrayList<float[]>();
        for (var row : rows) {
            var values = new float[row.size()];
            for (int i = 0; i < values.length; i++)
                values[i] = (float) row.get(i).asDouble();
            found.add(values);
        }
        return found;
    }

    private static int[] ints(JsonNode numbers) {
        return IntStream.range(0, numbers.size())
                .map(i -> numbers.get(i).asInt())
                .toArray();
    }
}
