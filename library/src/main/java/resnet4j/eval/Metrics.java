package resnet4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.IntFunction;
import resnet4j.data.Skipped;
import resnet4j.eval.Evaluation.ClassResult;
import resnet4j.eval.Evaluation.Mistake;

/**
 * Gathers a network's logits batch by batch and turns them into an {@link Evaluation}; all sums are doubles. Of equal
 * logits the lower class index counts as the better one, which is what {@code torch.argmax} does on a CPU ({@code
 * torch.topk} promises no order). Not for use by several threads at once.
 */
public final class Metrics {
    /** Up to this many samples times classes (256 MB), scores are kept for the ROC curves; beyond it, there is no auc. */
    public static final long MAX_SCORES = 1L << 26;

    static final int BINS = 15; // Guo et al. 2017, section 4

    private static final int COPIES = 3; // of the confusion, while a result is made and written

    private static final Comparator<Mistake> SUREST_FIRST =
            Comparator.comparingDouble(Mistake::probability).reversed().thenComparingInt(Mistake::index);

    private final int classes;
    private final int keptMistakes;
    private final int[][] confusion;
    private final PriorityQueue<Mistake> mistakes = new PriorityQueue<>(SUREST_FIRST.reversed());
    private final double[] exponentials;
    private final int[] binSamples = new int[BINS];
    private final int[] binCorrect = new int[BINS];
    private final double[] binConfidence = new double[BINS];
    private List<float[]> scores = new ArrayList<>(); // one [classes] row of log-odds per sample
    private final IntList truths = new IntList();
    private final Sampled sampled = new Sampled();
    private int samples;
    private int correct;
    private int top5Correct;
    private double loss;

    /**
     * @param classes      how many logits a sample has
     * @param keptMistakes how many of the surest mistakes to keep
     */
    public Metrics(int classes, int keptMistakes) {
        if (classes < 1) throw new IllegalArgumentException("classes: expected at least 1, got " + classes);
        if (keptMistakes < 0)
            throw new IllegalArgumentException("keptMistakes: expected 0 or more, got " + keptMistakes);
        this.classes = classes;
        this.keptMistakes = keptMistakes;
        requireRoom(classes);
        this.confusion = new int[classes][classes];
        this.exponentials = new double[classes];
    }

    /** Throws an {@link IllegalArgumentException} where the heap does not hold who was taken for whom, before a network is trained. */
    public static void requireRoom(int classes) {
        long heap = Runtime.getRuntime().maxMemory();
        if ((double) COPIES * Integer.BYTES * classes * classes > heap)
            throw new IllegalArgumentException("classes: expected at most "
                    + (long) Math.sqrt(heap / (double) (COPIES * Integer.BYTES)) + " with a heap of " + (heap >> 20)
                    + " MiB, got " + classes + "; give it more with RESNET4J_JAVA_OPTS=-Xmx8g");
    }

    /**
     * Adds a batch.
     *
     * @param logits  {@code [n, classes]} row by row; may be longer
     * @param labels  true class of each sample, in [0, classes)
     * @param indices place of each sample in its dataset
     * @throws IllegalArgumentException if an array is too short or a label is not a class; then nothing was added
     * @throws ArithmeticException      if a logit is not finite; then nothing was added
     */
    public void add(float[] logits, int n, int classes, int[] labels, int[] indices) {
        check(logits, n, classes, labels, indices);
        for (int i = 0; i < n; i++) add(logits, i * classes, labels[i], indices[i]);
    }

    private void check(float[] logits, int n, int classes, int[] labels, int[] indices) {
        if (classes != this.classes)
            throw new IllegalArgumentException("logits: expected " + this.classes + " classes, got " + classes);
        if (n < 0 || logits.length < (long) n * classes || labels.length < n || indices.length < n)
            throw new IllegalArgumentException("batch: expected " + n + " samples of " + classes + " classes, got "
                    + logits.length + " logits, " + labels.length + " labels and " + indices.length + " indices");
        for (int i = 0; i < n; i++)
            if (labels[i] < 0 || labels[i] >= classes)
                throw new IllegalArgumentException(
                        "label of sample " + indices[i] + ": expected 0 to " + (classes - 1) + ", got " + labels[i]);
        for (int i = 0; i < n * classes; i++)
            if (!Float.isFinite(logits[i]))
                throw new ArithmeticException("logits of sample " + indices[i / classes]
                        + ": expected finite numbers, got " + logits[i] + " for class " + i % classes
                        + "; the training diverged or the weights are broken");
    }

    private void add(float[] logits, int at, int truth, int index) {
        int best = 0;
        int better = 0; // classes ranked before the true one
        float own = logits[at + truth];
        for (int c = 0; c < classes; c++) {
            float logit = logits[at + c];
            if (logit > logits[at + best]) best = c;
            if (logit > own || logit == own && c < truth) better++;
        }
        double max = logits[at + best];
        double sum = 0;
        for (int c = 0; c < classes; c++) sum += exponentials[c] = Math.exp(logits[at + c] - max);
        double confidence = 1 / sum; // exp(max - max) / sum
        boolean right = best == truth;

        samples++;
        double entropy = Math.log(sum) + max - own;
        loss += entropy;
        sampled.add(entropy, confidence, truth, best);
        if (right) correct++;
        if (better < 5) top5Correct++;
        confusion[truth][best]++;

        int bin = bin(confidence);
        binSamples[bin]++;
        binConfidence[bin] += confidence;
        if (right) binCorrect[bin]++;

        truths.add(truth);
        keepScores(logits, at, best, sum);
        if (!right) keep(new Mistake(index, "", truth, best, confidence));
    }

    /** Logarithms of each class's odds against the rest: probabilities in 32 bits would tie near 0 and 1. */
    private void keepScores(float[] logits, int at, int best, double sum) {
        if (scores == null) return;
        if ((long) samples * classes > MAX_SCORES) {
            scores = null;
            return;
        }
        float[] row = new float[classes];
        double others = 0; // than the best, whose own share drowns theirs in the sum
        for (int c = 0; c < classes; c++) if (c != best) others += exponentials[c];
        for (int c = 0; c < classes; c++)
            row[c] = (float) ((double) logits[at + c]
                    - logits[at + best]
                    - Math.log(c == best ? others : sum - exponentials[c]));
        scores.add(row);
    }

    private void keep(Mistake mistake) {
        mistakes.add(mistake);
        if (mistakes.size() > keptMistakes) mistakes.poll();
    }

    /** Bins are ((m-1)/M, m/M]. */
    static int bin(double confidence) {
        return Math.max(0, (int) Math.ceil(confidence * BINS) - 1);
    }

    /** How many samples were added. */
    public int samples() {
        return samples;
    }

    /**
     * The result over all that was added so far.
     *
     * @param classNames one name for each class
     * @param sampleName name of the sample with a given index; asked for the kept mistakes only
     * @param skipped    pictures that could not be read
     * @throws IllegalStateException if nothing was added
     */
    public Evaluation evaluation(List<String> classNames, IntFunction<String> sampleName, List<Skipped> skipped) {
        if (classNames.size() != classes)
            throw new IllegalArgumentException("classNames: expected " + classes + " names, got " + classNames.size());
        if (samples == 0)
            throw new IllegalStateException(
                    "evaluation: expected at least one sample, got none (" + skipped.size() + " skipped)");
        return new Evaluation(
                samples,
                correct,
                (double) correct / samples,
                top5Correct,
                (double) top5Correct / samples,
                loss / samples,
                auc(),
                calibrationError(),
                perClass(classNames),
                confusion,
                mistakes.stream()
                        .sorted(SUREST_FIRST)
                        .map(m -> new Mistake(
                                m.index(), sampleName.apply(m.index()), m.truth(), m.prediction(), m.probability()))
                        .toList(),
                skipped,
                Optional.of(sampled.intervals(scores, truths::get, classes)));
    }

    private double calibrationError() {
        double sum = 0;
        for (int b = 0; b < BINS; b++) sum += Math.abs(binCorrect[b] - binConfidence[b]);
        return sum / samples;
    }

    private List<ClassResult> perClass(List<String> names) {
        var results = new ArrayList<ClassResult>();
        for (int c = 0; c < classes; c++) {
            int support = 0;
            int predicted = 0;
            for (int other = 0; other < classes; other++) {
                support += confusion[c][other];
                predicted += confusion[other][c];
            }
            int hits = confusion[c][c];
            results.add(new ClassResult(
                    names.get(c),
                    support,
                    hits,
                    share(hits, predicted),
                    share(hits, support),
                    share(2 * hits, predicted + support)));
        }
        return results;
    }

    private static double share(int part, int whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private Optional<Double> auc() {
        if (scores == null) return Optional.empty();
        float[] values = new float[samples];
        boolean[] positive = new boolean[samples];
        double sum = 0;
        int curves = 0;
        for (int c = 0; c < classes; c++) {
            for (int i = 0; i < samples; i++) {
                values[i] = scores.get(i)[c];
                positive[i] = truths.get(i) == c;
            }
            double area = auc(values, positive);
            if (Double.isNaN(area)) continue;
            sum += area;
            curves++;
        }
        return curves == 0 ? Optional.empty() : Optional.of(sum / curves);
    }

    /**
     * Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half; from
     * the rank sum of the positives, as Mann and Whitney's U. NaN without positives or without negatives.
     *
     * @param values   scores, more for what is surer to be positive
     * @param positive which of them belong to positives
     */
    public static double auc(float[] values, boolean[] positive) {
        int n = values.length;
        long[] keys = new long[n];
        for (int i = 0; i < n; i++) {
            int bits = Float.floatToIntBits(values[i] + 0f); // sort as the floats do, negative ones the other way round
            keys[i] = (long) (bits ^ bits >> 31 & Integer.MAX_VALUE) << 1 | (positive[i] ? 1 : 0);
        }
        Arrays.sort(keys);
        long positives = 0;
        double rankSum = 0;
        for (int from = 0; from < n; ) {
            int to = from;
            int hits = 0;
            while (to < n && keys[to] >> 1 == keys[from] >> 1) hits += (int) (keys[to++] & 1);
            rankSum += hits * (from + 1 + to) / 2.0; // equal scores share their mean rank
            positives += hits;
            from = to;
        }
        long negatives = n - positives;
        if (positives == 0 || negatives == 0) return Double.NaN;
        return (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
    }

    /** An int array that grows. */
    private static final class IntList {
        private int[] values = new int[256];
        private int size;

        void add(int value) {
            if (size == values.length) values = Arrays.copyOf(values, 2 * size);
            values[size++] = value;
        }

        int get(int i) {
            return values[i];
        }
    }
}
