package resnet4j.certainty;

import java.util.Arrays;
import resnet4j.eval.Interval;
import resnet4j.model.Calibration.Rule;
import resnet4j.model.Calibration.Sets;

/**
 * How often the true class is among those that conformal sets name.
 *
 * @param covered  the share of pictures
 * @param interval of that
 * @param size     how many classes are named, in the mean
 * @param single   the share of pictures for which one is
 * @param none     the share for which none is
 */
public record Conformal(Sets sets, double covered, Interval interval, double size, double single, double none) {
    /**
     * Sets that have the true class with the chance {@code coverage}, for pictures drawn like these: the split conformal
     * bound, Vovk et al. 2005; Angelopoulos and Bates 2021, arXiv:2107.07511, section 1.
     *
     * @throws IllegalArgumentException if the pictures are too few for that
     */
    public static Sets fit(Answered answered, double temperature, Rule rule, double coverage) {
        int n = answered.size(), rank = (int) Math.ceil((n + 1) * coverage - 1e-9);
        if (rank > n)
            throw new IllegalArgumentException("coverage: expected at most " + (double) n / (n + 1)
                    + ", which is all that " + n + " pictures can promise, got " + coverage);
        var scores = new double[n];
        for (int i = 0; i < n; i++)
            scores[i] = Sets.score(rule, answered.probabilities(i, temperature), answered.labels()[i]);
        Arrays.sort(scores);
        return new Sets(rule, coverage, Math.min(1, scores[rank - 1]));
    }

    public static Conformal of(Answered answered, double temperature, Sets sets) {
        int n = answered.size(), hits = 0, single = 0, none = 0;
        long named = 0;
        for (int i = 0; i < n; i++) {
            var set = sets.of(answered.probabilities(i, temperature));
            if (set.contains(answered.labels()[i])) hits++;
            if (set.size() == 1) single++;
            if (set.isEmpty()) none++;
            named += set.size();
        }
        return new Conformal(
                sets,
                (double) hits / n,
                Interval.ofShare(hits, n),
                (double) named / n,
                (double) single / n,
                (double) none / n);
    }
}
