package resnet4j.compress;

import java.util.function.DoubleUnaryOperator;

/** How large numbers were, in bins of equal width from 0, which become wider as larger numbers come. */
final class Histogram {
    private static final int BINS = 2048, CANDIDATES = 128;

    private final long[] counts = new long[BINS];
    private double width; // of a bin; 0 until a number other than 0 came
    private double largest;
    private long total;
    private boolean negative;

    void add(float[] values) {
        float most = 0;
        for (float value : values) {
            if (!Float.isFinite(value))
                throw new IllegalArgumentException("calibration: expected finite numbers, got " + value);
            most = Math.max(most, Math.abs(value));
            negative |= value < 0;
        }
        largest = Math.max(largest, most);
        if (width == 0) width = Math.max(most, Float.MIN_NORMAL) / BINS;
        while (most > width * BINS) widen();
        double scale = 1 / width;
        for (float value : values) counts[Math.min(BINS - 1, (int) (Math.abs(value) * scale))]++;
        total += values.length;
    }

    private void widen() {
        for (int i = 0; i < BINS / 2; i++) counts[i] = counts[2 * i] + counts[2 * i + 1];
        for (int i = BINS / 2; i < BINS; i++) counts[i] = 0;
        width *= 2;
    }

    boolean negative() {
        return negative;
    }

    double largest() {
        return largest;
    }

    /** What that share of the numbers does not exceed. */
    double quantile(double share) {
        long below = 0;
        for (int i = 0; i < BINS; i++) {
            below += counts[i];
            if (below >= share * total) return Math.min(largest, (i + 1) * width);
        }
        return largest;
    }

    /** The bound with the least error, of evenly spread ones up to the largest number. */
    double best(DoubleUnaryOperator error) {
        double best = largest, least = Double.POSITIVE_INFINITY;
        for (int i = CANDIDATES; i >= CANDIDATES / 8; i--) {
            double bound = largest * i / CANDIDATES, made = error.applyAsDouble(bound);
            if (made < least) {
                least = made;
                best = bound;
            }
        }
        return best;
    }

    /** Of the numbers rounded to {@code levels} steps from 0 to {@code bound}, summed over all. */
    double squaredError(double bound, int levels) {
        double step = bound / levels, sum = 0;
        for (int i = 0; i < BINS; i++) {
            if (counts[i] == 0) continue;
            double value = (i + 0.5) * width;
            double error = value - Math.min(levels, Math.rint(value / step)) * step;
            sum += counts[i] * error * error;
        }
        return sum;
    }

    /**
     * Of the distribution cut at {@code bound} from the same in {@code levels} steps and 0, each spread evenly over the bins
     * that were not empty; infinite where the cut falls into an empty one. Migacz 2017, "8-bit inference with TensorRT". The
     * first bin counts as the second: it has the zeros that a ReLU makes, which are exact whatever the bound, as NVIDIA's
     * pytorch-quantization does it (calib/histogram.py, _compute_amax_entropy).
     */
    double divergence(double bound, int levels) {
        int kept = Math.max(1, Math.min(BINS, (int) Math.ceil(bound / width)));
        var seen = counts.clone();
        seen[0] = seen[1];
        var p = new double[kept];
        for (int i = 0; i < BINS; i++) p[Math.min(i, kept - 1)] += seen[i];
        var sums = new double[levels + 1];
        var filled = new int[levels + 1];
        double all = 0, inside = 0;
        for (int i = 0; i < kept; i++) {
            all += p[i];
            if (seen[i] == 0) continue;
            int level = i * (levels + 1) / kept;
            sums[level] += seen[i]; // what is cut off is not known to the steps
            filled[level]++;
            inside += seen[i];
        }
        double divergence = 0;
        for (int i = 0; i < kept; i++) {
            if (p[i] == 0) continue;
            int level = i * (levels + 1) / kept;
            double q = seen[i] == 0 ? 0 : sums[level] / filled[level] / inside;
            divergence += p[i] / all * Math.log(p[i] / all / q);
        }
        return divergence;
    }
}
