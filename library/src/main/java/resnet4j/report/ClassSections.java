package resnet4j.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluation.ClassResult;
import resnet4j.eval.Interval;
import resnet4j.image.Image;
import resnet4j.report.Block.Figure;

/** What a page says of a classifier: how often it is right, what it confuses, its surest mistakes. */
public final class ClassSections {
    private static final int LISTED = 100; // classes; all of them are in evaluation.json

    private ClassSections() {}

    /**
     * Confusion, classes and surest mistakes.
     *
     * @param pictures those of {@link Evaluation#mistakes}, in their order; or none, to leave them out
     */
    public static List<Section> of(Evaluation evaluation, List<Image> pictures) {
        if (!pictures.isEmpty() && pictures.size() != evaluation.mistakes().size())
            throw new IllegalArgumentException("pictures: expected one for each of the "
                    + evaluation.mistakes().size() + " mistakes or none, got " + pictures.size());
        var sections = new ArrayList<>(List.of(confusion(evaluation), classes(evaluation)));
        if (!pictures.isEmpty()) sections.add(mistakes(evaluation, pictures));
        return sections;
    }

    /** What the numbers come to, in a sentence of the colour that it has. */
    public static Block.Verdict verdict(Evaluation e) {
        var standing = e.standing();
        var guess = String.format(Locale.ROOT, "guessing gets %.1f %%", 100 * e.guess());
        var right = String.format(Locale.ROOT, "%.1f %%: ", 100 * e.top1());
        var of = Amounts.count(e.correct()) + " of " + Amounts.pictures(e.samples()) + " right";
        var words = standing.map(s -> switch (s) {
                    case GUESSING -> "no better than guessing (" + of + "; " + guess + ")";
                    case UNSURE -> "not clearly better than guessing (" + of + "; " + guess + ")";
                    case BETTER -> "better than guessing, with many mistakes (" + of + "; " + guess + ")";
                    case GOOD -> of + "; " + guess;
                })
                .orElse(of + ", all of one class");
        return new Block.Verdict(
                standing.map(s -> s.name().toLowerCase(Locale.ROOT)).orElse("unsure"), right + words + ".");
    }

    /** The numbers that are read first. */
    public static Block.Figures figures(Evaluation e) {
        var list = new ArrayList<Figure>();
        var standing =
                e.standing().map(s -> " " + s.name().toLowerCase(Locale.ROOT)).orElse("");
        list.add(new Figure(
                "Top-1 accuracy",
                Amounts.percent(e.top1()),
                "95% interval " + Amounts.percent1(e.interval()),
                "first" + standing));
        if (e.perClass().size() > 5)
            list.add(new Figure(
                    "Top-5 accuracy",
                    Amounts.percent(e.top5()),
                    "95% interval " + Amounts.percent1(Interval.ofShare(e.top5Correct(), e.samples())),
                    ""));
        list.add(new Figure("Correct", Amounts.count(e.correct()), "of " + Amounts.pictures(e.samples()), ""));
        list.add(new Figure("Loss", String.format(Locale.ROOT, "%.4f", e.loss()), "mean cross entropy, nats", ""));
        list.add(new Figure("Macro F1", String.format(Locale.ROOT, "%.4f", e.macroF1()), "mean over classes", ""));
        e.auc()
                .ifPresent(auc -> list.add(new Figure(
                        "ROC area", String.format(Locale.ROOT, "%.4f", auc), "mean, one class against rest", "")));
        list.add(new Figure("Calibration error", Amounts.percent(e.ece()), "expected, 15 bins", ""));
        return new Block.Figures(list);
    }

    private static Section confusion(Evaluation e) {
        var counts = Arrays.stream(e.confusion())
                .map(row -> Arrays.stream(row).asLongStream().toArray())
                .toArray(long[][]::new);
        var names = e.perClass().stream().map(ClassResult::name).toList();
        var confusion = new Block.Confusion(names, counts, "pictures");
        return new Section("Confusion", confusion.note(), List.of(confusion));
    }

    private static Section classes(Evaluation e) {
        var hardest = e.perClass().stream()
                .sorted(Comparator.comparingDouble(ClassResult::f1))
                .limit(LISTED)
                .map(c -> List.of(
                        c.name(),
                        Amounts.count(c.support()),
                        Amounts.count(c.correct()),
                        Amounts.percent1(c.precision()),
                        Amounts.percent1(c.recall()),
                        c.support() == 0 ? "" : Amounts.percent1(Interval.ofShare(c.correct(), c.support())),
                        Amounts.percent1(c.f1())))
                .toList();
        int left = e.perClass().size() - hardest.size();
        return new Section(
                "Classes",
                "Hardest first, by F1; intervals are those of the recall, with 95% confidence (Wilson)."
                        + (left == 0 ? "" : " " + Amounts.count(left) + " easier ones are in evaluation.json."),
                List.of(new Block.Table(
                        "",
                        List.of("Class", "#Pictures", "#-Correct", "#Precision", "#Recall", "#-Interval", "#=F1"),
                        hardest)));
    }

    private static Section mistakes(Evaluation e, List<Image> pictures) {
        var cards = new ArrayList<Block.Card>();
        for (int i = 0; i < pictures.size(); i++) {
            var mistake = e.mistakes().get(i);
            var truth = e.perClass().get(mistake.truth()).name();
            var taken = e.perClass().get(mistake.prediction()).name();
            cards.add(new Block.Card(
                    List.of(new Block.Shown(pictures.get(i), truth + " taken for " + taken, "")),
                    taken + " " + Amounts.percent1(mistake.probability()),
                    List.of("is " + truth),
                    mistake.name()));
        }
        return new Section(
                "Surest mistakes",
                "What the network took a picture for and how sure it was, what it is by its label, and which picture it"
                        + " is. Wrong labels show up here first.",
                List.of(new Block.Cards(cards)));
    }
}
