package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.compress.Subject;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.data.Things;
import resnet4j.detect.Detect;
import resnet4j.detect.DetectionNet;
import resnet4j.detect.EachThing;
import resnet4j.image.LabelMap;
import resnet4j.image.Target;
import resnet4j.model.ModelFile;
import resnet4j.segment.EachPixel;
import resnet4j.segment.Segment;
import resnet4j.shrink.Distill;
import resnet4j.shrink.Prune;
import resnet4j.shrink.Pruned;
import resnet4j.train.Objective;

/** {@code prune}: a network without the channels that matter least, taught again. */
@CommandLine.Command(
        name = "prune",
        description = "Cut the channels of a network that matter least, and teach what is left again.",
        footer = {
            "What comes out is a network like any other: train, eval, predict, quantize and export take the file. A"
                    + " network that answers for each pixel is taught and measured by label maps, a detector by things"
                    + " with boxes.",
            "",
            "Example:",
            "  ./resnet4j prune runs/quickstart-1 --data folder:DIR --macs 0.5 \\",
            "        --out half.safetensors"
        })
final class PruneCommand extends Command<Pruned> {
    @Mixin
    private ModelArgument model;

    @Mixin
    private PruningOptions pruning;

    @Option(names = "--data", paramLabel = "KIND:PATH", description = "Pictures to look at, learn from, measure on.")
    private String data;

    @Option(names = "--rounds", paramLabel = "N", description = "Prune and teach so many times (default: 1).")
    private int rounds = 1;

    @Option(names = "--epochs", paramLabel = "N", description = "Of each round; 0 teaches nothing (default: 10).")
    private Integer epochs;

    @Option(names = "--pictures", paramLabel = "N", description = "That taylor looks at (default: 1024).")
    private int pictures = 1024;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Integer limit;

    @Option(names = "--set", paramLabel = "PATH=VALUE", description = "Change a field of the recipe; see train.")
    private List<String> sets = new ArrayList<>();

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "For the runs; those there go on (default: runs/prune-N).")
    private Path run;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "A .safetensors file.")
    private Path out;

    @Override
    Pruned run() throws Exception {
        if (!out.toString().endsWith(".safetensors"))
            throw new IllegalArgumentException("--out: expected a name that ends in .safetensors, got " + out);
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        if (common.precision() != null) sets.add("precision=" + common.precision());
        try (var opened = model.open()) {
            if (opened.net() instanceof DetectionNet) return run(opened, Things.class, new EachThing(), new Detect());
            return opened.file().architecture().perPixel()
                    ? run(opened, LabelMap.class, new EachPixel(), new Segment())
                    : run(opened, Label.class, Subject.CLASSES, new Distill());
        }
    }

    private <T extends Target<T>> Pruned run(
            ModelFile.Opened opened, Class<T> target, Subject<T> subject, Objective learn) throws IOException {
        Optional<DataSource<T>> source = Optional.empty();
        if (data != null) source = Optional.of(subject.known(DataSource.parse(data, target), opened.file()));
        if (limit != null) source = source.map(d -> d.limit(limit));
        int taught = epochs != null ? epochs : data == null ? 0 : 10;
        var prune = new Prune(pruning.read(common, data != null), rounds, taught, pictures, learn, sets);
        var folder = run != null || taught == 0 ? run : freshFolder("prune").path();
        var dense = taught == 0 ? null : folder.resolve("dense.safetensors");
        var training = new TrainingRun(this);
        return prune.run(opened, model.model, source, subject, dense, folder, out, training::teach, this::progress);
    }

    @Override
    String text(Pruned pruned) {
        return pruned.toString();
    }
}
