package resnet4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.train.Recipe;
import resnet4j.train.RunFolder;
import resnet4j.train.Trainer;

/** {@code train}: a recipe and pictures in, a run folder with a model and a report out. */
@CommandLine.Command(name = "train", description = "Train a network by a recipe.")
final class TrainCommand extends Command<TrainingRun.Result> {
    @Parameters(
            arity = "0..1",
            paramLabel = "RECIPE",
            description = "A JSON file with the fields that differ from the defaults, such as recipes/*.json.")
    private Path recipe;

    @Option(names = "--data", paramLabel = "KIND:PATH", description = "Pictures; in place of the recipe's.")
    private String data;

    @Option(names = "--run", paramLabel = "DIR", description = "The run's folder (default: runs/RECIPE-N).")
    private Path run;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the run in this folder.")
    private Path resume;

    @Option(names = "--set", paramLabel = "PATH=VALUE", description = "Change a field, as in --set optimizer.lr=0.05.")
    private List<String> sets = new ArrayList<>();

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Integer limit;

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
            if (recipe != null || !sets.isEmpty() || run != null || limit != null)
                throw new IllegalArgumentException(
                        "--resume: the run's own recipe is used; RECIPE, --set, --limit and --run do not go with it");
            var folder = RunFolder.open(resume);
            var own = folder.recipe();
            return train(own, DataSource.parse(data == null ? own.data() : data), folder);
        }
        var resolved = recipe();
        var source = DataSource.parse(resolved.data()); // before the folder is made: bad data leaves nothing behind
        return train(resolved, source, RunFolder.create(run == null ? freshFolder() : run));
    }

    private TrainingRun.Result train(Recipe recipe, DataSource source, RunFolder folder) throws Exception {
        return new TrainingRun(this, loaderThreads, checkpointSeconds).train(recipe, source, folder);
    }

    /** Defaults, then the file, then what the command line says. */
    private Recipe recipe() throws IOException {
        JsonNode changes = recipe == null ? Records.parse("{}") : Records.parse(recipe);
        var all = new ArrayList<>(sets);
        if (data != null) all.add("data=" + data);
        if (limit != null) all.add("limit=" + limit);
        if (common.precision() != null) all.add("precision=" + common.precision());
        if (common.seed().isPresent()) all.add("seed=" + common.seed().getAsLong());
        for (var set : all) changes = Records.set(changes, set);
        return Records.overlay(new Recipe(), changes);
    }

    private Path freshFolder() {
        return freshFolder(
                recipe == null ? "run" : recipe.getFileName().toString().replaceFirst("\\.json$", ""));
    }

    /** The first of runs/NAME-1, runs/NAME-2... that does not exist. */
    static Path freshFolder(String name) {
        for (int i = 1; ; i++) {
            var folder = Path.of("runs", name + "-" + i);
            if (!Files.exists(folder)) return folder;
        }
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
