package resnet4j.verify;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import resnet4j.model.Models;
import resnet4j.segment.SegmentationConfig;

/**
 * How the networks of torchvision's own tests come about: weights and input from one seed's stream.
 *
 * @param classes that the network tells apart; absent for as many as torchvision's tests have
 * @param input   shape of the input, [N,C,H,W]; absent for one picture of the network's size
 */
public record Drawn(long seed, Optional<Integer> classes, Optional<List<Long>> input) {
    private static final int CLASSES = 50, SEGMENTATION_SIZE = 32, SEGMENTATION_CLASSES = 10;

    /** As in torchvision's tests. */
    public Drawn() {
        this(0, Optional.empty(), Optional.empty());
    }

    /** The case of a network's name and a file of {@code torch.save} with its expected output. */
    public Golden golden(String name, Path file) {
        if (Models.get(name).architecture() instanceof SegmentationConfig segmenter) {
            var network = segmenter.withAuxiliary(false).withClasses(classes.orElse(SEGMENTATION_CLASSES));
            return new Golden.Seeded(name, seed, network::build, shape(SEGMENTATION_SIZE), file);
        }
        long size = Models.get(name).inputSize();
        return new Golden.Seeded(name, seed, () -> Models.create(name, classes.orElse(CLASSES)), shape(size), file);
    }

    private List<Long> shape(long size) {
        return input.orElse(List.of(1L, 3L, size, size));
    }
}
