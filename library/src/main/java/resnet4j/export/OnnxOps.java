package resnet4j.export;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import resnet4j.tensor.Op;

/** How each operation is written in ONNX's operators: https://onnx.ai/onnx/operators. */
final class OnnxOps {
    private OnnxOps() {}

    private interface Writer<O extends Op> {
        void write(O op, OnnxSite at);
    }

    static final Map<Class<? extends Op>, Writer<?>> WRITERS = Map.ofEntries(
            writer(Op.Conv2d.class, OnnxOps::conv2d),
            writer(Op.ConvTranspose2d.class, OnnxOps::convTranspose2d),
            writer(Op.Linear.class, OnnxOps::linear),
            writer(Op.Matmul.class, (op, at) -> at.emit("MatMul")),
            writer(Op.BatchNorm.class, OnnxOps::batchNorm),
            writer(Op.GroupNorm.class, OnnxOps::groupNorm),
            writer(
                    Op.LayerNorm.class,
                    (op, at) -> at.emit("LayerNormalization", Map.of("axis", -1, "epsilon", (float) op.eps()))),
            writer(Op.Relu.class, (op, at) -> at.emit("Relu")),
            writer(Op.Clamp.class, OnnxOps::clamp),
            writer(Op.Sigmoid.class, (op, at) -> at.emit("Sigmoid")),
            writer(Op.Tanh.class, (op, at) -> at.emit("Tanh")),
            writer(Op.Silu.class, OnnxOps::silu),
            writer(Op.Gelu.class, OnnxOps::gelu),
            writer(Op.Affine.class, OnnxOps::affine),
            writer(Op.Dropout.class, (op, at) -> at.emit("Identity")),
            writer(Op.Add.class, (op, at) -> at.emit("Add")),
            writer(Op.Mul.class, (op, at) -> at.emit("Mul")),
            writer(Op.Softmax.class, (op, at) -> at.emit("Softmax", Map.of("axis", op.dim()))),
            writer(Op.LogSoftmax.class, (op, at) -> at.emit("LogSoftmax", Map.of("axis", op.dim()))),
            writer(Op.MaxPool2d.class, OnnxOps::maxPool2d),
            writer(Op.AvgPool2d.class, OnnxOps::avgPool2d),
            writer(Op.AdaptiveAvgPool2d.class, OnnxOps::adaptiveAvgPool2d),
            writer(Op.Upsample.class, (op, at) -> {
                var size = at.longs("size", op.out().h(), op.out().w());
                resize(op.by(), size, at);
            }),
            writer(Op.UpsampleLike.class, (op, at) -> {
                var size = at.emit("Shape", "size", List.of(at.in(1)), Map.of("start", 2, "end", 4));
                resize(op.by(), size, at);
            }),
            writer(Op.Mean.class, (op, at) -> reduce("ReduceMean", op, at)),
            writer(Op.Sum.class, (op, at) -> reduce("ReduceSum", op, at)),
            writer(Op.Max.class, (op, at) -> reduce("ReduceMax", op, at)),
            writer(Op.Flatten.class, OnnxOps::flatten),
            writer(
                    Op.Reshape.class,
                    (op, at) -> at.emit("Reshape", List.of(at.x(), at.longs("shape", array(op.shape()))), Map.of())),
            writer(Op.Permute.class, (op, at) -> at.emit("Transpose", Map.of("perm", op.dims()))),
            writer(Op.Slice.class, OnnxOps::slice),
            writer(Op.Cat.class, (op, at) -> at.emit("Concat", Map.of("axis", op.dim()))),
            writer(Op.Pad.class, (op, at) -> pad("constant", op.pads(), at)),
            writer(Op.ReflectPad.class, (op, at) -> pad("reflect", op.pads(), at)),
            writer(Op.Gather.class, (op, at) -> at.emit("GatherElements", Map.of("axis", op.dim()))),
            writer(
                    Op.TopK.class,
                    (op, at) ->
                            at.emitSecond("TopK", List.of(at.x(), at.longs("k", op.k())), Map.of("axis", op.dim()))),
            writer(Op.GridSample.class, (op, at) -> at.emit("GridSample", Map.of("mode", "bilinear"))),
            writer(Op.RoiAlign.class, OnnxOps::roiAlign),
            writer(Op.Quantize.class, OnnxOps::quantize),
            writer(Op.Dequantize.class, (op, at) -> at.emit("DequantizeLinear", Map.of("axis", 0))),
            writer(Op.FakeQuantize.class, (op, at) -> {
                throw at.unsupported("of training; export the model that the run saves");
            }));

    private static <O extends Op> Map.Entry<Class<? extends Op>, Writer<?>> writer(Class<O> op, Writer<O> writer) {
        return Map.entry(op, writer);
    }

    @SuppressWarnings("unchecked") // entries are made by writer(), of one type each
    static <O extends Op> void write(O op, OnnxSite at) {
        ((Writer<O>) WRITERS.get(op.getClass())).write(op, at);
    }

    private static void quantize(Op.Quantize op, OnnxSite at) {
        at.emit("QuantizeLinear", List.of(at.x(), at.in(1), at.zero(op.to())), Map.of());
    }

    private static void conv2d(Op.Conv2d op, OnnxSite at) {
        at.emit(
                "Conv",
                Map.of(
                        "strides",
                        both(op.stride()),
                        "pads",
                        around(op.padding()),
                        "dilations",
                        both(op.dilation()),
                        "group",
                        op.groups()));
    }

    private static void convTranspose2d(Op.ConvTranspose2d op, OnnxSite at) {
        at.emit(
                "ConvTranspose",
                Map.of(
                        "strides",
                        both(op.stride()),
                        "pads",
                        around(op.padding()),
                        "output_padding",
                        both(op.outputPadding()),
                        "dilations",
                        both(op.dilation()),
                        "group",
                        op.groups()));
    }

    private static void linear(Op.Linear op, OnnxSite at) {
        if (at.rank() == 2) {
            at.emit("Gemm", Map.of("transB", 1));
            return;
        }
        var columns = at.emit("Transpose", "columns", List.of(at.in(1)), Map.of("perm", List.of(1, 0)));
        if (at.in(2).isEmpty()) at.emit("MatMul", List.of(at.x(), columns), Map.of());
        else {
            var product = at.emit("MatMul", "product", List.of(at.x(), columns), Map.of());
            at.emit("Add", List.of(product, at.in(2)), Map.of());
        }
    }

    private static void batchNorm(Op.BatchNorm op, OnnxSite at) {
        if (op.training()) throw at.unsupported("of training; trace the network in evaluation mode");
        if (at.in().contains("")) throw at.unsupported("without scale, shift or statistics");
        at.emit("BatchNormalization", Map.of("epsilon", (float) op.eps()));
    }

    /** Groups are the channels of an InstanceNormalization; scale and shift follow. */
    private static void groupNorm(Op.GroupNorm op, OnnxSite at) {
        int groups = op.groups();
        var ones = new float[groups];
        Arrays.fill(ones, 1);
        var split = at.emit("Reshape", "groups", List.of(at.x(), at.longs("split", 0, groups, -1)), Map.of());
        var instance = at.emit(
                "InstanceNormalization",
                "instance",
                List.of(split, at.floats("ones", ones, groups), at.floats("zeros", new float[groups], groups)),
                Map.of("epsilon", (float) op.eps()));
        var perChannel = new long[at.rank() - 1];
        Arrays.fill(perChannel, 1);
        perChannel[0] = -1;
        var channels = at.longs("per_channel", perChannel);
        var plain = at.emit(
                "Reshape", "plain", List.of(instance, at.emit("Shape", "join", List.of(at.x()), Map.of())), Map.of());
        var scale = at.emit("Reshape", "scale", List.of(at.in(1), channels), Map.of());
        var shift = at.emit("Reshape", "shift", List.of(at.in(2), channels), Map.of());
        at.emit("Add", List.of(at.emit("Mul", "scaled", List.of(plain, scale), Map.of()), shift), Map.of());
    }

    private static void clamp(Op.Clamp op, OnnxSite at) {
        at.emit("Clip", List.of(at.x(), at.scalar("min", op.min()), at.scalar("max", op.max())), Map.of());
    }

    private static void silu(Op.Silu op, OnnxSite at) {
        at.emit("Mul", List.of(at.x(), at.emit("Sigmoid", "sigmoid", at.in(), Map.of())), Map.of());
    }

    /** x (1 + erf(x / sqrt 2)) / 2. */
    private static void gelu(Op.Gelu op, OnnxSite at) {
        var x = at.emit("Div", "x", List.of(at.x(), at.scalar("sqrt2", Math.sqrt(2))), Map.of());
        var erf = at.emit("Erf", "erf", List.of(x), Map.of());
        var sum = at.emit("Add", "sum", List.of(erf, at.scalar("one", 1)), Map.of());
        var product = at.emit("Mul", "product", List.of(at.x(), sum), Map.of());
        at.emit("Mul", List.of(product, at.scalar("half", 0.5)), Map.of());
    }

    private static void affine(Op.Affine op, OnnxSite at) {
        var scaled = at.emit("Mul", "scaled", List.of(at.x(), at.scalar("scale", op.scale())), Map.of());
        at.emit("Add", List.of(scaled, at.scalar("shift", op.shift())), Map.of());
    }

    private static void maxPool2d(Op.MaxPool2d op, OnnxSite at) {
        var x = at.x();
        // ONNX Runtime 1.23 and onnxsim join Pad and MaxPool as if the zeros were minus infinity; a reshape to the same
        // shape, which costs nothing, keeps them apart
        if (at.follows(Op.Pad.class)) x = at.emit("Reshape", "apart", List.of(x, at.sizes("shape")), Map.of());
        var pads = pads(at, op.kernel(), op.stride(), op.padding());
        at.emit(
                "MaxPool",
                List.of(x),
                Map.of("kernel_shape", both(op.kernel()), "strides", both(op.stride()), "pads", pads));
    }

    private static void avgPool2d(Op.AvgPool2d op, OnnxSite at) {
        var pads = pads(at, op.kernel(), op.stride(), op.padding());
        boolean overhangs =
                pads.get(2) > op.padding().h() || pads.get(3) > op.padding().w();
        boolean padded = op.padding().h() + op.padding().w() > 0;
        // what hangs over the edge never counts in PyTorch, padding may
        if (overhangs && padded && op.countPadding())
            throw at.unsupported("with counted padding and windows that hang over the edge");
        at.emit(
                "AveragePool",
                Map.of(
                        "kernel_shape",
                        both(op.kernel()),
                        "strides",
                        both(op.stride()),
                        "pads",
                        pads,
                        "count_include_pad",
                        padded && op.countPadding() ? 1 : 0));
    }

    private static void adaptiveAvgPool2d(Op.AdaptiveAvgPool2d op, OnnxSite at) {
        if (op.out().equals(Op.Size.of(1))) {
            at.emit("GlobalAveragePool");
            return;
        }
        // windows of unequal sizes: products with matrices of means, along height and along width
        int h = Math.toIntExact(at.shape().get(2)),
                w = Math.toIntExact(at.shape().get(3));
        var rows = at.floats("rows", means(h, op.out().h()), op.out().h(), h);
        var columns = at.floats("columns", means(w, op.out().w()), op.out().w(), w);
        var widths = at.emit("Transpose", "widths", List.of(columns), Map.of("perm", List.of(1, 0)));
        at.emit("MatMul", List.of(at.emit("MatMul", "heights", List.of(rows, at.x()), Map.of()), widths), Map.of());
    }

    /** Row i holds 1/n at the n places that output i of an adaptive pooling is the mean of. */
    private static float[] means(int in, int out) {
        var matrix = new float[out * in];
        for (int i = 0; i < out; i++) {
            int start = i * in / out, end = ((i + 1) * in + out - 1) / out;
            Arrays.fill(matrix, i * in + start, i * in + end, 1f / (end - start));
        }
        return matrix;
    }

    private static void resize(Op.Interpolation by, String size, OnnxSite at) {
        var attributes = by == Op.Interpolation.BILINEAR
                ? Map.<String, Object>of("mode", "linear", "coordinate_transformation_mode", "half_pixel")
                : Map.<String, Object>of(
                        "mode", "nearest", "coordinate_transformation_mode", "asymmetric", "nearest_mode", "floor");
        var all = new HashMap<>(attributes);
        all.put("axes", List.of(2, 3));
        at.emit("Resize", List.of(at.x(), "", "", size), all);
    }

    private static void reduce(String type, Op.Reduction op, OnnxSite at) {
        at.emit(type, List.of(at.x(), at.longs("dims", array(op.dims()))), Map.of("keepdims", op.keep() ? 1 : 0));
    }

    private static void flatten(Op.Flatten op, OnnxSite at) {
        int start = op.start() < 0 ? at.rank() + op.start() : op.start();
        var sizes = new long[start + 1]; // zeros: kept
        sizes[start] = -1;
        at.emit("Reshape", List.of(at.x(), at.longs("shape", sizes)), Map.of());
    }

    private static void slice(Op.Slice op, OnnxSite at) {
        at.emit(
                "Slice",
                List.of(
                        at.x(),
                        at.longs("start", op.start()),
                        at.longs("end", op.end()),
                        at.longs("dim", op.dim()),
                        at.longs("step", op.step())),
                Map.of());
    }

    /** PyTorch's pads go from the last dimension to the first in pairs; ONNX's are all starts, then all ends. */
    private static void pad(String mode, List<Integer> pads, OnnxSite at) {
        int rank = at.rank();
        var all = new long[2 * rank];
        for (int i = 0; i < pads.size() / 2; i++) {
            all[rank - 1 - i] = pads.get(2 * i);
            all[2 * rank - 1 - i] = pads.get(2 * i + 1);
        }
        at.emit("Pad", List.of(at.x(), at.longs("pads", all)), Map.of("mode", mode));
    }

    private static void roiAlign(Op.RoiAlign op, OnnxSite at) {
        var images = at.emit("Cast", "images", List.of(at.in(2)), Map.of("to", OnnxNodes.INT64));
        at.emit(
                "RoiAlign",
                List.of(at.x(), at.in(1), images),
                Map.of(
                        "mode",
                        "avg",
                        "coordinate_transformation_mode",
                        op.aligned() ? "half_pixel" : "output_half_pixel",
                        "output_height",
                        op.out().h(),
                        "output_width",
                        op.out().w(),
                        "sampling_ratio",
                        op.sampling(),
                        "spatial_scale",
                        (float) op.scale()));
    }

    /**
     * Padding of a pooling: top, left, bottom, right. Windows that hang over the edge become padding at the end, as
     * runtimes differ in how they understand {@code ceil_mode}.
     */
    private static List<Integer> pads(OnnxSite at, Op.Size kernel, Op.Size stride, Op.Size padding) {
        var in = at.shape();
        var out = at.node().shape();
        return List.of(
                padding.h(),
                padding.w(),
                padEnd(out.get(2), in.get(2), kernel.h(), stride.h(), padding.h()),
                padEnd(out.get(3), in.get(3), kernel.w(), stride.w(), padding.w()));
    }

    private static int padEnd(long out, long in, int kernel, int stride, int padding) {
        return Math.max(padding, Math.toIntExact((out - 1) * stride + kernel - in - padding));
    }

    private static List<Integer> both(Op.Size size) {
        return List.of(size.h(), size.w());
    }

    private static List<Integer> around(Op.Size padding) {
        return List.of(padding.h(), padding.w(), padding.h(), padding.w());
    }

    private static long[] array(List<Integer> numbers) {
        return numbers.stream().mapToLong(Integer::longValue).toArray();
    }
}
