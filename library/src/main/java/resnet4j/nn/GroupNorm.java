package resnet4j.nn;

import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Normalises groups of channels of each image by themselves. [N,C,H,W] -> the same. arXiv:1803.08494. */
final class GroupNorm extends Layer {
    private final Tensor weight, bias; // [C] each
    private final Op.GroupNorm op;

    GroupNorm(int channels, int groups, double eps) {
        if (groups < 1 || channels % groups != 0)
            throw new IllegalArgumentException(
                    "groups: expected a divisor of " + channels + " channels, got " + groups);
        op = new Op.GroupNorm(groups, eps);
        try (var scope = new NativeScope()) {
            weight = parameter("weight", Tensor.full(1, channels));
            bias = parameter("bias", Tensor.zeros(channels));
        }
    }

    @Override
    protected Tensor forward(Tensor x) {
        return Ops.groupNorm(x, weight, bias, op);
    }
}
