package resnet4j.certainty;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import resnet4j.eval.Interval;

/**
 * By how much a number of one network differs from that of another on the same pictures, by the same draws of these for
 * both. Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
 *
 * @param number     its name
 * @param difference the first network's less the second's
 * @param interval   of that, with 95 % confidence: the middle of the draws' differences
 * @param p          twice the share of the draws on the other side of 0, or at it; the pictures as they are count as one
 *                   draw more, so that it is never 0. Davison and Hinkley 1997, "Bootstrap Methods", eq. 4.11
 */
public record PairedDraws(String number, double difference, Interval interval, double p) {
    /** @param firsts what the number of the first was of each draw @param seconds of the second, of the same draws */
    public static PairedDraws of(
            String number, double first, List<Double> firsts, double second, List<Double> seconds) {
        if (firsts.size() != seconds.size())
            throw new IllegalArgumentException(
                    "draws: expected as many of both networks, got " + firsts.size() + " and " + seconds.size());
        var differences = IntStream.range(0, firsts.size())
                .mapToObj(b -> firsts.get(b) - seconds.get(b))
                .filter(d -> !Double.isNaN(d)) // a draw in which there was nothing to measure
                .toList();
        long below = differences.stream().filter(d -> d <= 0).count(),
                above = differences.stream().filter(d -> d >= 0).count();
        return new PairedDraws(
                number,
                first - second,
                Interval.ofDraws(differences),
                Math.min(1, 2.0 * (1 + Math.min(below, above)) / (1 + differences.size())));
    }

    /** In words. */
    public String words(String one, String other) {
        return String.format(
                Locale.ROOT,
                "%s against %s: %s %+.3g (%+.3g to %+.3g), p %.3f",
                one,
                other,
                number,
                difference,
                interval.low(),
                interval.high(),
                p);
    }
}
