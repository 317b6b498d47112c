package resnet4j.cli;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.data.DataSource;
import resnet4j.run.RunFolder;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/** {@code train}: a recipe and pictures in, a run folder with a model and a report out. */
@CommandLine.Command(
        name = "train",
        description = "Train a network by a recipe.",
        footer = {
            "",
            "Examples:",
            "  ./resnet4j train --model resnet20 --data shapes:2000 --epochs 2",
            "  ./resnet4j train recipes/cifar10-resnet20.json --data cifar10:DIR"
        })
final class TrainCommand extends Command<TrainingRun.Result> {
    @Mixin
    private RecipeArgument recipe;

    @Option(names = "--run", paramLabel = "DIR", description = "The run's folder (default: runs/RECIPE-N).")
    private Path run;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the run in this folder.")
    private Path resume;

    @Option(names = "--loader-threads", paramLabel = "N", description = "Threads that prepare batches (default: 1).")
    private int loaderThreads = 1;

    @Option(
            names = "--checkpoint-seconds",
            paramLabel = "S",
            description = "Time between checkpoints inside an epoch; each epoch ends with one (default: 120).")
    private double checkpointSeconds = Trainer.Options.DEFAULT.checkpointSeconds();

    @Override
    TrainingRun.Result run() throws Exception {
        var training = new TrainingRun(this, loaderThreads, checkpointSeconds);
        if (resume != null) {
            if (recipe.givesAny() || run != null)
                throw new IllegalArgumentException(
                        "--resume: the run's own recipe is used; RECIPE, --run and what changes a recipe do not go with it");
            var folder = RunFolder.open(resume);
            var own = Recipe.of(folder);
            var target = own.learn().target();
            return training.train(own, DataSource.read(recipe.data().orElse(own.data()), target), folder);
        }
        var resolved = recipe.read(common);
        // before the folder is made: bad data leaves nothing behind
        var source = DataSource.read(resolved.data(), resolved.learn().target());
        if (recipe.trainsOnTheDefault())
            say("No recipe and no --data: " + resolved.model() + " learns from " + resolved.data()
                    + ", pictures that are drawn here; give --data for others.");
        return training.train(resolved, source, run == null ? freshFolder(recipe.name()) : RunFolder.create(run));
    }

    @Override
    String text(TrainingRun.Result result) {
        return result.text();
    }

    @Override
    int exitCode(TrainingRun.Result result) {
        return result.test().isPresent() ? DONE : FAILED;
    }
}
