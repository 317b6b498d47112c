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
import resnet4j.report.Block.Figure;
import resnet4j.report.Chart.Axis;
import resnet4j.report.Chart.Mark;
import resnet4j.report.Chart.Point;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;

/** The page of a training run: how well, how it went, what it confuses, and what it was made of. */
public final class RunReport {
    private static final int LISTED = 100; // skipped files; all of them are in evaluation.json

    private RunReport() {}

    /**
     * Writes {@code report.html} into a run folder, from its {@code recipe.json} and {@code metrics.jsonl}, which may
     * both be missing, and what is given.
     *
     * @param sections what the task says of the score, after what every run has
     * @return the file
     * @throws IOException if a file cannot be read or written, with its path
     */
    public static Path write(RunFolder folder, RunSummary run, Score score, List<Section> sections) throws IOException {
        var history = History.of(folder);
        var all = new ArrayList<Section>();
        all.add(top(run.notes(), score));
        all.add(Section.of(facts(run, history)));
        all.addAll(course(folder, score));
        all.addAll(sections);
        all.addAll(skipped(score.skipped()));
        all.addAll(origin(folder, run.provenance()));
        new Page("Training run", run.model(), "on " + run.data(), all).write(folder.report());
        return folder.report();
    }

    /** What is read first of a score. @param notes what to know before one believes it, a sentence each */
    public static Section top(List<String> notes, Score score) {
        if (!(score instanceof Evaluation e)) return Section.of(new Block.Notes(notes), figures(score));
        var others = notes.stream().filter(note -> !e.notes().contains(note)); // the verdict has its own
        return Section.of(ClassSections.verdict(e), new Block.Notes(others.toList()), ClassSections.figures(e));
    }

    /** How training went, and the search for a learning rate, where the run began with one. */
    public static List<Section> course(RunFolder folder, Score score) throws IOException {
        var sections = new ArrayList<Section>();
        var history = History.of(folder);
        if (history.epochs() > 1 || history.lastStep() > 1) // one point is no curve
        sections.add(new Section("Training", trainingNote(history, score), List.of(RunCurves.of(history, score))));
        var rates = folder.rates();
        if (rates.isEmpty()) return sections;
        var points = new ArrayList<Point>();
        for (var rate : rates) points.add(new Point(rate.lr(), rate.loss(), ""));
        var chart = new Chart(
                "Loss as the rate grows",
                Axis.of("Learning rate").logarithmic(),
                Axis.of("Smoothed cross entropy, nats"),
                List.of(RunCurves.series("Loss", Mark.LINE, points)));
        sections.add(new Section(
                "Learning-rate search",
                "One pass in which the rate grew at every step. The run used a tenth of the rate at which the loss began to rise.",
                List.of(new Block.Charts(List.of(chart)))));
        return sections;
    }

    /** All numbers of a score, that by which networks are compared first. */
    private static Block.Figures figures(Score score) {
        var list = new ArrayList<Figure>();
        var intervals = score.intervals();
        score.numbers().forEach((name, value) -> {
            boolean first = name.equals(score.headline());
            var lies = intervals.containsKey(name) ? "95% interval " + Amounts.number(intervals.get(name)) : "";
            list.add(first ? 0 : list.size(), new Figure(name, Amounts.number(value), lies, first ? "first" : ""));
        });
        return new Block.Figures(list);
    }

    private static Block.Facts facts(RunSummary run, History history) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("Parameters", Amounts.count(run.parameters()));
        if (run.macs() > 0) facts.put("Multiply-adds", Amounts.compact(run.macs()) + " per picture");
        if (history.epochs() > 0) facts.put("Epochs", Amounts.count(history.epochs()));
        if (history.lastStep() > 0) facts.put("Steps", Amounts.count(history.lastStep()));
        facts.put("Time", Amounts.duration(run.seconds()));
        double rate = history.median(Line.Step::imagesPerSecond);
        if (!Double.isNaN(rate)) facts.put("Speed", Amounts.count(Math.round(rate)) + " pictures/s");
        facts.put("Device", run.device());
        return new Block.Facts(facts);
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
                        share ? Amounts.percent(best.y()) : Amounts.number(best.y())))
                .orElse("");
    }

    /** The pictures that could not be read; none where all could. */
    public static List<Section> skipped(List<Skipped> skipped) {
        if (skipped.isEmpty()) return List.of();
        var rows = skipped.stream()
                .limit(LISTED)
                .map(one -> List.of(one.file(), one.reason()))
                .toList();
        int left = skipped.size() - LISTED;
        return List.of(new Section(
                "Skipped pictures",
                Amounts.pictures(skipped.size())
                        + " could not be read, and so "
                        + (skipped.size() == 1 ? "is" : "are")
                        + " in no number above."
                        + (left <= 0 ? "" : " " + Amounts.count(left) + " more are in evaluation.json."),
                List.of(new Block.Table("", List.of("File", "Reason"), rows))));
    }

    /** What a run was made of: its recipe, where it has one, and where it comes from. */
    public static List<Section> origin(RunFolder folder, Map<String, String> provenance) throws IOException {
        var fields = new LinkedHashMap<String, String>();
        if (folder.begun()) flatten(folder.recipe(), "", fields);
        return origin(fields, provenance);
    }

    /** The same of a recipe as JSON. */
    public static List<Section> origin(JsonNode recipe, Map<String, String> provenance) {
        var fields = new LinkedHashMap<String, String>();
        flatten(recipe, "", fields);
        return origin(fields, provenance);
    }

    private static List<Section> origin(Map<String, String> recipe, Map<String, String> provenance) {
        var both =
                new Block.Beside(List.of(new Block.Keys("Recipe", recipe), new Block.Keys("Provenance", provenance)));
        if (both.isEmpty()) return List.of();
        return List.of(new Section(
                "How to make it again",
                recipe.isEmpty() ? "" : "Names of the recipe are those that --set takes.",
                List.of(both)));
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
}
