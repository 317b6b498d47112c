package resnet4j.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Op.Size;

/** libtorch's kernel for every operation. */
final class LibTorch {
    private LibTorch() {}

    private interface Kernel<O extends Op> {
        org.bytedeco.pytorch.Tensor run(O op, List<Tensor> in);
    }

    static final Map<Class<? extends Op>, Kernel<?>> KERNELS = Map.ofEntries(
            kernel(Op.Conv2d.class, LibTorch::conv2d),
            kernel(Op.ConvTranspose2d.class, LibTorch::convTranspose2d),
            kernel(Op.Linear.class, (op, in) -> torch.linear(handle(in, 0), handle(in, 1), optional(in, 2))),
            kernel(Op.Matmul.class, (op, in) -> torch.matmul(handle(in, 0), handle(in, 1))),
            kernel(Op.BatchNorm.class, LibTorch::batchNorm),
            kernel(
                    Op.GroupNorm.class,
                    (op, in) -> torch.group_norm(
                            handle(in, 0), op.groups(), optional(in, 1), optional(in, 2), op.eps(), true)),
            kernel(
                    Op.LayerNorm.class,
                    (op, in) -> torch.layer_norm(
                            handle(in, 0),
                            new long[] {in.get(0).size(-1)},
                            optional(in, 1),
                            optional(in, 2),
                            op.eps(),
                            true)),
            kernel(Op.Relu.class, (op, in) -> torch.relu(handle(in, 0))),
            kernel(
                    Op.Clamp.class,
                    (op, in) -> torch.hardtanh(handle(in, 0), new Scalar(op.min()), new Scalar(op.max()))),
            kernel(Op.Sigmoid.class, (op, in) -> torch.sigmoid(handle(in, 0))),
            kernel(Op.Tanh.class, (op, in) -> torch.tanh(handle(in, 0))),
            kernel(Op.Silu.class, (op, in) -> torch.silu(handle(in, 0))),
            kernel(Op.Gelu.class, (op, in) -> torch.gelu(handle(in, 0))),
            kernel(Op.Affine.class, (op, in) -> torch.mul(handle(in, 0), new Scalar(op.scale()))
                    .add(new Scalar(op.shift()))),
            kernel(Op.Dropout.class, (op, in) -> torch.dropout(handle(in, 0), op.p(), true)),
            kernel(Op.Add.class, (op, in) -> torch.add(handle(in, 0), handle(in, 1))),
            kernel(Op.Mul.class, (op, in) -> torch.mul(handle(in, 0), handle(in, 1))),
            kernel(Op.Softmax.class, (op, in) -> torch.softmax(handle(in, 0), op.dim())),
            kernel(Op.LogSoftmax.class, (op, in) -> torch.log_softmax(handle(in, 0), op.dim())),
            kernel(Op.MaxPool2d.class, LibTorch::maxPool2d),
            kernel(Op.AvgPool2d.class, LibTorch::avgPool2d),
            kernel(
                    Op.AdaptiveAvgPool2d.class,
                    (op, in) ->
                            torch.adaptive_avg_pool2d(handle(in, 0), op.out().longs())),
            kernel(
                    Op.Upsample.class,
                    (op, in) -> upsample(handle(in, 0), op.out().longs(), op.by())),
            kernel(Op.UpsampleLike.class, (op, in) -> {
                var like = in.get(1).shape();
                return upsample(handle(in, 0), new long[] {like[2], like[3]}, op.by());
            }),
            kernel(
                    Op.Mean.class,
                    (op, in) -> torch.mean(handle(in, 0), longs(op.dims()), op.keep(), new ScalarTypeOptional())),
            kernel(
                    Op.Sum.class,
                    (op, in) -> torch.sum(handle(in, 0), longs(op.dims()), op.keep(), new ScalarTypeOptional())),
            kernel(Op.Max.class, (op, in) -> torch.amax(handle(in, 0), longs(op.dims()), op.keep())),
            kernel(Op.Flatten.class, (op, in) -> torch.flatten(handle(in, 0), op.start(), -1)),
            kernel(Op.Reshape.class, LibTorch::reshape),
            kernel(Op.Permute.class, (op, in) -> handle(in, 0).permute(longs(op.dims()))),
            kernel(
                    Op.Slice.class,
                    (op, in) -> torch.slice(
                            handle(in, 0),
                            op.dim(),
                            new LongOptional(op.start()),
                            new LongOptional(op.end()),
                            op.step())),
            kernel(Op.Cat.class, (op, in) -> torch.cat(vector(in), op.dim())),
            kernel(Op.Pad.class, (op, in) -> torch.constant_pad_nd(handle(in, 0), longs(op.pads()), new Scalar(0.0))),
            kernel(
                    Op.ReflectPad.class,
                    (op, in) -> torch.pad(handle(in, 0), longs(op.pads()), "reflect", new DoubleOptional())),
            kernel(Op.Gather.class, (op, in) -> torch.gather(handle(in, 0), op.dim(), handle(in, 1), false)),
            kernel(Op.TopK.class, (op, in) -> torch.topk(handle(in, 0), op.k(), op.dim(), true, true)
                    .get1()),
            kernel(Op.GridSample.class, (op, in) -> torch.grid_sampler(handle(in, 0), handle(in, 1), 0, 0, false)),
            kernel(Op.Quantize.class, LibTorch::quantize),
            kernel(Op.Dequantize.class, LibTorch::dequantize),
            kernel(Op.FakeQuantize.class, (op, in) -> new FakeQuantization(op, in).run()),
            kernel(Op.RoiAlign.class, (op, in) -> new RoiAlignment(op, in).run()));

    private static <O extends Op> Map.Entry<Class<? extends Op>, Kernel<?>> kernel(Class<O> op, Kernel<O> kernel) {
        return Map.entry(op, kernel);
    }

    @SuppressWarnings("unchecked") // entries are made by kernel(), of one type each
    static <O extends Op> Tensor run(O op, List<Tensor> in) {
        return new Tensor(((Kernel<O>) KERNELS.get(op.getClass())).run(op, in));
    }

    /** The shape of the result, from tensors that have shapes and no numbers. */
    static List<Long> shape(Op op, List<List<Long>> in) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var inputs = new ArrayList<Tensor>();
            for (var shape : in)
                inputs.add(
                        shape == null
                                ? null
                                : Placeholder.ofShape(shape.stream()
                                        .mapToLong(Long::longValue)
                                        .toArray()));
            var result = Ops.guard(op.toString(), inputs, () -> run(op, Collections.unmodifiableList(inputs)));
            return Arrays.stream(result.shape()).boxed().toList();
        }
    }

    private static org.bytedeco.pytorch.Tensor conv2d(Op.Conv2d op, List<Tensor> in) {
        return torch.conv2d(
                handle(in, 0),
                handle(in, 1),
                optional(in, 2),
                op.stride().longs(),
                op.padding().longs(),
                op.dilation().longs(),
                op.groups());
    }

    private static org.bytedeco.pytorch.Tensor convTranspose2d(Op.ConvTranspose2d op, List<Tensor> in) {
        var window = in.get(1).shape();
        boolean apart = op.stride().equals(new Size((int) window[2], (int) window[3]))
                && op.equals(new Op.ConvTranspose2d(op.stride(), Size.of(0), Size.of(0), Size.of(1), 1));
        if (apart && in.get(0).dim() == 4) return pieces(in.get(0), in.get(1), in.get(2));
        return torch.conv_transpose2d(
                handle(in, 0),
                handle(in, 1),
                optional(in, 2),
                op.stride().longs(),
                op.padding().longs(),
                op.outputPadding().longs(),
                op.groups(),
                op.dilation().longs());
    }

    /**
     * A transposed convolution by steps as large as its window: each place of x makes a piece of its own, all numbers of which
     * are a 1x1 convolution's. libtorch's own needs several times as long for the slope of the weight.
     */
    private static org.bytedeco.pytorch.Tensor pieces(Tensor x, Tensor weight, Tensor bias) {
        long n = x.size(0), rows = x.size(2), columns = x.size(3);
        long in = weight.size(0), out = weight.size(1), high = weight.size(2), wide = weight.size(3);
        var once = Size.of(1).longs();
        var filters = weight.handle.permute(2, 3, 1, 0).reshape(high * wide * out, in, 1, 1);
        var biases = bias == null ? new TensorOptional() : new TensorOptional(bias.handle.repeat(high * wide));
        return torch.conv2d(x.handle, filters, biases, once, Size.of(0).longs(), once, 1)
                .permute(0, 2, 3, 1)
                .reshape(n, rows, columns, high, wide, out)
                .permute(0, 1, 3, 2, 4, 5)
                .reshape(n, rows * high, columns * wide, out)
                .permute(0, 3, 1, 2);
    }

    private static org.bytedeco.pytorch.Tensor batchNorm(Op.BatchNorm op, List<Tensor> in) {
        return torch.batch_norm(
                handle(in, 0),
                optional(in, 1),
                optional(in, 2),
                optional(in, 3),
                optional(in, 4),
                op.training(),
                op.momentum(),
                op.eps(),
                true);
    }

    private static org.bytedeco.pytorch.Tensor maxPool2d(Op.MaxPool2d op, List<Tensor> in) {
        return torch.max_pool2d(
                handle(in, 0),
                op.kernel().longs(),
                op.stride().longs(),
                op.padding().longs(),
                Op.Size.of(1).longs(),
                op.ceil());
    }

    private static org.bytedeco.pytorch.Tensor avgPool2d(Op.AvgPool2d op, List<Tensor> in) {
        return torch.avg_pool2d(
                handle(in, 0),
                op.kernel().longs(),
                op.stride().longs(),
                op.padding().longs(),
                op.ceil(),
                op.countPadding(),
                new LongOptional());
    }

    private static org.bytedeco.pytorch.Tensor quantize(Op.Quantize op, List<Tensor> in) {
        boolean signed = op.to() == DType.I8;
        var least = new ScalarOptional(new Scalar(signed ? -128.0 : 0.0));
        var most = new ScalarOptional(new Scalar(signed ? 127.0 : 255.0));
        var steps = torch.round(torch.div(handle(in, 0), handle(in, 1)));
        return torch.clamp(steps, least, most).to(ScalarTypes.of(op.to()));
    }

    private static org.bytedeco.pytorch.Tensor dequantize(Op.Dequantize op, List<Tensor> in) {
        var shape = new long[in.get(0).dim()];
        Arrays.fill(shape, 1);
        shape[0] = in.get(1).elements();
        return torch.mul(in.get(0).to(DType.F32).handle, handle(in, 1).reshape(shape));
    }

    private static org.bytedeco.pytorch.Tensor upsample(
            org.bytedeco.pytorch.Tensor x, long[] size, Interpolation interpolation) {
        return switch (interpolation) {
            case NEAREST -> torch.upsample_nearest2d(x, size, new DoubleOptional(), new DoubleOptional());
            case BILINEAR -> torch.upsample_bilinear2d(x, size, false, new DoubleOptional(), new DoubleOptional());
        };
    }

    private static org.bytedeco.pytorch.Tensor reshape(Op.Reshape op, List<Tensor> in) {
        var sizes = longs(op.shape());
        for (int i = 0; i < sizes.length; i++)
            if (sizes[i] == 0) sizes[i] = in.get(0).size(i);
        return handle(in, 0).reshape(sizes);
    }

    static org.bytedeco.pytorch.Tensor handle(List<Tensor> in, int i) {
        return in.get(i).handle;
    }

    /** Null, and what is not there, stand for an absent optional input. */
    private static TensorOptional optional(List<Tensor> in, int i) {
        return in.get(i) == null ? new TensorOptional() : new TensorOptional(in.get(i).handle);
    }

    static TensorVector vector(List<Tensor> tensors) {
        return new TensorVector(tensors.stream().map(t -> t.handle).toArray(org.bytedeco.pytorch.Tensor[]::new));
    }

    private static long[] longs(List<Integer> numbers) {
        return numbers.stream().mapToLong(Integer::longValue).toArray();
    }
}
