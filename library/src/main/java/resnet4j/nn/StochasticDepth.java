package resnet4j.nn;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** In training drops a whole residual branch, image by image, with probability {@code p}. arXiv:1603.09382. */
public final class StochasticDepth extends Layer {
    private final double p;

    public StochasticDepth(double p) {
        if (!(p >= 0 && p < 1)) throw new IllegalArgumentException("stochasticDepth: expected [0,1), got " + p);
        this.p = p;
    }

    @Override
    protected Tensor forward(Tensor x) {
        if (!training() || p == 0) return x;
        var survive = Ops.dropout(x.newFull(1, x.size(0), 1, 1, 1), p); // [N,1,1,1], 0 or 1/(1-p)
        return Ops.mul(x, survive);
    }
}
