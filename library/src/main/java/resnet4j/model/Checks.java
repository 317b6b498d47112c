package resnet4j.model;

import java.util.List;

/** What architectures ask of their fields. */
final class Checks {
    private Checks() {}

    static void classes(int classes) {
        if (classes < 1) throw new IllegalArgumentException("classes: expected at least 1, got " + classes);
    }

    static void dropout(double dropout) {
        chance("dropout", dropout);
    }

    static void chance(String field, double p) {
        if (!(p >= 0 && p < 1)) throw new IllegalArgumentException(field + ": expected [0,1), got " + p);
    }

    static void positive(String field, int value) {
        if (value < 1) throw new IllegalArgumentException(field + ": expected at least 1, got " + value);
    }

    /** {@code expected} positive numbers. */
    static void positive(String field, List<Integer> values, int expected) {
        if (values.size() != expected)
            throw new IllegalArgumentException(field + ": expected " + expected + " numbers, got " + values);
        for (int value : values)
            if (value < 1) throw new IllegalArgumentException(field + ": expected at least 1 each, got " + values);
    }
}
