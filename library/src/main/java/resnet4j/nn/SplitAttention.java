package resnet4j.nn;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * A 3x3 convolution in two groups whose outputs share each channel by attention. [N,C,H,W] -> the same. Zhang et al.
 * 2020, arXiv:2004.08955, Figure 2, with radix 2.
 */
public final class SplitAttention extends Layer {
    private final Layer conv, bn0, fc1, bn1, fc2;
    private final int channels;

    public SplitAttention(Norm norm, int channels) {
        this.channels = channels;
        int squeezed = Math.max(32, channels / 2); // a quarter of both splits
        conv = child("conv", norm.convolution(Conv2d.of(channels, 2 * channels, 3, 1, 2)));
        bn0 = child("bn0", norm.of(2 * channels));
        fc1 = child("fc1", Conv2d.biased(channels, squeezed, 1, 1));
        bn1 = child("bn1", norm.of(squeezed));
        fc2 = child("fc2", Conv2d.biased(squeezed, 2 * channels, 1, 1));
    }

    @Override
    protected Tensor forward(Tensor x) {
        x = Ops.relu_(bn0.apply(conv.apply(x)));
        var first = Ops.slice(x, 1, 0, channels, 1);
        var second = Ops.slice(x, 1, channels, 2L * channels, 1);
        var mean = Ops.adaptiveAvgPool2d(Ops.add(first, second), 1, 1);
        return Paths.shared(first, second, fc2.apply(Ops.relu_(bn1.apply(fc1.apply(mean)))));
    }
}
