package resnet4j.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * Logistic regression with an L2 penalty on standardised numbers, solved by L-BFGS: scikit-learn's {@code
 * make_pipeline(StandardScaler(), LogisticRegression(C=strength))}, with the scaling folded into the answer.
 *
 * @param weight   [classes*width], a row for each class
 * @param bias     [classes]
 * @param strength how far the weights may grow: scikit-learn's {@code C}
 */
record LogisticRegression(float[] weight, float[] bias, double strength) {
    private static final int MEMORY = 10; // Nocedal and Wright 2006, section 7.2: 3 to 20
    private static final double TOLERANCE = 1e-5; // of the largest slope; scikit-learn's is 1e-4
    private static final int FOLDS = 5;

    /**
     * Rows of numbers with a class each.
     *
     * @param values  [rows*width]
     * @param labels  [rows]
     * @param classes how many there are
     * @param weights what each class's rows count, or null where all count 1
     * @param biased  whether the answer has biases; without them, numbers are scaled but not moved, as with scikit-learn's
     *                {@code StandardScaler(with_mean=False)} and {@code fit_intercept=False}
     */
    record Rows(float[] values, int width, int[] labels, int classes, double[] weights, boolean biased) {
        Rows(float[] values, int width, int[] labels, int classes, double[] weights) {
            this(values, width, labels, classes, weights, true);
        }

        Rows {
            for (int i = 0; i < values.length; i++)
                if (!Float.isFinite(values[i]))
                    throw new IllegalArgumentException("features: expected finite numbers, got " + values[i]
                            + " in row " + i / width + "; the network's weights are damaged, or were never trained");
        }

        /** The rows at these places. */
        Rows subset(int[] places) {
            var some = new float[places.length * width];
            var theirs = new int[places.length];
            for (int i = 0; i < places.length; i++) {
                System.arraycopy(values, places[i] * width, some, i * width, width);
                theirs[i] = labels[places[i]];
            }
            return new Rows(some, width, theirs, classes, weights, biased);
        }

        int size() {
            return labels.length;
        }

        private double weight(int row) {
            return weights == null ? 1 : weights[labels[row]];
        }
    }

    /**
     * With scikit-learn's own strength of 1 where there are as many rows as numbers in a row. Fewer rows can be told
     * apart by chance: the strength of the least loss in a cross-validation then.
     *
     * @param progress told how many fits are done, of how many
     */
    static LogisticRegression fit(Rows rows, long seed, Fits progress) {
        int fits = rows.size() >= rows.width ? 1 : FOLDS + 1;
        progress.done(0, fits);
        var strengths = new double[] {0.01, 0.03, 0.1, 0.3, 1};
        int best = fits == 1 ? 0 : best(losses(rows, seed, strengths, progress));
        var solved = fits == 1 ? path(rows, 1)[0] : path(rows, Arrays.copyOf(strengths, best + 1))[best];
        progress.done(fits, fits);
        return solved;
    }

    static LogisticRegression fit(Rows rows, long seed) {
        return fit(rows, seed, (done, of) -> {});
    }

    /** Hears how far {@link #fit} is. */
    interface Fits {
        void done(int fits, int of);
    }

    private static int best(double[] losses) {
        int best = 0;
        for (int i = 1; i < losses.length; i++) if (losses[i] < losses[best]) best = i;
        return best;
    }

    /** Cross entropy of each strength, summed over the rows of five stratified folds. */
    private static double[] losses(Rows rows, long seed, double[] strengths, Fits progress) {
        var losses = new double[strengths.length];
        var fold = folds(rows, seed);
        for (int f = 0; f < FOLDS; f++) {
            int held = f;
            var rest = IntStream.range(0, fold.length).filter(i -> fold[i] != held);
            var path = path(rows.subset(rest.toArray()), strengths);
            for (int i = 0; i < fold.length; i++)
                if (fold[i] == held)
                    for (int s = 0; s < path.length; s++) {
                        var logits = path[s].logits(rows, i);
                        losses[s] += rows.weight(i) * (logSumExp(logits) - logits[rows.labels[i]]);
                    }
            progress.done(f + 1, FOLDS + 1);
        }
        return losses;
    }

    private static int[] folds(Rows rows, long seed) {
        var order = IntStream.range(0, rows.size()).boxed().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(order, new Random(seed));
        order.sort(Comparator.comparingInt(i -> rows.labels[i]));
        var fold = new int[order.size()];
        for (int i = 0; i < fold.length; i++) fold[order.get(i)] = i % FOLDS;
        return fold;
    }

    /** The solutions for each strength, weakest first: each starts from the one before. */
    static LogisticRegression[] path(Rows rows, double... strengths) {
        int n = rows.size(), d = rows.width, k = rows.classes;
        var mean = new double[d];
        var deviation = new double[d];
        var scaled = standardised(rows, mean, deviation);
        var turned = new float[n * d];
        for (int i = 0; i < n; i++) for (int j = 0; j < d; j++) turned[j * n + i] = scaled[i * d + j];
        var solutions = new LogisticRegression[strengths.length];
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var fp32 = Ops.precision(Precision.FP32)) {
            var loss = new Loss(rows, Tensor.of(scaled, n, d), Tensor.of(turned, d, n));
            var at = new double[k * d + k];
            for (int s = 0; s < strengths.length; s++) {
                loss.penalty = 1 / (strengths[s] * n);
                if (k == 2) loss.penalty *= 2; // two rows share the penalty of scikit-learn's single one
                solve(loss, at);
                solutions[s] = unscaled(at, mean, deviation, k, strengths[s]);
            }
        }
        return solutions;
    }

    /** Zero mean (with biases) and unit variance, as StandardScaler: what does not vary becomes 0 then. */
    private static float[] standardised(Rows rows, double[] mean, double[] deviation) {
        int n = rows.size(), d = rows.width;
        for (int i = 0; i < n; i++) for (int j = 0; j < d; j++) mean[j] += rows.values[i * d + j] / (double) n;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < d; j++) deviation[j] += Math.pow(rows.values[i * d + j] - mean[j], 2) / n;
        for (int j = 0; j < d; j++) deviation[j] = deviation[j] > 1e-20 ? Math.sqrt(deviation[j]) : 1;
        if (!rows.biased) Arrays.fill(mean, 0);
        var scaled = new float[n * d];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < d; j++) scaled[i * d + j] = (float) ((rows.values[i * d + j] - mean[j]) / deviation[j]);
        return scaled;
    }

    private static LogisticRegression unscaled(double[] at, double[] mean, double[] deviation, int k, double strength) {
        int d = mean.length;
        var weight = new float[k * d];
        var bias = new float[k];
        for (int c = 0; c < k; c++) {
            double shift = at[k * d + c];
            for (int j = 0; j < d; j++) {
                double w = at[c * d + j] / deviation[j];
                weight[c * d + j] = (float) w;
                shift -= w * mean[j];
            }
            bias[c] = (float) shift;
        }
        return new LogisticRegression(weight, bias, strength);
    }

    /** The logits of a row of {@code values}. */
    double[] logits(Rows rows, int row) {
        var logits = new double[bias.length];
        for (int c = 0; c < logits.length; c++) {
            logits[c] = bias[c];
            for (int j = 0; j < rows.width; j++)
                logits[c] += (double) weight[c * rows.width + j] * rows.values[row * rows.width + j];
        }
        return logits;
    }

    /** Mean cross entropy of rows and half the squared weights times {@link #penalty}, and its slope. */
    private static final class Loss {
        private final Rows rows;
        private final Tensor x, turned; // [n,d] and [d,n]
        private double penalty;

        Loss(Rows rows, Tensor x, Tensor turned) {
            this.rows = rows;
            this.x = x;
            this.turned = turned;
        }

        /** At weights [k*d] and biases [k]; {@code slope} is written. */
        double at(double[] point, double[] slope) {
            int n = rows.size(), d = rows.width, k = rows.classes;
            var weight = new float[k * d];
            for (int i = 0; i < weight.length; i++) weight[i] = (float) point[i];
            float[] logits, products;
            try (var scope = new NativeScope()) {
                logits = Ops.linear(x, Tensor.of(weight, k, d), null).toFloats();
            }
            double sum = 0, squares = 0;
            Arrays.fill(slope, 0);
            var errors = new float[k * n]; // turned: a row for each class
            var row = new double[k];
            for (int i = 0; i < n; i++) {
                for (int c = 0; c < k; c++) row[c] = logits[i * k + c] + point[k * d + c];
                double norm = logSumExp(row), share = rows.weight(i) / n;
                sum += share * (norm - row[rows.labels[i]]);
                for (int c = 0; c < k; c++) {
                    double error = share * (Math.exp(row[c] - norm) - (c == rows.labels[i] ? 1 : 0));
                    errors[c * n + i] = (float) error;
                    if (rows.biased) slope[k * d + c] += error;
                }
            }
            try (var scope = new NativeScope()) {
                products = Ops.linear(Tensor.of(errors, k, n), turned, null).toFloats();
            }
            for (int i = 0; i < k * d; i++) {
                slope[i] = products[i] + penalty * point[i];
                squares += point[i] * point[i];
            }
            return sum + penalty / 2 * squares;
        }
    }

    static double logSumExp(double[] values) {
        double most = Arrays.stream(values).max().orElseThrow(), sum = 0;
        for (double v : values) sum += Math.exp(v - most);
        return most + Math.log(sum);
    }

    /** Moves {@code x} to the least loss. L-BFGS: Nocedal and Wright 2006, algorithms 7.4 and 7.5. */
    private static void solve(Loss loss, double[] x) {
        int size = x.length;
        double[][] steps = new double[MEMORY][], changes = new double[MEMORY][];
        var slope = new double[size];
        double value = loss.at(x, slope);
        for (int iteration = 0, kept = 0; iteration < 1000; iteration++) {
            if (largest(slope) < TOLERANCE) return;
            var direction = direction(slope, steps, changes, kept);
            double downhill = dot(direction, slope);
            double length = kept == 0 ? Math.min(1, 1 / Math.sqrt(dot(slope, slope))) : 1;
            var next = new double[size];
            var nextSlope = new double[size];
            double reached;
            while (true) { // Armijo's rule; the loss is convex, so that only rounding stops it
                for (int i = 0; i < size; i++) next[i] = x[i] + length * direction[i];
                reached = loss.at(next, nextSlope);
                if (reached <= value + 1e-4 * length * downhill) break;
                length /= 2;
                if (!(length >= 1e-8)) return; // NaN too, where the loss overflows
            }
            var step = new double[size];
            var change = new double[size];
            for (int i = 0; i < size; i++) {
                step[i] = next[i] - x[i];
                change[i] = nextSlope[i] - slope[i];
            }
            if (dot(step, change) > 1e-12 * dot(change, change)) {
                steps[kept % MEMORY] = step;
                changes[kept++ % MEMORY] = change;
            }
            System.arraycopy(next, 0, x, 0, size);
            slope = nextSlope;
            value = reached;
        }
    }

    /** Downhill, with the curvature that the last steps showed. */
    private static double[] direction(double[] slope, double[][] steps, double[][] changes, int kept) {
        var q = slope.clone();
        int oldest = Math.max(0, kept - MEMORY);
        var shares = new double[MEMORY];
        for (int i = kept - 1; i >= oldest; i--) {
            double[] s = steps[i % MEMORY], y = changes[i % MEMORY];
            shares[i % MEMORY] = dot(s, q) / dot(s, y);
            add(q, -shares[i % MEMORY], y);
        }
        if (kept > 0) {
            double[] s = steps[(kept - 1) % MEMORY], y = changes[(kept - 1) % MEMORY];
            double scale = dot(s, y) / dot(y, y);
            for (int i = 0; i < q.length; i++) q[i] *= scale;
        }
        for (int i = oldest; i < kept; i++) {
            double[] s = steps[i % MEMORY], y = changes[i % MEMORY];
            add(q, shares[i % MEMORY] - dot(y, q) / dot(s, y), s);
        }
        for (int i = 0; i < q.length; i++) q[i] = -q[i];
        return q;
    }

    private static void add(double[] to, double times, double[] what) {
        for (int i = 0; i < to.length; i++) to[i] += times * what[i];
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static double largest(double[] values) {
        double most = 0;
        for (double v : values) most = Math.max(most, Math.abs(v));
        return most;
    }
}
