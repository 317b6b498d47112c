package resnet4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import resnet4j.Classifier;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.run.RunFolder;
import resnet4j.train.Recipe;

/** {@code quickstart}: a residual network learns to tell shapes apart, and then does, in under three minutes. */
@CommandLine.Command(
        name = "quickstart",
        description = "Train a residual network on generated pictures of shapes and try it on new ones.")
final class QuickstartCommand extends Command<QuickstartCommand.Result> {
    /** What differs from the defaults. */
    private static final String RECIPE = """
            {"model": "resnet20", "data": "shapes", "epochs": 10, "batch": 64,
             "augment": [{"type": "padCrop", "pad": 3}, {"type": "flip", "p": 0.5}],
             "optimizer": {"type": "sgd", "lr": 0.1, "momentum": 0.9, "nesterov": true, "weightDecay": 5e-4,
                           "decayNorms": false},
             "schedule": {"type": "oneCycle", "warmup": 0.2}}
            """;

    @Option(names = "--run", paramLabel = "DIR", description = "The run's folder (default: runs/quickstart-N).")
    private Path run;

    /** One new picture: what it shows, and what the network says. */
    record Tried(String picture, String truth, String label, double probability) {}

    record Result(TrainingRun.Result training, List<Tried> tried) {}

    @Override
    Result run() throws Exception {
        var changes = Records.parse(RECIPE);
        if (common.precision() != null) changes = Records.set(changes, "precision=" + common.precision());
        if (common.seed().isPresent())
            changes = Records.set(changes, "seed=" + common.seed().getAsLong());
        var recipe = Records.overlay(new Recipe(), changes);
        var data = DataSource.parse(recipe.data());
        var folder = run == null ? RecipeArgument.freshFolder("quickstart") : RunFolder.create(run);
        var result = new TrainingRun(this).train(recipe, data, folder);
        return new Result(
                result,
                result.test().isEmpty() ? List.of() : tried(folder, data.test().orElseThrow()));
    }

    private static List<Tried> tried(RunFolder folder, Dataset pictures) throws Exception {
        var tried = new ArrayList<Tried>();
        try (var net = Classifier.load(folder.path())) {
            for (int i = 0; i < 5; i++) {
                var best = net.classify(pictures.image(i), 1).get(0);
                tried.add(new Tried(
                        pictures.name(i), pictures.classes().get(pictures.label(i)), best.label(), best.probability()));
            }
        }
        return tried;
    }

    @Override
    String text(Result r) {
        var lines = new ArrayList<String>();
        for (var t : r.tried)
            lines.add(String.format(
                    Locale.ROOT,
                    "%-14s is a %-9s taken for a %s (%.1f %%)",
                    t.picture,
                    t.truth + ",",
                    t.label,
                    100 * t.probability));
        lines.add(r.training.text());
        return String.join(System.lineSeparator(), lines);
    }

    @Override
    int exitCode(Result r) {
        return r.training.test().isPresent() ? DONE : FAILED;
    }
}
