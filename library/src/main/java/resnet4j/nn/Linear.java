package resnet4j.nn;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Affine map of the last dimension. [...,in] -> [...,out]. */
public final class Linear extends Weighted {
    public Linear(int in, int out) {
        this(in, out, true);
    }

    public Linear(int in, int out, boolean withBias) {
        super(shape(in, out), out, withBias);
    }

    private static long[] shape(int in, int out) {
        if (in < 1 || out < 1)
            throw new IllegalArgumentException("features: expected at least 1 in and out, got " + in + " and " + out);
        return new long[] {out, in};
    }

    @Override
    protected Tensor forward(Tensor x) {
        return Ops.linear(x, weight, bias);
    }
}
