package resnet4j.certainty;

import java.util.ArrayList;
import java.util.List;
import resnet4j.eval.Interval;

/**
 * Whether a network is as often right as it says.
 *
 * @param ece   expected calibration error: how far bins are from their probability, in the mean over the pictures. Guo et
 *              al. 2017, arXiv:1706.04599, eq. 3
 * @param mce   how far the worst bin is
 * @param nll   mean cross entropy, in nats
 * @param brier mean squared distance of the probabilities from the truth, summed over the classes. Brier 1950
 * @param bins  15 of equal width
 */
public record Reliability(double ece, double mce, double nll, double brier, List<Bin> bins) {
    static final int BINS = 15;

    public Reliability {
        bins = List.copyOf(bins);
    }

    /**
     * Pictures whose likeliest class has a probability above {@code from} and at most {@code to}.
     *
     * @param said  the mean of these probabilities; 0 without pictures
     * @param right the share that is right; 0 without pictures
     */
    public record Bin(double from, double to, int pictures, double said, double right) {}

    public static Reliability of(Answered answered, double temperature) {
        var pictures = new int[BINS];
        var right = new int[BINS];
        var said = new double[BINS];
        int n = answered.size();
        double nll = 0, brier = 0;
        for (int i = 0; i < n; i++) {
            var p = answered.probabilities(i, temperature);
            int truth = answered.labels()[i], best = answered.best(i);
            nll -= logProbability(answered.logits().get(i), truth, best, temperature);
            for (int c = 0; c < p.length; c++) brier += (p[c] - (c == truth ? 1 : 0)) * (p[c] - (c == truth ? 1 : 0));
            int bin = bin(p[best]);
            pictures[bin]++;
            said[bin] += p[best];
            if (best == truth) right[bin]++;
        }
        var bins = new ArrayList<Bin>();
        double ece = 0, mce = 0;
        for (int b = 0; b < BINS; b++) {
            double in = Math.max(1, pictures[b]), gap = Math.abs(right[b] - said[b]) / in;
            ece += gap * pictures[b] / n;
            mce = Math.max(mce, gap);
            bins.add(new Bin((double) b / BINS, (b + 1.0) / BINS, pictures[b], said[b] / in, right[b] / in));
        }
        return new Reliability(ece, mce, nll / n, brier / n, bins);
    }

    /** Of {@link #ece}: what pictures drawn again, with replacement, would have given. */
    public static Interval eceInterval(Answered answered, double temperature) {
        int n = answered.size();
        var said = new double[n];
        for (int i = 0; i < n; i++) said[i] = answered.probabilities(i, temperature)[answered.best(i)];
        return Interval.resampled(n, places -> {
            var gap = new double[BINS]; // probability said, less the pictures that are right
            for (int i : places) gap[bin(said[i])] += said[i] - (answered.right(i) ? 1 : 0);
            double sum = 0;
            for (double each : gap) sum += Math.abs(each);
            return sum / n;
        });
    }

    private static int bin(double probability) {
        return Math.max(0, (int) Math.ceil(probability * BINS) - 1); // bins are ((m-1)/M, m/M]
    }

    /** Also where the probability is too small for a number. */
    private static double logProbability(float[] logits, int of, int best, double temperature) {
        double largest = logits[best], sum = 0;
        for (float logit : logits) sum += Math.exp((logit - largest) / temperature);
        return (logits[of] - largest) / temperature - Math.log(sum);
    }
}
