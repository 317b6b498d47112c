package resnet4j.data;

/** The bounds of options. */
final class Checks {
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
