package resnet4j.model;

/**
 * All that decides a network's shape: a checked record, written into every saved model. Two equal architectures have
 * the same weight names and shapes.
 */
public interface Architecture {
    /** A new network; its starting weights are drawn from the generator that {@code Ops.seed} seeds. */
    ClassificationNet build();

    /** How many logits the network gives. */
    int classes();

    /** The least height and width of an image, in pixels, that leaves something at the end of the network. */
    default int minInputSize() {
        return 1;
    }

    /**
     * Whether published files hold a weight of that name which this network leaves out on purpose, such as those of an
     * auxiliary head that only training needs.
     */
    default boolean leavesOut(String weight) {
        return false;
    }

    /** Whether the logits are of each pixel, [N,classes,H,W], and not of the picture. */
    default boolean perPixel() {
        return false;
    }

    /** Throws an {@link IllegalArgumentException} for networks that answer for each pixel. @param model what it is called */
    default void requireOneAnswer(String model) {
        if (perPixel())
            throw new IllegalArgumentException("model: expected a network that names what a picture shows, got " + model
                    + ", which answers for each pixel");
    }

    /** Throws an {@link IllegalArgumentException} for images that are too small for this network. */
    default void requireInput(long height, long width) {
        if (Math.min(height, width) < minInputSize())
            throw new IllegalArgumentException("input: expected at least " + minInputSize() + "x" + minInputSize()
                    + " pixels for this network, got " + height + "x" + width + "; enlarge the images");
    }

    /** The same network with a head that is a linear layer on features, as in most; where it is one, the same. */
    default Architecture withLinearHead() {
        return this;
    }

    /** The same network with another number of logits. */
    Architecture withClasses(int classes);
}
