package resnet4j.export;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import resnet4j.graph.Graph;
import resnet4j.graph.Node;
import resnet4j.image.Preprocess;
import resnet4j.tensor.DType;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;

/**
 * A graph in ONNX's words: a {@code GraphProto} of operator set {@value #OPSET}. Field numbers are those of onnx.proto;
 * operators are those of https://onnx.ai/onnx/operators.
 */
final class OnnxGraph {
    static final int OPSET = 18;
    static final String INPUT = "images", OUTPUT = "logits";
    private static final int FLOAT = 1, UINT8 = 2, INT64 = 7; // TensorProto.DataType

    private final Graph graph;
    private final Message proto = new Message().add(2, "resnet4j");
    private final Set<String> written = new HashSet<>(); // constants
    private String normalised = INPUT; // the value that the network starts from

    /** @param pixels how to normalise uint8 [N,H,W,3]; null where the input is normalised floats [N,3,H,W] */
    static Message of(Graph graph, Preprocess pixels) {
        return new OnnxGraph(graph, pixels).proto;
    }

    private OnnxGraph(Graph graph, Preprocess pixels) {
        this.graph = graph;
        var in = graph.inputShape();
        if (pixels == null) proto.add(11, value(INPUT, FLOAT, in));
        else {
            proto.add(11, value(INPUT, UINT8, List.of(in.get(0), in.get(2), in.get(3), in.get(1))));
            normalise(pixels);
        }
        graph.nodes().forEach(this::translate);
        proto.add(12, value(OUTPUT, FLOAT, graph.shape(graph.output())));
    }

    /** (x / 255 - mean) / std as one product and one sum per channel. */
    private void normalise(Preprocess p) {
        var scale = new float[3];
        var shift = new float[3];
        for (int c = 0; c < 3; c++) {
            scale[c] = (float) (1 / (255 * p.std().get(c)));
            shift[c] = (float) (-p.mean().get(c) / p.std().get(c));
        }
        emit("Transpose", "images/planes", List.of(INPUT), Map.of("perm", List.of(0, 3, 1, 2)));
        emit("Cast", "images/floats", List.of("images/planes"), Map.of("to", FLOAT));
        emit("Mul", "images/scaled", List.of("images/floats", floats("images/scale", scale, 3, 1, 1)), Map.of());
        emit("Add", "images/normalised", List.of("images/scaled", floats("images/shift", shift, 3, 1, 1)), Map.of());
        normalised = "images/normalised";
    }

    private void translate(Node node) {
        var op = node.op();
        var in = node.inputs().stream().map(this::input).toList();
        var name = node.name();
        var out = name.equals(graph.output()) ? OUTPUT : name;
        var x = in.get(0);
        var shape = graph.shape(node.inputs().get(0));
        int rank = shape.size();

        if (op instanceof Op.Conv2d conv) {
            var pads = List.of(
                    conv.padding().h(),
                    conv.padding().w(),
                    conv.padding().h(),
                    conv.padding().w());
            emit(
                    "Conv",
                    out,
                    in,
                    Map.of(
                            "strides",
                            both(conv.stride()),
                            "pads",
                            pads,
                            "dilations",
                            both(conv.dilation()),
                            "group",
                            conv.groups()));
        } else if (op instanceof Op.Linear && rank == 2) emit("Gemm", out, in, Map.of("transB", 1));
        else if (op instanceof Op.Linear) {
            emit("Transpose", name + "/columns", List.of(in.get(1)), Map.of("perm", List.of(1, 0)));
            boolean biased = !in.get(2).isEmpty();
            emit("MatMul", biased ? name + "/product" : out, List.of(x, name + "/columns"), Map.of());
            if (biased) emit("Add", out, List.of(name + "/product", in.get(2)), Map.of());
        } else if (op instanceof Op.BatchNorm norm) {
            if (norm.training()) throw unsupported(node, "of training; trace the network in evaluation mode");
            if (in.contains("")) throw unsupported(node, "without scale, shift or statistics");
            emit("BatchNormalization", out, in, Map.of("epsilon", (float) norm.eps()));
        } else if (op instanceof Op.GroupNorm norm) {
            // groups are the channels of an InstanceNormalization; scale and shift follow
            int groups = norm.groups();
            var ones = new float[groups];
            Arrays.fill(ones, 1);
            emit("Reshape", name + "/groups", List.of(x, longs(name + "/split", 0, groups, -1)), Map.of());
            emit(
                    "InstanceNormalization",
                    name + "/instance",
                    List.of(
                            name + "/groups",
                            floats(name + "/ones", ones, groups),
                            floats(name + "/zeros", new float[groups], groups)),
                    Map.of("epsilon", (float) norm.eps()));
            var sizes = shape.stream().mapToLong(Long::longValue).toArray();
            sizes[0] = 0; // the batch's
            var perChannel = new long[rank - 1];
            Arrays.fill(perChannel, 1);
            perChannel[0] = -1;
            var channels = longs(name + "/per_channel", perChannel);
            emit("Reshape", name + "/plain", List.of(name + "/instance", longs(name + "/join", sizes)), Map.of());
            emit("Reshape", name + "/scale", List.of(in.get(1), channels), Map.of());
            emit("Reshape", name + "/shift", List.of(in.get(2), channels), Map.of());
            emit("Mul", name + "/scaled", List.of(name + "/plain", name + "/scale"), Map.of());
            emit("Add", out, List.of(name + "/scaled", name + "/shift"), Map.of());
        } else if (op instanceof Op.LayerNorm norm)
            emit("LayerNormalization", out, in, Map.of("axis", -1, "epsilon", (float) norm.eps()));
        else if (op instanceof Op.Relu) emit("Relu", out, in, Map.of());
        else if (op instanceof Op.Sigmoid) emit("Sigmoid", out, in, Map.of());
        else if (op instanceof Op.Tanh) emit("Tanh", out, in, Map.of());
        else if (op instanceof Op.Clamp clamp)
            emit(
                    "Clip",
                    out,
                    List.of(x, scalar(name + "/min", clamp.min()), scalar(name + "/max", clamp.max())),
                    Map.of());
        else if (op instanceof Op.Silu) {
            emit("Sigmoid", name + "/sigmoid", in, Map.of());
            emit("Mul", out, List.of(x, name + "/sigmoid"), Map.of());
        } else if (op instanceof Op.Gelu) {
            // x (1 + erf(x / sqrt 2)) / 2
            emit("Div", name + "/x", List.of(x, scalar(name + "/sqrt2", Math.sqrt(2))), Map.of());
            emit("Erf", name + "/erf", List.of(name + "/x"), Map.of());
            emit("Add", name + "/sum", List.of(name + "/erf", scalar(name + "/one", 1)), Map.of());
            emit("Mul", name + "/product", List.of(x, name + "/sum"), Map.of());
            emit("Mul", out, List.of(name + "/product", scalar(name + "/half", 0.5)), Map.of());
        } else if (op instanceof Op.Softmax softmax) emit("Softmax", out, in, Map.of("axis", softmax.dim()));
        else if (op instanceof Op.MaxPool2d pool) {
            var pads = pads(node, shape, pool.kernel(), pool.stride(), pool.padding());
            var before = graph.node(node.inputs().get(0));
            if (before != null && before.op() instanceof Op.Pad) {
                // ONNX Runtime 1.23 and onnxsim join Pad and MaxPool as if the zeros were minus infinity; a reshape to
                // the same shape, which costs nothing, keeps them apart
                var sizes = shape.stream().mapToLong(Long::longValue).toArray();
                sizes[0] = 0; // the batch's
                emit("Reshape", name + "/apart", List.of(x, longs(name + "/shape", sizes)), Map.of());
                x = name + "/apart";
            }
            emit(
                    "MaxPool",
                    out,
                    List.of(x),
                    Map.of("kernel_shape", both(pool.kernel()), "strides", both(pool.stride()), "pads", pads));
        } else if (op instanceof Op.AvgPool2d pool) {
            var pads = pads(node, shape, pool.kernel(), pool.stride(), pool.padding());
            boolean overhangs = pads.get(2) > pool.padding().h()
                    || pads.get(3) > pool.padding().w();
            boolean padded = pool.padding().h() + pool.padding().w() > 0;
            // what hangs over the edge never counts in PyTorch, padding may
            if (overhangs && padded && pool.countPadding())
                throw unsupported(node, "with counted padding and windows that hang over the edge");
            emit(
                    "AveragePool",
                    out,
                    in,
                    Map.of(
                            "kernel_shape",
                            both(pool.kernel()),
                            "strides",
                            both(pool.stride()),
                            "pads",
                            pads,
                            "count_include_pad",
                            padded && pool.countPadding() ? 1 : 0));
        } else if (op instanceof Op.AdaptiveAvgPool2d pool && pool.out().equals(Op.Size.of(1)))
            emit("GlobalAveragePool", out, in, Map.of());
        else if (op instanceof Op.AdaptiveAvgPool2d pool) {
            // windows of unequal sizes: products with matrices of means, along height and along width
            int h = Math.toIntExact(shape.get(2)), w = Math.toIntExact(shape.get(3));
            var rows =
                    floats(name + "/rows", means(h, pool.out().h()), pool.out().h(), h);
            var columns = floats(
                    name + "/columns", means(w, pool.out().w()), pool.out().w(), w);
            emit("Transpose", name + "/widths", List.of(columns), Map.of("perm", List.of(1, 0)));
            emit("MatMul", name + "/heights", List.of(rows, x), Map.of());
            emit("MatMul", out, List.of(name + "/heights", name + "/widths"), Map.of());
        } else if (op instanceof Op.Mean r) reduce("ReduceMean", node, out, x, r.dims(), r.keep());
        else if (op instanceof Op.Sum r) reduce("ReduceSum", node, out, x, r.dims(), r.keep());
        else if (op instanceof Op.Max r) reduce("ReduceMax", node, out, x, r.dims(), r.keep());
        else if (op instanceof Op.Flatten flatten) {
            var sizes = new long[(flatten.start() < 0 ? rank + flatten.start() : flatten.start()) + 1]; // zeros: kept
            sizes[sizes.length - 1] = -1;
            emit("Reshape", out, List.of(x, longs(name + "/shape", sizes)), Map.of());
        } else if (op instanceof Op.Reshape reshape)
            emit("Reshape", out, List.of(x, longs(name + "/shape", array(reshape.shape()))), Map.of());
        else if (op instanceof Op.Add) emit("Add", out, in, Map.of());
        else if (op instanceof Op.Mul) emit("Mul", out, in, Map.of());
        else if (op instanceof Op.Affine affine) {
            emit("Mul", name + "/scaled", List.of(x, scalar(name + "/scale", affine.scale())), Map.of());
            emit("Add", out, List.of(name + "/scaled", scalar(name + "/shift", affine.shift())), Map.of());
        } else if (op instanceof Op.Cat cat) emit("Concat", out, in, Map.of("axis", cat.dim()));
        else if (op instanceof Op.Pad pad) pad("constant", pad.pads(), name, out, x, rank);
        else if (op instanceof Op.ReflectPad pad) pad("reflect", pad.pads(), name, out, x, rank);
        else if (op instanceof Op.Slice slice)
            emit(
                    "Slice",
                    out,
                    List.of(
                            x,
                            longs(name + "/start", slice.start()),
                            longs(name + "/end", slice.end()),
                            longs(name + "/dim", slice.dim()),
                            longs(name + "/step", slice.step())),
                    Map.of());
        else if (op instanceof Op.Permute permute) emit("Transpose", out, in, Map.of("perm", permute.dims()));
        else if (op instanceof Op.Upsample upsample)
            emit(
                    "Resize",
                    out,
                    List.of(
                            x,
                            "",
                            "",
                            longs(
                                    name + "/size",
                                    upsample.out().h(),
                                    upsample.out().w())),
                    Map.of("mode", "linear", "coordinate_transformation_mode", "half_pixel", "axes", List.of(2, 3)));
        else if (op instanceof Op.Dropout) emit("Identity", out, in, Map.of());
        else if (op instanceof Op.FusedConv2d)
            throw unsupported(node, "of a fused plan; export the graph before it is fused");
        else throw unsupported(node, "for which there is no operator here");
    }

    /**
     * Padding of a pooling: top, left, bottom, right. Windows that hang over the edge become padding at the end, as
     * runtimes differ in how they understand {@code ceil_mode}.
     */
    private static List<Integer> pads(Node node, List<Long> in, Op.Size kernel, Op.Size stride, Op.Size padding) {
        return List.of(
                padding.h(),
                padding.w(),
                padEnd(node.shape().get(2), in.get(2), kernel.h(), stride.h(), padding.h()),
                padEnd(node.shape().get(3), in.get(3), kernel.w(), stride.w(), padding.w()));
    }

    private static int padEnd(long out, long in, int kernel, int stride, int padding) {
        return Math.max(padding, Math.toIntExact((out - 1) * stride + kernel - in - padding));
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

    private void reduce(String type, Node node, String out, String x, List<Integer> dims, boolean keep) {
        var axes = longs(node.name() + "/dims", array(dims));
        emit(type, out, List.of(x, axes), Map.of("keepdims", keep ? 1 : 0));
    }

    /** PyTorch's pads go from the last dimension to the first in pairs; ONNX's are all starts, then all ends. */
    private void pad(String mode, List<Integer> pads, String name, String out, String x, int rank) {
        var all = new long[2 * rank];
        for (int i = 0; i < pads.size() / 2; i++) {
            all[rank - 1 - i] = pads.get(2 * i);
            all[2 * rank - 1 - i] = pads.get(2 * i + 1);
        }
        emit("Pad", out, List.of(x, longs(name + "/pads", all)), Map.of("mode", mode));
    }

    // ---- values ----

    /** The name of an input here; a constant is written when it is first needed. */
    private String input(String value) {
        if (value.isEmpty()) return "";
        if (value.equals(graph.input())) return normalised;
        var constant = graph.constants().get(value);
        if (constant == null) return value.equals(graph.output()) ? OUTPUT : value;
        if (!written.contains(value)) {
            try (var scope = new NativeScope()) {
                var host = constant.detach().to(DType.F32).toHost();
                var sizes = host.shape().stream().mapToLong(Long::longValue).toArray();
                initializer(value, FLOAT, UnsafeByteOperations.unsafeWrap(host.data()), sizes);
            }
        }
        return value;
    }

    private String scalar(String name, double value) {
        return floats(name, new float[] {(float) value});
    }

    private String floats(String name, float[] values, long... shape) {
        var data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return initializer(name, FLOAT, UnsafeByteOperations.unsafeWrap(data), shape);
    }

    private String longs(String name, long... values) {
        var data = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(values);
        return initializer(name, INT64, UnsafeByteOperations.unsafeWrap(data), values.length);
    }

    private String initializer(String name, int type, ByteString data, long... shape) {
        var tensor = new Message();
        for (long size : shape) tensor.add(1, size);
        proto.add(5, tensor.add(2, type).add(8, name).add(9, data));
        written.add(name);
        return name;
    }

    /** A value of any batch size. */
    private static Message value(String name, int type, List<Long> shape) {
        var sizes = new Message().add(1, new Message().add(2, "batch"));
        for (long size : shape.subList(1, shape.size())) sizes.add(1, new Message().add(1, size));
        var tensor = new Message().add(1, type).add(2, sizes);
        return new Message().add(1, name).add(2, new Message().add(1, tensor));
    }

    // ---- nodes ----

    private void emit(String type, String out, List<String> in, Map<String, Object> attributes) {
        int n = in.size();
        while (n > 0 && in.get(n - 1).isEmpty()) n--; // absent ones at the end are left out
        var node = new Message()
                .addAll(1, in.subList(0, n))
                .add(2, out)
                .add(3, out)
                .add(4, type);
        attributes.forEach((name, value) -> node.add(5, attribute(name, value)));
        proto.add(1, node);
    }

    private static Message attribute(String name, Object value) {
        var attribute = new Message().add(1, name);
        if (value instanceof Float number) return attribute.add(2, number).add(20, 1);
        if (value instanceof Integer number)
            return attribute.add(3, number.longValue()).add(20, 2);
        if (value instanceof String text) return attribute.add(4, text).add(20, 3);
        for (var number : (List<?>) value) attribute.add(8, ((Integer) number).longValue());
        return attribute.add(20, 7);
    }

    private static List<Integer> both(Op.Size size) {
        return List.of(size.h(), size.w());
    }

    private static long[] array(List<Integer> numbers) {
        return numbers.stream().mapToLong(Integer::longValue).toArray();
    }

    private static IllegalArgumentException unsupported(Node node, String why) {
        return new IllegalArgumentException(
                "export: " + node.name() + " is a " + node.op().type() + " " + why);
    }
}
