package resnet4j.nn;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A net that maps one tensor to one tensor. */
public abstract class Layer extends Net {
    /** The layer's arithmetic. Called through {@link #apply}. */
    protected abstract Tensor forward(Tensor x);

    /** Runs {@link #forward} and lets this thread's listener know the layer's name. */
    public final Tensor apply(Tensor x) {
        var listener = Ops.listener();
        if (listener == null) return forward(x);
        listener.enter(name());
        var y = forward(x);
        listener.exit(name(), y);
        return y;
    }
}
