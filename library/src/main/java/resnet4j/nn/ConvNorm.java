package resnet4j.nn;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Convolution {@code conv}, norm {@code bn} and, mostly, ReLU. */
public final class ConvNorm extends Layer {
    private final Layer conv, bn;
    private final boolean relu;

    private ConvNorm(Norm norm, Conv2d conv, boolean relu) {
        this.conv = child("conv", norm.convolution(conv));
        this.bn = child("bn", norm.of((int) conv.weight().size(0)));
        this.relu = relu;
    }

    /** With ReLU at the end. */
    public static ConvNorm relu(Norm norm, Conv2d conv) {
        return new ConvNorm(norm, conv, true);
    }

    /** Without ReLU, for the end of a residual branch. */
    public static ConvNorm linear(Norm norm, Conv2d conv) {
        return new ConvNorm(norm, conv, false);
    }

    public Layer norm() {
        return bn;
    }

    @Override
    protected Tensor forward(Tensor x) {
        x = bn.apply(conv.apply(x));
        return relu ? Ops.relu_(x) : x;
    }
}
