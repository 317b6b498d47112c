package resnet4j.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import resnet4j.config.Records;
import resnet4j.data.Skipped;

/**
 * What a network did on a set of labelled pictures. Its JSON is its components; accuracies are in [0,1].
 *
 * @param samples     pictures that were classified
 * @param correct     of those, the ones whose best class is the true one
 * @param top1        {@code correct / samples}
 * @param top5Correct the ones whose true class is among the {@code min(5, classes)} best
 * @param top5        {@code top5Correct / samples}
 * @param loss        mean cross entropy in nats, without label smoothing
 * @param auc         area under the ROC curve: the mean of one class against the rest, over the classes that have
 *                    pictures of both kinds (so for two classes, the binary one); empty where no class has, or where
 *                    there were too many scores to keep ({@link Metrics#MAX_SCORES})
 * @param ece         expected calibration error with 15 bins of equal width, in [0,1]. Guo et al. 2017,
 *                    arXiv:1706.04599, eq. 3
 * @param perClass    one result for each class, in the order of the classes
 * @param confusion   {@code [truth][prediction]} counts
 * @param mistakes    the mistakes the network was surest of, surest first
 * @param skipped     pictures that could not be read, and so are in no other number
 * @param sampled     intervals of what is no share of the pictures, by {@code loss}, {@code macroF1}, {@code ece} and
 *                    {@code auc}; none in files of before, and no {@code auc} where it would take long
 */
public record Evaluation(
        int samples,
        int correct,
        double top1,
        int top5Correct,
        double top5,
        double loss,
        Optional<Double> auc,
        double ece,
        List<ClassResult> perClass,
        int[][] confusion,
        List<Mistake> mistakes,
        List<Skipped> skipped,
        Optional<Map<String, Interval>> sampled)
        implements Score {
    private static final int MOST_LINES = 20;

    public Evaluation {
        perClass = List.copyOf(perClass);
        mistakes = List.copyOf(mistakes);
        skipped = List.copyOf(skipped);
        confusion = copy(confusion);
        if (confusion.length != perClass.size())
            throw new IllegalArgumentException("confusion: expected a row for each of the " + perClass.size()
                    + " classes, got " + confusion.length);
        for (int[] row : confusion)
            if (row.length != perClass.size())
                throw new IllegalArgumentException("confusion: expected a column for each of the " + perClass.size()
                        + " classes, got " + row.length);
    }

    /**
     * One class against the rest.
     *
     * @param support   pictures of this class
     * @param correct   of those, the ones found
     * @param precision of the pictures taken for this class, the share that is; 0 where none was
     * @param recall    {@code correct / support}; 0 without support
     * @param f1        harmonic mean of the two; 0 where both are
     */
    public record ClassResult(String name, int support, int correct, double precision, double recall, double f1) {}

    /**
     * A picture taken for another class.
     *
     * @param index       place in the dataset
     * @param name        file or other name of the picture
     * @param truth       true class
     * @param prediction  class it was taken for
     * @param probability softmax of the prediction, in [0,1]
     */
    public record Mistake(int index, String name, int truth, int prediction, double probability) {}

    @Override
    public String headline() {
        return "top1";
    }

    /** Components as above, and {@link #macroF1}. */
    @Override
    public Map<String, Double> numbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put("samples", (double) samples);
        numbers.put("correct", (double) correct);
        numbers.put("top1", top1);
        numbers.put("top5Correct", (double) top5Correct);
        numbers.put("top5", top5);
        numbers.put("macroF1", macroF1());
        numbers.put("loss", loss);
        auc.ifPresent(area -> numbers.put("auc", area));
        numbers.put("ece", ece);
        return numbers;
    }

    /** Of shares by Wilson, of the loss by the normal distribution, of F1 and the calibration error by draws, of the area by DeLong. */
    @Override
    public Map<String, Interval> intervals() {
        var intervals = new LinkedHashMap<String, Interval>();
        intervals.put("top1", interval());
        intervals.put("top5", Interval.ofShare(top5Correct, samples));
        sampled.ifPresent(intervals::putAll);
        for (int c = 0; c < perClass.size(); c++) {
            var one = perClass.get(c);
            intervals.put("recall of " + one.name, Interval.ofShare(one.correct, one.support));
            intervals.put("precision of " + one.name, Interval.ofShare(one.correct, said(c)));
        }
        return intervals;
    }

    /** Pictures taken for a class. */
    private int said(int of) {
        int said = 0;
        for (int[] row : confusion) said += row[of];
        return said;
    }

    @Override
    public String words() {
        return String.format(
                Locale.ROOT,
                "top-1 %.2f %% (%d of %d), top-5 %.2f %%, loss %.4f",
                100 * top1,
                correct,
                samples,
                100 * top5,
                loss);
    }

    @Override
    public List<String> lines() {
        var intervals = intervals();
        var lines = new ArrayList<>(Score.super.lines());
        if (perClass.size() > MOST_LINES) return lines;
        for (var c : perClass)
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-20.200s %6d of %6d right, precision %.3f (%s), recall %.3f (%s)",
                    c.name(),
                    c.correct(),
                    c.support(),
                    c.precision(),
                    intervals.get("precision of " + c.name).words(),
                    c.recall(),
                    intervals.get("recall of " + c.name).words()));
        return lines;
    }

    /** Its components without the mistakes, its mean F1, intervals and notes. */
    @Override
    public Map<String, Object> keys() {
        var keys = Records.fields(this);
        keys.remove("mistakes");
        keys.remove("sampled");
        keys.put("macroF1", macroF1());
        keys.put("intervals", intervals());
        keys.put("notes", notes());
        return keys;
    }

    /** How a share compares with what guessing gives. */
    public enum Standing {
        /** No better than naming one class for every picture. */
        GUESSING,
        /** Better, but on so few pictures that it may be chance. */
        UNSURE,
        /** Surely better, and with more than half of a guesser's mistakes. */
        BETTER,
        /** With less than half of a guesser's mistakes. */
        GOOD
    }

    /** How {@link #top1} compares with {@link #guess}; empty where all pictures are of one class. */
    public Optional<Standing> standing() {
        double guess = guess();
        if (perClass.size() < 2 || guess == 1) return Optional.empty();
        if (correct <= guess * samples) return Optional.of(Standing.GUESSING);
        if (interval().low() <= guess) return Optional.of(Standing.UNSURE);
        return Optional.of(1 - top1 > (1 - guess) / 2 ? Standing.BETTER : Standing.GOOD);
    }

    /** The share that is right where the most frequent class is named for every picture, or any one of equals at random. */
    public double guess() {
        return Math.max(mostFrequent().support() / (double) samples, 1.0 / perClass.size());
    }

    private ClassResult mostFrequent() {
        ClassResult most = perClass.get(0);
        for (var c : perClass) if (c.support() > most.support()) most = c;
        return most;
    }

    /** Of {@link #top1}. */
    public Interval interval() {
        return Interval.ofShare(correct, samples);
    }

    /** Whether one who names one class for every picture does as well. */
    @Override
    public List<String> notes() {
        var standing = standing();
        boolean guessing = standing.equals(Optional.of(Standing.GUESSING));
        if (!guessing && !standing.equals(Optional.of(Standing.UNSURE))) return List.of();
        var most = mostFrequent();
        return List.of(String.format(
                Locale.ROOT,
                "%s: naming %s for every picture is right on %.1f %%",
                guessing ? "no better than guessing" : "not clearly better than guessing, on so few pictures",
                most.name(),
                100.0 * most.support() / samples));
    }

    /** Mean F1 over the classes that have pictures or were predicted, each weighing the same; in [0,1]. */
    public double macroF1() {
        double sum = 0;
        int classes = 0;
        for (int c = 0; c < confusion.length; c++) {
            if (!occurs(c)) continue;
            sum += perClass.get(c).f1();
            classes++;
        }
        return classes == 0 ? 0 : sum / classes;
    }

    private boolean occurs(int c) {
        for (int other = 0; other < confusion.length; other++)
            if (confusion[c][other] > 0 || confusion[other][c] > 0) return true;
        return false;
    }

    /** {@code [truth][prediction]} counts; the caller's own copy. */
    @Override
    public int[][] confusion() {
        return copy(confusion);
    }

    private static int[][] copy(int[][] rows) {
        int[][] copy = new int[rows.length][];
        for (int r = 0; r < rows.length; r++) copy[r] = rows[r].clone();
        return copy;
    }
}
