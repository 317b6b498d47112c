package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import resnet4j.Classifier;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.model.SpeedResNet;
import resnet4j.nn.Norm;
import resnet4j.run.RunFolder;
import resnet4j.train.Optim;
import resnet4j.train.Recipe;
import resnet4j.train.Schedule;

/** {@code quickstart}: a residual network learns to tell shapes apart, and then does, in about a minute. */
@CommandLine.Command(
        name = "quickstart",
        description = "Train a residual network on generated pictures of shapes and try it on new ones.",
        footer = {"", "Example:", "  ./resnet4j quickstart"})
final class QuickstartCommand extends Command<QuickstartCommand.Result> {
    /** What differs from the defaults: few epochs of many pictures, which are drawn faster than they are learned from. */
    private static final Recipe RECIPE = Recipe.classify("resnet8_speed")
            .withArchitecture(new SpeedResNet(List.of(16, 48, 96), new Norm.ShiftedBatch(0.2, 1e-12), 10))
            .withData("shapes:14000")
            .withPreprocess(Preprocess.cifar10().withResize(new Resize.Exact(32, 32)))
            .withValidation(0.05)
            .withEpochs(3)
            .withBatch(128)
            .withDropLast(true)
            .withOptimizer(new Optim.Sgd(0.5, 0.85, true, 1.33e-3, false))
            .withBiasScale(64)
            .withSchedule(new Schedule.OneCycle(0.2))
            .withLabelSmoothing(0.1);

    private static final int TRIED = 5, PICTURES_OF_A_CLASS = 6;

    @Option(names = "--run", paramLabel = "DIR", description = "The run's folder (default: runs/quickstart-N).")
    private Path run;

    /** One new picture: what it shows, and what the network says. */
    record Tried(String picture, String truth, String label, double probability) {}

    /** @param next what can be typed now, each with a word about it after a {@code #} */
    record Result(TrainingRun.Result training, List<Tried> tried, List<String> next) {}

    @Override
    Result run() throws Exception {
        var recipe = RECIPE.withSeed(common.seed().orElse(0));
        if (common.precision() != null) recipe = recipe.withPrecision(common.precision());
        var data = DataSource.parse(recipe.data());
        var folder = run == null ? freshFolder("quickstart") : RunFolder.create(run);
        var result = new TrainingRun(this).train(recipe, data, folder);
        if (result.test().isEmpty()) return new Result(result, List.of(), List.of());
        var unseen = data.test().orElseThrow();
        var pictures = folder.path().resolve("pictures");
        var one = Labelled.write(unseen, pictures, PICTURES_OF_A_CLASS);
        return new Result(result, tried(folder, unseen), next(folder.path(), recipe, pictures, one));
    }

    private static List<Tried> tried(RunFolder folder, Dataset<Label> pictures) throws IOException {
        var tried = new ArrayList<Tried>();
        try (var net = Classifier.load(folder.path())) {
            for (int i = 0; i < TRIED; i++) {
                var best = net.predict(pictures.picture(i)).get(0);
                tried.add(new Tried(
                        pictures.name(i),
                        pictures.classes().get(Labelled.label(pictures, i)),
                        best.label(),
                        best.probability()));
            }
        }
        return tried;
    }

    /** The report, a prediction, and fine-tuning: as they are typed where this command was. */
    private static List<String> next(Path folder, Recipe recipe, Path pictures, Path picture) {
        var launcher = Shell.launcher();
        var run = Shell.quoted(folder);
        var browser = Shell.browser();
        return List.of(
                browser.isEmpty()
                        ? launcher + " eval " + run + " --data " + recipe.data() + "  # its report, without a browser"
                        : browser + " " + Shell.quoted(new RunFolder(folder).report()) + "  # its report",
                launcher + " predict " + run + " " + Shell.quoted(picture) + "  # a picture that it has not seen",
                launcher + " finetune " + run + " --data " + Shell.quoted("folder:" + pictures)
                        + "  # your own folder in place of this one: in it, a folder of pictures for each class");
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
        if (!r.next.isEmpty()) lines.addAll(List.of("", "What to do next:"));
        for (var command : r.next) lines.add("  " + command);
        return String.join(System.lineSeparator(), lines);
    }

    @Override
    double secondsBetweenLines() {
        return 1;
    }

    @Override
    int exitCode(Result r) {
        return r.training.test().isPresent() ? DONE : FAILED;
    }
}
