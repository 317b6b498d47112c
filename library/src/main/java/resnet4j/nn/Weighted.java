package resnet4j.nn;

import resnet4j.array.DType;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/** A layer of one weight and, mostly, one bias, which begin with PyTorch's defaults. */
abstract class Weighted extends Layer {
    final Tensor weight;
    final Tensor bias; // [out], or null

    /** @param shape of the weight; PyTorch's fan-in is what follows its first dimension, in transposed convolutions too */
    Weighted(long[] shape, int out, boolean withBias) {
        try (var scope = new NativeScope()) {
            weight = parameter("weight", Init.weights(shape));
            bias = withBias ? parameter("bias", Tensor.empty(DType.F32, out)) : null;
            // PyTorch draws these even when a network's own initialisation overwrites them
            Init.defaults(weight, bias);
        }
    }

    public final Tensor weight() {
        return weight;
    }

    /** The bias, or null. */
    public final Tensor bias() {
        return bias;
    }
}
