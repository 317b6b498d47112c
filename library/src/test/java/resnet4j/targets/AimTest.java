package resnet4j.targets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.data.Label;
import resnet4j.data.Labels;
import resnet4j.data.Numbers;
import resnet4j.eval.Interval;
import resnet4j.eval.LabelsScore;
import resnet4j.eval.NumbersScore;
import resnet4j.eval.OrderedScore;
import resnet4j.eval.Outputs;
import resnet4j.model.Answer;
import resnet4j.nn.Linear;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/** Losses, slopes and scores beside PyTorch's, timm's and scikit-learn's, which scripts/parity/targets_golden.py wrote. */
class AimTest {
    private static final int N = 6, K = 3;
    private static JsonNode golden;

    @BeforeAll
    static void read() throws IOException {
        try (var in = AimTest.class.getResourceAsStream("golden.json")) {
            golden = Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static double[] doubles(String name) {
        return IntStream.range(0, golden.get(name).size())
                .mapToDouble(i -> golden.get(name).get(i).asDouble())
                .toArray();
    }

    private static float[] floats(JsonNode array) {
        var values = new float[array.size()];
        for (int i = 0; i < values.length; i++) values[i] = (float) array.get(i).asDouble();
        return values;
    }

    /** Sums of some 18 numbers of 32 bits. */
    private static void equal(String name, UnaryOperator<Tensor> loss) {
        try (var scope = new NativeScope()) {
            var logits = Tensor.of(floats(golden.get("logits")), N, K).requireGrad(true);
            var value = loss.apply(logits);
            assertEquals(golden.get(name).get("value").asDouble(), value.item(), 1e-6, name);
            value.backward();
            assertArrayEquals(
                    floats(golden.get(name).get("gradient")), logits.grad().toFloats(), 1e-6f, name);
        }
    }

    private static List<Labels> labels(double[] there, int n, int k) {
        var labels = new ArrayList<Labels>();
        for (int i = 0; i < n; i++) {
            int row = i;
            labels.add(new Labels(IntStream.range(0, k)
                    .filter(c -> there[row * k + c] == 1)
                    .boxed()
                    .toList()));
        }
        return labels;
    }

    @Test
    void lossesOfLabels_areThoseOfPyTorchAndTimm() {
        var there = labels(doubles("there"), N, K);
        var answer = Answer.Labels.half(K);
        equal("binary", x -> new MultiLabel().loss(x, there, answer, Device.CPU));
        equal("asymmetric", x -> new MultiLabel(new MultiLabel.Loss.Asymmetric()).loss(x, there, answer, Device.CPU));
    }

    @Test
    void lossesOfNumbers_areThoseOfPyTorch() {
        var numbers = new ArrayList<Numbers>();
        var all = doubles("numbers");
        // in units of their own: the network sees what the golden has
        for (int i = 0; i < N; i++)
            numbers.add(new Numbers(List.of(10 + 2 * all[3 * i], 2 * all[3 * i + 1] + 10, 10 + 2 * all[3 * i + 2])));
        var answer = new Answer.Numbers(List.of(10.0, 10.0, 10.0), List.of(2.0, 2.0, 2.0));
        equal("squared", x -> new Regress().loss(x, numbers, answer, Device.CPU));
        equal("huber", x -> new Regress(new Regress.Loss.Huber(0.7)).loss(x, numbers, answer, Device.CPU));
        equal("absolute", x -> new Regress(new Regress.Loss.Absolute()).loss(x, numbers, answer, Device.CPU));
        assertArrayEquals(new double[] {10, 8, 13}, answer.values(new float[] {9, 0, -1, 1.5f}, 1, 3), 1e-12);
    }

    @Test
    void lossOfOrderedClasses_isThatOfCoral() {
        var ranks = IntStream.range(0, N)
                .mapToObj(i -> new Label(golden.get("ranks").get(i).asInt()))
                .toList();
        equal("coral", x -> new Ordinal().loss(x, ranks, new Answer.Ordered(), Device.CPU));
    }

    /** One weight for all steps: all rows of the head are equal, get equal gradients, and keep the biases apart. */
    @Test
    void headOfOrderedClasses_hasOneWeight() {
        var aim = new Ordinal();
        try (var scope = new NativeScope();
                var head = new Linear(4, 3)) {
            aim.tie(head);
            var x = Tensor.randn(5, 4);
            var plain = head.apply(x);
            var tied = aim.tied(plain, head);
            assertArrayEquals(plain.toFloats(), tied.toFloats(), 1e-6f);
            aim.loss(
                            tied,
                            List.of(new Label(0), new Label(3), new Label(1), new Label(2), new Label(2)),
                            null,
                            Device.CPU)
                    .backward();
            var slopes = head.weight().grad().toFloats();
            for (int i = 4; i < 12; i++) assertEquals(slopes[i % 4], slopes[i], 1e-6f);
            var own = head.bias().grad().toFloats();
            assertEquals(
                    3, IntStream.range(0, 3).mapToObj(i -> own[i]).distinct().count());
        }
    }

    @Test
    void headWithoutBiases_isRefusedForOrderedClasses() {
        try (var head = new Linear(4, 3, false)) {
            var e = assertThrows(IllegalArgumentException.class, () -> new Ordinal().tie(head));
            assertTrue(e.getMessage().contains("one linear layer with biases"), e.getMessage());
        }
    }

    private static int[] order(int pictures) {
        return IntStream.range(0, pictures).toArray();
    }

    /** The golden's scores of two labels. */
    private static Outputs<Labels> outputsOfLabels() {
        var scores = floats(golden.get("scores"));
        int n = scores.length / 2;
        var rows = new ArrayList<float[]>();
        for (int i = 0; i < n; i++) rows.add(new float[] {scores[2 * i], scores[2 * i + 1]});
        return new Outputs<>(rows, labels(doubles("labels"), n, 2), order(n), List.of());
    }

    @Test
    void scoresOfLabels_areThoseOfScikitLearn() {
        var outputs = outputsOfLabels();
        var names = List.of("a", "b");
        var chosen = LabelsScore.thresholds(2, outputs);
        var score = LabelsScore.of(names, chosen, outputs);
        for (int k = 0; k < 2; k++) {
            var result = score.labels().get(k);
            assertEquals(golden.get("averagePrecision").get(k).asDouble(), result.averagePrecision(), 1e-12);
            assertEquals(golden.get("auc").get(k).asDouble(), result.auc(), 1e-12);
            assertEquals(golden.get("bestF1").get(k).asDouble(), result.f1(), 1e-12); // no threshold gives more
        }
        assertEquals("mAP", score.headline());
    }

    /** A thousand draws by the definition: each draw's pictures, scored as pictures are. */
    @Test
    void intervalsOfLabels_areThoseOfDrawnPictures() {
        var outputs = outputsOfLabels();
        int n = outputs.targets().size();
        var chosen = LabelsScore.thresholds(2, outputs);
        var intervals = LabelsScore.of(List.of("a", "b"), chosen, outputs).intervals();
        for (var name : List.of("mAP", "auc", "f1")) {
            var expected = Interval.resampled(n, places -> {
                var drawn = IntStream.of(places).mapToObj(outputs.logits()::get).toList();
                var labels =
                        IntStream.of(places).mapToObj(outputs.targets()::get).toList();
                return LabelsScore.of(List.of("a", "b"), chosen, new Outputs<>(drawn, labels, order(n), List.of()))
                        .numbers()
                        .get(name);
            });
            assertEquals(expected.low(), intervals.get(name).low(), 1e-12, name);
            assertEquals(expected.high(), intervals.get(name).high(), 1e-12, name);
        }
    }

    @Test
    void scoresOfOrderedClassesAndNumbers_areThoseOfScikitLearn() {
        double[] truths = doubles("truths"), answers = doubles("answers"), said = doubles("said");
        var ranked = new ArrayList<float[]>();
        var numbers = new ArrayList<float[]>();
        var labels = new ArrayList<Label>();
        var values = new ArrayList<Numbers>();
        for (int i = 0; i < truths.length; i++) {
            var row = new float[3];
            for (int k = 0; k < 3; k++) row[k] = answers[i] > k ? 1 : -1;
            ranked.add(row);
            numbers.add(new float[] {(float) said[i]});
            labels.add(new Label((int) truths[i]));
            values.add(new Numbers(List.of(truths[i])));
        }
        var names = List.of("0", "1", "2", "3");
        var ordered = OrderedScore.of(
                names, new Answer.Ordered(), new Outputs<>(ranked, labels, order(labels.size()), List.of()));
        assertEquals(golden.get("kappa").asDouble(), ordered.kappa(), 1e-12);
        var answer = new Answer.Numbers(List.of(0.0), List.of(1.0));
        var measured =
                NumbersScore.of(List.of("x"), answer, new Outputs<>(numbers, values, order(values.size()), List.of()));
        assertEquals(golden.get("r2").asDouble(), measured.r2(), 1e-6); // said in 32 bits
        var interval = measured.results().get(0).r2Interval();
        assertTrue(interval.low() < measured.r2() && measured.r2() < interval.high());
    }

    /** scipy.stats.binomtest(37, 50).proportion_ci(method="wilson"), and of 0 of 7. */
    @Test
    void intervalsOfShares_areWilsons() {
        assertEquals(0.6044684273515115, Interval.ofShare(37, 50).low(), 1e-12);
        assertEquals(0.8412847250644762, Interval.ofShare(37, 50).high(), 1e-12);
        assertEquals(0.35433043506668743, Interval.ofShare(0, 7).high(), 1e-12);
    }

    @Test
    void probabilitiesOfOrderedClasses_areOne() {
        var p = new Answer.Ordered().values(new float[] {2, 0.5f, 1, -3}, 0, 5); // the third contradicts the second
        assertEquals(1, IntStream.range(0, 5).mapToDouble(i -> p[i]).sum(), 1e-12);
        for (double one : p) assertTrue(one >= 0);
    }
}
