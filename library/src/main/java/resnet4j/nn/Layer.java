package resnet4j.nn;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A net that maps one tensor to one tensor. */
public abstract class Layer extends Net {
    /** The layer's arithmetic. Called through {@link #apply}. */
    protected abstract Tensor forward(Tensor x);

    /** Runs {@link #forward} and lets this thread's listeners know. */
    public final Tensor apply(Tensor x) {
        var listeners = Ops.listeners();
        if (listeners.isEmpty()) return forward(x);
        for (var listener : listeners) if (listener instanceof LayerListener layers) layers.enter(this);
        var y = forward(x);
        for (var listener : listeners) if (listener instanceof LayerListener layers) layers.exit(this, y);
        return y;
    }
}
