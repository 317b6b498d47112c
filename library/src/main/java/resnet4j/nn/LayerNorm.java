package resnet4j.nn;

import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Normalises the channels of each place by themselves. arXiv:1607.06450. */
public final class LayerNorm extends Layer {
    private final Tensor weight, bias; // [C] each
    private final double eps;
    private final boolean channelsFirst;

    private LayerNorm(int channels, double eps, boolean channelsFirst) {
        this.eps = eps;
        this.channelsFirst = channelsFirst;
        try (var scope = new NativeScope()) {
            weight = parameter("weight", Tensor.full(1, channels));
            bias = parameter("bias", Tensor.zeros(channels));
        }
    }

    /** [...,C] -> the same. */
    public static LayerNorm of(int channels, double eps) {
        return new LayerNorm(channels, eps, false);
    }

    /** [N,C,H,W] -> the same. */
    public static LayerNorm ofMaps(int channels, double eps) {
        return new LayerNorm(channels, eps, true);
    }

    @Override
    protected Tensor forward(Tensor x) {
        if (!channelsFirst) return Ops.layerNorm(x, weight, bias, eps);
        return Ops.permute(Ops.layerNorm(Ops.permute(x, 0, 2, 3, 1), weight, bias, eps), 0, 3, 1, 2);
    }
}
