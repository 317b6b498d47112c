package resnet4j.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;
import resnet4j.data.Skipped;
import resnet4j.eval.Evaluation.ClassResult;
import resnet4j.eval.Evaluation.Mistake;

class MetricsTest {
    /** Sums of the same doubles in another order. */
    private static final double ROUNDING = 1e-12;

    /*
    torch 2.10, scikit-learn 1.9.1; equal logits occur, stable sorts put the lower class first:

    import numpy as np, torch, sklearn.metrics as m
    def case(n, c):
        i, k = np.arange(n)[:, None], np.arange(c)[None, :]
        logits = ((i * 7919 + k * 104729 + i * k * 31) % 97 / 16 - 3).astype(np.float32)
        labels = (np.arange(n) ** 2 + np.arange(n)) % c
        labels[::3] = logits[::3].argmax(1)
        return logits, labels
    for n, c in [(500, 7), (300, 2), (200, 3)]:
        logits, y = case(n, c)
        t = torch.from_numpy(logits).double()
        p = t.softmax(1).numpy()
        pred = p.argmax(1)
        top5 = (np.argsort(-logits, 1, kind="stable")[:, :5] == y[:, None]).any(1).sum()
        aucs = [m.roc_auc_score(y == k, p[:, k].astype(np.float32)) for k in range(c)]
        conf = p.max(1); ece = 0
        for b in range(15):
            s = (conf > b / 15) & (conf <= (b + 1) / 15)
            if s.any(): ece += abs((pred == y)[s].mean() - conf[s].mean()) * s.mean()
        print(n, c, (pred == y).sum(), top5, torch.nn.functional.cross_entropy(t, torch.from_numpy(y)).item(),
              np.mean(aucs), ece, m.f1_score(y, pred, average="macro"))
        print(m.precision_recall_fscore_support(y, pred), m.confusion_matrix(y, pred))
    */
    @ParameterizedTest
    @CsvSource({
        "500, 7, 207, 397, 2.36067837592305,   0.7411442679474394, 0.1809225739743861,  0.4241949174629778",
        "300, 2, 201, 300, 0.9168574019294705, 0.8059598341328564, 0.23241240724842036, 0.6259021803478984",
        "200, 3, 116, 200, 1.4350359383761315, 0.7340445873382087, 0.24979456763384628, 0.5643143233987972"
    })
    void numbers_areThoseOfTorchAndScikitLearn(
            int n, int classes, int correct, int top5Correct, double loss, double auc, double ece, double macroF1) {
        Evaluation e = formula(n, classes, 64);
        assertEquals(n, e.samples());
        assertEquals(correct, e.correct());
        assertEquals((double) correct / n, e.top1());
        assertEquals(top5Correct, e.top5Correct());
        assertEquals((double) top5Correct / n, e.top5());
        assertEquals(loss, e.loss(), ROUNDING);
        assertEquals(auc, e.auc().orElseThrow(), ROUNDING);
        assertEquals(ece, e.ece(), ROUNDING);
        assertEquals(macroF1, e.macroF1(), ROUNDING);
    }

    @Test
    void perClass_isScikitLearns() {
        Evaluation e = formula(200, 3, 7);
        assertArrayEquals(new int[][] {{49, 15, 26}, {0, 17, 0}, {24, 19, 50}}, e.confusion());
        assertEquals(
                List.of(
                        new ClassResult("class 0", 90, 49, 0.6712328767123288, 0.5444444444444444, 0.6012269938650306),
                        new ClassResult("class 1", 17, 17, 0.3333333333333333, 1.0, 0.5),
                        new ClassResult("class 2", 93, 50, 0.6578947368421053, 0.5376344086021505, 0.591715976331361)),
                e.perClass());
    }

    @Test
    void evaluation_doesNotDependOnTheBatchSize() {
        Evaluation one = formula(200, 3, 1);
        Evaluation all = formula(200, 3, 200);
        assertEquals(one.numbers(), all.numbers());
        assertEquals(one.mistakes(), all.mistakes());
    }

    @Test
    void moreClassesThanTheHeapHolds_areRefusedBeforeTheWork() {
        Metrics.requireRoom(1000);
        for (int classes : new int[] {99_999, Integer.MAX_VALUE}) {
            var e = assertThrows(IllegalArgumentException.class, () -> new Metrics(classes, 0));
            assertTrue(e.getMessage().contains("MiB, got " + classes), e.getMessage());
        }
    }

    @Test
    void loss_byHand() {
        var metrics = new Metrics(2, 0);
        float ln3 = (float) Math.log(3);
        metrics.add(new float[] {ln3, 0, ln3, 0}, 2, 2, new int[] {0, 1}, new int[] {0, 1});
        Evaluation e = evaluation(metrics, 2);
        // softmax is (3/4, 1/4): the losses are ln(4/3) and ln 4; 1e-7: ln 3 was rounded to a float
        assertEquals((Math.log(4.0 / 3) + Math.log(4)) / 2, e.loss(), 1e-7);
        assertEquals(0.25, e.ece(), 1e-7); // both at confidence 3/4, half of them right
        assertEquals(Optional.of(0.5), e.auc()); // equal scores
    }

    @Test
    void loss_ofHugeLogitsIsFinite() {
        var metrics = new Metrics(2, 0);
        metrics.add(new float[] {3e38f, -3e38f}, 1, 2, new int[] {1}, new int[] {0});
        assertEquals(6e38, evaluation(metrics, 2).loss(), 1e32);
    }

    @Test
    void equalLogits_rankTheLowerClassFirst() {
        float[] flat = new float[7];
        for (int truth = 0; truth < 7; truth++) {
            var metrics = new Metrics(7, 0);
            metrics.add(flat, 1, 7, new int[] {truth}, new int[] {0});
            Evaluation e = evaluation(metrics, 7);
            assertEquals(truth == 0 ? 1 : 0, e.correct());
            assertEquals(truth < 5 ? 1 : 0, e.top5Correct());
        }
    }

    @Test
    void mistakes_areTheSurestAndNamed() {
        var metrics = new Metrics(2, 2);
        float[] logits = {1, 0, 3, 0, 2, 0, 9, 0, 3, 0};
        metrics.add(logits, 5, 2, new int[] {1, 1, 1, 0, 1}, new int[] {10, 14, 12, 13, 11});
        double sure = 1 / (1 + Math.exp(-3));
        assertEquals(
                List.of(new Mistake(11, "11.png", 1, 0, sure), new Mistake(14, "14.png", 1, 0, sure)),
                metrics.evaluation(List.of("a", "b"), i -> i + ".png", List.of())
                        .mistakes());
    }

    @ParameterizedTest
    @CsvSource({
        "0.1 0.2 0.3 0.4, 0011, 1",
        "0.1 0.2 0.3 0.4, 1100, 0",
        "0.1 0.2 0.3 0.4, 0101, 0.75",
        "0.5 0.5 0.5 0.5, 0101, 0.5",
        "0.1 0.5 0.5 0.9, 0011, 0.875", // pairs: 1, 1, 1 and a tie
        "0.1 0.2 0.3 0.4, 0000, NaN",
        "0.1 0.2 0.3 0.4, 1111, NaN"
    })
    void auc_countsPairsInOrder(String values, String positive, double area) {
        var numbers = values.split(" ");
        float[] scores = new float[numbers.length];
        boolean[] positives = new boolean[numbers.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Float.parseFloat(numbers[i]);
            positives[i] = positive.charAt(i) == '1';
        }
        assertEquals(area, Metrics.auc(scores, positives));
    }

    @Test
    void absentClass_isLeftOutOfAucAndMacroF1() {
        var metrics = new Metrics(3, 0);
        metrics.add(new float[] {2, 0, -9, 0, 2, -9}, 2, 3, new int[] {0, 1}, new int[] {0, 1});
        Evaluation e = evaluation(metrics, 3);
        assertEquals(Optional.of(1.0), e.auc());
        assertEquals(1, e.macroF1());
        assertEquals(new ClassResult("class 2", 0, 0, 0, 0, 0), e.perClass().get(2));
    }

    @Test
    void oneClassInTheData_hasNoAuc() {
        var metrics = new Metrics(2, 0);
        metrics.add(new float[] {1, 0}, 1, 2, new int[] {0}, new int[] {0});
        assertEquals(Optional.empty(), evaluation(metrics, 2).auc());
    }

    /** The loss by hand; the area of two classes, whose curves are one, by DeLong; shares by Wilson. */
    @Test
    void numbers_haveIntervals() {
        var metrics = new Metrics(2, 0);
        var random = new Random(0);
        int n = 300;
        var logits = new float[2 * n];
        var labels = new int[n];
        var margins = new float[n];
        var first = new boolean[n];
        double sum = 0, squares = 0;
        for (int i = 0; i < n; i++) {
            labels[i] = random.nextInt(2);
            margins[i] = logits[2 * i] = (float) (random.nextGaussian() + (labels[i] == 0 ? 1 : -1));
            first[i] = labels[i] == 0;
            double loss = Math.log1p(Math.exp(first[i] ? -margins[i] : margins[i]));
            sum += loss;
            squares += loss * loss;
        }
        metrics.add(logits, n, 2, labels, labels);
        var found = evaluation(metrics, 2);
        var intervals = found.intervals();
        double half = 1.959964 * Math.sqrt((squares - sum * sum / n) / (n - 1) / n);
        assertEquals(sum / n - half, intervals.get("loss").low(), 1e-6);
        var area = RocArea.of(margins, first);
        assertEquals(area.area(), found.auc().orElseThrow(), 1e-12);
        assertEquals(area.interval().low(), intervals.get("auc").low(), 1e-3); // n in the place of n - 1
        assertEquals(Interval.ofShare(found.correct(), n), intervals.get("top1"));
        assertTrue(intervals.get("ece").low() <= intervals.get("ece").high());
        assertTrue(found.keys().containsKey("intervals"));
    }

    /*
    numpy 2.4, scikit-learn 1.9.1, with case as above:

    logits, y = case(256, 3)
    p = np.exp(logits.astype(float)); p /= p.sum(1, keepdims=True)
    pred, conf, bins = p.argmax(1), p.max(1), np.ceil(p.max(1) * 15)
    seed, f1, ece = 0x5DEECE66D, [], []
    for _ in range(1000):
        at = []
        for _ in range(256):  # new java.util.Random(0).nextInt(256)
            seed = (seed * 0x5DEECE66D + 0xB) % 2**48
            at.append(seed >> 40)
        f1.append(m.f1_score(y[at], pred[at], average="macro"))
        gap = (conf - (pred == y))[at]
        ece.append(sum(abs(gap[bins[at] == b].sum()) for b in range(16)) / 256)
    print(np.sort(f1)[[25, 974]], m.f1_score(y, pred, average="macro"), np.sort(ece)[[25, 974]])
    */
    @Test
    void drawnIntervals_areScikitLearns() {
        var intervals = formula(256, 3, 64).intervals();
        assertEquals(0.5001645515406983, intervals.get("macroF1").low(), ROUNDING);
        assertEquals(0.6309313165706669, intervals.get("macroF1").high(), ROUNDING);
        assertEquals(0.1999356987140971, intervals.get("ece").low(), ROUNDING);
        assertEquals(0.3108754490470875, intervals.get("ece").high(), ROUNDING);
    }

    @Test
    void evaluation_isTheSameAfterJson() {
        Evaluation e = formula(200, 3, 64);
        var json = Records.write(e);
        assertEquals(json, Records.write(Records.read(json, Evaluation.class)));
    }

    @Test
    void add_rejectsWhatDoesNotFitAndAddsNothing() {
        var metrics = new Metrics(3, 0);
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> metrics.add(new float[6], 2, 3, new int[] {0, 3}, new int[] {4, 5}));
        assertEquals("label of sample 5: expected 0 to 2, got 3", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> metrics.add(new float[5], 2, 3, new int[2], new int[2]));
        assertThrows(IllegalArgumentException.class, () -> metrics.add(new float[8], 2, 4, new int[2], new int[2]));
        var nan = assertThrows(
                ArithmeticException.class,
                () -> metrics.add(new float[] {0, 0, 0, 0, Float.NaN, 0}, 2, 3, new int[2], new int[] {4, 5}));
        assertTrue(nan.getMessage().startsWith("logits of sample 5: expected finite numbers, got NaN for class 1"));
        assertEquals(0, metrics.samples());
    }

    @Test
    void evaluation_ofNothingSaysSo() {
        var e = assertThrows(IllegalStateException.class, () -> new Metrics(2, 0)
                .evaluation(List.of("a", "b"), Integer::toString, List.of(new Skipped("x.png", "not a picture"))));
        assertEquals("evaluation: expected at least one sample, got none (1 skipped)", e.getMessage());
    }

    /** The Python's case(n, c), fed in batches. */
    private static Evaluation formula(int n, int classes, int batch) {
        var metrics = new Metrics(classes, 5);
        for (int from = 0; from < n; from += batch) {
            int size = Math.min(batch, n - from);
            float[] logits = new float[size * classes];
            int[] labels = new int[size];
            for (int b = 0; b < size; b++) {
                int i = from + b;
                int best = 0;
                for (int k = 0; k < classes; k++) {
                    logits[b * classes + k] = (float) ((i * 7919L + k * 104729L + (long) i * k * 31) % 97 / 16.0 - 3);
                    if (logits[b * classes + k] > logits[b * classes + best]) best = k;
                }
                labels[b] = i % 3 == 0 ? best : (i * i + i) % classes;
            }
            int first = from;
            metrics.add(
                    logits,
                    size,
                    classes,
                    labels,
                    IntStream.range(0, size).map(b -> first + b).toArray());
        }
        return evaluation(metrics, classes);
    }

    private static Evaluation evaluation(Metrics metrics, int classes) {
        return metrics.evaluation(
                IntStream.range(0, classes).mapToObj(c -> "class " + c).toList(), i -> "sample " + i, List.of());
    }

    /** torch 2.10: softmax in float32 gives 1 for all four; scikit-learn's roc_auc_score on the logits gives 1. */
    @Test
    void auc_tellsSaturatedProbabilitiesApart() {
        var metrics = new Metrics(2, 0);
        metrics.add(new float[] {0, 30, 0, 35, 0, 40, 0, 45}, 4, 2, new int[] {0, 0, 1, 1}, new int[] {0, 1, 2, 3});
        assertEquals(Optional.of(1.0), evaluation(metrics, 2).auc());
    }
}
