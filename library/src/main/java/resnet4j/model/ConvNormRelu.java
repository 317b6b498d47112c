package resnet4j.model;

import resnet4j.nn.Conv2d;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** The unit of Inception networks: convolution {@code conv}, norm {@code bn}, ReLU. */
final class ConvNormRelu extends Layer {
    private final Layer conv, bn;

    ConvNormRelu(Norm norm, int in, int out, Size kernel, int stride, Size padding) {
        conv = child("conv", norm.convolution(Conv2d.of(in, out, kernel, Size.of(stride), padding, false)));
        bn = child("bn", norm.of(out));
    }

    @Override
    protected Tensor forward(Tensor x) {
        return Ops.relu_(bn.apply(conv.apply(x)));
    }
}
