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
import resnet4j.eval.Score;
import resnet4j.image.Image;
import resnet4j.report.Chart.Axis;
import resnet4j.report.Chart.Mark;
import resnet4j.report.Chart.Point;
import resnet4j.run.Line;
import resnet4j.run.Rate;
import resnet4j.run.RunFolder;

/** The page of a training run: how well, how it went, what it confuses, and what it was made of. */
public final class RunReport {
    private static final int LISTED = 100; // skipped files; all of them are in evaluation.json

    private RunReport() {}

    /**
     * Writes {@code report.html} into a run folder, from its {@code recipe.json} and {@code metrics.jsonl}, which may
     * both be missing, and what is given.
     *
     * @param pictures of the score: those of {@link Evaluation#mistakes}, in their order; or none, to leave them out
     * @param sections more, after what every run and the score's own kind have
     * @return the file
     * @throws IOException if a file cannot be read or written, with its path
     */
    public static Path write(
            RunFolder folder, RunSummary run, Score score, List<Image> pictures, List<TableReport.Section> sections)
            throws IOException {
        var evaluation = score instanceof Evaluation classes ? classes : null;
        if (evaluation != null
                && !pictures.isEmpty()
                && pictures.size() != evaluation.mistakes().size())
            throw new IllegalArgumentException("pictures: expected one for each of the "
                    + evaluation.mistakes().size() + " mistakes or none, got " + pictures.size());
        var history = History.of(folder);
        var page = new Page("Training run", run.model(), "on " + run.data());
        if (evaluation != null) page.add(ClassReport.verdict(evaluation));
        notes(
                page,
                evaluation == null // whose verdict has its own
                        ? run.notes()
                        : run.notes().stream()
                                .filter(note -> !evaluation.notes().contains(note))
                                .toList());
        page.add(evaluation != null ? ClassReport.numbers(evaluation) : numbers(score))
                .add(facts(run, history));
        if (history.epochs() > 1 || history.lastStep() > 1) // one point is no curve
        page.section("Training", trainingNote(history, score), RunCurves.of(history, score));
        rates(page, folder.rates());
        if (evaluation != null) ClassReport.add(page, evaluation, pictures);
        else pictures(page, pictures);
        for (var section : sections) section.addTo(page);
        skipped(page, score.skipped());
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
                List.of(RunCurves.series("Loss", Mark.LINE, points)));
        page.section(
                "Learning-rate search",
                "One pass in which the rate grew at every step. The run used a tenth of the rate at which the loss began to rise.",
                new Markup().open("div", "class", "charts").add(chart.svg()).close());
    }

    /** What to know before one believes the numbers. */
    private static void notes(Page page, List<String> notes) {
        if (notes.isEmpty()) return;
        var list = new Markup().open("ul", "class", "notes");
        for (var note : notes) list.leaf("li", note.substring(0, 1).toUpperCase(Locale.ROOT) + note.substring(1) + ".");
        page.add(list.close());
    }

    // ---- the numbers

    /** All numbers of a score, that by which networks are compared first. */
    private static Markup numbers(Score score) {
        var list = new Markup().open("dl", "class", "numbers");
        number(list, score.headline(), number(score.value()), "", "first");
        score.numbers().forEach((name, value) -> {
            if (!name.equals(score.headline())) number(list, name, number(value), "", null);
        });
        return list.close();
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? count((long) value)
                : String.format(Locale.ROOT, "%.4f", value);
    }

    private static void pictures(Page page, List<Image> pictures) {
        if (pictures.isEmpty()) return;
        var grid = new Markup().open("div", "class", "pictures");
        for (var picture : pictures)
            grid.open("figure")
                    .empty(
                            "img",
                            "class",
                            Pictures.small(picture) ? "small" : null,
                            "src",
                            Pictures.uri(picture),
                            "alt",
                            "")
                    .close();
        page.section("Pictures", "", grid.close());
    }

    static void number(Markup list, String name, String value, String under, String kind) {
        list.open("div", "class", kind).leaf("dt", name).open("dd").text(value);
        list.leaf("span", under, "class", "under").close().close();
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

    private static String trainingNote(History history, Score score) {
        if (history.epochs() < 2) return "";
        boolean share = score instanceof Evaluation;
        return history.perEpoch(e -> RunCurves.validation(e, score.headline())).stream()
                .max(Comparator.comparingDouble(Point::y)) // the first of equals
                .map(best -> String.format(
                        Locale.ROOT,
                        "Validation %s was best after epoch %.0f of %d, at %s.",
                        share ? "accuracy" : score.headline(),
                        best.x(),
                        history.epochs(),
                        share ? percent(best.y()) : number(best.y())))
                .orElse("");
    }

    /** The head of a table, and the start of its body; a heading with # is one of numbers, with #- one that a phone leaves out. */
    static void head(Markup table, String... headings) {
        table.open("thead").open("tr");
        for (String heading : headings) {
            String kind = heading.startsWith("#-") ? "n wide" : heading.startsWith("#") ? "n" : null;
            table.leaf("th", heading.replaceFirst("^#-?", ""), "scope", "col", "class", kind);
        }
        table.close().close().open("tbody");
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
                pictures(skipped.size())
                        + " could not be read, and so "
                        + (skipped.size() == 1 ? "is" : "are")
                        + " in no number above."
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

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f%%", 100 * share);
    }

    static String percent1(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    static String pictures(long n) {
        return count(n) + (n == 1 ? " picture" : " pictures");
    }

    static String count(long n) {
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
