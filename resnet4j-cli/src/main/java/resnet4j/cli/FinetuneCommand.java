package resnet4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.config.Records;
import resnet4j.data.Augment;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.eval.Score;
import resnet4j.model.ModelFile;
import resnet4j.run.Rate;
import resnet4j.run.RunFolder;
import resnet4j.train.Optim;
import resnet4j.train.RateFinder;
import resnet4j.train.Recipe;
import resnet4j.train.Schedule;
import resnet4j.train.Strategy;

/** {@code finetune}: published weights and a folder of pictures in, a classifier of those pictures out. */
@CommandLine.Command(
        name = "finetune",
        description = "Teach a trained network the classes of your own pictures.",
        footer = "The last layer is replaced. What is not said is chosen from the number of pictures, and printed.")
final class FinetuneCommand extends Command<FinetuneCommand.Result> {
    @Mixin
    private ModelArgument model;

    @Option(names = "--data", required = true, paramLabel = "KIND:PATH", description = "Pictures with their classes.")
    private String data;

    @Option(
            names = "--strategy",
            paramLabel = "probe|last|gradual|all",
            description = "The head alone; the last stage too; one more stage each epoch; everything.")
    private String strategy;

    @Option(names = "--epochs", paramLabel = "N", description = "Times that all pictures are seen.")
    private Integer epochs;

    @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate, in place of the one chosen.")
    private Double lr;

    @Option(names = "--find-lr", description = "Try rates on the pictures first, and use the best.")
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
     * @param rates   the curve of {@code --find-lr}
     * @param folds   test accuracy of each fold; their mean and deviation are in {@code top1}
     */
    record Result(List<String> reasons, Optional<List<Rate>> rates, List<TrainingRun.Result> runs, Top1 top1) {
        record Top1(double mean, double deviation) {}
    }

    /** Fewer training pictures than these teach the head alone. */
    private static final int FEW = 500;

    private final List<String> reasons = new ArrayList<>();

    @Override
    Result run() throws Exception {
        var source = DataSource.parse(data);
        Recipe recipe;
        try (var opened = model.evenRandom()) {
            recipe = recipe(opened.file(), source);
        }
        Optional<List<Rate>> rates = Optional.empty();
        var folder = run == null ? RecipeArgument.freshFolder("finetune").path() : run;
        if (findLr) {
            rates = Optional.of(rates(recipe, source));
            double found = RateFinder.steepest(rates.get());
            because("learning rate %.2g: the loss falls fastest there", found);
            recipe = Records.overlay(recipe, Records.set(Records.parse("{}"), "optimizer.lr=" + found));
        }
        var runs = new ArrayList<TrainingRun.Result>();
        if (folds == null) {
            var own = RunFolder.create(folder);
            if (rates.isPresent()) own.keepRates(rates.get());
            runs.add(new TrainingRun(this).train(recipe, source, own));
        } else {
            int k = 0;
            for (var fold : source.train().folds(folds, recipe.seed())) {
                var part = new DataSource<>(
                        source.name() + " fold " + ++k, fold.rest(), Optional.empty(), Optional.of(fold.held()));
                runs.add(new TrainingRun(this).train(recipe, part, RunFolder.create(folder.resolve("fold-" + k))));
                if (runs.get(k - 1).test().isEmpty()) break; // stopped
            }
        }
        return new Result(reasons, rates, runs, top1(runs));
    }

    private static Result.Top1 top1(List<TrainingRun.Result> runs) {
        var accuracies = runs.stream()
                .flatMap(r -> r.test().stream())
                .mapToDouble(Score::value)
                .toArray();
        double mean = Arrays.stream(accuracies).average().orElse(0), square = 0;
        for (double a : accuracies) square += (a - mean) * (a - mean);
        return new Result.Top1(mean, accuracies.length < 2 ? 0 : Math.sqrt(square / (accuracies.length - 1)));
    }

    private List<Rate> rates(Recipe recipe, DataSource<Label> source) throws Exception {
        return RateFinder.search(recipe, source, new TrainingRun(this).options(() -> false), 1e-5, 1, 100);
    }

    /** Defaults for this many pictures, then what the command line says. */
    private Recipe recipe(ModelFile file, DataSource<Label> source) throws Exception {
        int pictures = limit == null
                ? source.train().size()
                : Math.min(limit, source.train().size());
        because(
                "%d training pictures of %d classes",
                pictures, source.train().classes().size());
        var chosen = strategy == null ? strategyFor(pictures) : named(strategy);
        boolean probe = strategy == null ? pictures < FEW : strategy.equals("probe");
        int times = epochs != null ? epochs : probe ? 50 : pictures < 5_000 ? 20 : 10;
        if (epochs == null) because("%d epochs: %s", times, probe ? "they cost little" : "few pictures need more");
        double rate = lr != null ? lr : probe ? 1e-2 : 1e-3;
        var preprocess = file.preprocess();
        var augment = new ArrayList<Augment>();
        if (!probe) {
            augment.add(new Augment.PadCrop(Math.max(1, preprocess.cropWidth() / 8)));
            augment.add(new Augment.Flip(0.5));
            because("shifts and mirror images, since the pictures are few");
        }
        var weights = model.weightFile();
        if (weights.isEmpty()) because("no weights were given: the network starts from random ones");
        boolean freeze = !probe && pictures < 1_000 && weights.isPresent();
        if (freeze) because("batch statistics stay those of the weights: batches are few");
        if (skewed(source)) because("the loss counts every class the same: some have far fewer pictures");

        var defaults = new Recipe();
        var changes = Records.parse("{}").<ObjectNode>deepCopy();
        changes.put("model", file.model());
        changes.set("architecture", architecture(file));
        weights.ifPresent(path -> changes.put("weights", path.toString()));
        changes.put("data", data);
        changes.set("preprocess", Records.tree(preprocess));
        changes.set("augment", list(augment));
        changes.put("validation", folds == null && source.val().isEmpty() && pictures >= 200 ? 0.1 : 0.0);
        changes.put("epochs", times);
        changes.put("batch", Math.max(1, Math.min(64, pictures / 4)));
        changes.set("optimizer", Records.tree(new Optim.AdamW(rate, 0.9, 0.999, 1e-8, 1e-2, false)));
        changes.set("schedule", Records.tree(new Schedule.Cosine(0, probe ? 0 : 0.1)));
        changes.put("learn", probe ? "probe" : "classify");
        changes.set("strategy", Records.tree(chosen));
        changes.put("dropLast", true);
        changes.put("freezeNorms", freeze);
        changes.put("classBalance", skewed(source));
        if (limit != null) changes.put("limit", limit);
        if (common.seed().isPresent()) changes.put("seed", common.seed().getAsLong());
        if (common.precision() != null) changes.put("precision", common.precision());
        var all = (JsonNode) changes;
        for (var set : sets) all = Records.set(all, set);
        return Records.overlay(defaults, all);
    }

    private Strategy strategyFor(int pictures) {
        if (pictures < FEW) {
            because("strategy probe: with so few, all but the head would over-fit");
            return new Strategy.All();
        }
        if (pictures < 5_000) {
            because("strategy gradual: the head first, then one more stage every two epochs");
            return new Strategy.Gradual(2);
        }
        because("strategy all: enough pictures to move every weight, lower stages more slowly");
        return new Strategy.All(0.7);
    }

    private static Strategy named(String name) {
        return switch (name) {
            case "probe" -> new Strategy.All();
            case "last" -> new Strategy.LastStages(1);
            case "gradual" -> new Strategy.Gradual(2);
            case "all" -> new Strategy.All(0.7);
            default ->
                throw new IllegalArgumentException("--strategy: expected probe, last, gradual or all, got " + name);
        };
    }

    /** Whether the largest class has more than three times the pictures of the smallest. */
    private static boolean skewed(DataSource<Label> source) {
        var counts = Arrays.stream(Labelled.classCounts(source.train()))
                .filter(n -> n > 0)
                .summaryStatistics();
        return counts.getMax() > 3L * counts.getMin();
    }

    private static ObjectNode architecture(ModelFile file) {
        var fields = Records.tree(file.architecture()).<ObjectNode>deepCopy();
        fields.remove("classes");
        return fields;
    }

    private static JsonNode list(List<Augment> augments) {
        var array = JsonNodeFactory.instance.arrayNode();
        for (var augment : augments) array.add(Records.tree(augment));
        return array;
    }

    private void because(String sentence, Object... values) {
        reasons.add(String.format(Locale.ROOT, sentence, values));
    }

    @Override
    String text(Result r) {
        var lines = new ArrayList<>(r.reasons);
        for (var run : r.runs) lines.add(run.text());
        if (r.runs.size() > 1)
            lines.add(String.format(
                    Locale.ROOT,
                    "%d folds: %.2f %% right on average, standard deviation %.2f",
                    r.runs.size(),
                    100 * r.top1.mean,
                    100 * r.top1.deviation));
        return String.join(System.lineSeparator(), lines);
    }
}
