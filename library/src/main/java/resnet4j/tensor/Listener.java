package resnet4j.tensor;

import java.util.List;

/** Hears a forward pass on its thread as it happens; see {@link Ops#listen}. Tensors belong to the pass's own scope. */
public interface Listener {
    /** A layer begins; {@code name} is its name inside its parent. */
    default void enter(String name) {}

    /** The layer entered last is done. */
    default void exit(String name, Tensor out) {}

    /** An operation was done. */
    default void op(Op op, List<Tensor> in, Tensor out) {}
}
