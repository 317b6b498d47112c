package resnet4j.test;

import java.util.Locale;
import java.util.Optional;
import resnet4j.eval.Interval;

/**
 * A number that was measured, and what it is compared with.
 *
 * @param <A> what the assertion goes on with
 */
public final class Measurement<A> {
    private final A next;
    private final String name;
    private final double value;
    private final String of;
    private final Optional<Interval> interval;

    private Measurement(A next, String name, double value, String of, Optional<Interval> interval) {
        this.next = next;
        this.name = name;
        this.value = value;
        this.of = of;
        this.interval = interval;
    }

    /** Of a share, whose interval is Wilson's. */
    static <A> Measurement<A> ofShare(A next, String name, long hits, long n) {
        return new Measurement<>(
                next,
                name,
                n == 0 ? Double.NaN : (double) hits / n,
                String.format(Locale.ROOT, "%,d of %,d; ", hits, n),
                Optional.of(Interval.ofShare(hits, n)));
    }

    /** Of a number that may have an interval. */
    static <A> Measurement<A> of(A next, String name, double value, Optional<Interval> interval) {
        return new Measurement<>(next, name, value, "", interval);
    }

    /** @throws AssertionError if less was measured, or nothing */
    public A atLeast(double least) {
        if (value >= least) return next;
        throw failure("at least " + shown(least), least);
    }

    /** @throws AssertionError if more was measured, or nothing */
    public A atMost(double most) {
        if (value <= most) return next;
        throw failure("at most " + shown(most), most);
    }

    /**
     * That it is so much with 95 % confidence: that even the low end of its interval is.
     *
     * @throws IllegalStateException if this number has no interval
     */
    public A surelyAtLeast(double least) {
        if (lies("surelyAtLeast", "atLeast").low() >= least) return next;
        throw failure("surely at least " + shown(least), least);
    }

    /** The same of the high end. */
    public A surelyAtMost(double most) {
        if (lies("surelyAtMost", "atMost").high() <= most) return next;
        throw failure("surely at most " + shown(most), most);
    }

    private Interval lies(String surely, String instead) {
        return interval.orElseThrow(() -> new IllegalStateException(name + ": expected a number with an interval for "
                + surely + ", and this one has none; use " + instead));
    }

    private AssertionError failure(String expected, double bound) {
        var text = new StringBuilder(name + ": expected " + expected + ", measured ");
        text.append(Double.isNaN(value) ? "nothing" : shown(value));
        interval.ifPresent(lies -> {
            text.append(" (").append(of).append("95 % interval ");
            text.append(shown(lies.low()))
                    .append(" to ")
                    .append(shown(lies.high()))
                    .append(')');
            if (lies.low() < bound && bound < lies.high())
                text.append("; so few pictures do not tell it from ").append(shown(bound));
        });
        return new AssertionError(text.toString());
    }

    private static String shown(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
