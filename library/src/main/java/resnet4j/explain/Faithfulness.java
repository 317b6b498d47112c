package resnet4j.explain;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/**
 * How far a map can be trusted. A faithful one names first what the answer rests on: hiding that takes the answer away
 * soon, and showing it brings the answer soon. A map that stays as it is when the network forgets what it learned shows
 * the picture, not the network.
 *
 * @param deletion  the mean probability of the class while pixels are hidden, those that count most first; less is better
 * @param insertion the same while they are shown, beginning with none; more is better. Petsiuk et al. 2018,
 *                  arXiv:1806.07421, section 4.1
 * @param road      the probability when what counts least is gone, less that when what counts most is gone, halved: the
 *                  mean over nine shares of the pixels, which their neighbours fill in; more is better, and 0 is what
 *                  chance gets. Rong et al. 2022, arXiv:2202.00449, as pytorch-grad-cam's {@code ROADCombined}
 * @param random    how alike the map is to that of the same network with random weights: Spearman's rank correlation, -1
 *                  to 1. Adebayo et al. 2018, arXiv:1810.03292
 */
public record Faithfulness(double deletion, double insertion, double road, double random) {
    /** From this correlation on, a map says more of the picture than of the network. */
    public static final double SAME = 0.5;

    private static final int STEPS = 32, BATCH = 16, SHARES = 9;

    /**
     * @param heat      of the method on {@code subject}
     * @param forgotten the same picture and class, and a network with random weights
     */
    public static Faithfulness of(Method method, Subject subject, Heat heat, Subject forgotten) {
        return new Faithfulness(
                deletion(subject, heat),
                insertion(subject, heat),
                road(subject, heat),
                correlation(heat, method.explain(forgotten)));
    }

    /** Whether the map hardly changes when the network's weights become random. */
    public boolean ignoresWeights() {
        return random >= SAME;
    }

    /** The area under the curve of the class's probability over the share of pixels hidden. */
    public static double deletion(Subject subject, Heat heat) {
        return area(subject, heat, 0);
    }

    /** The area under the curve of the class's probability over the share of pixels shown. */
    public static double insertion(Subject subject, Heat heat) {
        return area(subject, heat, 1);
    }

    /** By the trapezoidal rule over {@code STEPS} equal steps. */
    private static double area(Subject subject, Heat heat, float shown) {
        int[] order = order(heat.values());
        var masks = new float[STEPS + 1][order.length];
        for (int s = 0; s <= STEPS; s++) {
            int count = (int) ((long) order.length * s / STEPS);
            Arrays.fill(masks[s], 1 - shown);
            for (int i = 0; i < count; i++) masks[s][order[i]] = shown;
        }
        double area = 0;
        for (int from = 0; from <= STEPS; from += BATCH)
            try (var scope = new NativeScope()) {
                var some = Arrays.copyOfRange(masks, from, Math.min(STEPS + 1, from + BATCH));
                float[] probabilities = subject.probabilities(Masks.through(subject.image(), some));
                for (int i = 0; i < probabilities.length; i++)
                    area += probabilities[i] * (from + i == 0 || from + i == STEPS ? 0.5 : 1) / STEPS;
            }
        return area;
    }

    /** See {@link #road()}. */
    public static double road(Subject subject, Heat heat) {
        int[] order = order(heat.values());
        int n = order.length;
        float[] image = subject.image().toFloats();
        double gained = 0;
        for (int share = 1; share <= SHARES; share++) {
            var most = new boolean[n];
            var least = new boolean[n];
            int count = (int) ((long) n * share / (SHARES + 1));
            for (int i = 0; i < count; i++) most[order[i]] = least[order[n - 1 - i]] = true;
            var pictures = new float[2 * image.length];
            var random = new Random(share);
            System.arraycopy(filled(subject, least, image, random), 0, pictures, 0, image.length);
            System.arraycopy(filled(subject, most, image, random), 0, pictures, image.length, image.length);
            try (var scope = new NativeScope()) {
                float[] sure = subject.probabilities(Tensor.of(pictures, 2, 3, subject.height(), subject.width()));
                gained += (sure[0] - sure[1]) / 2;
            }
        }
        return gained / SHARES;
    }

    private static float[] filled(Subject subject, boolean[] hidden, float[] image, Random random) {
        return new Imputation(subject.height(), subject.width(), hidden).fill(image, random);
    }

    /** Spearman's: of the ranks, equal numbers sharing their mean rank; 0 where a map is flat. */
    static double correlation(Heat a, Heat b) {
        double[] x = ranks(a.values()), y = ranks(b.values());
        double mean = (x.length - 1) / 2.0, xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - mean) * (y[i] - mean);
            xx += (x[i] - mean) * (x[i] - mean);
            yy += (y[i] - mean) * (y[i] - mean);
        }
        return xx == 0 || yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
    }

    private static double[] ranks(float[] values) {
        int[] order = order(values);
        var ranks = new double[values.length];
        for (int from = 0; from < order.length; ) {
            int to = from;
            while (to < order.length && values[order[to]] == values[order[from]]) to++;
            for (int i = from; i < to; i++) ranks[order[i]] = (from + to - 1) / 2.0;
            from = to;
        }
        return ranks;
    }

    /** Places from the largest value to the least; of equal ones the first first. */
    private static int[] order(float[] values) {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
