package resnet4j.eval;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Keeps of each sample what the intervals of an {@link Evaluation} are made from. */
final class Sampled {
    /** Samples times classes up to which the area has an interval: a second of sorting. */
    private static final long MOST_RANKED = 1 << 21;

    private double[] losses = new double[256], confidences = new double[256]; // below 0 for a wrong answer
    private int[] answers = new int[256];
    private int size;

    void add(double loss, double confidence, int truth, int answer) {
        if (size == losses.length) {
            losses = Arrays.copyOf(losses, 2 * size);
            confidences = Arrays.copyOf(confidences, 2 * size);
            answers = Arrays.copyOf(answers, 2 * size);
        }
        losses[size] = loss;
        answers[size] = answer;
        confidences[size++] = answer == truth ? confidence : -confidence;
    }

    /** @param scores a row of each sample, or null @param truths the class of each sample */
    Map<String, Interval> intervals(List<float[]> scores, IntUnaryOperator truths, int classes) {
        var intervals = new LinkedHashMap<String, Interval>();
        if (size > 1) intervals.put("loss", Interval.ofMean(Arrays.copyOf(losses, size)));
        intervals.put("macroF1", Interval.resampled(size, places -> macroF1(places, truths, classes)));
        intervals.put("ece", Interval.resampled(size, this::calibrationError));
        if (scores != null && (long) size * classes <= MOST_RANKED) area(intervals, scores, truths, classes);
        return intervals;
    }

    /** As {@link Evaluation#macroF1} has it. */
    private double macroF1(int[] places, IntUnaryOperator truths, int classes) {
        var hits = new int[classes];
        var all = new int[classes]; // pictures of a class, and pictures taken for it
        for (int i : places) {
            int truth = truths.applyAsInt(i);
            all[truth]++;
            all[answers[i]]++;
            if (answers[i] == truth) hits[truth]++;
        }
        double sum = 0;
        int occurring = 0;
        for (int c = 0; c < classes; c++) {
            if (all[c] == 0) continue;
            sum += 2.0 * hits[c] / all[c];
            occurring++;
        }
        return sum / occurring;
    }

    private double calibrationError(int[] places) {
        var gaps = new double[Metrics.BINS]; // what was said, less what is right
        for (int i : places) {
            double said = Math.abs(confidences[i]);
            gaps[Metrics.bin(said)] += said - (confidences[i] > 0 ? 1 : 0);
        }
        double sum = 0;
        for (double gap : gaps) sum += Math.abs(gap);
        return sum / places.length;
    }

    /**
     * Of the mean area over the classes: the variance of what each sample adds to it, through all classes, which for one
     * class is DeLong's.
     */
    private void area(Map<String, Interval> intervals, List<float[]> scores, IntUnaryOperator truths, int classes) {
        var added = new double[size];
        double mean = 0;
        int curves = 0;
        var values = new float[size];
        var positive = new boolean[size];
        for (int c = 0; c < classes; c++) {
            int positives = 0;
            for (int i = 0; i < size; i++) {
                values[i] = scores.get(i)[c];
                positive[i] = truths.applyAsInt(i) == c;
                if (positive[i]) positives++;
            }
            var placements = RocArea.placements(values, positive);
            if (placements.isEmpty()) continue;
            double area = 0;
            for (int i = 0; i < size; i++) if (positive[i]) area += placements.get()[i] / positives;
            for (int i = 0; i < size; i++)
                added[i] += (placements.get()[i] - area) / (positive[i] ? positives : size - positives);
            mean += area;
            curves++;
        }
        if (curves == 0) return;
        double variance = 0;
        for (double each : added) variance += each * each / curves / curves;
        intervals.put("auc", RocArea.around(mean / curves, variance));
    }
}
