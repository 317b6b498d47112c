package resnet4j.eval;

import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The area under a ROC curve: the chance that a positive has a higher score than a negative, ties counting half.
 *
 * @param area     as {@link Metrics#auc}
 * @param interval of it, by DeLong et al. 1988, "Comparing the areas under two or more correlated ROC curves"
 */
public record RocArea(double area, Interval interval) {
    private static final double Z = 1.959963984540054;

    /** Of one curve. NaN without positives or without negatives. */
    public static RocArea of(float[] scores, boolean[] positive) {
        var placements = placements(scores, positive);
        if (placements.isEmpty()) return new RocArea(Double.NaN, new Interval(Double.NaN, Double.NaN));
        double area = 0, variance = 0;
        for (boolean kind : new boolean[] {true, false}) {
            var own = IntStream.range(0, scores.length)
                    .filter(i -> positive[i] == kind)
                    .mapToDouble(i -> placements.get()[i])
                    .toArray();
            var spread = Spread.of(own);
            area = spread.mean(); // of both kinds the same
            variance += spread.deviation() * spread.deviation() / own.length;
        }
        return new RocArea(area, around(area, variance));
    }

    /** The share of the other kind that each sample is on the right side of: above of a positive, below of a negative. */
    static Optional<double[]> placements(float[] scores, boolean[] positive) {
        int n = scores.length;
        var order = IntStream.range(0, n)
                .boxed()
                .sorted((a, b) -> Float.compare(scores[a] + 0f, scores[b] + 0f))
                .mapToInt(i -> i)
                .toArray();
        int positives = 0;
        for (boolean one : positive) if (one) positives++;
        int negatives = n - positives;
        if (positives == 0 || negatives == 0) return Optional.empty();
        var placements = new double[n];
        double below = 0, belowNegatives = 0; // positives and negatives with less
        for (int from = 0; from < n; ) {
            int to = from, hits = 0;
            while (to < n && scores[order[to]] == scores[order[from]]) if (positive[order[to++]]) hits++;
            int others = to - from - hits;
            for (int k = from; k < to; k++)
                placements[order[k]] = positive[order[k]]
                        ? (belowNegatives + others / 2.0) / negatives
                        : 1 - (below + hits / 2.0) / positives;
            below += hits;
            belowNegatives += others;
            from = to;
        }
        return Optional.of(placements);
    }

    static Interval around(double area, double variance) {
        double half = Z * Math.sqrt(variance);
        return new Interval(Math.max(0, area - half), Math.min(1, area + half));
    }
}
