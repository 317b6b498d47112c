package resnet4j.export;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import resnet4j.array.DType;
import resnet4j.graph.Graph;
import resnet4j.graph.Node;
import resnet4j.graph.Value;
import resnet4j.image.Preprocess;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;

/**
 * A graph in ONNX's words: a {@code GraphProto} of operator set {@value #OPSET}. Field numbers are those of onnx.proto.
 */
final class OnnxGraph {
    static final int OPSET = 18;
    static final int FLOAT = 1, UINT8 = 2, INT8 = 3, INT64 = 7; // TensorProto.DataType

    private final Graph graph;
    private final Graph larger;
    private final Message proto = new Message().add(2, "resnet4j");
    private final Set<String> written = new HashSet<>(); // constants
    private final Map<String, String> names = new HashMap<>(); // values that have another name in the file
    private final Map<String, Integer> layers = new HashMap<>();

    /** @param pixels how to normalise uint8 [N,H,W,3]; null where the input is normalised floats [N,3,H,W] */
    static Message of(Graph graph, Preprocess pixels) {
        return new OnnxGraph(graph, pixels).proto;
    }

    private OnnxGraph(Graph graph, Preprocess pixels) {
        if (pixels != null && graph.inputs().size() != 1)
            throw new IllegalArgumentException("pixels: expected a graph with one input, got " + graph.inputs());
        this.graph = graph;
        larger = larger(graph, pixels == null);
        for (int i = 0; i < graph.inputs().size(); i++) {
            var in = graph.inputs().get(i);
            if (pixels == null)
                proto.add(11, value(in, in.name(), larger.inputs().get(i).shape()));
            else normalise(in, pixels);
        }
        var outputs = new LinkedHashMap<String, String>();
        graph.outputs().forEach((name, value) -> {
            boolean made = graph.node(value) != null;
            if (made && names.putIfAbsent(value, name) == null) return;
            outputs.put(name, value); // twice, or given: a copy of it
        });
        graph.nodes().forEach(this::translate);
        outputs.forEach((name, value) -> emit("Identity", name, List.of(name), List.of(input(value)), Map.of()));
        graph.outputs().forEach((name, value) -> {
            var node = graph.node(value);
            var shape = graph.shape(value);
            var plain = node == null ? new Value(value, shape, type(value)) : node.value();
            proto.add(12, value(plain, name, larger.shape(value)));
        });
        for (var node : graph.nodes())
            if (!names.containsKey(node.name()))
                proto.add(13, value(node.value(), node.name(), larger.shape(node.name())));
    }

    private DType type(String value) {
        for (var input : graph.inputs()) if (input.name().equals(value)) return input.dtype();
        return graph.constants().get(value).dtype();
    }

    /**
     * Tells what depends on the batch, and of networks that answer with maps on the images' size; the same graph where
     * neither may be another.
     */
    private static Graph larger(Graph graph, boolean floats) {
        boolean maps = floats
                && graph.outputs().values().stream()
                        .allMatch(value -> graph.shape(value).size() == 4);
        return maps && graph.anySize() ? larger(graph, 64, 96) : larger(graph, 0, 0);
    }

    private static Graph larger(Graph graph, int rows, int columns) {
        var shapes = new HashMap<String, List<Long>>();
        for (var in : graph.inputs()) {
            var shape = new ArrayList<>(in.shape());
            if (!shape.isEmpty()) shape.set(0, shape.get(0) * 2);
            if (shape.size() == 4) {
                shape.set(2, shape.get(2) + rows);
                shape.set(3, shape.get(3) + columns);
            }
            shapes.put(in.name(), shape);
        }
        try {
            return graph.withShapes(shapes);
        } catch (IllegalArgumentException fixed) {
            return graph;
        }
    }

    /** (x / 255 - mean) / std as one product and one sum per channel. */
    private void normalise(Value in, Preprocess p) {
        var name = in.name();
        var s = in.shape();
        var pixels = new Value(name, List.of(s.get(0), s.get(2), s.get(3), s.get(1)), DType.U8);
        proto.add(11, value(pixels, name, List.of(s.get(0) * 2, s.get(2), s.get(3), s.get(1))));
        var scale = new float[3];
        var shift = new float[3];
        for (int c = 0; c < 3; c++) {
            scale[c] = (float) (1 / (255 * p.std().get(c)));
            shift[c] = (float) (-p.mean().get(c) / p.std().get(c));
        }
        emit("Transpose", name + "/planes", List.of(name), Map.of("perm", List.of(0, 3, 1, 2)));
        emit("Cast", name + "/floats", List.of(name + "/planes"), Map.of("to", FLOAT));
        emit("Mul", name + "/scaled", List.of(name + "/floats", floats(name + "/scale", scale, 3, 1, 1)), Map.of());
        emit("Add", name + "/normalised", List.of(name + "/scaled", floats(name + "/shift", shift, 3, 1, 1)), Map.of());
        names.put(name, name + "/normalised");
    }

    /** Under the name of the layer, not of the value: that of a folded convolution is its norm's. */
    private void translate(Node node) {
        var layer = node.path().isEmpty()
                ? node.op().type()
                : node.path() + "." + node.op().type();
        int count = layers.merge(layer, 1, Integer::sum);
        var in = node.inputs().stream().map(this::input).toList();
        var out = names.getOrDefault(node.name(), node.name());
        OnnxOps.write(node.op(), new OnnxSite(this, node, count == 1 ? layer : layer + "_" + count, in, out));
    }

    List<Long> shape(String value) {
        return graph.shape(value);
    }

    /** What makes a value; null where it is an input or a constant. */
    Op producer(String value) {
        var node = graph.node(value);
        return node == null ? null : node.op();
    }

    // ---- values ----

    /** The name of an input here; a constant is written when it is first needed. */
    private String input(String value) {
        if (value.isEmpty()) return "";
        var constant = graph.constants().get(value);
        if (constant == null) return names.getOrDefault(value, value);
        if (!written.contains(value)) {
            try (var scope = new NativeScope()) {
                int type = type(constant.dtype());
                var host = (type == FLOAT ? constant.detach().to(DType.F32) : constant).toHost();
                var sizes = host.shape().stream().mapToLong(Long::longValue).toArray();
                initializer(value, type, UnsafeByteOperations.unsafeWrap(host.data()), sizes);
            }
        }
        return value;
    }

    String bytes(String name, DType type, byte[] values) {
        return initializer(name, type(type), UnsafeByteOperations.unsafeWrap(values), values.length);
    }

    private static int type(DType dtype) {
        return switch (dtype) {
            case U8 -> UINT8;
            case I8 -> INT8;
            case I64 -> INT64;
            default -> FLOAT;
        };
    }

    String floats(String name, float[] values, long... shape) {
        var data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return initializer(name, FLOAT, UnsafeByteOperations.unsafeWrap(data), shape);
    }

    String longs(String name, long... values) {
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

    /** A {@code ValueInfoProto}; sizes that differ in {@code larger} are the batch's, the images', or come of those. */
    private Message value(Value value, String name, List<Long> larger) {
        var sizes = new Message();
        for (int i = 0; i < larger.size(); i++) {
            long size = value.shape().get(i);
            sizes.add(1, larger.get(i) == size ? new Message().add(1, size) : free(i, larger));
        }
        var tensor = new Message().add(1, type(value.dtype())).add(2, sizes);
        return new Message().add(1, name).add(2, new Message().add(1, tensor));
    }

    private Message free(int i, List<Long> larger) {
        if (i == 0) return new Message().add(2, "batch");
        var images = this.larger.inputs().get(0).shape();
        boolean whole =
                images.size() == 4 && larger.size() == 4 && larger.subList(2, 4).equals(images.subList(2, 4));
        return whole ? new Message().add(2, i == 2 ? "height" : "width") : new Message();
    }

    // ---- nodes ----

    private void emit(String type, String out, List<String> in, Map<String, Object> attributes) {
        emit(type, out, List.of(out), in, attributes);
    }

    void emit(String type, String name, List<String> out, List<String> in, Map<String, Object> attributes) {
        int n = in.size();
        while (n > 0 && in.get(n - 1).isEmpty()) n--; // absent ones at the end are left out
        var node = new Message()
                .addAll(1, in.subList(0, n))
                .addAll(2, out)
                .add(3, name)
                .add(4, type);
        attributes.forEach((key, value) -> node.add(5, attribute(key, value)));
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
}
