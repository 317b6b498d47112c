package resnet4j.export;

import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.array.DType;
import resnet4j.graph.Graph;
import resnet4j.graph.Node;
import resnet4j.graph.Value;
import resnet4j.image.Preprocess;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;

/** A graph in ONNX's operators. */
final class OnnxGraph {
    private final Graph graph;
    private final Graph larger;
    private final OnnxNodes nodes;
    private final String prefix;
    private final Map<String, String> names = new HashMap<>(); // values that have another name in the file
    private final Map<String, Integer> layers = new HashMap<>();

    /** A whole file's. @param pixels how to normalise uint8 [N,H,W,3]; null where the input is normalised floats [N,3,H,W] */
    static OnnxNodes of(Graph graph, Preprocess pixels) {
        var made = new OnnxGraph(new OnnxNodes(), graph, "", pixels == null);
        made.whole(pixels);
        return made.nodes;
    }

    /**
     * Among other operators.
     *
     * @param prefix of the values' names
     * @param given  the values that its inputs are
     * @return the values that its outputs are
     */
    static Map<String, String> write(OnnxNodes nodes, Graph graph, String prefix, Map<String, String> given) {
        var made = new OnnxGraph(nodes, graph, prefix, true);
        made.names.putAll(given);
        graph.nodes().forEach(made::translate);
        var outputs = new LinkedHashMap<String, String>();
        graph.outputs().forEach((name, value) -> outputs.put(name, made.input(value)));
        return outputs;
    }

    private OnnxGraph(OnnxNodes nodes, Graph graph, String prefix, boolean floats) {
        this.nodes = nodes;
        this.graph = graph;
        this.prefix = prefix;
        larger = larger(graph, floats);
    }

    private void whole(Preprocess pixels) {
        if (pixels != null && graph.inputs().size() != 1)
            throw new IllegalArgumentException("pixels: expected a graph with one input, got " + graph.inputs());
        for (int i = 0; i < graph.inputs().size(); i++) {
            var in = graph.inputs().get(i);
            if (pixels == null)
                nodes.input(
                        in.name(), in.dtype(), sizes(in, larger.inputs().get(i).shape()));
            else normalise(in, pixels);
        }
        var outputs = new LinkedHashMap<String, String>();
        graph.outputs().forEach((name, value) -> {
            boolean made = graph.node(value) != null;
            if (made && names.putIfAbsent(value, name) == null) return;
            outputs.put(name, value); // twice, or given: a copy of it
        });
        graph.nodes().forEach(this::translate);
        outputs.forEach((name, value) -> emit("Identity", name, List.of(input(value)), Map.of()));
        graph.outputs().forEach((name, value) -> {
            var node = graph.node(value);
            var plain = node == null ? new Value(value, graph.shape(value), type(value)) : node.value();
            nodes.output(name, plain.dtype(), sizes(plain, larger.shape(value)));
        });
        for (var node : graph.nodes())
            if (!names.containsKey(node.name()))
                nodes.inner(node.name(), node.value().dtype(), sizes(node.value(), larger.shape(node.name())));
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
        nodes.input(name, DType.U8, sizes(pixels, List.of(s.get(0) * 2, s.get(2), s.get(3), s.get(1))));
        var scale = new float[3];
        var shift = new float[3];
        for (int c = 0; c < 3; c++) {
            scale[c] = (float) (1 / (255 * p.std().get(c)));
            shift[c] = (float) (-p.mean().get(c) / p.std().get(c));
        }
        emit("Transpose", name + "/planes", List.of(name), Map.of("perm", List.of(0, 3, 1, 2)));
        emit("Cast", name + "/floats", List.of(name + "/planes"), Map.of("to", OnnxNodes.FLOAT));
        emit(
                "Mul",
                name + "/scaled",
                List.of(name + "/floats", nodes.floats(name + "/scale", scale, 3, 1, 1)),
                Map.of());
        emit(
                "Add",
                name + "/normalised",
                List.of(name + "/scaled", nodes.floats(name + "/shift", shift, 3, 1, 1)),
                Map.of());
        names.put(name, name + "/normalised");
    }

    /** Under the name of the layer, not of the value: that of a folded convolution is its norm's. */
    private void translate(Node node) {
        var layer = node.path().isEmpty()
                ? node.op().type()
                : node.path() + "." + node.op().type();
        int count = layers.merge(layer, 1, Integer::sum);
        var in = node.inputs().stream().map(this::input).toList();
        var out = input(node.name());
        OnnxOps.write(
                node.op(),
                new OnnxSite(this, nodes, node, prefix + (count == 1 ? layer : layer + "_" + count), in, out));
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
        if (constant == null) return names.getOrDefault(value, prefix + value);
        if (!nodes.has(value)) {
            try (var scope = new NativeScope()) {
                int type = OnnxNodes.type(constant.dtype());
                var host = (type == OnnxNodes.FLOAT ? constant.detach().to(DType.F32) : constant).toHost();
                var sizes = host.shape().stream().mapToLong(Long::longValue).toArray();
                nodes.constant(value, type, UnsafeByteOperations.unsafeWrap(host.data()), sizes);
            }
        }
        return value;
    }

    /** Of a value's dimensions; those that differ in {@code larger} are the batch's, the images', or come of those. */
    private List<Object> sizes(Value value, List<Long> larger) {
        var sizes = new ArrayList<Object>();
        for (int i = 0; i < larger.size(); i++) {
            long size = value.shape().get(i);
            sizes.add(larger.get(i) == size ? (Object) size : free(i, larger));
        }
        return sizes;
    }

    private String free(int i, List<Long> larger) {
        if (i == 0) return "batch";
        var images = this.larger.inputs().get(0).shape();
        boolean whole =
                images.size() == 4 && larger.size() == 4 && larger.subList(2, 4).equals(images.subList(2, 4));
        return whole ? i == 2 ? "height" : "width" : "";
    }

    private void emit(String type, String out, List<String> in, Map<String, Object> attributes) {
        nodes.emit(type, out, List.of(out), in, attributes);
    }
}
