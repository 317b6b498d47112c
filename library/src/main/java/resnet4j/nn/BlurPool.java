package resnet4j.nn;

import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Blurs with [1,2,1]/4 both ways, mirrored at the edges, and takes every second pixel. Zhang 2019, arXiv:1904.11486.
 * H and W are at least 2.
 */
public final class BlurPool extends Layer {
    private static final Op.AvgPool2d PAIRS = pairs(1), HALVES = pairs(2);

    private static Op.AvgPool2d pairs(int stride) {
        return new Op.AvgPool2d(Size.of(2), Size.of(stride), Size.of(0), false, true);
    }

    @Override
    protected Tensor forward(Tensor x) {
        // the mean of neighbouring means is [1,2,1]/4
        return Ops.avgPool2d(Ops.avgPool2d(Ops.reflectPad(x, 1), PAIRS), HALVES);
    }
}
