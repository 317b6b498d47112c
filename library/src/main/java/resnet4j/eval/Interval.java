package resnet4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import resnet4j.config.WrittenAs;

/**
 * Where a number that was measured on a sample lies, with 95 % confidence.
 *
 * @param draws what the number was of each of the draws that it is made from, in their order; none where it is made
 *              otherwise. JSON leaves them out
 */
public record Interval(double low, double high, List<Double> draws) implements WrittenAs<Interval.Ends> {
    private static final double Z = 1.959963984540054; // of the normal distribution, two-sided 95 %
    private static final int RESAMPLES = 1000;

    public Interval {
        draws = List.copyOf(draws);
    }

    public Interval(double low, double high) {
        this(low, high, List.of());
    }

    /** What JSON has of it. */
    public record Ends(double low, double high) implements Supplier<Interval> {
        @Override
        public Interval get() {
            return new Interval(low, high);
        }
    }

    @Override
    public Ends written() {
        return new Ends(low, high);
    }

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
     * replacement, give. Efron 1979, the percentile method. The draws are a function of {@code n}: numbers of the same
     * samples, or of two networks on them, are of the same draws one by one.
     *
     * @param number of the samples at these places, some of them more than once
     */
    public static Interval resampled(int n, ToDoubleFunction<int[]> number) {
        var random = new Random(0);
        var found = new ArrayList<Double>(RESAMPLES);
        var drawn = new int[n];
        for (int b = 0; b < RESAMPLES; b++) {
            for (int i = 0; i < n; i++) drawn[i] = random.nextInt(n);
            found.add(number.applyAsDouble(drawn));
        }
        return ofDraws(found);
    }

    /** The middle 95 % of what draws gave. */
    public static Interval ofDraws(List<Double> draws) {
        var sorted = draws.stream().sorted().toList();
        int outside = sorted.size() / 40;
        return new Interval(sorted.get(outside), sorted.get(sorted.size() - 1 - outside), draws);
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
