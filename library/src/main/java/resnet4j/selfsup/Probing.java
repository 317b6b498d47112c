package resnet4j.selfsup;

import static resnet4j.tensor.Losses.unit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import resnet4j.eval.Metrics;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Features;

/**
 * What features are worth to those who have labels.
 *
 * @param knn          share of the pictures asked whose class their nearest labelled pictures tell: 200, each of {@code
 *                     exp(cosine / 0.1)}
 * @param linear       share that logistic regression tells, by the share of the labels that it had
 * @param recall       share of the pictures asked whose nearest neighbour among the others asked is of their class
 * @param verification area under the ROC curve of pairs of pictures asked, of one class or of two, by their cosine
 * @param representation what {@link Representation} says of the pictures asked
 */
public record Probing(
        double knn, Map<String, Double> linear, double recall, double verification, Representation representation) {
    private static final double[] SHARES = {0.01, 0.1, 1};
    private static final int MOST_PAIRED = 2000; // pictures: two million pairs

    /** @param labelled features of training pictures. @param asked of others */
    public static Probing of(Features labelled, Features asked, long seed) {
        var representation = Representation.of(asked, Optional.of(labelled));
        var linear = new LinkedHashMap<String, Double>();
        int before = 0; // labels that the last share had: of few pictures, two shares may be the same ones
        double told = 0;
        for (double share : SHARES) {
            var some = labelled.share(share, seed);
            if (some.labels().length != before) told = some.tell(asked, seed);
            before = some.labels().length;
            linear.put(Math.round(100 * share) + " %", told);
        }
        var few = asked.labels().length > MOST_PAIRED
                ? asked.share((double) MOST_PAIRED / asked.labels().length, seed)
                : asked;
        var cosines = cosines(few);
        return new Probing(
                representation.knn().orElseThrow(),
                linear,
                recall(cosines, few.labels()),
                verification(cosines, few.labels()),
                representation);
    }

    private static float[] cosines(Features features) {
        int n = features.labels().length;
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var rows = unit(Tensor.of(features.values(), n, features.values().length / n));
            return Ops.matmul(rows, Ops.permute(rows, 1, 0)).toFloats();
        }
    }

    private static double recall(float[] cosines, int[] labels) {
        int n = labels.length, found = 0;
        for (int i = 0; i < n; i++) {
            int nearest = i == 0 ? 1 : 0;
            for (int j = 0; j < n; j++) if (j != i && cosines[i * n + j] > cosines[i * n + nearest]) nearest = j;
            if (labels[nearest] == labels[i]) found++;
        }
        return (double) found / n;
    }

    /** NaN where all pairs are of one kind. */
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
}
