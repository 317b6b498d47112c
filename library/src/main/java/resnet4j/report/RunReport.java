package resnet4j.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import resnet4j.data.Skipped;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluation.ClassResult;
import resnet4j.eval.Evaluation.Mistake;
import resnet4j.image.Image;
import resnet4j.report.Chart.Axis;
import resnet4j.report.Chart.Mark;
import resnet4j.report.Chart.Point;
import resnet4j.report.Chart.Series;
import resnet4j.run.Line;
import resnet4j.run.Rate;
import resnet4j.run.RunFolder;

/** The page of a training run: how well, how it went, what it confuses, and what it was made of. */
public final class RunReport {
    private static final int LISTED = 100; // classes and skipped files; all of them are in evaluation.json
    private static final Axis EPOCHS = Axis.of("Epochs");

    private RunReport() {}

    /**
     * Writes {@code report.html} into a run folder, from its {@code recipe.json} and {@code metrics.jsonl}, which may
     * both be missing, and what is given.
     *
     * @param mistakes the pictures of {@link Evaluation#mistakes}, in their order; or none, to leave them out
     * @return the file
     * @throws IOException if a file cannot be read or written, with its path
     */
    public static Path write(RunFolder folder, RunSummary run, Evaluation evaluation, List<Image> mistakes)
            throws IOException {
        if (!mistakes.isEmpty() && mistakes.size() != evaluation.mistakes().size())
            throw new IllegalArgumentException("mistakes: expected a picture for each of the "
                    + evaluation.mistakes().size() + " mistakes or none, got " + mistakes.size());
        var history = History.of(folder);
        var page = new Page("Training run", run.model(), "on " + run.data());
        page.add(numbers(evaluation)).add(facts(run, history));
        if (history.epochs() > 0 || history.lastStep() > 0)
            page.section("Training", trainingNote(history), curves(history));
        rates(page, folder.rates());
        confusion(page, evaluation);
        classes(page, evaluation);
        mistakes(page, evaluation, mistakes);
        skipped(page, evaluation.skipped());
        origin(page, folder, run);
        page.write(folder.report());
        return folder.report();
    }

    /** The search for a learning rate, where the run began with one. */
    private static void rates(Page page, List<Rate> rates) {
        if (rates.isEmpty()) return;
        var points = new ArrayList<Point>();
        for (var rate : rates) points.add(new Point(rate.lr(), rate.loss(), ""));
        var chart = new Chart(
                "Loss as the rate grows",
                Axis.of("Learning rate").logarithmic(),
                Axis.of("Smoothed cross entropy, nats"),
                List.of(series("Loss", Mark.LINE, points)));
        page.section(
                "Learning-rate search",
                "One pass in which the rate grew at every step. The run used the rate at which the loss fell fastest.",
                new Markup().open("div", "class", "charts").add(chart.svg()).close());
    }

    // ---- the numbers

    private static Markup numbers(Evaluation e) {
        var list = new Markup().open("dl", "class", "numbers");
        double[] interval = wilson(e.correct(), e.samples());
        number(
                list,
                "Top-1 accuracy",
                percent(e.top1()),
                String.format(Locale.ROOT, "95%% interval %.1f to %s", 100 * interval[0], percent1(interval[1])),
                "first");
        if (e.perClass().size() > 5)
            number(list, "Top-5 accuracy", percent(e.top5()), count(e.top5Correct()) + " pictures", null);
        number(list, "Correct", count(e.correct()), "of " + count(e.samples()) + " pictures", null);
        number(list, "Loss", String.format(Locale.ROOT, "%.4f", e.loss()), "mean cross entropy, nats", null);
        number(list, "Macro F1", String.format(Locale.ROOT, "%.4f", e.macroF1()), "mean over classes", null);
        e.auc()
                .ifPresent(auc -> number(
                        list,
                        "ROC area",
                        String.format(Locale.ROOT, "%.4f", auc),
                        "mean, one class against rest",
                        null));
        number(list, "Calibration error", percent(e.ece()), "expected, 15 bins", null);
        return list.close();
    }

    private static void number(Markup list, String name, String value, String under, String kind) {
        list.open("div", "class", kind).leaf("dt", name).open("dd").text(value);
        list.leaf("span", under, "class", "under").close().close();
    }

    /** The 95% interval of a share. Wilson 1927, "Probable inference", with z = 1.96. */
    static double[] wilson(int correct, int samples) {
        double z = 1.96;
        double n = samples;
        double p = correct / n;
        double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
        double half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        return new double[] {Math.max(0, middle - half), Math.min(1, middle + half)};
    }

    private static Markup facts(RunSummary run, History history) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("Parameters", count(run.parameters()));
        if (run.macs() > 0) facts.put("Multiply-adds", compact(run.macs()) + " per picture");
        if (history.epochs() > 0) facts.put("Epochs", count(history.epochs()));
        if (history.lastStep() > 0) facts.put("Steps", count(history.lastStep()));
        facts.put("Time", duration(run.seconds()));
        double rate = history.median(Line.Step::imagesPerSecond);
        if (!Double.isNaN(rate)) facts.put("Speed", count(Math.round(rate)) + " pictures/s");
        facts.put("Device", run.device());
        var list = new Markup().open("dl", "class", "facts");
        facts.forEach((name, value) ->
                list.open("div").leaf("dt", name).leaf("dd", value).close());
        return list.close();
    }

    // ---- the curves

    private static String trainingNote(History history) {
        List<Point> accuracy = history.perEpoch(e -> validation(e, "top1"));
        return accuracy.stream()
                .max(Comparator.comparingDouble(Point::y)) // the first of equals
                .map(best -> String.format(
                        Locale.ROOT,
                        "Validation accuracy was best after epoch %.0f of %d, at %s.",
                        best.x(),
                        history.epochs(),
                        percent(best.y())))
                .orElse("");
    }

    private static Markup curves(History history) {
        var charts = new Markup().open("div", "class", "charts");
        var all = new Chart[] {
            chart(
                    "Loss",
                    Axis.of("Cross entropy, nats"),
                    training(history, "loss"),
                    series("Validation", Mark.LINE_AND_POINTS, history.perEpoch(e -> validation(e, "loss")))),
            chart(
                    "Accuracy",
                    Axis.of("Top-1 accuracy").inPercent(),
                    training(history, "accuracy"),
                    series("Validation", Mark.LINE_AND_POINTS, history.perEpoch(e -> validation(e, "top1")))),
            chart(
                    "Learning rate",
                    Axis.of("Learning rate"),
                    series("Learning rate", Mark.LINE, history.perStep(Line.Step::lr))),
            chart(
                    "Speed",
                    Axis.of("Pictures per second"),
                    series("Speed", Mark.LINE, history.perStep(Line.Step::imagesPerSecond)))
        };
        for (Chart chart : all) {
            if (chart.isEmpty()) continue;
            charts.open("figure").open("figcaption").leaf("h3", chart.title()).close();
            charts.add(chart.svg()).close();
        }
        return charts.close();
    }

    private static Chart chart(String title, Axis y, Series... series) {
        return new Chart(
                title,
                EPOCHS,
                y,
                List.of(series).stream().filter(s -> !s.points().isEmpty()).toList());
    }

    private static Series training(History history, String name) {
        List<Point> steps = history.perStep(step -> step.train().getOrDefault(name, Double.NaN));
        return series(
                "Training",
                Mark.LINE,
                steps.isEmpty() ? history.perEpoch(e -> e.train().getOrDefault(name, Double.NaN)) : steps);
    }

    private static double validation(Line.Epoch epoch, String name) {
        return epoch.validation().getOrDefault(name, Double.NaN);
    }

    private static Series series(String name, Mark mark, List<Point> points) {
        return new Series(name, mark == Mark.LINE_AND_POINTS && points.size() > 60 ? Mark.LINE : mark, points);
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
            head(content, "True", "Taken for", "#Pictures", "#Of its class");
            for (var pair : pairs) {
                content.open("tr").leaf("th", names.get(pair.truth()), "scope", "row");
                content.leaf("td", names.get(pair.prediction()));
                content.leaf("td", count(pair.count()), "class", "n");
                content.leaf("td", percent1((double) pair.count() / pair.of()), "class", "n")
                        .close();
            }
            content.close().close().close();
        }
        page.section(
                "Confusion",
                drawn
                        ? "Rows are true classes, columns what they were taken for. Blue is right, orange is wrong; the"
                                + " stronger, the larger the share of the row."
                        : "A matrix of " + count(names.size()) + " classes could not be read; these are the pairs of"
                                + " classes that were confused most often.",
                content.close());
    }

    private static void classes(Page page, Evaluation e) {
        List<ClassResult> hardest = e.perClass().stream()
                .sorted(Comparator.comparingDouble(ClassResult::f1))
                .limit(LISTED)
                .toList();
        var table = new Markup().open("div", "class", "scroll").open("table");
        head(table, "Class", "#Pictures", "#Correct", "#Precision", "#Recall", "#F1");
        for (ClassResult c : hardest) {
            table.open("tr").leaf("th", c.name(), "scope", "row");
            table.leaf("td", count(c.support()), "class", "n").leaf("td", count(c.correct()), "class", "n");
            table.leaf("td", percent1(c.precision()), "class", "n").leaf("td", percent1(c.recall()), "class", "n");
            table.open("td", "class", "n").open("span", "class", "bar", "aria-hidden", "true");
            table.leaf("i", "", "style", String.format(Locale.ROOT, "width:%.1f%%", 100 * c.f1()))
                    .close();
            table.text(percent1(c.f1())).close().close();
        }
        table.close().close().close();
        int left = e.perClass().size() - hardest.size();
        page.section(
                "Classes",
                "Hardest first, by F1." + (left == 0 ? "" : " " + count(left) + " easier ones are in evaluation.json."),
                table);
    }

    /** The head of a table, and the start of its body; a heading with # is one of numbers. */
    private static void head(Markup table, String... headings) {
        table.open("thead").open("tr");
        for (String heading : headings) {
            boolean numbers = heading.startsWith("#");
            table.leaf("th", numbers ? heading.substring(1) : heading, "scope", "col", "class", numbers ? "n" : null);
        }
        table.close().close().open("tbody");
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
                    .text(" " + percent1(mistake.probability()))
                    .close();
            grid.open("div", "class", "truth").text("is ").leaf("bdi", truth).close();
            grid.open("div", "class", "file").leaf("bdi", mistake.name()).close();
            grid.close().close();
        }
        page.section(
                "Surest mistakes",
                "What the network took a picture for and how sure it was, what it is by its label, and which picture it"
                        + " is. Wrong labels show up here first.",
                grid.close());
    }

    private static void skipped(Page page, List<Skipped> skipped) {
        if (skipped.isEmpty()) return;
        var table = new Markup().open("table");
        head(table, "File", "Reason");
        for (Skipped one : skipped.subList(0, Math.min(LISTED, skipped.size()))) {
            table.open("tr").open("th", "scope", "row").leaf("bdi", one.file()).close();
            table.leaf("td", one.reason()).close();
        }
        int left = skipped.size() - LISTED;
        page.section(
                "Skipped pictures",
                (skipped.size() == 1 ? "One picture" : count(skipped.size()) + " pictures")
                        + " could not be read, and so are in no number above."
                        + (left <= 0 ? "" : " " + count(left) + " more are in evaluation.json."),
                table.close().close());
    }

    // ---- where it comes from

    private static void origin(Page page, RunFolder folder, RunSummary run) throws IOException {
        var content = new Markup().open("div", "class", "pair");
        boolean any = false;
        if (folder.begun()) {
            var fields = new LinkedHashMap<String, String>();
            flatten(folder.recipe(), "", fields);
            content.add(keys("Recipe", fields));
            any = true;
        }
        if (!run.provenance().isEmpty()) {
            content.add(keys("Provenance", run.provenance()));
            any = true;
        }
        content.close();
        if (any) page.section("How to make it again", "Names of the recipe are those that --set takes.", content);
    }

    private static Markup keys(String caption, Map<String, String> fields) {
        var table = new Markup()
                .open("table", "class", "keys")
                .leaf("caption", caption)
                .open("tbody");
        fields.forEach((name, value) -> table.open("tr")
                .leaf("th", name, "scope", "row")
                .leaf("td", value)
                .close());
        return table.close().close();
    }

    /** Every value of an object by its path; lists without objects stay whole. */
    static void flatten(JsonNode node, String path, Map<String, String> fields) {
        if (node.isObject() && !node.isEmpty()) {
            for (var field : node.properties())
                flatten(field.getValue(), path.isEmpty() ? field.getKey() : path + "." + field.getKey(), fields);
        } else if (node.isArray() && hasObjects(node)) {
            for (int i = 0; i < node.size(); i++) flatten(node.get(i), path + "." + i, fields);
        } else {
            fields.put(path, node.isTextual() ? node.asText() : node.toString().replace(",", ", "));
        }
    }

    private static boolean hasObjects(JsonNode array) {
        var items = new ArrayList<JsonNode>();
        array.forEach(items::add);
        return items.stream().anyMatch(JsonNode::isObject);
    }

    // ---- numbers as text

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f%%", 100 * share);
    }

    private static String percent1(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private static String compact(long n) {
        if (n >= 1_000_000_000) return String.format(Locale.ROOT, "%.2f G", n / 1e9);
        if (n >= 1_000_000) return String.format(Locale.ROOT, "%.1f M", n / 1e6);
        return count(n);
    }

    static String duration(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) return s + " s";
        if (s < 3600) return s / 60 + " min " + s % 60 + " s";
        return s / 3600 + " h " + s % 3600 / 60 + " min";
    }
}
