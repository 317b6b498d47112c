package resnet4j.report;

import java.util.Locale;
import resnet4j.eval.Interval;

/** Numbers as people read them. */
public final class Amounts {
    private Amounts() {}

    /** A share with two decimals: {@code 93.41%}. */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f%%", 100 * share);
    }

    /** A share with one decimal: {@code 93.4%}. */
    public static String percent1(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    /** Where a share lies: {@code 92.9 to 93.8%}. */
    public static String percent1(Interval interval) {
        return String.format(Locale.ROOT, "%.1f to %s", 100 * interval.low(), percent1(interval.high()));
    }

    /** {@code 1 picture}, {@code 10,000 pictures}. */
    public static String pictures(long n) {
        return count(n) + (n == 1 ? " picture" : " pictures");
    }

    /** With commas between thousands. */
    public static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** In millions or milliards where it is as large: {@code 40.8 M}. */
    public static String compact(long n) {
        if (n >= 1_000_000_000) return String.format(Locale.ROOT, "%.2f G", n / 1e9);
        if (n >= 1_000_000) return String.format(Locale.ROOT, "%.1f M", n / 1e6);
        return count(n);
    }

    /** Whole numbers without decimals, others with four. */
    public static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? count((long) value)
                : String.format(Locale.ROOT, "%.4f", value);
    }

    /** Where a number lies: {@code 0.8914 to 0.9121}. */
    public static String number(Interval interval) {
        return number(interval.low()) + " to " + number(interval.high());
    }

    /** {@code 42 s}, {@code 3 min 20 s}, {@code 1 h 13 min}. */
    public static String duration(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) return s + " s";
        if (s < 3600) return s / 60 + " min " + s % 60 + " s";
        return s / 3600 + " h " + s % 3600 / 60 + " min";
    }
}
