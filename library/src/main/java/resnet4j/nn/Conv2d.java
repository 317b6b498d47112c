package resnet4j.nn;

import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Convolution. [N,in,H,W] -> [N,out,H',W']. */
public final class Conv2d extends Weighted {
    private final Op.Conv2d op;
    private final int filters; // of each group
    private double standardizeEps = Double.NaN;

    public Conv2d(int in, int out, Size kernel, Op.Conv2d op, boolean withBias) {
        super(shape(in, out, kernel, op.groups()), out, withBias);
        this.op = op;
        filters = out / op.groups();
    }

    private static long[] shape(int in, int out, Size kernel, int groups) {
        if (in < 1 || out < 1)
            throw new IllegalArgumentException("channels: expected at least 1 in and out, got " + in + " and " + out);
        if (in % groups != 0 || out % groups != 0)
            throw new IllegalArgumentException(
                    "groups: expected a divisor of " + in + " channels in and " + out + " out, got " + groups);
        return new long[] {out, in / groups, kernel.h(), kernel.w()};
    }

    /** With a window, stride and padding of its own in each direction. */
    public static Conv2d of(int in, int out, Size kernel, Size stride, Size padding, boolean withBias) {
        return new Conv2d(in, out, kernel, new Op.Conv2d(stride, padding, Size.of(1), 1), withBias);
    }

    /** Without bias, padded so that H and W keep their size at stride 1. */
    public static Conv2d of(int in, int out, int kernel) {
        return of(in, out, kernel, 1);
    }

    /** Without bias, padded so that H and W are divided by the stride. */
    public static Conv2d of(int in, int out, int kernel, int stride) {
        return of(in, out, kernel, stride, 1);
    }

    /** Without bias, padded so that H and W are divided by the stride, in {@code groups}. */
    public static Conv2d of(int in, int out, int kernel, int stride, int groups) {
        return of(in, out, kernel, stride, groups, 1);
    }

    /** Without bias, padded so that H and W are divided by the stride, in {@code groups}, dilated. */
    public static Conv2d of(int in, int out, int kernel, int stride, int groups, int dilation) {
        return new Conv2d(in, out, Size.of(kernel), padded(kernel, stride, groups, dilation), false);
    }

    /** With bias, padded so that H and W are divided by the stride. */
    public static Conv2d biased(int in, int out, int kernel, int stride) {
        return new Conv2d(in, out, Size.of(kernel), padded(kernel, stride, 1, 1), true);
    }

    /** With bias, padded so that H and W are divided by the stride, in {@code groups}. */
    public static Conv2d biased(int in, int out, int kernel, int stride, int groups) {
        return new Conv2d(in, out, Size.of(kernel), padded(kernel, stride, groups, 1), true);
    }

    private static Op.Conv2d padded(int kernel, int stride, int groups, int dilation) {
        return new Op.Conv2d(Size.of(stride), Size.of(dilation * (kernel - 1) / 2), Size.of(dilation), groups);
    }

    /** Gives each filter mean 0 and variance 1 before it is used, from here on. arXiv:1903.10520. */
    Conv2d standardized(double eps) {
        standardizeEps = eps;
        return this;
    }

    /** Filters as channels of one image, normalised over their elements. */
    private Tensor standardizedWeight() {
        int out = (int) weight.size(0);
        var flat = Ops.reshape(weight, 1, out, -1);
        var normal = Ops.batchNorm(flat, null, null, null, null, new Op.BatchNorm(true, 0, standardizeEps));
        return Ops.reshape(normal, out, (int) weight.size(1), (int) weight.size(2), (int) weight.size(3));
    }

    /** One that was {@link Net#narrow narrowed} has fewer groups. */
    private Op.Conv2d op() {
        int groups = op.groups() == 1 ? 1 : (int) weight.size(0) / filters;
        return groups == op.groups() ? op : new Op.Conv2d(op.stride(), op.padding(), op.dilation(), groups);
    }

    @Override
    protected Tensor forward(Tensor x) {
        return Ops.conv2d(x, Double.isNaN(standardizeEps) ? weight : standardizedWeight(), bias, op());
    }
}
