package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Inputs;
import resnet4j.image.Preprocess;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.report.Chart;
import resnet4j.report.TableReport;
import resnet4j.run.RunFolder;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.train.DivergedException;
import resnet4j.train.GradientNorms;
import resnet4j.train.Recipe;
import resnet4j.train.Study;
import resnet4j.train.Trainer;

/** {@code study}: a claim about residual networks, tested again. */
@CommandLine.Command(
        name = "study",
        description = {
            "Test a claim about residual networks on your machine: degradation, degradation-110, small-data,"
                    + " regularisers, gradients.",
            "All but gradients train several networks, one run folder each; a study that was stopped goes on when it is"
                    + " started again with the same --run. study.md, study.json and study.html in that folder have the results."
        })
final class StudyCommand extends Command<StudyCommand.Result> {
    private static final String GRADIENTS = "gradients", NO_NORM = "-without-norm";
    private static final int BATCH = 128;

    @Parameters(index = "0", paramLabel = "NAME", description = "Which study.")
    private String name;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "MODEL",
            description = {
                "gradients: names, saved models or run folders (default: plain and residual with 20 and 56 layers).",
                "plain56-without-norm is plain56 without its batch norms."
            })
    private List<String> models = List.of("plain20", "resnet20", "plain56", "resnet56");

    @Option(names = "--data", paramLabel = "KIND:PATH", required = true, description = "Pictures with their classes.")
    private String data;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Integer limit;

    @Option(names = "--epochs", paramLabel = "N", description = "Epochs of each run (default: 30).")
    private int epochs = 30;

    @Option(names = "--seeds", paramLabel = "N", description = "Runs of each network, by seed 0, 1... (default: 1).")
    private int seeds = 1;

    @Option(names = "--only", paramLabel = "NAME", split = ",", description = "Only these of the study's variations.")
    private List<String> only = List.of();

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Change a field in all of the recipes; see train.")
    private List<String> sets = new ArrayList<>();

    @Option(names = "--run", paramLabel = "DIR", description = "The study's folder (default: runs/NAME).")
    private Path run;

    /** @param done whether all has been run; else the same command goes on */
    record Result(
            String study, Path folder, boolean done, Optional<List<Row>> runs, Optional<List<Gradients>> gradients) {}

    /**
     * What came of a variation.
     *
     * @param top1      on the test split, by seed
     * @param trainLoss of the last epoch, by seed
     * @param diverged  how many of its runs did
     */
    record Row(String variation, List<Double> top1, List<Double> trainLoss, int diverged) {}

    /** A network's convolutions from input to output: length of the gradient, the mean over seeds of its logarithm. */
    record Gradients(String model, List<String> layers, List<Double> gradient, List<Double> relative) {}

    @Override
    Result run() throws Exception {
        if (epochs < 1) throw new IllegalArgumentException("--epochs: expected at least 1, got " + epochs);
        if (seeds < 1) throw new IllegalArgumentException("--seeds: expected at least 1, got " + seeds);
        var folder = run == null ? Path.of("runs", name) : run;
        var study = name.equals(GRADIENTS) ? null : Study.named(name);
        if (study != null) checkVariations(study);
        var source = DataSource.parse(data);
        if (limit != null) source = source.limit(limit);
        Files.createDirectories(folder);
        return study == null ? gradients(source, folder) : trainings(study, source, folder);
    }

    // ---- gradients

    private Result gradients(DataSource<Label> source, Path folder) throws IOException {
        var all = new ArrayList<Gradients>();
        try (var progress = progress("gradients", (long) models.size() * seeds, "networks")) {
            for (var model : models) {
                var norms = new ArrayList<GradientNorms>();
                for (int seed = 0; seed < seeds; seed++) {
                    norms.add(norms(model, source, seed));
                    progress.add(1);
                }
                all.add(mean(model, norms));
            }
        }
        var result = new Result(name, folder, true, Optional.empty(), Optional.of(all));
        write(result, gradientsPage(all, source));
        return result;
    }

    private GradientNorms norms(String model, DataSource<Label> source, long seed) throws IOException {
        Ops.seed(seed);
        var preprocess = Preprocess.cifar10();
        try (var scope = new NativeScope();
                var net = network(model);
                var batches = Loader.shuffled(source.train(), BATCH, seed)
                        .withPreprocess(preprocess)
                        .epoch(0)) {
            net.to(common.device());
            var batch = batches.next();
            return GradientNorms.of(
                    net,
                    Inputs.images(batch, preprocess, common.device()),
                    Inputs.labels(Label.indices(batch.targets()), common.device()));
        }
    }

    private static ClassificationNet network(String model) throws IOException {
        if (!model.endsWith(NO_NORM))
            return ModelFile.open(model, Optional.empty(), OptionalInt.empty()).net();
        var named = Models.get(model.substring(0, model.length() - NO_NORM.length()));
        return Study.withoutNorm(named.architecture()).build();
    }

    private static Gradients mean(String model, List<GradientNorms> seeds) {
        var first = seeds.get(0).layers();
        var gradient = new ArrayList<Double>();
        var relative = new ArrayList<Double>();
        for (int i = 0; i < first.size(); i++) {
            int layer = i;
            gradient.add(
                    geometricMean(seeds.stream().map(s -> s.layers().get(layer).gradient())));
            relative.add(
                    geometricMean(seeds.stream().map(s -> s.layers().get(layer).relative())));
        }
        return new Gradients(
                model, first.stream().map(GradientNorms.Layer::path).toList(), gradient, relative);
    }

    private static double geometricMean(Stream<Double> values) {
        return Math.exp(values.mapToDouble(Math::log).average().orElseThrow());
    }

    private TableReport gradientsPage(List<Gradients> all, DataSource<Label> source) {
        var series = all.stream()
                .map(g -> new Chart.Series(
                        g.model,
                        Chart.Mark.LINE,
                        IntStream.range(0, g.gradient.size())
                                .mapToObj(i -> new Chart.Point(
                                        (double) i / Math.max(1, g.gradient.size() - 1), g.gradient.get(i)))
                                .toList()))
                .toList();
        var chart = new Chart(
                "Length of the gradient by depth",
                Chart.Axis.of("Depth: first convolution to last").inPercent(),
                Chart.Axis.of("Length of the gradient in a convolution's weights")
                        .logarithmic(),
                series);
        var rows = all.stream()
                .map(g -> {
                    int n = g.gradient.size();
                    double first = g.gradient.get(0), last = g.gradient.get(n - 1);
                    return List.of(g.model, "" + n, scientific(first), scientific(last), scientific(first / last));
                })
                .toList();
        return new TableReport(
                "Study",
                "Gradients by depth",
                "on a batch of " + source.name(),
                List.of(new TableReport.Section(
                        "Gradients",
                        "One batch forward in training mode and back; means over " + seeds + " seeds (of logarithms).",
                        List.of(chart),
                        List.of("network", "#convolutions", "#first", "#last", "#first / last"),
                        rows)));
    }

    private static String scientific(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }

    // ---- trainings

    private void checkVariations(Study study) {
        var names = study.variations().stream().map(Study.Variation::name).toList();
        for (var one : only)
            if (!names.contains(one))
                throw new IllegalArgumentException(
                        "--only: expected names of " + String.join(", ", names) + ", got '" + one + "'");
    }

    private Result trainings(Study study, DataSource<Label> source, Path folder) throws IOException {
        var all = new ArrayList<>(sets);
        all.add("data=" + data);
        if (common.precision() != null) all.add("precision=" + common.precision());
        var rows = new ArrayList<Row>();
        boolean done = true;
        try (var stop = new StopSignal();
                var progress = progress("study", 0, "runs")) {
            for (var variation : study.variations()) {
                if (!only.isEmpty() && !only.contains(variation.name())) continue;
                var top1 = new ArrayList<Double>();
                var losses = new ArrayList<Double>();
                int diverged = 0;
                for (long seed = 0; seed < seeds && !stop.getAsBoolean(); seed++) {
                    var recipe = study.recipe(variation, epochs, seed, all);
                    var path = folder.resolve(variation.name().replaceAll("[^\\w]+", "-") + "-" + seed);
                    var run = new RunFolder(path);
                    try {
                        if (!train(recipe, variation.of(source), run, stop)) break;
                        top1.add(Records.read(Records.parse(run.evaluation()), Evaluation.class)
                                .top1());
                        losses.add(trainLoss(run));
                    } catch (DivergedException e) {
                        diverged++;
                    }
                    progress.add(1);
                    progress.say(variation.name() + ", seed " + seed + ": "
                            + (top1.isEmpty() ? "diverged" : percent(top1.get(top1.size() - 1))));
                }
                done &= top1.size() + diverged == seeds;
                rows.add(new Row(variation.name(), top1, losses, diverged));
            }
        }
        var result = new Result(name, folder, done, Optional.of(rows), Optional.empty());
        write(result, trainingsPage(study, rows, folder, source));
        return result;
    }

    /** Begins a run, or goes on with it, or leaves it if it is done. Gives false if it was stopped. */
    private boolean train(Recipe recipe, DataSource<Label> source, RunFolder run, BooleanSupplier stop)
            throws IOException {
        if (run.begun() && !Recipe.of(run).equals(recipe))
            throw new IOException(run.path() + ": expected a run of this study with the same options, found another;"
                    + " give another --run");
        if (Files.exists(run.evaluation())) return true;
        var options = new TrainingRun(this, 1, Trainer.Options.DEFAULT.checkpointSeconds()).options(stop);
        try (var trainer = new Trainer(recipe, source, run, options, new Trainer.Log() {})) {
            return !trainer.train().stopped();
        }
    }

    private static double trainLoss(RunFolder run) throws IOException {
        return run.epochs().stream()
                .reduce((first, last) -> last)
                .map(epoch -> epoch.train().get("loss"))
                .orElse(Double.NaN);
    }

    private TableReport trainingsPage(Study study, List<Row> rows, Path folder, DataSource<Label> source)
            throws IOException {
        var series = new ArrayList<Chart.Series>();
        for (var row : rows) {
            var history = new RunFolder(folder.resolve(row.variation.replaceAll("[^\\w]+", "-") + "-0")).epochs();
            series.add(new Chart.Series(
                    row.variation,
                    Chart.Mark.LINE,
                    history.stream()
                            .map(epoch -> new Chart.Point(
                                    epoch.epoch(), 1 - epoch.train().get("accuracy")))
                            .toList()));
        }
        var chart = new Chart(
                "Training error, seed 0",
                Chart.Axis.of("Epochs"),
                Chart.Axis.of("Training error").inPercent(),
                series);
        var table = rows.stream()
                .map(row -> List.of(
                        row.variation,
                        row.top1.isEmpty()
                                ? "-"
                                : spread(row.top1.stream().map(x -> 100 * x).toList(), "%.2f"),
                        row.trainLoss.isEmpty() ? "-" : spread(row.trainLoss, "%.4f"),
                        "" + row.top1.size(),
                        "" + row.diverged))
                .toList();
        return new TableReport(
                "Study",
                study.name(),
                study.question(),
                List.of(new TableReport.Section(
                        "Results",
                        "On " + source.name() + ", " + epochs + " epochs; means, and least to most over seeds.",
                        List.of(chart),
                        List.of("variation", "#test top-1, %", "#training loss", "#runs", "#diverged"),
                        table)));
    }

    private static String spread(List<Double> values, String format) {
        var mean = values.stream().mapToDouble(x -> x).average().orElseThrow();
        var text = String.format(Locale.ROOT, format, mean);
        if (values.size() == 1) return text;
        return text
                + String.format(
                        Locale.ROOT,
                        " (" + format + " to " + format + ")",
                        values.stream().mapToDouble(x -> x).min().orElseThrow(),
                        values.stream().mapToDouble(x -> x).max().orElseThrow());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    // ---- what is said

    private String markdown; // what study.md holds

    private void write(Result result, TableReport page) throws IOException {
        var section = page.sections().get(0);
        markdown = Stream.of(
                        Stream.of(section.columns().stream()
                                .map(c -> c.replace("#", ""))
                                .toList()),
                        Stream.of(section.columns().stream()
                                .map(c -> c.startsWith("#") ? "---:" : "---")
                                .toList()),
                        section.rows().stream())
                .flatMap(rows -> rows)
                .map(row -> "| " + String.join(" | ", row) + " |")
                .collect(Collectors.joining("\n"));
        Files.writeString(result.folder.resolve("study.md"), markdown + "\n");
        Files.writeString(result.folder.resolve("study.json"), Records.write(result) + "\n");
        page.write(result.folder.resolve("study.html"));
    }

    @Override
    String text(Result result) {
        return markdown + (result.done ? "" : "\nStopped; the same command goes on.");
    }
}
