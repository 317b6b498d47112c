package resnet4j.eval;

import static resnet4j.tensor.Losses.unit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.data.Skipped;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * How well pictures of a class find each other, by the cosines of what a network makes of them.
 *
 * @param recall1      share of the pictures whose nearest neighbour is of their class
 * @param recall5      share that have one of their class among the five nearest
 * @param verification area under the ROC curve of pairs, of one class or of two, by their cosine; NaN where all pairs are of
 *                     one kind
 */
public record Retrieval(int samples, double recall1, double recall5, double verification, List<Skipped> skipped)
        implements Score {
    /** The name of {@link #recall1} among the numbers. */
    public static final String HEADLINE = "recall1";

    /** @param rows features, one picture after another */
    public static Retrieval of(float[] rows, int[] labels, List<Skipped> skipped) {
        int n = labels.length;
        if (n < 2)
            throw new IllegalArgumentException("data: expected at least two pictures that can be read, got " + n);
        var cosines = cosines(rows, n);
        return new Retrieval(
                n, recall(cosines, labels, 1), recall(cosines, labels, 5), verification(cosines, labels), skipped);
    }

    private static float[] cosines(float[] rows, int n) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var unit = unit(Tensor.of(rows, n, rows.length / n));
            return Ops.matmul(unit, Ops.permute(unit, 1, 0)).toFloats();
        }
    }

    private static double recall(float[] cosines, int[] labels, int k) {
        int n = labels.length, found = 0;
        for (int i = 0; i < n; i++) {
            float best = Float.NEGATIVE_INFINITY; // the nearest of the same class, the first of equal ones
            int place = -1;
            for (int j = 0; j < n; j++)
                if (j != i && labels[j] == labels[i] && cosines[i * n + j] > best) {
                    best = cosines[i * n + j];
                    place = j;
                }
            if (place < 0) continue;
            int nearer = 0;
            for (int j = 0; j < n; j++) {
                float other = cosines[i * n + j];
                if (j != i && labels[j] != labels[i] && (other > best || other == best && j < place)) nearer++;
            }
            if (nearer < k) found++;
        }
        return (double) found / n;
    }

    private static double verification(float[] cosines, int[] labels) {
        int n = labels.length, pair = 0;
        var values = new float[n * (n - 1) / 2];
        var same = new boolean[values.length];
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) {
                values[pair] = cosines[i * n + j];
                same[pair++] = labels[i] == labels[j];
            }
        return Metrics.auc(values, same);
    }

    @Override
    public String headline() {
        return HEADLINE;
    }

    @Override
    public Map<String, Double> numbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put(HEADLINE, recall1);
        numbers.put("recall5", recall5);
        if (!Double.isNaN(verification)) numbers.put("verification", verification);
        return numbers;
    }
}
