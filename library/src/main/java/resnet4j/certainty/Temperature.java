package resnet4j.certainty;

/**
 * Temperature scaling: the number that logits are divided by, so that a network is as often right as it says. It changes no
 * answer, only how sure it is. Guo et al. 2017, arXiv:1706.04599, section 4.2.
 */
public final class Temperature {
    private static final double LEAST = 0.01, MOST = 100;
    private static final int STEPS = 100;

    private Temperature() {}

    /**
     * The temperature of the least cross entropy, between 0.01 and 100. The cross entropy is convex in {@code 1 / T}: Newton's
     * steps, halved where they would leave what its slope's sign has left.
     */
    public static double fit(Answered answered) {
        double low = 1 / MOST, high = 1 / LEAST, inverse = 1;
        for (int step = 0; step < STEPS && high - low > 1e-12 * inverse; step++) {
            double slope = 0, curvature = 0;
            for (int i = 0; i < answered.size(); i++) {
                var row = answered.logits().get(i);
                var p = answered.probabilities(i, 1 / inverse);
                double mean = 0, square = 0;
                for (int c = 0; c < p.length; c++) {
                    mean += p[c] * row[c];
                    square += p[c] * row[c] * row[c];
                }
                slope += mean - row[answered.labels()[i]];
                curvature += square - mean * mean;
            }
            if (slope > 0) high = inverse;
            else low = inverse;
            double next = inverse - slope / curvature;
            inverse = next > low && next < high ? next : Math.sqrt(low * high);
            if (Math.abs(slope) < 1e-12 * answered.size()) break;
        }
        return 1 / inverse;
    }
}
