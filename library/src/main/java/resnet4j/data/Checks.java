package resnet4j.data;

/** The bounds of options. */
final class Checks {
    /** Classes that a file may number: four times ImageNet-21k's. A larger number is a mistake in the file. */
    static final int MOST_CLASSES = 100_000;

    private Checks() {}

    static void atLeast(String field, double least, double value) {
        if (!(value >= least)) // NaN fails too
        throw new IllegalArgumentException(field + ": expected at least " + text(least) + ", got " + text(value));
    }

    static void between(String field, double least, double most, double value) {
        if (!(value >= least && value <= most))
            throw new IllegalArgumentException(
                    field + ": expected " + text(least) + " to " + text(most) + ", got " + text(value));
    }

    static void probability(String field, double value) {
        between(field, 0, 1, value);
    }

    private static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
