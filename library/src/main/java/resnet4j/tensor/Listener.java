package resnet4j.tensor;

import java.util.List;

/** Hears the operations of its thread as they are done; see {@link Ops#listen}. Tensors belong to the pass's own scope. */
public interface Listener {
    /** What is to be taken for the result of an operation, which is then not done; null to do it. */
    default Tensor instead(Op op, List<Tensor> in) {
        return null;
    }

    /** An operation was done. {@code in} as in {@link Op#apply}. */
    default void op(Op op, List<Tensor> in, Tensor out) {}
}
