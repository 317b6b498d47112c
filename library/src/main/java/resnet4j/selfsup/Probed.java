package resnet4j.selfsup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Skipped;
import resnet4j.model.ModelFile;
import resnet4j.report.Words;
import resnet4j.train.Features;
import resnet4j.train.Machine;

/**
 * What a saved network's features are worth on pictures with classes, without training the network.
 *
 * @param split the pictures asked; see {@link Probing} for the numbers
 * @param knn   absent, and {@code linear} empty, where no picture asked is of a class that has labelled ones
 * @param curve what more labels would bring, if that was asked
 */
public record Probed(
        String model,
        String data,
        String split,
        int labelled,
        int asked,
        Optional<Double> knn,
        Map<String, Double> linear,
        double recall,
        double verification,
        double spread,
        double rank,
        Optional<LearningCurve> curve,
        List<String> notes,
        List<Skipped> skipped) {
    private static final double HELD = 0.2;

    /** The pictures as they are probed: where there is no test split, a part is held back. */
    public static DataSource<Label> split(DataSource<Label> data, long seed) {
        return data.test().isPresent() ? data : data.withValidation(HELD, seed);
    }

    /**
     * Looks at the pictures, and probes.
     *
     * @param opened   stays the caller's
     * @param name     what the network is called in the result
     * @param source   as {@link #split} gives it
     * @param from     what the pictures are called in the result
     * @param curve    whether a learning curve is wanted
     * @param progress told how many pictures each batch had
     */
    public static Probed of(
            ModelFile.Opened opened,
            String name,
            DataSource<Label> source,
            String from,
            Machine machine,
            long seed,
            boolean curve,
            IntConsumer progress)
            throws IOException {
        machine.place(opened.net());
        var preprocess = opened.file().preprocess();
        var labelled = Features.pooled(opened.net(), source.train(), preprocess, machine, progress);
        var others = Features.pooled(opened.net(), source.split(source.measured()), preprocess, machine, progress);
        var found = Probing.of(labelled, others, seed);
        return new Probed(
                name,
                from,
                source.measured(),
                labelled.labels().length,
                others.labels().length,
                found.knn(),
                found.linear(),
                found.recall(),
                found.verification(),
                found.representation().spread(),
                found.representation().rank(),
                curve
                        ? Optional.of(LearningCurve.of(
                                labelled, others, source.train().classes(), seed))
                        : Optional.empty(),
                notes(found, others.labels().length),
                others.skipped());
    }

    private static List<String> notes(Probing found, int asked) {
        var notes = new ArrayList<>(found.representation().notes());
        if (found.strangers() == asked)
            notes.add("nearest neighbours and linear probes do not apply: no picture asked is of a class that has"
                    + " labelled pictures");
        else if (found.strangers() > 0)
            notes.add(Words.count(found.strangers(), "picture") + " of the " + asked
                    + " asked are of classes without labelled pictures, which neither neighbours nor linear probes can"
                    + " tell");
        return notes;
    }

    /** In lines, for people. */
    @Override
    public String toString() {
        var shares = linear.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%.2f %% with %s of the labels", 100 * e.getValue(), e.getKey()))
                .collect(Collectors.joining(", "));
        var told = knn.map(value -> String.format(
                        Locale.ROOT, "%n  nearest neighbours  %.2f %%%n  linear probe        %s", 100 * value, shares))
                .orElse("");
        return String.format(
                Locale.ROOT,
                "%s on %s, %s of %s by %s:%s%n  recall at 1         %.2f %%, of the pictures asked among themselves%n  verification     "
                        + "   area %.4f under the ROC curve of pairs%n  spread %.3f, rank %.1f%s",
                model,
                data,
                Words.count(asked, "picture"),
                split,
                Words.count(labelled, "labelled one"),
                told,
                100 * recall,
                verification,
                spread,
                rank,
                curve.map(c -> System.lineSeparator() + c).orElse("")
                        + notes.stream()
                                .map(note -> System.lineSeparator() + "Note: " + note + ".")
                                .collect(Collectors.joining()));
    }
}
