package resnet4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import resnet4j.data.Label;

/**
 * How well scores tell the pictures of one class from the others, at every threshold: what ROC and precision-recall
 * curves are drawn by.
 *
 * @param positives        pictures of the class
 * @param negatives        the others
 * @param auc              area under the ROC curve; NaN without positives or without negatives
 * @param averagePrecision mean of the precisions at each positive, those of equal scores together: scikit-learn's {@code
 *                         average_precision_score}; NaN without positives
 * @param cuts             one for each score that occurs, falling; none where only the areas are kept
 */
public record Ranking(int positives, int negatives, double auc, double averagePrecision, List<Cut> cuts) {
    public Ranking {
        cuts = List.copyOf(cuts);
    }

    /**
     * What a threshold is worth.
     *
     * @param said of how many pictures the score is at least the threshold
     * @param hits how many of these are positives
     */
    public record Cut(double threshold, int said, int hits) {}

    /** The share of positives that a cut finds. */
    public double recall(Cut cut) {
        return (double) cut.hits / positives;
    }

    /** The share of what a cut finds that is positive. */
    public double precision(Cut cut) {
        return (double) cut.hits / cut.said;
    }

    /** The share of negatives that a cut takes for positives. */
    public double falseAlarms(Cut cut) {
        return (double) (cut.said - cut.hits) / negatives;
    }

    /** @param scores more for what is surer to be positive, finite */
    public static Ranking of(float[] scores, boolean[] positive) {
        var rising = new long[scores.length]; // a score's bits, which sort as it does, and its place
        for (int i = 0; i < rising.length; i++) {
            int bits = Float.floatToIntBits(scores[i] + 0f);
            rising[i] = (long) (bits ^ bits >> 31 & Integer.MAX_VALUE) << 32 | i;
        }
        Arrays.sort(rising);
        var cuts = new ArrayList<Cut>();
        int hits = 0, before = 0;
        double sum = 0;
        for (int said = 1; said <= rising.length; said++) {
            int at = (int) rising[rising.length - said];
            if (positive[at]) hits++;
            if (said < rising.length && scores[(int) rising[rising.length - said - 1]] == scores[at]) continue;
            cuts.add(new Cut(scores[at], said, hits));
            sum += (hits - before) * (double) hits / said;
            before = hits;
        }
        double auc = Metrics.auc(scores, positive);
        return new Ranking(hits, scores.length - hits, auc, hits == 0 ? Double.NaN : sum / hits, cuts);
    }

    /** Of one class against the rest, by the odds that a network gives it. */
    public static Ranking of(Outputs<Label> outputs, int of) {
        int n = outputs.logits().size();
        var scores = new float[n];
        var positive = new boolean[n];
        for (int i = 0; i < n; i++) {
            scores[i] = (float) logOdds(outputs.logits().get(i), of);
            positive[i] = outputs.targets().get(i).index() == of;
        }
        return of(scores, positive);
    }

    /** The areas alone, where many classes are ranked. */
    public Ranking withoutCuts() {
        return new Ranking(positives, negatives, auc, averagePrecision, List.of());
    }

    /** The logarithm of a class's odds against the others: probabilities would tie near 0 and 1. */
    static double logOdds(float[] logits, int of) {
        double max = Double.NEGATIVE_INFINITY, sum = 0;
        for (int c = 0; c < logits.length; c++) if (c != of) max = Math.max(max, logits[c]);
        if (max == Double.NEGATIVE_INFINITY) return 0; // one class
        for (int c = 0; c < logits.length; c++) if (c != of) sum += Math.exp(logits[c] - max);
        return logits[of] - max - Math.log(sum);
    }
}
