package resnet4j.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluation.ClassResult;
import resnet4j.eval.Evaluation.Mistake;
import resnet4j.image.Image;

/** What a page says of a classifier: how often it is right, what it confuses, its surest mistakes. */
final class ClassReport {
    private static final int LISTED = 100; // classes; all of them are in evaluation.json

    private ClassReport() {}

    static void add(Page page, Evaluation evaluation, List<Image> mistakes) {
        confusion(page, evaluation);
        classes(page, evaluation);
        mistakes(page, evaluation, mistakes);
    }

    /** What the numbers come to, in a sentence of the colour that it has. */
    static Markup verdict(Evaluation e) {
        var standing = e.standing();
        var guess = String.format(Locale.ROOT, "guessing gets %.1f %%", 100 * e.guess());
        var right = String.format(Locale.ROOT, "%.1f %%: ", 100 * e.top1());
        var of = RunReport.count(e.correct()) + " of " + RunReport.pictures(e.samples()) + " right";
        var words = standing.map(s -> switch (s) {
                    case GUESSING -> "no better than guessing (" + of + "; " + guess + ")";
                    case UNSURE -> "not clearly better than guessing (" + of + "; " + guess + ")";
                    case BETTER -> "better than guessing, with many mistakes (" + of + "; " + guess + ")";
                    case GOOD -> of + "; " + guess;
                })
                .orElse(of + ", all of one class");
        var kind = standing.map(s -> s.name().toLowerCase(Locale.ROOT)).orElse("unsure");
        return new Markup().leaf("p", right + words + ".", "class", "verdict " + kind);
    }

    static Markup numbers(Evaluation e) {
        var list = new Markup().open("dl", "class", "numbers");
        var interval = e.interval();
        RunReport.number(
                list,
                "Top-1 accuracy",
                RunReport.percent(e.top1()),
                String.format(
                        Locale.ROOT,
                        "95%% interval %.1f to %s",
                        100 * interval.low(),
                        RunReport.percent1(interval.high())),
                "first "
                        + e.standing()
                                .map(standing -> standing.name().toLowerCase(Locale.ROOT))
                                .orElse(""));
        if (e.perClass().size() > 5)
            RunReport.number(
                    list, "Top-5 accuracy", RunReport.percent(e.top5()), RunReport.pictures(e.top5Correct()), null);
        RunReport.number(list, "Correct", RunReport.count(e.correct()), "of " + RunReport.pictures(e.samples()), null);
        RunReport.number(list, "Loss", String.format(Locale.ROOT, "%.4f", e.loss()), "mean cross entropy, nats", null);
        RunReport.number(list, "Macro F1", String.format(Locale.ROOT, "%.4f", e.macroF1()), "mean over classes", null);
        e.auc()
                .ifPresent(auc -> RunReport.number(
                        list,
                        "ROC area",
                        String.format(Locale.ROOT, "%.4f", auc),
                        "mean, one class against rest",
                        null));
        RunReport.number(list, "Calibration error", RunReport.percent(e.ece()), "expected, 15 bins", null);
        return list.close();
    }

    // ---- the classes

    private static void confusion(Page page, Evaluation e) {
        List<String> names = e.perClass().stream().map(ClassResult::name).toList();
        var matrix = new ConfusionMatrix(names, e.confusion());
        boolean drawn = names.size() <= ConfusionMatrix.DRAWN;
        var content = new Markup().open("div", "class", names.size() > 16 || !drawn ? "matrix wide" : "matrix");
        if (drawn) content.open("figure", "class", "scroll").add(matrix.svg()).close();
        List<ConfusionMatrix.Pair> pairs = matrix.mostConfused(10);
        if (!pairs.isEmpty()) {
            content.open("div").open("table").leaf("caption", "Most often confused");
            RunReport.head(content, "True", "Taken for", "#Pictures", "#Of its class");
            for (var pair : pairs) {
                content.open("tr").leaf("th", names.get(pair.truth()), "scope", "row");
                content.leaf("td", names.get(pair.prediction()));
                content.leaf("td", RunReport.count(pair.count()), "class", "n");
                content.leaf("td", RunReport.percent1((double) pair.count() / pair.of()), "class", "n")
                        .close();
            }
            content.close().close().close();
        }
        page.section(
                "Confusion",
                drawn
                        ? "Rows are true classes, columns what they were taken for. Blue is right, orange is wrong; the"
                                + " stronger, the larger the share of the row."
                        : "A matrix of " + RunReport.count(names.size())
                                + " classes could not be read; these are the pairs of"
                                + " classes that were confused most often.",
                content.close());
    }

    private static void classes(Page page, Evaluation e) {
        List<ClassResult> hardest = e.perClass().stream()
                .sorted(Comparator.comparingDouble(ClassResult::f1))
                .limit(LISTED)
                .toList();
        var table = new Markup().open("div", "class", "scroll").open("table");
        RunReport.head(table, "Class", "#Pictures", "#-Correct", "#Precision", "#Recall", "#F1");
        for (ClassResult c : hardest) {
            table.open("tr").leaf("th", c.name(), "scope", "row", "class", "name");
            table.leaf("td", RunReport.count(c.support()), "class", "n")
                    .leaf("td", RunReport.count(c.correct()), "class", "n wide");
            table.leaf("td", RunReport.percent1(c.precision()), "class", "n")
                    .leaf("td", RunReport.percent1(c.recall()), "class", "n");
            table.open("td", "class", "n").open("span", "class", "bar", "aria-hidden", "true");
            table.leaf("i", "", "style", String.format(Locale.ROOT, "width:%.1f%%", 100 * c.f1()))
                    .close();
            table.text(RunReport.percent1(c.f1())).close().close();
        }
        table.close().close().close();
        int left = e.perClass().size() - hardest.size();
        page.section(
                "Classes",
                "Hardest first, by F1."
                        + (left == 0 ? "" : " " + RunReport.count(left) + " easier ones are in evaluation.json."),
                table);
    }

    // ---- the mistakes

    private static void mistakes(Page page, Evaluation e, List<Image> pictures) {
        if (pictures.isEmpty()) return;
        var grid = new Markup().open("div", "class", "pictures");
        for (int i = 0; i < pictures.size(); i++) {
            Mistake mistake = e.mistakes().get(i);
            Image picture = pictures.get(i);
            String truth = e.perClass().get(mistake.truth()).name();
            String taken = e.perClass().get(mistake.prediction()).name();
            grid.open("figure");
            grid.empty(
                    "img",
                    "class",
                    Pictures.small(picture) ? "small" : null,
                    "src",
                    Pictures.uri(picture),
                    "alt",
                    truth + " taken for " + taken);
            grid.open("figcaption");
            grid.open("div", "class", "taken")
                    .leaf("bdi", taken)
                    .text(" " + RunReport.percent1(mistake.probability()))
                    .close();
            grid.open("div", "class", "truth").text("is ").leaf("bdi", truth).close();
            grid.open("div", "class", "file")
                    .open("bdi")
                    .path(mistake.name())
                    .close()
                    .close();
            grid.close().close();
        }
        page.section(
                "Surest mistakes",
                "What the network took a picture for and how sure it was, what it is by its label, and which picture it"
                        + " is. Wrong labels show up here first.",
                grid.close());
    }
}
