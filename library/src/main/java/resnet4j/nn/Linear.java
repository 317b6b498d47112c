package resnet4j.nn;

import resnet4j.array.DType;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Affine map of the last dimension. [...,in] -> [...,out]. */
public final class Linear extends Layer {
    private final Tensor weight; // [out, in]
    private final Tensor bias; // [out], or null

    public Linear(int in, int out) {
        this(in, out, true);
    }

    public Linear(int in, int out, boolean withBias) {
        if (in < 1 || out < 1)
            throw new IllegalArgumentException("features: expected at least 1 in and out, got " + in + " and " + out);
        Init.take(out, in);
        try (var scope = new NativeScope()) {
            weight = parameter("weight", Tensor.empty(DType.F32, out, in));
            bias = withBias ? parameter("bias", Tensor.empty(DType.F32, out)) : null;
            Init.defaults(weight, bias, in);
        }
    }

    public Tensor weight() {
        return weight;
    }

    /** The bias, or null. */
    public Tensor bias() {
        return bias;
    }

    @Override
    protected Tensor forward(Tensor x) {
        return Ops.linear(x, weight, bias);
    }
}
