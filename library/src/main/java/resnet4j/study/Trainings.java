package resnet4j.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.config.Checks;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.eval.Evaluation;
import resnet4j.report.Chart;
import resnet4j.report.Page;
import resnet4j.report.Section;
import resnet4j.run.RunFolder;
import resnet4j.run.Watcher;
import resnet4j.study.StudyResult.Row;
import resnet4j.train.DivergedException;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/**
 * A study's variations, each trained from several seeds, in a folder that it goes on from.
 *
 * @param epochs  of a variation that sees all pictures
 * @param seeds   runs of each, from seed 0
 * @param only    names of the variations to train; all where empty
 * @param changes of all recipes, as in {@code optimizer.lr=0.05}; their {@code data} names the pictures
 */
public record Trainings(Study study, int epochs, int seeds, List<String> only, List<String> changes) {
    public Trainings {
        Checks.positive("epochs", epochs);
        Checks.positive("seeds", seeds);
        only = List.copyOf(only);
        changes = List.copyOf(changes);
        var names = study.variations().stream().map(Study.Variation::name).toList();
        for (var one : only)
            if (!names.contains(one))
                throw new IllegalArgumentException(
                        "only: expected names of " + String.join(", ", names) + ", got '" + one + "'");
    }

    /** Trains what is not trained yet, until it is told to stop, and writes what it found into the folder. */
    public StudyResult run(DataSource<Label> source, Path folder, Trainer.Options options, Watcher watcher)
            throws IOException {
        Files.createDirectories(folder);
        var rows = new ArrayList<Row>();
        boolean done = true;
        for (var variation : study.variations()) {
            if (!only.isEmpty() && !only.contains(variation.name())) continue;
            var row = row(variation, source, folder, options, watcher);
            done &= row.top1().size() + row.diverged() == seeds;
            rows.add(row);
        }
        var result = new StudyResult(study.name(), folder, done, Optional.of(rows), Optional.empty(), Optional.empty());
        return result.write(page(result, source.name()));
    }

    private Row row(
            Study.Variation variation, DataSource<Label> source, Path folder, Trainer.Options options, Watcher watcher)
            throws IOException {
        var top1 = new ArrayList<Double>();
        var losses = new ArrayList<Double>();
        int diverged = 0;
        for (int seed = 0; seed < seeds && !options.stop().getAsBoolean(); seed++) {
            var recipe = study.recipe(variation, epochs, seed, changes);
            var run = run(folder, variation.name(), seed);
            try {
                if (!train(recipe, variation.of(source), run, options)) break;
                top1.add(Records.read(Records.parse(run.evaluation()), Evaluation.class)
                        .top1());
                losses.add(trainLoss(run));
            } catch (DivergedException e) {
                diverged++;
            }
            watcher.add(1);
            watcher.say(variation.name() + ", seed " + seed + ": "
                    + (top1.isEmpty()
                            ? "diverged"
                            : String.format(Locale.ROOT, "%.2f %%", 100 * top1.get(top1.size() - 1))));
        }
        return new Row(variation.name(), top1, losses, diverged);
    }

    private static RunFolder run(Path folder, String variation, int seed) {
        return new RunFolder(folder.resolve(variation.replaceAll("[^\\w]+", "-") + "-" + seed));
    }

    /** Begins a run, or goes on with it, or leaves it if it is done. Gives false if it was stopped. */
    private static boolean train(Recipe recipe, DataSource<Label> source, RunFolder run, Trainer.Options options)
            throws IOException {
        if (run.begun() && !Recipe.of(run).equals(recipe))
            throw new IOException(run.path() + ": expected a run of this study with the same options, found another;"
                    + " give another --run");
        if (Files.exists(run.evaluation())) return true;
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

    private Page page(StudyResult result, String source) throws IOException {
        var series = new ArrayList<Chart.Series>();
        for (var row : result.runs().orElseThrow())
            series.add(new Chart.Series(
                    row.variation(),
                    Chart.Mark.LINE,
                    run(result.folder(), row.variation(), 0).epochs().stream()
                            .map(epoch -> new Chart.Point(
                                    epoch.epoch(), 1 - epoch.train().get("accuracy")))
                            .toList()));
        var chart = new Chart(
                "Training error, seed 0",
                Chart.Axis.of("Epochs"),
                Chart.Axis.of("Training error").inPercent(),
                series);
        return new Page(
                "Study",
                study.name(),
                study.question(),
                List.of(new Section(
                        "Results",
                        "On " + source + ", " + epochs + " epochs; means, and least to most over seeds.",
                        List.of(chart),
                        result.columns(),
                        result.table())));
    }
}
