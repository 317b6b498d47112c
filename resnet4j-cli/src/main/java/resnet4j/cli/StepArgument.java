package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import resnet4j.detect.TrainingStep;

/** {@code --losses} and what may be said of the step of training that it takes. */
final class StepArgument {
    private static final String COCO = "coco:";
    private static final int CLASSES = 91;

    @Option(
            names = "--losses",
            description =
                    "Take one step of training of the detector MODEL from random weights, and print its losses and"
                            + " the norms of all gradients, by torchvision's names; needs --data.")
    private boolean losses;

    @Option(
            names = "--data",
            paramLabel = "coco:PATH",
            description = "COCO's annotations, or their folder; for --losses.")
    private String data;

    @Option(names = "--images", paramLabel = "ID,...", split = ",", description = "Its pictures (default: all).")
    private List<Long> images = List.of();

    @Option(names = "--min-size", paramLabel = "N", description = "Shorter side after resizing (default: 800).")
    private int minSize = 800;

    @Option(names = "--max-size", paramLabel = "N", description = "Longer side at most (default: 1333).")
    private int maxSize = 1333;

    @Option(names = "--step-seed", paramLabel = "N", description = "Seed of what the step draws (default: --seed).")
    private Long stepSeed;

    boolean asked() {
        return losses;
    }

    /** One step of the detector's training on the pictures. */
    TrainingStep.Result take(String model, Optional<Integer> classes, long seed) throws IOException {
        if (model == null)
            throw new IllegalArgumentException(
                    "MODEL: --losses is for one detector; name it, such as " + TrainingStep.NAMES.get(0));
        if (data == null || !data.startsWith(COCO))
            throw new IllegalArgumentException("--data: expected coco:PATH with --losses, got " + data);
        var step = new TrainingStep(
                model, classes.orElse(CLASSES), minSize, maxSize, seed, stepSeed == null ? seed : stepSeed);
        return step.on(Path.of(data.substring(COCO.length())), images);
    }
}
