package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.data.PictureFiles;
import resnet4j.graph.Inference.Way;
import resnet4j.measure.Bench;
import resnet4j.measure.Speed;
import resnet4j.tensor.Ops;

/** {@code bench}: how fast a network runs, or trains, on this machine. */
@CommandLine.Command(
        name = "bench",
        description = {
            "Measure how fast a network runs or trains on this machine.",
            "infer: from normalised images in memory to logits in a Java array. train: the loop of 'train' on random"
                    + " pictures in memory, loader and all. folder: what 'predict FOLDER --out FILE' does, beside its"
                    + " decoding alone and its network alone."
        },
        footer = {"", "Example:", "  ./resnet4j bench resnet18 --batch 4"})
final class BenchCommand extends Command<Speed> {
    @Mixin
    private ModelArgument model;

    @Option(names = "--mode", paramLabel = "infer|train|folder", description = "What to measure (default: infer).")
    private Speed.Mode mode = Speed.Mode.INFER;

    @Option(
            names = "--engine",
            paramLabel = "eager|plan",
            description = "infer: layer by layer, or by the fused plan (default: plan on a CPU). Training is eager.")
    private Way engine;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at a time (default: 1; folder: 16).")
    private Integer givenBatch;

    @Option(names = "--size", paramLabel = "PIXELS", description = "Side of the input (default: the network's).")
    private Integer size;

    @Option(names = "--seconds", paramLabel = "S", description = "How long to measure (default: 10).")
    private double seconds = 10;

    @Option(names = "--pictures", paramLabel = "FOLDER", description = "folder: where the pictures are.")
    private Path pictures;

    @Mixin
    private Decoding decoding;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "train: change a field of the recipe, as in --set checkpointing=true.")
    private List<String> sets = new ArrayList<>();

    @Override
    Speed run() throws Exception {
        int batch = givenBatch != null ? givenBatch : mode == Speed.Mode.FOLDER ? 16 : 1;
        Bounds.batch("--batch", batch);
        if (!(seconds > 0 && seconds <= 86_400))
            throw new IllegalArgumentException("--seconds: expected more than 0 and at most a day, got " + seconds);
        if (size != null) {
            Bounds.pixels("--size", size);
            Bounds.batch("--batch", batch, size, size);
        }
        if (mode != Speed.Mode.TRAIN && !sets.isEmpty())
            throw new IllegalArgumentException("--set: expected with --mode train, got " + sets);
        long seed = common.seed().orElse(0);
        Ops.seed(seed);
        var bench =
                new Bench(common.device(), common.precision("fp32"), batch, Optional.ofNullable(size), seconds, seed);
        return switch (mode) {
            case INFER -> infer(bench);
            case TRAIN -> train(bench);
            case FOLDER -> folder(bench);
        };
    }

    private Speed infer(Bench bench) throws IOException {
        var way = engine != null ? engine : Way.best(bench.device());
        if (way == Way.PLAN && bench.device().cuda())
            throw new IllegalArgumentException("--engine: a plan is for a CPU, got --device " + bench.device());
        return bench.infer(model.model, model.evenRandom(), way);
    }

    private Speed train(Bench bench) throws IOException {
        if (engine == Way.PLAN)
            throw new IllegalArgumentException("--engine: a plan has no gradients, training is eager");
        if (sets.stream().anyMatch(set -> set.matches("(model|batch)=.*")))
            throw new IllegalArgumentException("--set: model and batch have options of their own, got " + sets);
        return bench.train(model.model, sets);
    }

    private Speed folder(Bench bench) throws IOException {
        if (pictures == null)
            throw new IllegalArgumentException("--pictures: expected the folder to measure, got none");
        if (engine != null || size != null)
            throw new IllegalArgumentException(
                    "--mode folder: expected neither --engine nor --size, as it does what 'predict' does");
        decoding.check(bench.batch());
        var files = PictureFiles.pictures(pictures);
        if (files.isEmpty())
            throw new IllegalArgumentException("--pictures: expected pictures in " + pictures + ", found none");
        return bench.folder(model.model, model.evenRandom(), files, decoding.threads, decoding.fast);
    }

    @Override
    String text(Speed speed) {
        return speed.toString();
    }
}
