package resnet4j.tensor;

import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One operation of a network with its attributes, apart from the tensors it works on. A layer runs it through
 * {@link Ops}; a traced graph keeps it, and can run it again with {@link #apply}.
 */
public sealed interface Op {
    /** Runs the operation. {@code in} as the record's comment says; null stands for an absent optional input. */
    Tensor apply(List<Tensor> in);

    /** The name in PyTorch's functional interface, where it has one. */
    default String type() {
        String name = getClass().getSimpleName();
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
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

    /** x [N,Cin,H,W], weight [Cout,Cin/groups,kh,kw], bias [Cout] or null -> [N,Cout,H',W']. */
    record Conv2d(Size stride, Size padding, Size dilation, int groups) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.conv2d(
                    in.get(0).handle,
                    in.get(1).handle,
                    optional(in.get(2)),
                    stride.longs(),
                    padding.longs(),
                    dilation.longs(),
                    groups));
        }
    }

    /**
     * A convolution with what follows it: activation(conv(x) + residual). x, weight and bias as in {@link Conv2d}, then
     * the residual in the shape of the result where {@code add}. Made by graph passes only.
     *
     * @param activation an operation on one tensor, or null
     */
    record FusedConv2d(Conv2d conv, boolean add, Op activation) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            var y = conv.apply(in.subList(0, 3));
            if (add) y = new Add().apply(List.of(y, in.get(3)));
            return activation == null ? y : activation.apply(List.of(y));
        }
    }

    /** x [...,in], weight [out,in], bias [out] or null -> [...,out]. */
    record Linear() implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.linear(in.get(0).handle, in.get(1).handle, optional(in.get(2))));
        }
    }

    /**
     * x [N,C,...], weight, bias, running mean and running variance [C]. In training the batch's statistics are used
     * and the running ones are updated in place. arXiv:1502.03167.
     */
    record BatchNorm(boolean training, double momentum, double eps) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.batch_norm(
                    in.get(0).handle,
                    optional(in.get(1)),
                    optional(in.get(2)),
                    optional(in.get(3)),
                    optional(in.get(4)),
                    training,
                    momentum,
                    eps,
                    true));
        }
    }

    /** x [N,C,...], weight and bias [C]. arXiv:1803.08494. */
    record GroupNorm(int groups, double eps) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(
                    torch.group_norm(in.get(0).handle, groups, optional(in.get(1)), optional(in.get(2)), eps, true));
        }
    }

    /** x [...,C], weight and bias [C]: normalises the last dimension. arXiv:1607.06450. */
    record LayerNorm(double eps) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            long channels = in.get(0).size(-1);
            return new Tensor(torch.layer_norm(
                    in.get(0).handle, new long[] {channels}, optional(in.get(1)), optional(in.get(2)), eps, true));
        }
    }

    record Relu() implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.relu(in.get(0).handle));
        }
    }

    /** Limits to [min,max]; ReLU6 is {@code Clamp(0, 6)}. */
    record Clamp(double min, double max) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.hardtanh(in.get(0).handle, new Scalar(min), new Scalar(max)));
        }
    }

    record Sigmoid() implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.sigmoid(in.get(0).handle));
        }
    }

    record Tanh() implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.tanh(in.get(0).handle));
        }
    }

    /** x * sigmoid(x). arXiv:1702.03118. */
    record Silu() implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.silu(in.get(0).handle));
        }
    }

    /** x * Phi(x), exact. arXiv:1606.08415. */
    record Gelu() implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.gelu(in.get(0).handle));
        }
    }

    record Softmax(int dim) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.softmax(in.get(0).handle, dim));
        }
    }

    /** x [N,C,H,W] -> [N,C,H',W']; {@code ceil} lets the last window hang over the edge. */
    record MaxPool2d(Size kernel, Size stride, Size padding, boolean ceil) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.max_pool2d(
                    in.get(0).handle,
                    kernel.longs(),
                    stride.longs(),
                    padding.longs(),
                    Size.of(1).longs(),
                    ceil));
        }
    }

    /** x [N,C,H,W] -> [N,C,H',W']; padding counts as zeros when {@code countPadding}. */
    record AvgPool2d(Size kernel, Size stride, Size padding, boolean ceil, boolean countPadding) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.avg_pool2d(
                    in.get(0).handle,
                    kernel.longs(),
                    stride.longs(),
                    padding.longs(),
                    ceil,
                    countPadding,
                    new LongOptional()));
        }
    }

    /** x [N,C,H,W] -> [N,C,out.h,out.w], each output the mean of its share of the input. */
    record AdaptiveAvgPool2d(Size out) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.adaptive_avg_pool2d(in.get(0).handle, out.longs()));
        }
    }

    /** Means over dimensions. */
    record Mean(List<Integer> dims, boolean keep) implements Op {
        public Mean {
            dims = List.copyOf(dims);
        }

        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.mean(in.get(0).handle, longs(dims), keep, new ScalarTypeOptional()));
        }
    }

    /** Sums over dimensions. */
    record Sum(List<Integer> dims, boolean keep) implements Op {
        public Sum {
            dims = List.copyOf(dims);
        }

        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.sum(in.get(0).handle, longs(dims), keep, new ScalarTypeOptional()));
        }
    }

    /** Largest values over dimensions. */
    record Max(List<Integer> dims, boolean keep) implements Op {
        public Max {
            dims = List.copyOf(dims);
        }

        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.amax(in.get(0).handle, longs(dims), keep));
        }
    }

    /** Joins the dimensions from {@code start} on. */
    record Flatten(int start) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.flatten(in.get(0).handle, start, -1));
        }
    }

    /** a + b, with broadcasting. */
    record Add() implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.add(in.get(0).handle, in.get(1).handle));
        }
    }

    /** a * b, with broadcasting. */
    record Mul() implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.mul(in.get(0).handle, in.get(1).handle));
        }
    }

    /** x * scale + shift. */
    record Affine(double scale, double shift) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.mul(in.get(0).handle, new Scalar(scale)).add(new Scalar(shift)));
        }
    }

    /** Joins any number of tensors along {@code dim}. */
    record Cat(int dim) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.cat(vector(in), dim));
        }
    }

    /** Zeros around x: {@code pads} hold before and after for the last dimension, then the one before it, and so on. */
    record Pad(List<Integer> pads) implements Op {
        public Pad {
            pads = List.copyOf(pads);
        }

        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.constant_pad_nd(in.get(0).handle, longs(pads), new Scalar(0.0)));
        }
    }

    /** Mirrors x [N,C,H,W] at its edges without repeating them; {@code pads} are left, right, top, bottom. */
    record ReflectPad(List<Integer> pads) implements Op {
        public ReflectPad {
            pads = List.copyOf(pads);
        }

        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.pad(in.get(0).handle, longs(pads), "reflect", new DoubleOptional()));
        }
    }

    /** Every {@code step}-th element of dimension {@code dim} in [start,end). */
    record Slice(int dim, long start, long end, long step) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.slice(in.get(0).handle, dim, new LongOptional(start), new LongOptional(end), step));
        }
    }

    /** Dimensions in the order given. */
    record Permute(List<Integer> dims) implements Op {
        public Permute {
            dims = List.copyOf(dims);
        }

        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(in.get(0).handle.permute(longs(dims)));
        }
    }

    /** The same elements in another shape; one size may be -1, and 0 keeps the input's size there. */
    record Reshape(List<Integer> shape) implements Op {
        public Reshape {
            shape = List.copyOf(shape);
        }

        @Override
        public Tensor apply(List<Tensor> in) {
            var sizes = longs(shape);
            for (int i = 0; i < sizes.length; i++)
                if (sizes[i] == 0) sizes[i] = in.get(0).size(i);
            return new Tensor(in.get(0).handle.reshape(sizes));
        }
    }

    /** x [N,C,H,W] -> [N,C,out.h,out.w], bilinear with half-pixel centres. */
    record Upsample(Size out) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.upsample_bilinear2d(
                    in.get(0).handle, out.longs(), false, new DoubleOptional(), new DoubleOptional()));
        }
    }

    /** Zero with probability {@code p}, else x / (1 - p); only in training. */
    record Dropout(double p) implements Op {
        @Override
        public Tensor apply(List<Tensor> in) {
            return new Tensor(torch.dropout(in.get(0).handle, p, true));
        }
    }

    private static TensorOptional optional(Tensor t) {
        return t == null ? new TensorOptional() : new TensorOptional(t.handle);
    }

    private static TensorVector vector(List<Tensor> tensors) {
        return new TensorVector(tensors.stream().map(t -> t.handle).toArray(org.bytedeco.pytorch.Tensor[]::new));
    }

    private static long[] longs(List<Integer> numbers) {
        return numbers.stream().mapToLong(Integer::longValue).toArray();
    }
}
