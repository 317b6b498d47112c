package resnet4j.eval;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** Where a number that was measured on a sample lies, with 95 % confidence. */
public record Interval(double low, double high) {
    private static final double Z = 1.959963984540054; // of the normal distribution, two-sided 95 %
    private static final int RESAMPLES = 1000;

    /** For people. */
    public String words() {
        return String.format(Locale.ROOT, "%.4f to %.4f", low, high);
    }

    /** Of a share, {@code hits} of {@code n}: Wilson 1927, J. Am. Stat. Assoc. 22. Between 0 and 1 where {@code n} is 0. */
    public static Interval ofShare(long hits, long n) {
        if (n == 0) return new Interval(0, 1);
        double p = (double) hits / n, z2 = Z * Z / n;
        double middle = (p + z2 / 2) / (1 + z2);
        double half = Z / (1 + z2) * Math.sqrt(p * (1 - p) / n + z2 / (4 * n));
        return new Interval(Math.max(0, middle - half), Math.min(1, middle + half));
    }

    /**
     * Of any number that is computed from {@code n} samples: the middle 95 % of what a thousand draws of as many, with
     * replacement, give. Efron 1979, the percentile method.
     *
     * @param number of the samples at these places, some of them more than once
     */
    public static Interval resampled(int n, ToDoubleFunction<int[]> number) {
        var random = new Random(0);
        var found = new double[RESAMPLES];
        var drawn = new int[n];
        for (int b = 0; b < RESAMPLES; b++) {
            for (int i = 0; i < n; i++) drawn[i] = random.nextInt(n);
            found[b] = number.applyAsDouble(drawn);
        }
        Arrays.sort(found);
        return new Interval(found[RESAMPLES / 40], found[RESAMPLES - 1 - RESAMPLES / 40]);
    }

    /** Of a mean, by the normal distribution. */
    public static Interval ofMean(double[] values) {
        double mean = 0, squares = 0;
        for (double value : values) mean += value / values.length;
        for (double value : values) squares += (value - mean) * (value - mean);
        double half = values.length < 2
                ? Double.POSITIVE_INFINITY
                : Z * Math.sqrt(squares / (values.length - 1) / values.length);
        return new Interval(mean - half, mean + half);
    }
}
