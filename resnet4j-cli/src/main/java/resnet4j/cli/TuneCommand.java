package resnet4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.report.Chart;
import resnet4j.report.TableReport;
import resnet4j.train.Recipe;
import resnet4j.train.Search;
import resnet4j.train.SearchFolder;
import resnet4j.train.Space;
import resnet4j.train.Trainer;
import resnet4j.train.Tuner;

/** {@code tune}: a recipe and spaces for some of its fields in, the best recipe found out. */
@CommandLine.Command(
        name = "tune",
        description = {
            "Search for good values of a recipe's fields.",
            "Recipes are drawn at random. Their runs are paused after some epochs, and only the best third goes on (ASHA,"
                    + " arXiv:1810.05934). What is best is what the validation split says; test pictures are not looked"
                    + " at."
        },
        footer = {
            "SPACE.json is an object from fields to spaces: {\"optimizer.lr\": {\"type\": \"logUniform\", \"low\": 1e-3,"
                    + " \"high\": 1}, \"batch\": {\"type\": \"choice\", \"values\": [64, 128]}}; uniform and int have low"
                    + " and high too."
        })
final class TuneCommand extends Command<TuneCommand.Result> {
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)([smh])");

    @Mixin
    private RecipeArgument recipe;

    @Option(names = "--space", paramLabel = "SPACE.json", description = "What to try.")
    private Path space;

    @Option(names = "--budget", paramLabel = "30m", description = "Time for all of it: 90s, 30m, 8h.")
    private String budget;

    @Option(names = "--trials", paramLabel = "N", description = "How many recipes to draw (default: as time allows).")
    private Integer trials;

    @Option(
            names = "--method",
            paramLabel = "halving|random",
            description = "Whether runs are paused and compared, or all go to their end (default: halving).")
    private Method method = Method.HALVING;

    @Option(names = "--eta", paramLabel = "N", description = "One of N goes on from a rung to the next (default: 3).")
    private int eta = 3;

    @Option(names = "--min-epochs", paramLabel = "N", description = "Epochs of the lowest rung, at least (default: 1).")
    private int minEpochs = 1;

    @Option(names = "--run", paramLabel = "DIR", description = "The search's folder (default: runs/tune-N).")
    private Path run;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the search in this folder.")
    private Path resume;

    @Option(names = "--loader-threads", paramLabel = "N", description = "Threads that prepare batches (default: 1).")
    private int loaderThreads = 1;

    enum Method {
        HALVING,
        RANDOM
    }

    /**
     * @param done   whether nothing is left to do; else --resume goes on
     * @param best   the best trial of those that came furthest; absent while there is none
     * @param recipe the file with its recipe
     * @param trials each trial's last result, best first
     */
    record Result(
            Path folder,
            List<Integer> rungs,
            boolean done,
            double seconds,
            Optional<Search.Result> best,
            Optional<Path> recipe,
            List<Search.Result> trials) {}

    @Override
    Result run() throws Exception {
        double seconds = budget == null ? Double.POSITIVE_INFINITY : seconds(budget);
        var folder = resume == null ? begin() : resumed();
        var search = folder.search();
        var source = DataSource.read(
                recipe.data().orElse(search.base().data()),
                search.base().learn().target());
        List<Search.Result> results;
        try (var stop = new StopSignal();
                var progress = progress("tune", 0, "results")) {
            results = new Tuner(
                            folder,
                            source,
                            new TrainingRun(this, loaderThreads, Trainer.Options.DEFAULT.checkpointSeconds())
                                    .options(stop),
                            seconds,
                            result -> {
                                progress.add(1);
                                progress.say(line(result));
                            })
                    .run();
        }
        report(search, results).write(folder.report());
        var best = search.best(results);
        return new Result(
                folder.path(),
                search.rungs(),
                search.next(results).isEmpty(),
                results.stream().mapToDouble(Search.Result::seconds).sum(),
                best,
                best.map(b -> folder.best()),
                search.ranking(results));
    }

    private SearchFolder begin() throws Exception {
        if (space == null)
            throw new IllegalArgumentException("--space: expected a file with the fields to try, got none");
        if (budget == null && trials == null)
            throw new IllegalArgumentException("--budget: expected a time such as 30m, or --trials, got neither");
        var base = recipe.read(common);
        var spaces = spaces();
        int epochs = epochs(base, spaces);
        var rungs = method == Method.RANDOM ? List.of(epochs) : Search.rungs(epochs, minEpochs, eta);
        var search = new Search(base, spaces, rungs, eta, trials == null ? Integer.MAX_VALUE : trials, base.seed());
        var source = DataSource.read(
                base.data(), base.learn().target()); // before the folder is made: bad data leaves nothing behind
        Tuner.checkValidation(base, source);
        return SearchFolder.create(
                run == null ? RecipeArgument.freshFolder("tune").path() : run, search);
    }

    private SearchFolder resumed() throws Exception {
        if (recipe.givesAny() || space != null || run != null || trials != null)
            throw new IllegalArgumentException("--resume: the search's own recipe and space are used; RECIPE, --set,"
                    + " --limit, --space, --trials and --run do not go with it");
        return SearchFolder.open(resume);
    }

    private Map<String, Space> spaces() throws Exception {
        try {
            return Space.parse(Records.parse(space));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--space: " + e.getMessage(), e);
        }
    }

    /** The longest run's number. */
    private static int epochs(Recipe base, Map<String, Space> spaces) {
        var tried = spaces.get("epochs");
        return tried == null
                ? base.epochs()
                : tried.edges().stream().mapToInt(JsonNode::asInt).max().orElseThrow();
    }

    static double seconds(String duration) {
        var parts = DURATION.matcher(duration);
        if (!parts.matches())
            throw new IllegalArgumentException("--budget: expected a time such as 90s, 30m or 8h, got " + duration);
        double unit =
                switch (parts.group(2)) {
                    case "s" -> 1;
                    case "m" -> 60;
                    default -> 3600;
                };
        return Double.parseDouble(parts.group(1)) * unit;
    }

    private static String line(Search.Result r) {
        return String.format(
                Locale.ROOT,
                "trial %d after %d epochs: %s; %s",
                r.trial(),
                r.epochs(),
                r.failure().orElse(String.format(Locale.ROOT, "%.2f %%", 100 * r.top1())),
                fields(r));
    }

    private static String fields(Search.Result r) {
        return r.fields().entrySet().stream()
                .map(field -> field.getKey() + "=" + shorten(field.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static String shorten(JsonNode value) {
        return value.isDouble() ? String.format(Locale.ROOT, "%.3g", value.asDouble()) : value.toString();
    }

    /** Accuracy against each number that was drawn, a series for each rung; then all trials. */
    private static TableReport report(Search search, List<Search.Result> results) {
        var charts = new ArrayList<Chart>();
        search.space().forEach((path, values) -> {
            if (values.edges().stream().allMatch(JsonNode::isNumber)) charts.add(chart(path, values, search, results));
        });
        var columns = new ArrayList<>(List.of("Trial", "#Epochs", "#Validation top-1"));
        for (var path : search.space().keySet()) columns.add("#" + path);
        columns.add("");
        var rows = search.ranking(results).stream()
                .map(r -> {
                    var row = new ArrayList<>(List.of(
                            "" + r.trial(), "" + r.epochs(), String.format(Locale.ROOT, "%.2f%%", 100 * r.top1())));
                    for (var path : search.space().keySet())
                        row.add(shorten(r.fields().get(path)));
                    row.add(r.failure().orElse(""));
                    return List.copyOf(row);
                })
                .toList();
        var section = new TableReport.Section(
                "Trials",
                "Best first among those that were trained as long. Accuracy is on the validation split; no test picture"
                        + " was looked at.",
                charts,
                columns,
                rows);
        var base = search.base();
        return new TableReport("Search for a recipe", base.model(), "on " + base.data(), List.of(section));
    }

    private static Chart chart(String path, Space values, Search search, List<Search.Result> results) {
        var series = new ArrayList<Chart.Series>();
        for (int i = 0; i < search.rungs().size(); i++) {
            int rung = i;
            series.add(new Chart.Series(
                    search.rungs().get(i) + " epochs",
                    Chart.Mark.POINTS,
                    results.stream()
                            .filter(r -> r.rung() == rung && r.failure().isEmpty())
                            .map(r -> new Chart.Point(r.fields().get(path).asDouble(), r.top1()))
                            .toList()));
        }
        var axis = Chart.Axis.of(path);
        return new Chart(
                path,
                values instanceof Space.LogUniform ? axis.logarithmic() : axis,
                Chart.Axis.of("Validation top-1").inPercent(),
                series);
    }

    @Override
    String text(Result r) {
        var names = r.trials.isEmpty()
                ? List.<String>of()
                : List.copyOf(r.trials.get(0).fields().keySet());
        var header = new ArrayList<>(List.of("trial", "epochs", "validation"));
        header.addAll(names);
        var table = new Table(header.toArray(String[]::new));
        for (var trial : r.trials) {
            var row = new ArrayList<Object>(List.of(
                    trial.trial(),
                    trial.epochs(),
                    trial.failure().isPresent()
                            ? "diverged"
                            : String.format(Locale.ROOT, "%.2f%%", 100 * trial.top1())));
            for (var name : names) row.add(shorten(trial.fields().get(name)));
            table.row(row.toArray());
        }
        var rest = r.done ? "" : String.format("%nNot done; go on with: ./resnet4j tune --resume %s", r.folder);
        return table
                + r.recipe.map(file -> String.format("%nBest recipe: %s", file)).orElse("")
                + rest;
    }
}
