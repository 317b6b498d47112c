package resnet4j.nn;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** How two paths of equal shape share each channel. */
final class Paths {
    private Paths() {}

    /**
     * a * p + b * (1 - p), where p is the softmax over the two halves of {@code logits}.
     *
     * @param logits [N,2C,1,1] for paths of [N,C,H,W]
     */
    static Tensor shared(Tensor a, Tensor b, Tensor logits) {
        var shares = Ops.softmax(Ops.reshape(logits, 0, 2, -1, 1), 1); // [N,2,C,1]
        return Ops.add(Ops.mul(a, share(shares, 0)), Ops.mul(b, share(shares, 1)));
    }

    private static Tensor share(Tensor shares, int path) {
        return Ops.reshape(Ops.slice(shares, 1, path, path + 1, 1), 0, -1, 1, 1); // [N,C,1,1]
    }
}
