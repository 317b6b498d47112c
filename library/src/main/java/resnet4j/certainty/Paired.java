package resnet4j.certainty;

import java.util.BitSet;
import java.util.Locale;
import resnet4j.eval.Interval;

/**
 * Whether one of two networks is right more often on the same pictures.
 *
 * @param first      pictures that only the first is right on
 * @param second     pictures that only the second is right on
 * @param difference share of the pictures by which the first is right more often; negative where the second is
 * @param interval   of that, with 95 % confidence: Agresti and Min 2005, "Simple improved confidence intervals for
 *                   comparing matched proportions"
 * @param p          the chance of so great a difference or a greater one between networks that are equally good: McNemar's
 *                   exact test, two-sided
 */
public record Paired(int pictures, int first, int second, double difference, Interval interval, double p) {
    private static final double Z = 1.959963984540054;

    /** @param first the places of the pictures that the first network is wrong on */
    public static Paired ofMistakes(int pictures, int[] first, int[] second) {
        var wrong = new BitSet();
        var other = new BitSet();
        for (int place : first) wrong.set(place);
        for (int place : second) other.set(place);
        var both = (BitSet) wrong.clone();
        both.and(other);
        return of(pictures, second.length - both.cardinality(), first.length - both.cardinality());
    }

    static Paired of(int pictures, int first, int second) {
        int differ = first + second;
        double p = differ == 0 ? 1 : Math.min(1, 2 * Binomial.atMost(Math.min(first, second), differ, 0.5));
        double b = first + 0.5, c = second + 0.5, n = pictures + 2;
        double middle = (b - c) / n, half = Z * Math.sqrt(b + c - (b - c) * (b - c) / n) / n;
        return new Paired(
                pictures,
                first,
                second,
                (double) (first - second) / pictures,
                new Interval(Math.max(-1, middle - half), Math.min(1, middle + half)),
                p);
    }

    /** In words. */
    public String words(String one, String other) {
        return String.format(
                Locale.ROOT,
                "%s against %s: %+.2f %% (%+.2f to %+.2f), only the first right on %d, only the second on %d of %d, p %s",
                one,
                other,
                100 * difference,
                100 * interval.low(),
                100 * interval.high(),
                first,
                second,
                pictures,
                p < 1e-4 ? String.format(Locale.ROOT, "%.1e", p) : String.format(Locale.ROOT, "%.4f", p));
    }
}
