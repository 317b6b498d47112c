package resnet4j.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Round numbers along an axis: steps of 1, 2 or 5 times a power of ten; on a logarithmic axis powers of ten, or of two.
 *
 * @param low    where the axis starts, at most the least value
 * @param high   where it ends, at least the greatest value, {@code > low}
 * @param at     the ticks, ascending, in [low, high]
 * @param labels a label for each tick
 */
record Ticks(double low, double high, List<Double> at, List<String> labels) {
    Ticks {
        at = List.copyOf(at);
        labels = List.copyOf(labels);
    }

    /**
     * Ticks on a linear axis.
     *
     * @param about how many steps to aim at
     * @param snap  whether the axis starts and ends at ticks, or exactly at min and max
     */
    static Ticks linear(double min, double max, int about, boolean snap) {
        if (!(max - min > Math.ulp(Math.max(Math.abs(min), Math.abs(max))) * 64)) {
            double room = min == 0 ? 1 : Math.abs(min) / 10;
            return linear(min - room, max + room, about, snap);
        }
        double raw = (max - min) / about;
        int exponent = (int) Math.floor(Math.log10(raw));
        double mantissa = raw / Math.pow(10, exponent);
        int unit = mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10;
        var step = BigDecimal.valueOf(unit).scaleByPowerOfTen(exponent); // exact, so that labels are
        double s = step.doubleValue();
        double slack = 1e-9; // of a step: 0.30000000000000004 is at the tick 0.3
        long first = (long) (snap ? Math.floor(min / s + slack) : Math.ceil(min / s - slack));
        long last = (long) (snap ? Math.ceil(max / s - slack) : Math.floor(max / s + slack));
        var at = new ArrayList<Double>();
        var labels = new ArrayList<String>();
        var furthest = step.multiply(BigDecimal.valueOf(Math.max(Math.abs(first), Math.abs(last))));
        for (long i = first; i <= last; i++) {
            var value = step.multiply(BigDecimal.valueOf(i));
            at.add(value.doubleValue());
            labels.add(label(value, step, furthest));
        }
        double low = snap ? Math.min(min, at.get(0)) : min;
        double high = snap ? Math.max(max, at.get(at.size() - 1)) : max;
        return new Ticks(low, high, at, labels);
    }

    /** Ticks on a logarithmic axis that starts and ends at one of them; {@code 0 < min <= max}. */
    static Ticks log(double min, double max) {
        boolean decades = max / min >= 1000;
        var at = new ArrayList<Double>();
        var labels = new ArrayList<String>();
        int exponent = (int) Math.floor(Math.log10(min));
        int every = decades ? Math.max(1, (int) Math.ceil(Math.log10(max / min) / 8)) : 1;
        double slack = 1 + 1e-9;
        for (boolean done = false; !done; exponent += every)
            for (int unit : decades ? new int[] {1} : new int[] {1, 2, 5}) {
                if (done) break;
                var value = BigDecimal.valueOf(unit).scaleByPowerOfTen(exponent);
                double v = value.doubleValue();
                if (v <= min * slack) { // the last of these is the start
                    at.clear();
                    labels.clear();
                }
                at.add(v);
                labels.add(label(value, value, value));
                done = v >= max / slack && at.size() > 1;
            }
        return new Ticks(Math.min(min, at.get(0)), Math.max(max, at.get(at.size() - 1)), at, labels);
    }

    /** Powers of two on a logarithmic axis that starts and ends at one of them; {@code 0 < min <= max}. */
    static Ticks doubling(double min, double max) {
        double slack = 1e-9; // of a doubling
        int first = (int) Math.floor(Math.log(min) / Math.log(2) + slack);
        int last = Math.max(first + 1, (int) Math.ceil(Math.log(max) / Math.log(2) - slack));
        var at = IntStream.rangeClosed(first, last)
                .mapToObj(i -> Math.scalb(1.0, i))
                .toList();
        var labels = at.stream()
                .map(v -> plain(BigDecimal.valueOf(v).stripTrailingZeros()))
                .toList();
        return new Ticks(Math.min(min, at.get(0)), Math.max(max, at.get(at.size() - 1)), at, labels);
    }

    /** Where a value lies on the axis, 0 at its start and 1 at its end. */
    double place(double value, boolean log) {
        if (log) return Math.log(value / low) / Math.log(high / low);
        return (value - low) / (high - low);
    }

    private static String label(BigDecimal value, BigDecimal step, BigDecimal furthest) {
        if (value.signum() == 0) return "0";
        if (furthest.compareTo(new BigDecimal("0.001")) < 0 || furthest.compareTo(new BigDecimal("1e9")) >= 0)
            return scientific(value);
        if (step.compareTo(BigDecimal.valueOf(1_000_000)) >= 0) return plain(value.movePointLeft(6)) + "M";
        if (step.compareTo(BigDecimal.valueOf(1000)) >= 0 && furthest.compareTo(BigDecimal.valueOf(10_000)) >= 0)
            return plain(value.movePointLeft(3)) + "k";
        return plain(value.setScale(Math.max(0, step.stripTrailingZeros().scale()), RoundingMode.UNNECESSARY));
    }

    private static String plain(BigDecimal value) {
        String digits = value.abs().toPlainString();
        return value.signum() < 0 ? "\u2212" + digits : digits;
    }

    private static String scientific(BigDecimal value) {
        var stripped = value.stripTrailingZeros();
        int exponent = stripped.precision() - stripped.scale() - 1;
        var mantissa = stripped.movePointLeft(exponent).stripTrailingZeros();
        String power = "10" + superscript(exponent);
        return mantissa.compareTo(BigDecimal.ONE) == 0 ? power : plain(mantissa) + "\u00D7" + power;
    }

    private static String superscript(int number) {
        var raised = new StringBuilder();
        for (char c : String.format(Locale.ROOT, "%d", number).toCharArray())
            raised.append(
                    c == '-'
                            ? '\u207B'
                            : "\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079".charAt(c - '0'));
        return raised.toString();
    }
}
