package resnet4j.nn;

import resnet4j.tensor.Listener;
import resnet4j.tensor.Tensor;

/**
 * Hears which layers run, besides the operations that they do. It is told the layer itself; where that is in a network,
 * {@link Net#paths} says.
 */
public interface LayerListener extends Listener {
    /** A layer begins. */
    default void enter(Layer layer) {}

    /** The layer that began last is done. */
    default void exit(Layer layer, Tensor out) {}
}
