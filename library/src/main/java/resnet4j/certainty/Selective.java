package resnet4j.certainty;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.eval.Interval;
import resnet4j.model.Calibration.Abstain;

/**
 * How many answers are wrong if the least sure ones are not given.
 *
 * @param aurc  the share that is wrong, in the mean over all shares of answers that may be given, surest first. Geifman et
 *              al. 2019, arXiv:1805.08206
 * @param curve about a hundred points of it, from the surest answers alone to all
 */
public record Selective(double aurc, List<Point> curve) {
    private static final int POINTS = 100;
    private static final double RARE = 0.05; // how often the promise may fail, over all sets of pictures

    public Selective {
        curve = List.copyOf(curve);
    }

    /**
     * @param probability of the likeliest class, from which on answers are given
     * @param coverage    the share of pictures that have an answer then
     * @param risk        the share of those whose answer is wrong; 0 where there is none
     * @param interval    of the risk
     */
    public record Point(double probability, double coverage, double risk, Interval interval) {}

    /** Pictures from the surest to the least sure, with how many of the first ones are wrong. */
    private record Ranked(double[] probability, int[] wrong) {
        static Ranked of(Answered answered, double temperature) {
            int n = answered.size();
            var sure = new double[n];
            for (int i = 0; i < n; i++) sure[i] = answered.probabilities(i, temperature)[answered.best(i)];
            var order = IntStream.range(0, n)
                    .boxed()
                    .sorted((a, b) -> Double.compare(sure[b], sure[a]))
                    .mapToInt(i -> i)
                    .toArray();
            var probability = new double[n];
            var wrong = new int[n + 1];
            for (int k = 0; k < n; k++) {
                probability[k] = sure[order[k]];
                wrong[k + 1] = wrong[k] + (answered.right(order[k]) ? 0 : 1);
            }
            return new Ranked(probability, wrong);
        }

        int size() {
            return probability.length;
        }

        /** How many pictures have this probability or more. */
        int reach(double least) {
            int n = 0;
            while (n < size() && probability[n] >= least) n++;
            return n;
        }

        Point point(int n) {
            int wrong = this.wrong[n];
            return new Point(
                    n == 0 ? 1 : probability[n - 1],
                    (double) n / size(),
                    n == 0 ? 0 : (double) wrong / n,
                    Interval.ofShare(wrong, n));
        }
    }

    public static Selective of(Answered answered, double temperature) {
        var ranked = Ranked.of(answered, temperature);
        int n = ranked.size();
        double area = 0;
        for (int k = 1; k <= n; k++) area += (double) ranked.wrong[k] / k / n;
        var curve = new ArrayList<Point>();
        for (int p = 1; p <= Math.min(POINTS, n); p++)
            curve.add(ranked.point((int) ((long) p * n / Math.min(POINTS, n))));
        return new Selective(area, curve);
    }

    /** What answers from a probability on are worth. */
    public static Point at(Answered answered, double temperature, double probability) {
        var ranked = Ranked.of(answered, temperature);
        var point = ranked.point(ranked.reach(probability));
        return new Point(probability, point.coverage, point.risk, point.interval);
    }

    /**
     * The probability from which on at most a share {@code error} of the answers is wrong, with 95 % confidence, and as many
     * answers as that allows: selection with guaranteed risk, Geifman and El-Yaniv 2017, arXiv:1705.08500, algorithm 1.
     *
     * @return empty if no part of these pictures promises that
     */
    public static Optional<Abstain> threshold(Answered answered, double temperature, double error) {
        var ranked = Ranked.of(answered, temperature);
        int n = ranked.size(), looks = 32 - Integer.numberOfLeadingZeros(n);
        int best = 0, fails = n + 1; // how many answers keep the promise, and how many break it
        while (fails - best > 1) {
            int middle = (best + fails) / 2;
            int given = ranked.reach(ranked.probability[middle - 1]); // of equal ones all
            if (Binomial.upperBound(ranked.wrong[given], given, RARE / looks) <= error) best = given;
            else fails = middle;
        }
        return best == 0 ? Optional.empty() : Optional.of(new Abstain(ranked.probability[best - 1], error));
    }
}
