package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.study.Search;
import resnet4j.study.SearchFolder;
import resnet4j.study.Space;
import resnet4j.study.Tuned;
import resnet4j.study.Tuner;
import resnet4j.train.Trainer;

/** {@code tune}: a recipe and spaces for some of its fields in, the best recipe found out. */
@CommandLine.Command(
        name = "tune",
        description = {
            "Search for good values of a recipe's fields.",
            "Recipes are drawn at random. Their runs are paused after some epochs, and only the best third goes on (ASHA,"
                    + " arXiv:1810.05934). What is best is what the validation split says; test pictures are not looked"
                    + " at."
        },
        footer = {
            "SPACE.json is an object from fields to spaces: {\"optimizer.lr\": {\"type\": \"logUniform\", \"low\": 1e-3,"
                    + " \"high\": 1}, \"batch\": {\"type\": \"choice\", \"values\": [64, 128]}}; uniform and int have low"
                    + " and high too.",
            "",
            "Example:",
            "  ./resnet4j tune --model resnet20 --data shapes:2000 --set validation=0.2 \\",
            "        --space SPACE.json --budget 5m"
        })
final class TuneCommand extends Command<Tuned> {
    @Mixin
    private RecipeArgument recipe;

    @Option(names = "--space", paramLabel = "SPACE.json", description = "What to try.")
    private Path space;

    @Option(names = "--budget", paramLabel = "30m", description = "Time for all of it: 90s, 30m, 8h.")
    private String budget;

    @Option(names = "--trials", paramLabel = "N", description = "How many recipes to draw (default: as time allows).")
    private Integer trials;

    @Option(
            names = "--method",
            paramLabel = "halving|random",
            description = "Whether runs are paused and compared, or all go to their end (default: halving).")
    private Search.Method method = Search.Method.HALVING;

    @Option(names = "--eta", paramLabel = "N", description = "One of N goes on from a rung to the next (default: 3).")
    private int eta = 3;

    @Option(names = "--min-epochs", paramLabel = "N", description = "Epochs of the lowest rung, at least (default: 1).")
    private int minEpochs = 1;

    @Option(names = "--run", paramLabel = "DIR", description = "The search's folder (default: runs/tune-N).")
    private Path run;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the search in this folder.")
    private Path resume;

    @Option(names = "--loader-threads", paramLabel = "N", description = "Threads that prepare batches (default: 1).")
    private int loaderThreads = 1;

    @Override
    Tuned run() throws Exception {
        double seconds = budget == null ? Double.POSITIVE_INFINITY : Bounds.seconds("--budget", budget);
        var training = new TrainingRun(this, loaderThreads, Trainer.Options.DEFAULT.checkpointSeconds());
        var folder = resume == null ? begin() : resumed();
        var base = folder.search().base();
        var source =
                DataSource.read(recipe.data().orElse(base.data()), base.learn().target());
        try (var stop = new StopSignal();
                var progress = progress("tune", 0, "results")) {
            return new Tuner(folder, source, training.options(stop), seconds, result -> {
                        progress.add(1);
                        progress.say(result.toString());
                    })
                    .run();
        }
    }

    private SearchFolder begin() throws IOException {
        if (space == null)
            throw new IllegalArgumentException("--space: expected a file with the fields to try, got none");
        if (budget == null && trials == null)
            throw new IllegalArgumentException("--budget: expected a time such as 30m, or --trials, got neither");
        var base = recipe.read(common);
        var json = Records.parse(space);
        var spaces = named("--space", () -> Space.parse(json));
        int most = trials == null ? Integer.MAX_VALUE : trials;
        var search = Search.of(method, base, spaces, minEpochs, eta, most);
        // before the folder is made: bad data leaves nothing behind
        Tuner.checkValidation(base, DataSource.read(base.data(), base.learn().target()));
        return SearchFolder.create(run == null ? freshFolder("tune").path() : run, search);
    }

    private SearchFolder resumed() throws IOException {
        if (recipe.givesAny() || space != null || run != null || trials != null)
            throw new IllegalArgumentException("--resume: the search's own recipe and space are used; RECIPE, --set,"
                    + " --limit, --space, --trials and --run do not go with it");
        return SearchFolder.open(resume);
    }

    @Override
    String text(Tuned tuned) {
        var table = new Table(tuned.columns().toArray(String[]::new));
        for (var row : tuned.table()) table.row(row.toArray());
        return table
                + tuned.recipe()
                        .map(file -> String.format("%nBest recipe: %s", file))
                        .orElse("")
                + (tuned.done()
                        ? ""
                        : String.format("%nNot done; go on with: ./resnet4j tune --resume %s", tuned.folder()));
    }
}
