package resnet4j.tensor;

import org.bytedeco.dnnl.global.dnnl;
import resnet4j.tensor.Op.Size;

/**
 * Where a kernel goes.
 *
 * @param ceil    whether the last window may hang over the edge
 * @param pooling what becomes of a window; null for a convolution
 */
record Windows(Size kernel, Size stride, Size padding, Size dilation, boolean ceil, dnnl.algorithm pooling) {

    /** Of pooling, over images of h x w pixels; null for an operation that is none, or none of oneDNN's. */
    static Windows ofPool(Op op, long h, long w) {
        var one = Size.of(1);
        if (op instanceof Op.MaxPool2d max)
            return new Windows(max.kernel(), max.stride(), max.padding(), one, max.ceil(), dnnl.algorithm.pooling_max);
        if (op instanceof Op.AvgPool2d mean && !mean.ceil()) {
            var counted = mean.countPadding()
                    ? dnnl.algorithm.pooling_avg_include_padding
                    : dnnl.algorithm.pooling_avg_exclude_padding;
            return new Windows(mean.kernel(), mean.stride(), mean.padding(), one, false, counted);
        }
        if (op instanceof Op.AdaptiveAvgPool2d mean && mean.out().equals(one))
            return new Windows(
                    new Size((int) h, (int) w),
                    one,
                    Size.of(0),
                    one,
                    false,
                    dnnl.algorithm.pooling_avg_exclude_padding);
        return null;
    }

    /** oneDNN counts what lies between two pixels of a window. */
    long[] holes() {
        return new long[] {dilation.h() - 1, dilation.w() - 1};
    }

    long[] result(long[] in, long channels) {
        return new long[] {
            in[0],
            channels,
            along(in[2], kernel.h(), stride.h(), padding.h(), dilation.h()),
            along(in[3], kernel.w(), stride.w(), padding.w(), dilation.w())
        };
    }

    private long along(long in, int kernel, int stride, int padding, int dilation) {
        long room = in + 2L * padding - (kernel - 1L) * dilation - 1;
        if (!ceil) return room / stride + 1;
        long windows = (room + stride - 1) / stride + 1;
        return (windows - 1) * stride >= in + padding ? windows - 1 : windows; // none begins behind the image
    }

    /** Up to the end of the last window. */
    long[] paddingAfter(long[] in) {
        var out = result(in, 0);
        return new long[] {
            (out[2] - 1) * stride.h() + kernel.h() - in[2] - padding.h(),
            (out[3] - 1) * stride.w() + kernel.w() - in[3] - padding.w()
        };
    }
}
