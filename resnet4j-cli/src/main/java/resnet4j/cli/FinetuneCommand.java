package resnet4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.eval.Score;
import resnet4j.eval.Spread;
import resnet4j.report.Words;
import resnet4j.run.Rate;
import resnet4j.train.Finetune;

/** {@code finetune}: published weights and a folder of pictures in, a classifier of those pictures out. */
@CommandLine.Command(
        name = "finetune",
        description = "Teach a trained network the classes of your own pictures.",
        footer = {
            "The last layer is replaced. What is not said is chosen from the pictures, and said with its reasons first.",
            "",
            "Example:",
            "  ./resnet4j finetune resnet18 --weights resnet18.tv_in1k_v1 \\",
            "        --data folder:DIR"
        })
final class FinetuneCommand extends Command<FinetuneCommand.Result> {
    @Mixin
    private ModelArgument model;

    @Option(names = "--data", required = true, paramLabel = "KIND:PATH", description = "Pictures with their classes.")
    private String data;

    @Option(
            names = "--strategy",
            paramLabel = "probe|last|gradual|all",
            description = "The head alone; the last stage too; one more stage every two epochs; everything.")
    private Finetune.Kind strategy;

    @Option(names = "--epochs", paramLabel = "N", description = "Times that all pictures are seen.")
    private Integer epochs;

    @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate, in place of the one chosen.")
    private Double lr;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures in a step, in place of those chosen.")
    private Integer batch;

    @Option(names = "--find-lr", description = "Search for the rate also where the network starts from random weights.")
    private boolean findLr;

    @Option(names = "--folds", paramLabel = "K", description = "Cross-validate: K runs, each tested on another K-th.")
    private Integer folds;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Integer limit;

    @Option(names = "--run", paramLabel = "DIR", description = "The run's folder (default: runs/finetune-N).")
    private Path run;

    @Option(names = "--set", paramLabel = "PATH=VALUE", description = "Change a field of the recipe; see train.")
    private List<String> sets = new ArrayList<>();

    /**
     * @param reasons why the recipe is as it is
     * @param rates   the curve of a search for the rate
     * @param folds   test accuracy of each fold; their mean and deviation are in {@code top1}
     */
    record Result(List<String> reasons, Optional<List<Rate>> rates, List<TrainingRun.Result> runs, Spread top1) {}

    @Override
    Result run() throws Exception {
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        if (folds != null) Bounds.atLeast("--folds", 2, folds);
        var source = DataSource.parse(data);
        var training = new TrainingRun(this);
        var plan = Finetune.plan(model.described(), model.weightFile(), source, wishes());
        for (var set : sets)
            plan = plan.withRecipe(Records.overlay(plan.recipe(), Records.set(Records.parse("{}"), set)));
        plan.reasons().forEach(this::say);
        var rated = training.withRate(plan, source);
        rated.reasons().stream().skip(plan.reasons().size()).forEach(this::say);
        var runs = new ArrayList<TrainingRun.Result>();
        Finetune.runs(
                rated,
                source,
                run == null ? freshFolder("finetune").path() : run,
                (recipe, part, folder) -> {
                    runs.add(training.train(recipe, part, folder));
                    return runs.get(runs.size() - 1).test();
                },
                this::say);
        var rates = Optional.of(rated.rates()).filter(r -> !r.isEmpty());
        return new Result(rated.reasons(), rates, runs, Spread.of(scores(runs)));
    }

    private static double[] scores(List<TrainingRun.Result> runs) {
        return runs.stream()
                .flatMap(run -> run.test().stream())
                .mapToDouble(Score::value)
                .toArray();
    }

    private Finetune.Wishes wishes() {
        var wishes = new Finetune.Wishes().withSearch(findLr);
        if (strategy != null) wishes = wishes.with(strategy);
        if (epochs != null) wishes = wishes.withEpochs(epochs);
        if (lr != null) wishes = wishes.withLr(lr);
        if (batch != null) wishes = wishes.withBatch(batch);
        if (limit != null) wishes = wishes.withLimit(limit);
        if (folds != null) wishes = wishes.withFolds(folds);
        if (common.precision() != null) wishes = wishes.withPrecision(common.precision());
        return wishes.withSeed(common.seed().orElse(0));
    }

    @Override
    String text(Result r) {
        var lines = new ArrayList<String>();
        for (var run : r.runs) lines.add(run.text());
        if (r.runs.size() > 1)
            lines.add(String.format(
                    Locale.ROOT,
                    "%s: %.2f %% right on average, standard deviation %.2f",
                    Words.count(r.runs.size(), "fold"),
                    100 * r.top1.mean(),
                    100 * r.top1.deviation()));
        return String.join(System.lineSeparator(), lines);
    }
}
