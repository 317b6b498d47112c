package resnet4j.cli;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.data.DataSource;
import resnet4j.run.RunFolder;
import resnet4j.selfsup.Pretrain;
import resnet4j.train.Trainer;

/** {@code pretrain}: pictures without labels in, a run folder with an encoder out. */
@CommandLine.Command(
        name = "pretrain",
        description =
                "Learn a representation from pictures without labels, by a recipe; train --resume goes on with it.",
        footer = {"", "Example:", "  ./resnet4j pretrain recipes/pretrain-cifar10.json --data unlabelled:DIR"})
final class PretrainCommand extends Command<TrainingRun.Result> {
    @Mixin
    private RecipeArgument recipe;

    @Option(names = "--run", paramLabel = "DIR", description = "The run's folder (default: runs/RECIPE-N).")
    private Path run;

    @Option(names = "--loader-threads", paramLabel = "N", description = "Threads that prepare batches (default: 1).")
    private int loaderThreads = 1;

    @Override
    TrainingRun.Result run() throws Exception {
        var training = new TrainingRun(this, loaderThreads, Trainer.Options.DEFAULT.checkpointSeconds());
        var resolved = recipe.read(common);
        if (!(resolved.learn() instanceof Pretrain))
            throw new IllegalArgumentException("RECIPE: expected one that says \"learn\": \"pretrain\", such as"
                    + " recipes/pretrain-cifar10.json, got one that learns labels; use train for it");
        var source = DataSource.read(resolved.data(), resolved.learn().target());
        return training.train(resolved, source, run == null ? freshFolder(recipe.name()) : RunFolder.create(run));
    }

    @Override
    String text(TrainingRun.Result result) {
        return result.test().isEmpty()
                ? result.text()
                : String.format(
                        "%s%nGo on:  ./resnet4j finetune %s --data folder:DIR, or ./resnet4j train --set learn=probe --set"
                                + " model=MODEL --set weights=%s",
                        result.text(), result.run(), new RunFolder(result.run()).model());
    }

    @Override
    int exitCode(TrainingRun.Result result) {
        return result.test().isPresent() ? DONE : FAILED;
    }
}
