package resnet4j.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.array.DType;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Rows;
import resnet4j.tensor.Tensor;

/**
 * Rewritings of a graph that keep what it computes. Each is a function of the graph alone; weights that it makes belong
 * to the innermost scope.
 */
public final class Passes {
    private Passes() {}

    /** All passes that leave weights and values in 32-bit floats. */
    public static Graph simplify(Graph graph) {
        return simplify(graph, false);
    }

    /** The same. @param inPlace whether the graph's own weights may be overwritten and freed */
    static Graph simplify(Graph graph, boolean inPlace) {
        return foldBatchNorms(foldConstants(removeIdentities(graph)), inPlace);
    }

    /** Leaves out what no output needs; inputs stay. */
    public static Graph removeUnused(Graph graph) {
        var needed = new HashSet<>(graph.outputs().values());
        var nodes = new ArrayList<Node>();
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            var node = graph.nodes().get(i);
            if (!needed.contains(node.name())) continue;
            needed.addAll(node.inputs());
            nodes.add(node);
        }
        Collections.reverse(nodes);
        var constants = new LinkedHashMap<>(graph.constants());
        constants.keySet().retainAll(needed);
        return graph.with(constants, nodes, graph.outputs());
    }

    /** Leaves out operations that give back what they are given. */
    public static Graph removeIdentities(Graph graph) {
        var same = new HashMap<String, String>(); // an identity's result to its input
        var nodes = new ArrayList<Node>();
        for (var node : graph.nodes()) {
            var inputs =
                    node.inputs().stream().map(in -> same.getOrDefault(in, in)).toList();
            boolean identity = node.op().isIdentity(graph.shape(node.inputs().get(0)), node.shape());
            if (identity) same.put(node.name(), inputs.get(0));
            else nodes.add(node.withInputs(inputs));
        }
        return removeUnused(new Graph(
                graph.inputs(),
                graph.constants(),
                nodes,
                renamed(graph.outputs(), same),
                renamed(graph.layers(), same)));
    }

    private static Map<String, String> renamed(Map<String, String> values, Map<String, String> same) {
        var renamed = new LinkedHashMap<>(values);
        renamed.replaceAll((name, value) -> same.getOrDefault(value, value));
        return renamed;
    }

    /** Computes now what depends on weights only; quantised weights stay so. */
    public static Graph foldConstants(Graph graph) {
        var constants = new LinkedHashMap<>(graph.constants());
        var nodes = new ArrayList<Node>();
        try (var noGrad = Ops.noGrad()) {
            for (var node : graph.nodes()) {
                if (!node.op().fromEightBits()
                        && node.inputs().stream().allMatch(in -> in.isEmpty() || constants.containsKey(in))) {
                    var in = node.inputs().stream().map(constants::get).toArray(Tensor[]::new);
                    constants.put(node.name(), Ops.run(node.op(), in));
                } else nodes.add(node);
            }
        }
        return removeUnused(graph.with(constants, nodes, graph.outputs()));
    }

    /**
     * Moves numbers while they have eight bits, where they were moved after {@link Op.Dequantize}, and leaves out an
     * {@link Op.Quantize} that gives back what such a one was given.
     */
    static Graph moveInEightBits(Graph graph) {
        var floats = new HashMap<String, Node>(); // a value to the Dequantize that makes it
        var types = new HashMap<String, DType>();
        var same = new HashMap<String, String>(); // the result of such a Quantize to what it is
        var nodes = new ArrayList<Node>();
        for (var given : graph.nodes()) {
            var node = given.withInputs(
                    given.inputs().stream().map(in -> same.getOrDefault(in, in)).toList());
            types.put(node.name(), node.value().dtype());
            var first = floats.get(node.inputs().get(0));
            if (node.op().toEightBits() && first != null && isFrom(first, node, types)) {
                same.put(node.name(), first.inputs().get(0));
                continue;
            }
            if (node.op().movesNumbers() && first != null && haveOneScale(node, floats, types)) {
                var type = types.get(first.inputs().get(0));
                var moved = new Node(
                        new Value(node.name() + ".whole", node.shape(), type),
                        node.op(),
                        node.inputs().stream()
                                .map(in -> floats.get(in).inputs().get(0))
                                .toList(),
                        node.path());
                nodes.add(moved);
                types.put(moved.name(), type);
                node = first.withValue(node.value()).withInputs(List.of(moved.name(), scaleOf(first)));
            }
            if (node.op().fromEightBits() && types.containsKey(node.inputs().get(0))) floats.put(node.name(), node);
            nodes.add(node);
        }
        return removeUnused(graph.with(graph.constants(), nodes, renamed(graph.outputs(), same)));
    }

    private static String scaleOf(Node quantizesOrBack) {
        return quantizesOrBack.inputs().get(1);
    }

    private static boolean isFrom(Node dequantize, Node quantize, Map<String, DType> types) {
        return scaleOf(dequantize).equals(scaleOf(quantize))
                && types.get(dequantize.inputs().get(0)) == quantize.value().dtype();
    }

    private static boolean haveOneScale(Node node, Map<String, Node> floats, Map<String, DType> types) {
        var first = floats.get(node.inputs().get(0));
        for (var in : node.inputs()) {
            var made = floats.get(in);
            if (made == null
                    || !scaleOf(made).equals(scaleOf(first))
                    || types.get(made.inputs().get(0))
                            != types.get(first.inputs().get(0))) return false;
        }
        return true;
    }

    /**
     * Works batch norms into the convolution or linear layer before them, where nothing else needs its result:
     * w' = w s and b' = (b - mean) s + shift, with s = scale / sqrt(variance + eps). arXiv:1712.05877 section 3.2.
     */
    public static Graph foldBatchNorms(Graph graph) {
        return foldBatchNorms(graph, false);
    }

    private static Graph foldBatchNorms(Graph graph, boolean inPlace) {
        var uses = graph.uses();
        var constants = new LinkedHashMap<>(graph.constants());
        return rewrite(graph, constants, (node, made) -> {
            var before = made.get(node.inputs().get(0));
            boolean folds = node.op() instanceof Op.BatchNorm norm
                    && !norm.training()
                    && before != null
                    && uses.get(before.name()) == 1
                    && before.op().hasFilters()
                    && before.op().channels(List.of(graph.shape(before.inputs().get(0)))) != Op.Channels.REFUSE
                    && areConstants(node, constants)
                    && areConstants(before, constants);
            if (!folds) return node;
            var weight = constants.get(before.inputs().get(1));
            int channels = (int) weight.size(0);
            float[] bias = floats(before, 2, constants, channels, 0);
            float[] scale = floats(node, 1, constants, channels, 1), shift = floats(node, 2, constants, channels, 0);
            float[] mean = floats(node, 3, constants, channels, 0), variance = floats(node, 4, constants, channels, 1);
            double eps = ((Op.BatchNorm) node.op()).eps();
            var factors = new double[channels];
            for (int c = 0; c < channels; c++) {
                factors[c] = scale[c] / Math.sqrt(variance[c] + eps);
                bias[c] = (float) ((bias[c] - mean[c]) * factors[c] + shift[c]);
            }
            var weightName = node.name() + ".weight";
            var biasName = node.name() + ".bias";
            boolean overwrites = inPlace && uses.get(before.inputs().get(1)) == 1;
            constants.put(weightName, overwrites ? Rows.scaled_(weight, factors) : Rows.scaled(weight, factors));
            constants.put(biasName, Tensor.of(bias, channels));
            if (inPlace) free(node, uses, constants);
            // under the norm's name, so that what follows finds it
            var inputs = List.of(before.inputs().get(0), weightName, biasName);
            return new Node(node.value(), before.op(), inputs, before.path());
        });
    }

    /** The norm's own numbers, which the convolution has now. */
    private static void free(Node norm, Map<String, Integer> uses, Map<String, Tensor> constants) {
        for (var in : norm.inputs())
            if (constants.containsKey(in) && uses.get(in) == 1)
                constants.get(in).close();
    }

    private static boolean areConstants(Node node, Map<String, Tensor> constants) {
        return node.inputs().stream().skip(1).allMatch(in -> in.isEmpty() || constants.containsKey(in));
    }

    private static float[] floats(Node node, int input, Map<String, Tensor> constants, int n, float absent) {
        var name = node.inputs().get(input);
        if (!name.isEmpty()) return constants.get(name).toFloats();
        var values = new float[n];
        Arrays.fill(values, absent);
        return values;
    }

    /**
     * Flattens maps for a matrix with their channels last, the order that they come in, so that nothing is moved; the matrix's
     * columns are put in that order once.
     *
     * @param inPlace whether the graph's own weights may be overwritten
     */
    static Graph flattenChannelsLast(Graph graph, boolean inPlace) {
        var uses = graph.uses();
        var constants = new LinkedHashMap<>(graph.constants());
        var last = new HashMap<String, Node>(); // a flattened map to what brings its channels to the end
        for (var node : graph.nodes()) {
            if (!(node.op() instanceof Op.Linear)) continue;
            var flat = graph.node(node.inputs().get(0));
            var name = node.inputs().get(1);
            boolean flattens = flat != null && flat.op() instanceof Op.Flatten flatten && flatten.start() == 1;
            if (!flattens || !constants.containsKey(name) || uses.get(name) != 1 || uses.get(flat.name()) != 1)
                continue;
            var map = flat.inputs().get(0);
            var shape = graph.shape(map);
            if (shape.size() != 4 || shape.get(2) * shape.get(3) == 1) continue;
            long n = shape.get(0), c = shape.get(1), h = shape.get(2), w = shape.get(3);
            var value = new Value(
                    flat.name() + ".last", List.of(n, h, w, c), flat.value().dtype());
            last.put(flat.name(), new Node(value, new Op.Permute(List.of(0, 2, 3, 1)), List.of(map), flat.path()));
            var weight = constants.get(name);
            constants.put(name, inPlace ? Rows.channelsLast_(weight, (int) c) : Rows.channelsLast(weight, (int) c));
        }
        var nodes = new ArrayList<Node>();
        for (var node : graph.nodes()) {
            var before = last.get(node.name());
            if (before != null) nodes.add(before);
            nodes.add(before == null ? node : node.withInputs(List.of(before.name())));
        }
        return graph.with(constants, nodes, graph.outputs());
    }

    /**
     * Values in {@code dtype}: all that the last products depend on, those of convolutions and matrices, and what is joined
     * with these. What follows, down to the outputs, is computed in 32 bits, as rounded logits have ties; products that are
     * outputs themselves are not rounded either, though what they multiply is where a product, or what is joined with one,
     * comes right before them.
     */
    public static Graph inPrecision(Graph graph, DType dtype) {
        var instructions = Joining.of(graph);
        var rounded = new HashSet<String>();
        var last = new HashMap<String, String>(); // a value to that of the instruction that makes it
        for (int i = instructions.size() - 1; i >= 0; i--) {
            var node = instructions.get(i).node();
            boolean heavy = node.op().isProduct() && !graph.outputs().containsValue(node.name());
            if (heavy) rounded.add(node.name());
            if (rounded.contains(node.name())) rounded.addAll(node.inputs());
            last.put(node.name(), node.name());
        }
        var nodes = new ArrayList<>(graph.nodes());
        for (int i = nodes.size() - 1; i >= 0; i--) {
            var node = nodes.get(i);
            var end = last.get(node.name());
            for (var in : node.inputs()) last.putIfAbsent(in, end); // of what is joined with this
            if (rounded.contains(end) && Value.isFloat(node.value().dtype()))
                nodes.set(i, node.withValue(node.value().withDtype(dtype)));
        }
        var inputs = graph.inputs().stream()
                .map(in -> rounded.contains(in.name()) && Value.isFloat(in.dtype()) ? in.withDtype(dtype) : in)
                .toList();
        return new Graph(inputs, graph.constants(), nodes, graph.outputs(), graph.layers());
    }

    private interface Rule {
        /** What takes the node's place, under its name; {@code made} are the results before it. */
        Node apply(Node node, Map<String, Node> made);
    }

    private static Graph rewrite(Graph graph, Map<String, Tensor> constants, Rule rule) {
        var made = new LinkedHashMap<String, Node>();
        for (var node : graph.nodes()) made.put(node.name(), rule.apply(node, made));
        return removeUnused(graph.with(constants, List.copyOf(made.values()), graph.outputs()));
    }
}
