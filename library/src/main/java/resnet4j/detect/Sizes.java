package resnet4j.detect;

import java.util.List;
import resnet4j.config.Checks;
import resnet4j.image.Image;
import resnet4j.tensor.Tensor;

/**
 * How images are resized: the shorter side to {@code min}, unless the longer one would be more than {@code max}.
 *
 * @param min one of these, drawn for each image in training; otherwise the last
 */
public record Sizes(List<Integer> min, int max) {
    private static final int LARGEST = 1 << 13;

    public Sizes {
        min = List.copyOf(min);
        if (min.isEmpty()) throw new IllegalArgumentException("min: expected at least one size, got none");
        for (int one : min) Checks.between("min", 1, LARGEST, one);
        Checks.between("max", 1, LARGEST, max);
    }

    public Sizes(int min, int max) {
        this(List.of(min), max);
    }

    /** Draws one number, as torchvision does. */
    double drawn(Image image) {
        return scale(min.get((int) (Tensor.rand(1).item() * min.size())), image);
    }

    double last(Image image) {
        return scale(min.get(min.size() - 1), image);
    }

    private double scale(int min, Image image) {
        double shorter = Math.min(image.width(), image.height()), longer = Math.max(image.width(), image.height());
        return Math.min(min / shorter, max / longer);
    }
}
