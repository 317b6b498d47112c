package resnet4j.nn;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** In training zeroes each number with probability {@code p} and scales the rest by 1/(1-p). arXiv:1207.0580. */
public final class Dropout extends Layer {
    private final double p;

    public Dropout(double p) {
        if (!(p >= 0 && p < 1)) throw new IllegalArgumentException("dropout: expected [0,1), got " + p);
        this.p = p;
    }

    @Override
    protected Tensor forward(Tensor x) {
        return training() && p > 0 ? Ops.dropout(x, p) : x;
    }
}
