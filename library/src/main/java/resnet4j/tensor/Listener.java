package resnet4j.tensor;

import java.util.List;

/** Hears the operations of its thread as they are done; see {@link Ops#listen}. Tensors belong to the pass's own scope. */
public interface Listener {
    /** An operation was done. {@code in} as in {@link Op#apply}. */
    default void op(Op op, List<Tensor> in, Tensor out) {}
}
