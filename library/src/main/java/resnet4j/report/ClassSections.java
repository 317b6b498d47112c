package resnet4j.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluation.ClassResult;
import resnet4j.eval.Interval;
import resnet4j.eval.Ranking;
import resnet4j.image.Image;
import resnet4j.report.Block.Figure;
import resnet4j.report.Chart.Axis;
import resnet4j.report.Chart.Mark;
import resnet4j.report.Chart.Point;
import resnet4j.report.Chart.Series;

/** What a page says of a classifier: how often it is right, what it confuses, its surest mistakes. */
public final class ClassSections {
    private static final int LISTED = 100; // classes; all of them are in evaluation.json
    private static final int DRAWN = 6; // curves in one chart
    private static final int POINTS = 200;
    private static final double LEAST_PRECISION = 0.5, GOOD = 0.8; // below lies the tail of a good class's curve

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
        var sections = new ArrayList<>(List.of(confusion(evaluation), classes(evaluation, List.of())));
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
        var intervals = e.intervals();
        var standing =
                e.standing().map(s -> " " + s.name().toLowerCase(Locale.ROOT)).orElse("");
        list.add(new Figure(
                "Top-1 accuracy",
                Amounts.percent(e.top1()),
                interval("", intervals.get("top1"), Amounts::percent1),
                "first" + standing));
        if (e.perClass().size() > 5)
            list.add(new Figure(
                    "Top-5 accuracy",
                    Amounts.percent(e.top5()),
                    interval("", intervals.get("top5"), Amounts::percent1),
                    ""));
        list.add(new Figure("Correct", Amounts.count(e.correct()), "of " + Amounts.pictures(e.samples()), ""));
        list.add(new Figure(
                "Loss",
                String.format(Locale.ROOT, "%.4f", e.loss()),
                interval("mean cross entropy, nats", intervals.get("loss"), Amounts::number),
                ""));
        list.add(new Figure(
                "Macro F1",
                String.format(Locale.ROOT, "%.4f", e.macroF1()),
                interval("mean over classes", intervals.get("macroF1"), Amounts::number),
                ""));
        e.auc()
                .ifPresent(auc -> list.add(new Figure(
                        "ROC area",
                        String.format(Locale.ROOT, "%.4f", auc),
                        interval("mean, one class against rest", intervals.get("auc"), Amounts::number),
                        "")));
        list.add(new Figure(
                "Calibration error",
                Amounts.percent(e.ece()),
                interval("expected, 15 bins", intervals.get("ece"), Amounts::percent1),
                ""));
        return new Block.Figures(list);
    }

    /** What a number is, and where it lies. @param lies null where that is not known */
    private static String interval(String what, Interval lies, Function<Interval, String> words) {
        if (lies == null) return what;
        return (what.isEmpty() ? "" : what + "; ") + "95% interval " + words.apply(lies);
    }

    /** Which class was taken for which. */
    public static Section confusion(Evaluation e) {
        var counts = Arrays.stream(e.confusion())
                .map(row -> Arrays.stream(row).asLongStream().toArray())
                .toArray(long[][]::new);
        var names = e.perClass().stream().map(ClassResult::name).toList();
        var confusion = new Block.Confusion(names, counts, "pictures");
        return new Section("Confusion", confusion.note(), List.of(confusion));
    }

    /** Each class by itself. @param rankings of the classes, for their areas; none where these are not known */
    public static Section classes(Evaluation e, List<Ranking> rankings) {
        var columns =
                new ArrayList<>(List.of("Class", "#Pictures", "#-Correct", "#Precision", "#Recall", "#-Interval"));
        var intervals = e.intervals();
        if (!rankings.isEmpty()) columns.addAll(List.of("#-ROC area", "#-PR area"));
        columns.add("#=F1");
        var rows = new ArrayList<List<String>>();
        for (int c :
                hardest(e, e.perClass().size() > LISTED ? LISTED : e.perClass().size())) {
            var one = e.perClass().get(c);
            var row = new ArrayList<>(List.of(
                    one.name(),
                    Amounts.count(one.support()),
                    Amounts.count(one.correct()),
                    Amounts.percent1(one.precision()),
                    Amounts.percent1(one.recall()),
                    known(intervals.get("recall of " + one.name()))));
            if (!rankings.isEmpty()) {
                row.add(area(rankings.get(c).auc()));
                row.add(area(rankings.get(c).averagePrecision()));
            }
            row.add(Amounts.percent1(one.f1()));
            rows.add(row);
        }
        int left = e.perClass().size() - rows.size();
        return new Section(
                "Classes",
                "Hardest first, by F1; intervals are those of the recall, with 95% confidence (Wilson)."
                        + (left == 0 ? "" : " " + Amounts.count(left) + " easier ones are left out."),
                List.of(new Block.Table("", columns, rows)));
    }

    /** Empty for a share of nothing. */
    private static String known(Interval interval) {
        return interval.equals(Interval.ofShare(0, 0)) ? "" : Amounts.percent1(interval);
    }

    private static String area(double area) {
        return Double.isNaN(area) ? "" : String.format(Locale.ROOT, "%.4f", area);
    }

    private static List<Integer> hardest(Evaluation e, int limit) {
        return IntStream.range(0, e.perClass().size())
                .boxed()
                .sorted(Comparator.comparingDouble(c -> e.perClass().get(c).f1()))
                .limit(limit)
                .toList();
    }

    /** ROC and precision-recall curves of the hardest classes. @param ranking of a class, asked for few of them */
    public static Section curves(Evaluation e, IntFunction<Ranking> ranking) {
        var told = hardest(e, e.perClass().size()).stream()
                .filter(c -> e.perClass().get(c).support() > 0)
                .limit(DRAWN)
                .toList();
        var roc = new ArrayList<Series>();
        var precision = new ArrayList<Series>();
        for (int c : told) {
            var one = ranking.apply(c);
            var name = Words.shown(e.perClass().get(c).name());
            var alarms = new ArrayList<Point>();
            var recalls = new ArrayList<Point>();
            for (var cut : thinned(one.cuts())) {
                alarms.add(new Point(one.falseAlarms(cut), one.recall(cut)));
                if (one.precision(cut) >= LEAST_PRECISION || one.averagePrecision() < GOOD)
                    recalls.add(new Point(one.recall(cut), one.precision(cut)));
            }
            roc.add(new Series(name + " " + area(one.auc()), Mark.LINE, alarms));
            precision.add(new Series(name + " " + area(one.averagePrecision()), Mark.LINE, recalls));
        }
        var charts = List.of(
                new Chart(
                        "ROC curves",
                        Axis.of("Others taken for it").inPercent().logarithmic(),
                        Axis.of("Found").inPercent(),
                        roc),
                new Chart(
                        "Precision against recall",
                        Axis.of("Recall").inPercent(),
                        Axis.of("Precision").inPercent(),
                        precision));
        return new Section(
                "At every threshold",
                "Each class against the others, by the odds that it is given"
                        + (told.size() < e.perClass().size() ? ": the " + told.size() + " hardest" : "")
                        + ". Behind the names are the areas. Of good ones, what is wrong more often than right is left"
                        + " out of precision against recall.",
                List.of(new Block.Charts(charts)));
    }

    /** Where the curve bends, and no more points than a chart can show. */
    private static List<Ranking.Cut> thinned(List<Ranking.Cut> cuts) {
        if (cuts.size() <= POINTS) return cuts;
        var kept = new ArrayList<Ranking.Cut>();
        int hits = cuts.get(cuts.size() - 1).hits();
        int alarms = cuts.get(cuts.size() - 1).said() - hits;
        double moved = 0;
        var last = new Ranking.Cut(0, 0, 0);
        for (var cut : cuts) {
            moved = (double) (cut.hits() - last.hits()) / hits
                    + (double) (cut.said() - cut.hits() - last.said() + last.hits()) / Math.max(1, alarms);
            if (moved < 2.0 / POINTS && cut != cuts.get(cuts.size() - 1)) continue;
            kept.add(cut);
            last = cut;
        }
        return kept;
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
