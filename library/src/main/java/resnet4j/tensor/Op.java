package resnet4j.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import resnet4j.array.DType;

/**
 * One operation of a network with its attributes, apart from the tensors it works on, and what is true of it whoever
 * computes it. A layer runs it through {@link Ops}; a traced graph keeps it, and can run it again. Every engine has one
 * table of what it makes of each: {@link LibTorch}, {@link OneDnn}, and an exporter's.
 */
public sealed interface Op {
    /** Runs the operation by libtorch. {@code in} as the record's comment says; null for an absent optional input. */
    default Tensor apply(List<Tensor> in) {
        return LibTorch.run(this, in);
    }

    /** The name in PyTorch's functional interface, where it has one. */
    default String type() {
        String name = getClass().getSimpleName();
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    /** The shape of the result, for inputs of these shapes; null for an absent one. Throws where they do not fit. */
    default List<Long> shape(List<List<Long>> in) {
        return LibTorch.shape(this, in); // worked out without computing anything
    }

    /** Whether the result may share memory with the first input. */
    default boolean isView() {
        return false;
    }

    /** Whether it gives back its first input in evaluation, for that input's shape and the result's. */
    default boolean isIdentity(List<Long> in, List<Long> out) {
        return false;
    }

    /** Multiply-adds of convolutions and matrix products, which are what papers count; of others 0. */
    default long macs(List<List<Long>> in, List<Long> out) {
        return 0;
    }

    /** Whether it multiplies inputs or weights with each other: computed in the precision of {@link Ops#precision}. */
    default boolean isProduct() {
        return false;
    }

    /** What it is in training; a graph holds what it is in evaluation. */
    default Op inTraining() {
        return this;
    }

    /** The inputs that are running statistics: saved, and not trained. */
    default Set<Integer> statistics() {
        return Set.of();
    }

    /** The inputs that stay in 32-bit floats when the operation is computed in less. */
    default Set<Integer> exact() {
        return Set.of();
    }

    /** Whether {@link Ops#runInPlace} can give the result the first input's memory, where that has the result's shape. */
    default boolean hasInPlaceForm() {
        return false;
    }

    /** Whether its attributes fit inputs of shape {@code now} only and may be wrong for {@code other}, without failing. */
    default boolean bakesIn(List<Long> now, List<Long> other) {
        return false;
    }

    /** How the channels of the result, its dimension 1, come from those of the inputs. */
    default Channels channels(List<List<Long>> in) {
        return Channels.REFUSE;
    }

    /** How channels go through an operation: what has to be cut when some are cut before it or after it. */
    enum Channels {
        /** Channel c of every input with more than one is channel c of the result, and weights have one number for each. */
        SAME,
        /** All channels go into each new one: weight [out,in,...], bias [out]. */
        CONTRACT,
        /** As CONTRACT, for each of several groups of channels by itself: weight [out,in/groups,...]. */
        GROUPED,
        /** The channels of the inputs, one input after another. */
        CONCAT,
        /** Each channel becomes a run of equally many new ones. */
        SPREAD,
        /** Anything else; channels before it cannot be cut. */
        REFUSE
    }

    /** Two lengths, along height and along width. */
    record Size(int h, int w) {
        public static Size of(int both) {
            return new Size(both, both);
        }

        long[] longs() {
            return new long[] {h, w};
        }
    }

    /** How pixels between pixels are made; centres of pixels are at halves, as everywhere but in old networks. */
    enum Interpolation {
        NEAREST,
        BILINEAR
    }

    // ---- products with weights ----

    /** x [N,Cin,H,W], weight [Cout,Cin/groups,kh,kw], bias [Cout] or null -> [N,Cout,H',W']. */
    record Conv2d(Size stride, Size padding, Size dilation, int groups) implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            var x = in.get(0);
            var weight = in.get(1);
            if (x.size() != 4 || x.get(1) != weight.get(1) * groups)
                throw new IllegalArgumentException(
                        "conv2d: expected images of " + weight.get(1) * groups + " channels, got shape " + x);
            return List.of(
                    x.get(0),
                    weight.get(0),
                    along(x.get(2), weight.get(2), stride.h, padding.h, dilation.h),
                    along(x.get(3), weight.get(3), stride.w, padding.w, dilation.w));
        }

        private static long along(long in, long kernel, int stride, int padding, int dilation) {
            long room = in + 2L * padding - (kernel - 1) * dilation - 1;
            if (room < 0) throw new IllegalArgumentException("conv2d: expected larger images, got " + in + " pixels");
            return room / stride + 1;
        }

        @Override
        public boolean isProduct() {
            return true;
        }

        @Override
        public long macs(List<List<Long>> in, List<Long> out) {
            return product(out) * (product(in.get(1)) / in.get(1).get(0)); // of each output: its filter's weights
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return groups == 1 ? Channels.CONTRACT : Channels.GROUPED;
        }
    }

    /** x [N,Cin,H,W], weight [Cin,Cout/groups,kh,kw], bias [Cout] or null -> [N,Cout,H',W']: a convolution's gradient. */
    record ConvTranspose2d(Size stride, Size padding, Size outputPadding, Size dilation, int groups) implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            var x = in.get(0);
            var weight = in.get(1);
            if (x.size() != 4 || !x.get(1).equals(weight.get(0)))
                throw new IllegalArgumentException(
                        "conv_transpose2d: expected images of " + weight.get(0) + " channels, got shape " + x);
            long h = (x.get(2) - 1) * stride.h - 2L * padding.h + dilation.h * (weight.get(2) - 1) + outputPadding.h;
            long w = (x.get(3) - 1) * stride.w - 2L * padding.w + dilation.w * (weight.get(3) - 1) + outputPadding.w;
            return List.of(x.get(0), weight.get(1) * groups, h + 1, w + 1);
        }

        @Override
        public boolean isProduct() {
            return true;
        }

        @Override
        public long macs(List<List<Long>> in, List<Long> out) {
            return product(in.get(0)) * (product(in.get(1)) / in.get(1).get(0)); // of each input: its filter's weights
        }
    }

    /** x [...,in], weight [out,in], bias [out] or null -> [...,out]. */
    record Linear() implements Op {
        @Override
        public boolean isProduct() {
            return true;
        }

        @Override
        public long macs(List<List<Long>> in, List<Long> out) {
            return product(out) * in.get(1).get(1);
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return in.get(0).size() == 2 ? Channels.CONTRACT : Channels.REFUSE;
        }
    }

    /** Matrix product of the last two dimensions: a [...,n,k], b [...,k,m] -> [...,n,m]. */
    record Matmul() implements Op {
        @Override
        public boolean isProduct() {
            return true;
        }

        @Override
        public long macs(List<List<Long>> in, List<Long> out) {
            var a = in.get(0);
            return product(out) * a.get(a.size() - 1);
        }
    }

    // ---- norms: the result has x's shape, and scale and shift stay in 32 bits ----

    /** x, then a scale and a shift for each channel. */
    sealed interface Normalisation extends Op {
        @Override
        default List<Long> shape(List<List<Long>> in) {
            return in.get(0);
        }

        @Override
        default Set<Integer> exact() {
            return Set.of(1, 2, 3, 4);
        }
    }

    /**
     * x [N,C,...], weight, bias, running mean and running variance [C]. In training the batch's statistics are used
     * and the running ones are updated in place. arXiv:1502.03167.
     */
    record BatchNorm(boolean training, double momentum, double eps) implements Normalisation {
        @Override
        public Set<Integer> statistics() {
            return Set.of(3, 4);
        }

        @Override
        public Op inTraining() {
            return new BatchNorm(true, momentum, eps);
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }
    }

    /** x [N,C,...], weight and bias [C]. arXiv:1803.08494. */
    record GroupNorm(int groups, double eps) implements Normalisation {}

    /** x [...,C], weight and bias [C]: normalises the last dimension. arXiv:1607.06450. */
    record LayerNorm(double eps) implements Normalisation {}

    // ---- number by number ----

    /** The result has x's shape, and each number depends on one of x. */
    sealed interface Pointwise extends Op {
        @Override
        default List<Long> shape(List<List<Long>> in) {
            return in.get(0);
        }

        @Override
        default Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }
    }

    record Relu() implements Pointwise {
        @Override
        public boolean hasInPlaceForm() {
            return true;
        }
    }

    /** Limits to [min,max]; ReLU6 is {@code Clamp(0, 6)}. */
    record Clamp(double min, double max) implements Pointwise {}

    record Sigmoid() implements Pointwise {}

    record Tanh() implements Pointwise {}

    /** x * sigmoid(x). arXiv:1702.03118. */
    record Silu() implements Pointwise {}

    /** x * Phi(x), exact. arXiv:1606.08415. */
    record Gelu() implements Pointwise {}

    /** x * scale + shift. */
    record Affine(double scale, double shift) implements Pointwise {
        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return scale == 1 && shift == 0;
        }
    }

    /** Zero with probability {@code p}, else x / (1 - p); only in training. */
    record Dropout(double p) implements Pointwise {
        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return true;
        }
    }

    /**
     * x, scale [1] -> x / scale rounded to whole numbers, halves to even ones, in the bounds of {@code to}: U8 or I8. As
     * ONNX's QuantizeLinear with zero at zero.
     */
    record Quantize(DType to) implements Op {
        public Quantize {
            if (to != DType.U8 && to != DType.I8)
                throw new IllegalArgumentException("to: expected U8 or I8, got " + to);
        }

        @Override
        public List<Long> shape(List<List<Long>> in) {
            return in.get(0);
        }

        @Override
        public Set<Integer> exact() {
            return Set.of(1);
        }
    }

    /** Whole numbers x times scale in 32-bit floats; scale is [1], or has a number for each of x's first dimension. */
    record Dequantize() implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            return in.get(0);
        }

        @Override
        public Set<Integer> exact() {
            return Set.of(1);
        }
    }

    /** a + b, with broadcasting. */
    record Add() implements Op {
        @Override
        public boolean hasInPlaceForm() {
            return true;
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }
    }

    /** a * b, with broadcasting. */
    record Mul() implements Op {
        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }
    }

    /** Shares of 1 along {@code dim}. */
    record Softmax(int dim) implements Op {}

    /** The logarithm of {@link Softmax}. */
    record LogSoftmax(int dim) implements Op {}

    // ---- windows and reductions ----

    /** x [N,C,H,W] -> [N,C,H',W'], each channel by itself. */
    sealed interface Pixelwise extends Op {
        @Override
        default Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }
    }

    /** {@code ceil} lets the last window hang over the edge. */
    record MaxPool2d(Size kernel, Size stride, Size padding, boolean ceil) implements Pixelwise {}

    /** Padding counts as zeros when {@code countPadding}. */
    record AvgPool2d(Size kernel, Size stride, Size padding, boolean ceil, boolean countPadding) implements Pixelwise {}

    /** To [N,C,out.h,out.w], each output the mean of its share of the input. */
    record AdaptiveAvgPool2d(Size out) implements Pixelwise {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            return List.of(in.get(0).get(0), in.get(0).get(1), (long) out.h, (long) out.w);
        }

        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return in.equals(out) && !this.out.equals(Size.of(1)); // a single pixel may be more in a larger image
        }
    }

    /** To [N,C,out.h,out.w]. */
    record Upsample(Size out, Interpolation by) implements Pixelwise {
        @Override
        public boolean bakesIn(List<Long> now, List<Long> other) {
            return !now.equals(other);
        }
    }

    /** x [N,C,H,W] and any other with four dimensions -> [N,C,H',W'] of the other's height and width. */
    record UpsampleLike(Interpolation by) implements Op {}

    /** Over dimensions, which stay with one element where {@code keep}. */
    sealed interface Reduction extends Op {
        List<Integer> dims();

        boolean keep();

        @Override
        default Channels channels(List<List<Long>> in) {
            boolean overChannels =
                    dims().contains(1) || dims().contains(1 - in.get(0).size());
            return overChannels || dims().contains(0) ? Channels.REFUSE : Channels.SAME;
        }
    }

    record Mean(List<Integer> dims, boolean keep) implements Reduction {
        public Mean {
            dims = List.copyOf(dims);
        }
    }

    record Sum(List<Integer> dims, boolean keep) implements Reduction {
        public Sum {
            dims = List.copyOf(dims);
        }
    }

    record Max(List<Integer> dims, boolean keep) implements Reduction {
        public Max {
            dims = List.copyOf(dims);
        }
    }
    // ---- moving numbers ----

    /** Joins the dimensions from {@code start} on. */
    record Flatten(int start) implements Op {
        @Override
        public boolean isView() {
            return true;
        }

        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return in.equals(out);
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            if (start != 1) return start > 1 ? Channels.SAME : Channels.REFUSE;
            var x = in.get(0);
            return product(x.subList(2, x.size())) == 1 ? Channels.SAME : Channels.SPREAD;
        }
    }

    /** The same elements in another shape; one size may be -1, and 0 keeps the input's size there. */
    record Reshape(List<Integer> shape) implements Op {
        public Reshape {
            shape = List.copyOf(shape);
        }

        @Override
        public boolean isView() {
            return true;
        }

        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return in.equals(out) && shape.stream().skip(2).allMatch(size -> size <= 0); // of any height and width
        }
    }

    /** Dimensions in the order given. */
    record Permute(List<Integer> dims) implements Op {
        public Permute {
            dims = List.copyOf(dims);
        }

        @Override
        public boolean isView() {
            return true;
        }
    }

    /** Every {@code step}-th element of dimension {@code dim} in [start,end); {@link #TO_THE_END} is any size's end. */
    record Slice(int dim, long start, long end, long step) implements Op {
        public static final long TO_THE_END = Long.MAX_VALUE;

        @Override
        public boolean isView() {
            return true;
        }

        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return in.equals(out) && start == 0 && (dim < 2 || end == TO_THE_END);
        }

        @Override
        public boolean bakesIn(List<Long> now, List<Long> other) {
            int along = dim < 0 ? dim + now.size() : dim;
            return end != TO_THE_END && !now.get(along).equals(other.get(along));
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return dim > 1 ? Channels.SAME : Channels.REFUSE;
        }
    }

    /** Joins any number of tensors along {@code dim}. */
    record Cat(int dim) implements Op {
        @Override
        public Channels channels(List<List<Long>> in) {
            return dim == 1 ? Channels.CONCAT : dim > 1 ? Channels.SAME : Channels.REFUSE;
        }
    }

    /** Zeros around x: {@code pads} hold before and after for the last dimension, then the one before it, and so on. */
    record Pad(List<Integer> pads) implements Op {
        public Pad {
            pads = List.copyOf(pads);
        }

        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return pads.stream().allMatch(p -> p == 0);
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return pads.size() <= 2 * (in.get(0).size() - 2) ? Channels.SAME : Channels.REFUSE;
        }
    }

    /** Mirrors x [N,C,H,W] at its edges without repeating them; {@code pads} are left, right, top, bottom. */
    record ReflectPad(List<Integer> pads) implements Op {
        public ReflectPad {
            pads = List.copyOf(pads);
        }

        @Override
        public List<Long> shape(List<List<Long>> in) {
            var x = in.get(0);
            long h = x.get(2) + pads.get(2) + pads.get(3), w = x.get(3) + pads.get(0) + pads.get(1);
            return List.of(x.get(0), x.get(1), h, w);
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }
    }

    // ---- picking numbers ----

    /** x, indices int64 of as many dimensions -> x's elements at the indices along {@code dim}, in the indices' shape. */
    record Gather(int dim) implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            return in.get(1);
        }
    }

    /** Where the {@code k} largest elements along {@code dim} are, the largest first: int64. */
    record TopK(int k, int dim) implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            var shape = new ArrayList<>(in.get(0));
            shape.set(dim < 0 ? dim + shape.size() : dim, (long) k);
            return shape;
        }
    }

    /**
     * x [N,C,H,W], grid [N,H',W',2] -> [N,C,H',W']: x at the places of the grid, which holds x and y from -1, the left
     * or upper edge, to 1. Bilinear; outside are zeros.
     */
    record GridSample() implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            var x = in.get(0);
            var grid = in.get(1);
            return List.of(x.get(0), x.get(1), grid.get(1), grid.get(2));
        }
    }

    /**
     * x [N,C,H,W], boxes [R,4] of x1, y1, x2, y2 in pixels of the image, their images' indices [R] int64 ->
     * [R,C,out.h,out.w]. Every number is the mean of {@code sampling} x {@code sampling} places of x, which is the image
     * by {@code scale}. He et al. 2017, arXiv:1703.06870, section 3.
     *
     * @param aligned whether centres of pixels are at halves, as they should be; torchvision's first networks lack it
     */
    record RoiAlign(Size out, double scale, int sampling, boolean aligned) implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            return List.of(in.get(1).get(0), in.get(0).get(1), (long) out.h, (long) out.w);
        }

        @Override
        public Set<Integer> exact() {
            return Set.of(1, 2);
        }
    }

    private static long product(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
