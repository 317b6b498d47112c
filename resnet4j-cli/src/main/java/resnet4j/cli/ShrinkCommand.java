package resnet4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.compress.Subject;
import resnet4j.data.DataSource;
import resnet4j.shrink.Shrink;
import resnet4j.shrink.Shrunk;

/** {@code shrink}: how small a network can be, and what that costs. */
@CommandLine.Command(
        name = "shrink",
        description = "Try how small a network can be: pruned to several sizes, each taught by the network itself, in"
                + " floats and in eight bits; those that no other beats in accuracy, size and time are the answer.",
        footer = {
            "Accuracy is on validation pictures, or on a tenth of the training pictures, which is held out.",
            "",
            "Example:",
            "  ./resnet4j shrink runs/quickstart-1 --data folder:DIR --budget 60m"
        })
final class ShrinkCommand extends Command<Shrunk> {
    @Mixin
    private ModelArgument model;

    @Option(names = "--data", required = true, paramLabel = "KIND:PATH", description = "Pictures with their classes.")
    private String data;

    @Option(
            names = "--budget",
            required = true,
            paramLabel = "60m",
            description = "After so long nothing more is begun: 90s, 30m, 8h.")
    private String budget;

    @Option(
            names = "--shares",
            paramLabel = "SHARE,...",
            split = ",",
            description = "Of the multiply-adds that are left, in turn (default: 0.5,0.7,0.35,0.25).")
    private List<Double> shares = List.of(0.5, 0.7, 0.35, 0.25);

    @Option(names = "--epochs", paramLabel = "N", description = "That each is taught (default: 5).")
    private int epochs = 5;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Integer limit;

    @Option(names = "--set", paramLabel = "PATH=VALUE", description = "Change a field of the recipe; see train.")
    private List<String> sets = new ArrayList<>();

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "For the files; those there stay (default: runs/shrink-N).")
    private Path run;

    @Override
    Shrunk run() throws Exception {
        common.onCpuInFp32("shrink");
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        double seconds = Bounds.seconds("--budget", budget);
        var shrink = new Shrink(seconds, shares, epochs, common.seed().orElse(0), sets);
        var training = new TrainingRun(this);
        try (var opened = model.open().classifier()) {
            var source = Subject.CLASSES.known(DataSource.parse(data), opened.file());
            if (limit != null) source = source.limit(limit);
            var folder = run == null ? freshFolder("shrink").path() : run;
            return shrink.run(opened, model.model, source, folder, training::teach, this::progress);
        }
    }

    @Override
    String text(Shrunk shrunk) {
        return shrunk.toString();
    }
}
