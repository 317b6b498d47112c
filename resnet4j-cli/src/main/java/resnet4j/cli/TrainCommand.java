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
@CommandLine.Command(name = "train", description = "Train a network by a recipe.")
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
        if (resume != null) {
            if (recipe.givesAny() || run != null)
                throw new IllegalArgumentException(
                        "--resume: the run's own recipe is used; RECIPE, --set, --limit and --run do not go with it");
            var folder = RunFolder.open(resume);
            var own = Recipe.of(folder);
            return train(
                    own,
                    DataSource.read(
                            recipe.data().orElse(own.data()), own.learn().target()),
                    folder);
        }
        var resolved = recipe.read(common);
        var source = DataSource.read(
                resolved.data(),
                resolved.learn().target()); // before the folder is made: bad data leaves nothing behind
        return train(resolved, source, run == null ? recipe.freshFolder() : RunFolder.create(run));
    }

    private TrainingRun.Result train(Recipe recipe, DataSource<?> source, RunFolder folder) throws Exception {
        return new TrainingRun(this, loaderThreads, checkpointSeconds).train(recipe, source, folder);
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
