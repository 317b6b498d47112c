package resnet4j.config;

import java.util.List;

/** The bounds of options: what compact constructors ask of their fields. Each names the field, the bound and the value. */
public final class Checks {
    private static final int MOST_CLASSES = 100_000; // four times ImageNet-21k's

    /**
     * Classes that a file may number by its pictures: a thousand, or a hundred for each picture. A network has as many answers
     * as the largest number says, so that a wrong one would fill memory after hours.
     */
    public static int mostClasses(int pictures) {
        return (int) Math.min(MOST_CLASSES, Math.max(1000L, 100L * pictures));
    }

    private Checks() {}

    public static void atLeast(String field, double least, double value) {
        if (!(value >= least)) // NaN fails too
        throw new IllegalArgumentException(field + ": expected at least " + text(least) + ", got " + text(value));
    }

    public static void between(String field, double least, double most, double value) {
        if (!(value >= least && value <= most))
            throw new IllegalArgumentException(
                    field + ": expected " + text(least) + " to " + text(most) + ", got " + text(value));
    }

    public static void probability(String field, double value) {
        between(field, 0, 1, value);
    }

    public static void classes(int classes) {
        positive("classes", classes);
    }

    public static void dropout(double dropout) {
        chance("dropout", dropout);
    }

    /** A share that is not all: of values that are dropped, of an average that stays. */
    public static void chance(String field, double p) {
        if (!(p >= 0 && p < 1)) throw new IllegalArgumentException(field + ": expected [0,1), got " + p);
    }

    public static void aboveZero(String field, double value) {
        if (!(value > 0 && Double.isFinite(value)))
            throw new IllegalArgumentException(field + ": expected a finite number above 0, got " + value);
    }

    /** A share that is neither nothing nor all. */
    public static void insideUnit(String field, double value) {
        if (!(value > 0 && value < 1))
            throw new IllegalArgumentException(field + ": expected more than 0 and less than 1, got " + value);
    }

    public static void positive(String field, int value) {
        if (value < 1) throw new IllegalArgumentException(field + ": expected at least 1, got " + value);
    }

    /** {@code expected} positive numbers. */
    public static void positive(String field, List<Integer> values, int expected) {
        if (values.size() != expected)
            throw new IllegalArgumentException(field + ": expected " + expected + " numbers, got " + values);
        for (int value : values)
            if (value < 1) throw new IllegalArgumentException(field + ": expected at least 1 each, got " + values);
    }

    private static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
