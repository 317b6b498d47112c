package resnet4j.inspect;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which labels are probably wrong, from probabilities that were made without them: confident learning, Northcutt et al.
 * 2021, arXiv:1911.00068, as cleanlab has it.
 *
 * @param joint  {@code [label][class]}: pictures with that label that are confidently of that class
 * @param issues places of pictures whose label is probably wrong, the worst first
 * @param order  all places, the least believed label first: by the label's own probability (self-confidence)
 */
record ConfidentLearning(int[][] joint, List<Integer> issues, List<Integer> order) {
    /** @param p a row a picture; of pictures that these probabilities were not learned from */
    static ConfidentLearning of(double[][] p, int[] labels, int classes) {
        var thresholds = thresholds(p, labels, classes);
        var joint = new int[classes][classes];
        var wrong = new boolean[p.length];
        for (int i = 0; i < p.length; i++) {
            int confident = -1, several = 0, best = 0;
            for (int c = 0; c < classes; c++) {
                if (p[i][c] > p[i][best]) best = c;
                if (p[i][c] < thresholds[c] - 1e-6) continue;
                if (several++ == 0) confident = c;
            }
            if (several == 0) continue;
            int guess = several > 1 ? best : confident;
            joint[labels[i]][guess]++;
            wrong[i] = guess != labels[i] && best != labels[i];
        }
        var order = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i][labels[i]]))
                .toList();
        return new ConfidentLearning(joint, order.stream().filter(i -> wrong[i]).toList(), order);
    }

    /** How sure pictures with a label are of it, in the mean. */
    private static double[] thresholds(double[][] p, int[] labels, int classes) {
        var sums = new double[classes];
        var counts = new int[classes];
        for (int i = 0; i < p.length; i++) {
            sums[labels[i]] += p[i][labels[i]];
            counts[labels[i]]++;
        }
        for (int c = 0; c < classes; c++) sums[c] = counts[c] == 0 ? Double.POSITIVE_INFINITY : sums[c] / counts[c];
        return sums;
    }
}
