package resnet4j.certainty;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import resnet4j.eval.Interval;
import resnet4j.eval.RocArea;

/**
 * Whether a score tells pictures of the kind that a network knows from others.
 *
 * @param unlike   what the others are called
 * @param pictures how many of them there are
 * @param score    its name
 * @param auroc    area under the ROC curve: how often a known picture has more than another
 * @param interval of that
 * @param fpr95    the share of the others that pass where 95 % of the known do
 * @param curve    about a hundred points of the ROC curve
 */
public record Novelty(
        String unlike, int pictures, String score, double auroc, Interval interval, double fpr95, List<Passed> curve) {
    private static final int POINTS = 100;

    public Novelty {
        curve = List.copyOf(curve);
    }

    /** The shares of other and of known pictures that have a score or more. */
    public record Passed(double others, double known) {}

    /** @param known scores of pictures of the kind that the network knows, more for what is surer to be known */
    public static Novelty of(String unlike, String score, double[] known, double[] others) {
        int n = known.length, m = others.length;
        var scores = new float[n + m];
        var positive = new boolean[n + m];
        for (int i = 0; i < n + m; i++) {
            scores[i] = (float) (i < n ? known[i] : others[i - n]);
            positive[i] = i < n;
        }
        var area = RocArea.of(scores, positive);
        var sorted = known.clone();
        Arrays.sort(sorted);
        var curve = new ArrayList<Passed>();
        for (int p = 0; p <= POINTS; p++) {
            int passing = (int) Math.ceil((double) p * n / POINTS);
            double least = passing == 0 ? Double.POSITIVE_INFINITY : sorted[n - passing];
            curve.add(new Passed(share(others, least), share(known, least)));
        }
        return new Novelty(unlike, m, score, area.area(), area.interval(), share(others, exceeded(known, 0.95)), curve);
    }

    /** The score that a share of pictures has, or more. */
    static double exceeded(double[] scores, double share) {
        var sorted = scores.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - (int) Math.ceil(share * sorted.length - 1e-9)];
    }

    private static double share(double[] scores, double least) {
        return (double) Arrays.stream(scores).filter(s -> s >= least).count() / scores.length;
    }
}
