package resnet4j.nn;

import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A net that maps one tensor to one tensor. */
public abstract class Layer extends Net {
    /** The layer's arithmetic. Called through {@link #apply}. */
    protected abstract Tensor forward(Tensor x);

    /**
     * Runs {@link #forward} and lets this thread's listeners know. Where nobody listens, what is between x and the result goes
     * at once, but for what gradients need, which goes with the history.
     */
    public final Tensor apply(Tensor x) {
        var listeners = Ops.listeners();
        if (listeners.isEmpty())
            try (var scope = new NativeScope()) {
                var y = forward(x);
                return y == x ? x : scope.keep(y);
            }
        for (var listener : listeners) if (listener instanceof LayerListener layers) layers.enter(this);
        var y = forward(x);
        for (var listener : listeners) if (listener instanceof LayerListener layers) layers.exit(this, y);
        return y;
    }
}
