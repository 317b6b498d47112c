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

    /** The same network with another number of logits. */
    Architecture withClasses(int classes);
}
