package resnet4j.selfsup;

import static resnet4j.tensor.Losses.deviation;
import static resnet4j.tensor.Losses.unit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import resnet4j.data.Skipped;
import resnet4j.eval.Neighbours;
import resnet4j.eval.Score;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Features;

/**
 * How much an encoder's features say.
 *
 * @param knn     share of pictures whose class their nearest training pictures tell; absent where there is one class, or
 *                nothing is held out
 * @param spread  deviation of the numbers of features of length 1, 1 where they lie all around, 0 where they are all the
 *                same. arXiv:2011.10566, section 4.1
 * @param rank    how many directions they vary in: {@code (sum of variances)^2 / sum of their squares}
 * @param width   of the features: the most that {@code rank} can be
 * @param samples pictures measured
 */
public record Representation(
        Optional<Double> knn, double spread, double rank, int width, int samples, List<Skipped> skipped)
        implements Score {
    /** Neighbours that are asked, and how sharply the nearer ones count more. Wu et al. 2018, arXiv:1805.01978. */
    static final int NEIGHBOURS_ASKED = 200;

    static final double TEMPERATURE = 0.1;
    static final String NEIGHBOURS = "knn";
    private static final double FLAT = 0.05;

    public Representation {
        skipped = List.copyOf(skipped);
    }

    /** @param bank training pictures that are asked for neighbours, if there are labels to be told */
    public static Representation of(Features features, Optional<Features> bank) {
        int n = features.labels().length;
        if (n < 2)
            throw new IllegalArgumentException("data: expected at least two pictures that can be read, got " + n);
        int width = features.values().length / n;
        double spread, rank;
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var rows = unit(Tensor.of(features.values(), n, width));
            spread = Math.sqrt(width)
                    * Ops.mean(deviation(rows, 0), List.of(0), false).item();
            var centred = Ops.add(rows, Ops.affine(Ops.mean(rows, List.of(0), true), -1, 0));
            var turned = Ops.permute(centred, 1, 0);
            // the smaller of the two: the sums of their squares are equal
            var covariance = n < width ? Ops.matmul(centred, turned) : Ops.matmul(turned, centred);
            double all = sum(Ops.mul(centred, centred)), squares = sum(Ops.mul(covariance, covariance));
            rank = squares == 0 ? 0 : all * all / squares;
        }
        var knn = bank.map(b -> accuracy(b, features, NEIGHBOURS_ASKED, TEMPERATURE));
        return new Representation(knn, spread, rank, width, n, features.skipped());
    }

    private static double sum(Tensor matrix) {
        return Ops.sum(matrix, List.of(0, 1), false).item();
    }

    /**
     * The share of {@code asked} whose class gets most votes of the {@code k} nearest in {@code bank} by the cosine, each
     * of {@code exp(cosine / temperature)}.
     */
    public static double accuracy(Features bank, Features asked, int k, double temperature) {
        int n = asked.labels().length, width = bank.values().length / bank.labels().length, right = 0;
        var near = new Neighbours(bank.values(), width).nearestOfEach(asked.values(), k);
        for (int i = 0; i < n; i++) {
            var votes = new double[bank.classes()];
            for (var one : near.get(i)) votes[bank.labels()[one.place()]] += Math.exp((one.cosine() - 1) / temperature);
            if (most(votes) == asked.labels()[i]) right++;
        }
        return (double) right / n;
    }

    private static int most(double[] votes) {
        int best = 0;
        for (int i = 1; i < votes.length; i++) if (votes[i] > votes[best]) best = i;
        return best;
    }

    @Override
    public Map<String, Double> numbers() {
        var numbers = new LinkedHashMap<String, Double>();
        knn.ifPresent(value -> numbers.put(NEIGHBOURS, value));
        numbers.put("rank", rank);
        numbers.put("spread", spread);
        return numbers;
    }

    /** That all pictures look alike to it. */
    @Override
    public List<String> notes() {
        return spread >= FLAT && rank >= 2
                ? List.of()
                : List.of(String.format(
                        Locale.ROOT,
                        "the representation has collapsed: all pictures look alike to it (spread %.3f of 1, %.1f"
                                + " directions of %d); take a lower rate, larger batches, another method, or look whether"
                                + " the pictures are alike",
                        spread,
                        rank,
                        width));
    }
}
