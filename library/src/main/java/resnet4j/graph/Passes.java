package resnet4j.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Rewritings of a graph that keep what it computes. Each is a function of the graph alone; weights that it makes belong
 * to the innermost scope.
 */
public final class Passes {
    private Passes() {}

    /** All passes whose result has the operations of networks only. */
    public static Graph simplify(Graph graph) {
        return foldBatchNorms(foldConstants(removeIdentities(graph)));
    }

    /** Leaves out what the output does not need. */
    public static Graph removeUnused(Graph graph) {
        var needed = new HashSet<String>();
        needed.add(graph.output());
        var nodes = new ArrayList<Node>();
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            var node = graph.nodes().get(i);
            if (!needed.contains(node.name())) continue;
            needed.addAll(node.inputs());
            nodes.add(0, node);
        }
        var constants = new LinkedHashMap<>(graph.constants());
        constants.keySet().retainAll(needed);
        return graph.with(constants, nodes, graph.output());
    }

    /** Leaves out operations that give back what they are given. */
    public static Graph removeIdentities(Graph graph) {
        var same = new HashMap<String, String>(); // an identity's result to its input
        var nodes = new ArrayList<Node>();
        for (var node : graph.nodes()) {
            var inputs =
                    node.inputs().stream().map(in -> same.getOrDefault(in, in)).toList();
            if (isIdentity(node, graph)) same.put(node.name(), inputs.get(0));
            else nodes.add(new Node(node.name(), node.op(), inputs, node.shape(), node.path()));
        }
        return removeUnused(graph.with(graph.constants(), nodes, same.getOrDefault(graph.output(), graph.output())));
    }

    private static boolean isIdentity(Node node, Graph graph) {
        var op = node.op();
        if (op instanceof Op.Dropout) return true; // a graph is for evaluation
        if (op instanceof Op.Affine affine) return affine.scale() == 1 && affine.shift() == 0;
        if (op instanceof Op.Pad pad) return pad.pads().stream().allMatch(p -> p == 0);
        boolean keepsOrder = op instanceof Op.Reshape
                || op instanceof Op.Flatten
                || op instanceof Op.Slice
                || op instanceof Op.AdaptiveAvgPool2d;
        return keepsOrder && node.shape().equals(graph.shape(node.inputs().get(0)));
    }

    /** Computes now what depends on weights only. */
    public static Graph foldConstants(Graph graph) {
        var constants = new LinkedHashMap<>(graph.constants());
        var nodes = new ArrayList<Node>();
        try (var noGrad = Ops.noGrad()) {
            for (var node : graph.nodes()) {
                if (node.inputs().stream().allMatch(in -> in.isEmpty() || constants.containsKey(in))) {
                    var in = node.inputs().stream().map(constants::get).toArray(Tensor[]::new);
                    constants.put(node.name(), Ops.run(node.op(), in));
                } else nodes.add(node);
            }
        }
        return removeUnused(graph.with(constants, nodes, graph.output()));
    }

    /**
     * Works batch norms into the convolution or linear layer before them, where nothing else needs its result:
     * w' = w s and b' = (b - mean) s + shift, with s = scale / sqrt(variance + eps). arXiv:1712.05877 section 3.2.
     */
    public static Graph foldBatchNorms(Graph graph) {
        var uses = graph.uses();
        var constants = new LinkedHashMap<>(graph.constants());
        return rewrite(graph, constants, (node, made) -> {
            var before = made.get(node.inputs().get(0));
            boolean folds = node.op() instanceof Op.BatchNorm norm
                    && !norm.training()
                    && before != null
                    && uses.get(before.name()) == 1
                    && (before.op() instanceof Op.Conv2d
                            || before.op() instanceof Op.Linear
                                    && before.shape().size() == 2)
                    && areConstants(node, constants)
                    && areConstants(before, constants);
            if (!folds) return node;
            var weight = constants.get(before.inputs().get(1));
            int channels = (int) weight.size(0);
            float[] w = weight.toFloats(), bias = floats(before, 2, constants, channels, 0);
            float[] scale = floats(node, 1, constants, channels, 1), shift = floats(node, 2, constants, channels, 0);
            float[] mean = floats(node, 3, constants, channels, 0), variance = floats(node, 4, constants, channels, 1);
            double eps = ((Op.BatchNorm) node.op()).eps();
            int row = w.length / channels; // weights of one output channel
            for (int c = 0; c < channels; c++) {
                double s = scale[c] / Math.sqrt(variance[c] + eps);
                bias[c] = (float) ((bias[c] - mean[c]) * s + shift[c]);
                for (int i = c * row; i < (c + 1) * row; i++) w[i] = (float) (w[i] * s);
            }
            var weightName = node.name() + ".weight";
            var biasName = node.name() + ".bias";
            constants.put(weightName, Tensor.of(w, weight.shape()));
            constants.put(biasName, Tensor.of(bias, channels));
            // under the norm's name, so that what follows finds it
            var inputs = List.of(before.inputs().get(0), weightName, biasName);
            return new Node(node.name(), before.op(), inputs, node.shape(), before.path());
        });
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

    /** Joins convolutions with the sum and the activation that follow, where nothing else needs what is in between. */
    public static Graph fuse(Graph graph) {
        var uses = graph.uses();
        return rewrite(graph, graph.constants(), (node, made) -> {
            if (node.op() instanceof Op.Conv2d conv) return fused(node, new Op.FusedConv2d(conv, false, null), node);
            for (int i = 0; i < node.inputs().size(); i++) {
                var before = made.get(node.inputs().get(i));
                if (before == null
                        || uses.get(before.name()) > 1
                        || !(before.op() instanceof Op.FusedConv2d conv)
                        || conv.activation() != null) continue;
                if (node.op() instanceof Op.Add) {
                    var other = node.inputs().get(1 - i);
                    if (conv.add()
                            || !node.shape().equals(before.shape())
                            || !node.shape().equals(graph.shape(other))) continue;
                    return fused(node, new Op.FusedConv2d(conv.conv(), true, null), before, other);
                }
                var activated = new Op.FusedConv2d(conv.conv(), conv.add(), node.op());
                if (OneDnn.supports(activated)) return fused(node, activated, before);
            }
            return node;
        });
    }

    private static Node fused(Node last, Op op, Node conv, String... more) {
        var inputs = new ArrayList<>(conv.inputs());
        inputs.addAll(List.of(more));
        return new Node(last.name(), op, inputs, last.shape(), conv.path());
    }

    private interface Rule {
        /** What takes the node's place, under its name; {@code made} are the results before it. */
        Node apply(Node node, Map<String, Node> made);
    }

    private static Graph rewrite(Graph graph, Map<String, Tensor> constants, Rule rule) {
        var made = new LinkedHashMap<String, Node>();
        for (var node : graph.nodes()) made.put(node.name(), rule.apply(node, made));
        return removeUnused(graph.with(constants, List.copyOf(made.values()), graph.output()));
    }
}
