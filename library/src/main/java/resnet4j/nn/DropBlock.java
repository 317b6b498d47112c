package resnet4j.nn;

import java.util.List;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * In training zeroes squares of each channel, a share {@code p} of it in all or less, and scales the rest up. Ghiasi et
 * al. 2018, arXiv:1810.12890, Algorithm 1.
 */
public final class DropBlock extends Layer {
    private final double p, gammaScale;
    private final int size;

    /**
     * @param size       side of the squares, odd
     * @param gammaScale factor of the chance that a square begins somewhere; 1 in the paper
     */
    public DropBlock(double p, int size, double gammaScale) {
        if (!(p >= 0 && p < 1)) throw new IllegalArgumentException("dropBlock: expected [0,1), got " + p);
        if (size < 1 || size % 2 == 0) throw new IllegalArgumentException("size: expected an odd side, got " + size);
        this.p = p;
        this.size = size;
        this.gammaScale = gammaScale;
    }

    @Override
    protected Tensor forward(Tensor x) {
        if (!training() || p == 0) return x;
        long h = x.size(2), w = x.size(3);
        int side = (int) Math.min(size, Math.min(h, w) - (Math.min(h, w) + 1) % 2); // odd, and fits
        double gamma = gammaScale * p * h * w / ((double) side * side * (h - side + 1) * (w - side + 1)); // eq. 1
        gamma = Math.min(gamma, 0.999);
        var survives = Ops.affine(Ops.dropout(x.newFull(1, x.shape()), gamma), 1 - gamma, 0); // 0 at a square's middle
        var dropped = Ops.maxPool2d(Ops.affine(survives, -1, 1), side, 1, side / 2);
        var kept = Ops.affine(dropped, -1, 1);
        double share = Ops.mean(kept, List.of(0, 1, 2, 3), false).item();
        return Ops.mul(x, Ops.affine(kept, 1 / Math.max(share, 1e-7), 0));
    }
}
