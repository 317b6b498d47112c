package resnet4j.compress;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import resnet4j.array.DType;
import resnet4j.config.Nearest;
import resnet4j.graph.Graph;
import resnet4j.graph.GraphConfig;
import resnet4j.graph.GraphNet;
import resnet4j.graph.Node;
import resnet4j.graph.Passes;
import resnet4j.graph.Value;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Turns convolutions and linear layers of a graph into eight bits: weights per output channel and symmetric, what goes in
 * per tensor, without a sign where no number below 0 was seen. The last layer, which makes the logits, computes in floats,
 * of weights in eight bits.
 * Jacob et al. 2018, arXiv:1712.05877. First {@link #observe} pictures, then {@link #quantize}.
 *
 * <p>The result is a graph in which {@link Op.Quantize} and {@link Op.Dequantize} stand: run, planned, exported and saved,
 * it is the same network. What it makes belongs to the innermost scope.
 */
public final class Quantizer {
    /** Values seen at a time, at most: all of them are held at once. */
    private static final long MOST_NUMBERS = 100_000_000;

    private static final int LARGEST = 127;

    private final Graph graph;
    private final Set<String> kept;
    private final Node last;
    private final Map<String, Node> layers = new LinkedHashMap<>(); // by path
    private final Map<String, String> scaled =
            new LinkedHashMap<>(); // a value that may be rounded to whose scale it has
    private final Map<String, Histogram> seen = new LinkedHashMap<>(); // by the latter
    private long pictures;

    /**
     * @param graph of 32-bit floats, from one input to one output
     * @param kept  paths of layers that stay in floats
     */
    public Quantizer(Graph graph, Set<String> kept) {
        if (graph.inputs().size() != 1 || graph.outputs().size() != 1)
            throw new IllegalArgumentException("graph: expected one input and one output, got " + graph.inputs()
                    + " and " + graph.outputs().keySet());
        this.graph = Passes.simplify(graph);
        Node last = null;
        for (var node : this.graph.nodes()) {
            if (!node.op().hasFilters()
                    || !this.graph.constants().containsKey(node.inputs().get(1))) continue;
            if (last != null) layers.put(last.path(), last);
            last = node;
        }
        this.last = last;
        if (layers.isEmpty())
            throw new IllegalArgumentException(
                    "graph: expected at least two convolutions or linear layers with weights, got "
                            + (last == null ? 0 : 1) + ", and the last one stays in floats");
        for (var path : kept)
            if (!layers.containsKey(path))
                throw new IllegalArgumentException("keep: no layer that could be quantised is named '" + path + "'."
                        + Nearest.hint(path, layers.keySet()));
        this.kept = Set.copyOf(kept);
        for (var value : rounded(layers.keySet())) {
            var node = this.graph.node(value);
            boolean moved = node != null && node.op().movesNumbers();
            if (moved) for (var in : node.inputs()) join(in, value);
            else scaled.putIfAbsent(value, value);
        }
        scaled.replaceAll((value, whose) -> whose(value));
        for (var value : scaled.values()) seen.putIfAbsent(value, new Histogram());
    }

    private void join(String value, String other) {
        var whose = whose(value);
        scaled.put(value, whose);
        scaled.putIfAbsent(other, other);
        scaled.put(whose(other), whose);
    }

    private String whose(String value) {
        var next = scaled.getOrDefault(value, value);
        return next.equals(value) ? value : whose(next);
    }

    /**
     * The values that are rounded where layers of these paths are in eight bits: what goes into them, what is added to their
     * results if it has eight bits otherwise too or comes from such a layer, and all that these are moved from.
     */
    private Set<String> rounded(Set<String> paths) {
        var products = new LinkedHashSet<String>();
        var rounded = new LinkedHashSet<String>();
        for (var path : paths) {
            products.add(layers.get(path).name());
            rounded.add(layers.get(path).inputs().get(0));
        }
        for (var node : graph.nodes()) {
            var other = residual(node, products);
            if (other == null) continue;
            var from = source(other);
            if (rounded.contains(from)
                    || products.contains(from) && graph.uses().get(from) == 1) rounded.add(other);
        }
        var nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            var node = nodes.get(i);
            if (rounded.contains(node.name()) && node.op().movesNumbers()) rounded.addAll(node.inputs());
        }
        return rounded;
    }

    /** What the node adds to a product's result; null where it does not. */
    private String residual(Node node, Set<String> products) {
        if (!node.op().isSum()) return null;
        for (int i = 0; i < 2; i++)
            if (products.contains(node.inputs().get(i))
                    && graph.uses().get(node.inputs().get(i)) == 1)
                return node.inputs().get(1 - i);
        return null;
    }

    /** What a value is moved from; itself where it is not moved. */
    private String source(String value) {
        var node = graph.node(value);
        return node == null || !node.op().movesNumbers() || node.inputs().size() > 1
                ? value
                : source(node.inputs().get(0));
    }

    /** Looks at what normalised {@code images} [N,3,H,W] become, a few at a time. */
    public void observe(Tensor images) {
        var outputs = new LinkedHashMap<String, String>();
        scaled.keySet().forEach(value -> outputs.put(value, value));
        var inner = graph.withOutputs(outputs);
        long each = graph.nodes().stream().mapToLong(Quantizer::perPicture).sum();
        long step = Math.max(1, Math.min(16, MOST_NUMBERS / each));
        for (long i = 0; i < images.size(0); i += step)
            try (var scope = new NativeScope()) {
                var some = images.narrow(0, i, Math.min(step, images.size(0) - i));
                inner.run(Map.of(graph.inputs().get(0).name(), some))
                        .forEach((name, values) -> seen.get(scaled.get(name)).add(values.toFloats()));
            }
        pictures += images.size(0);
    }

    private static long perPicture(Node node) {
        long numbers = 1;
        for (long size : node.shape().subList(1, node.shape().size())) numbers *= size;
        return numbers;
    }

    /** In eight bits, but for the layers that are kept. */
    public Graph quantize(Range range) {
        return quantize(range, Set.of());
    }

    /** The same. @param also paths of more layers that are kept */
    public Graph quantize(Range range, Set<String> also) {
        var all = new LinkedHashSet<>(kept);
        all.addAll(also);
        return new Rewriting(range, all, true).graph();
    }

    /**
     * How much each layer alone, kept ones too, in eight bits, moves the answers to {@code images}: the squares of the changes of logits,
     * divided by the squares of logits, both summed.
     */
    public Map<String, Double> sensitivities(Range range, Tensor images) {
        var result = new LinkedHashMap<String, Double>();
        try (var scope = new NativeScope()) {
            var exact = graph.run(images).toFloats();
            for (var path : layers.keySet())
                try (var inner = new NativeScope()) {
                    var others = new LinkedHashSet<>(layers.keySet());
                    others.remove(path);
                    var moved = new Rewriting(range, others, false)
                            .graph()
                            .run(images)
                            .toFloats();
                    double change = 0, all = 0;
                    for (int i = 0; i < exact.length; i++) {
                        change += Math.pow(moved[i] - exact[i], 2);
                        all += Math.pow(exact[i], 2);
                    }
                    result.put(path, all == 0 ? 0 : change / all);
                }
        }
        return result;
    }

    /** A quantised graph as a network, with copies of its numbers; scales are not trained. */
    public static GraphNet network(Graph quantized) {
        var scales = new LinkedHashSet<String>();
        for (var node : quantized.nodes())
            if (node.op().toEightBits() || node.op().fromEightBits())
                scales.add(node.inputs().get(1));
        return GraphNet.of(GraphConfig.of(quantized, name -> !scales.contains(name)), quantized.constants());
    }

    /** One graph in the making. */
    private final class Rewriting {
        private final Range range;
        private final Set<String> kept;
        private final boolean withLast;
        private final Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        private final List<Node> nodes = new ArrayList<>();
        private final Map<String, String> eight = new LinkedHashMap<>(); // a value to the same after eight bits

        Rewriting(Range range, Set<String> kept, boolean withLast) {
            if (pictures == 0)
                throw new IllegalStateException("quantize: expected pictures to be observed first, got none");
            this.range = range;
            this.kept = kept;
            this.withLast = withLast;
        }

        Graph graph() {
            var paths = new LinkedHashSet<>(layers.keySet());
            paths.removeAll(kept);
            var products = new LinkedHashSet<String>();
            for (var path : paths) products.add(layers.get(path).name());
            var values = rounded(paths);
            for (var node : graph.nodes()) {
                var inputs = new ArrayList<>(node.inputs());
                if (products.contains(node.name())) {
                    inputs.set(0, eightBits(inputs.get(0)));
                    inputs.set(1, eight.computeIfAbsent(inputs.get(1), this::weight));
                } else if (withLast && node.equals(last))
                    inputs.set(1, eight.computeIfAbsent(inputs.get(1), this::weight));
                else if (node.op().movesNumbers() && values.contains(node.name())) inputs.replaceAll(this::eightBits);
                else {
                    var added = residual(node, products);
                    inputs.replaceAll(in -> in.equals(added) && values.contains(in) ? eightBits(in) : in);
                }
                nodes.add(node.withInputs(inputs));
            }
            return Passes.removeUnused(new Graph(graph.inputs(), constants, nodes, graph.outputs(), graph.layers()));
        }

        private String eightBits(String value) {
            return eight.computeIfAbsent(value, this::value);
        }

        private String value(String name) {
            var histogram = seen.get(scaled.get(name));
            var type = histogram.negative() ? DType.I8 : DType.U8;
            int levels = type == DType.I8 ? LARGEST : 255;
            var scale = scaled.get(name) + ".scale";
            if (!constants.containsKey(scale))
                constants.put(scale, Tensor.of(new float[] {scale(range.bound(histogram, levels), levels)}, 1));
            var whole = new Value(name + ".quantize", graph.shape(name), type);
            nodes.add(new Node(whole, new Op.Quantize(type), List.of(name, scale), ""));
            return dequantized(whole, scale);
        }

        private String weight(String name) {
            var weight = constants.get(name);
            int channels = (int) weight.size(0);
            float[] numbers = weight.toFloats(), scales = new float[channels];
            int each = numbers.length / channels;
            for (int c = 0; c < channels; c++) {
                double largest = 0;
                for (int i = 0; i < each; i++) largest = Math.max(largest, Math.abs(numbers[c * each + i]));
                if (!Double.isFinite(largest))
                    throw new IllegalArgumentException("quantize: expected finite weights, got one of " + largest
                            + " in " + name + "; train the network anew");
                scales[c] = scale(largest, LARGEST);
                for (int i = c * each; i < (c + 1) * each; i++)
                    numbers[i] = Math.max(-LARGEST, Math.min(LARGEST, Math.round(numbers[i] / scales[c])));
            }
            try (var noGrad = Ops.noGrad()) {
                constants.put(name, Tensor.of(numbers, weight.shape()).to(DType.I8));
            }
            constants.put(name + ".scale", Tensor.of(scales, channels));
            return dequantized(new Value(name, graph.shape(name), DType.I8), name + ".scale");
        }

        private String dequantized(Value whole, String scale) {
            var floats = new Value(whole.name() + ".dequantize", whole.shape(), DType.F32);
            nodes.add(new Node(floats, new Op.Dequantize(), List.of(whole.name(), scale), ""));
            return floats.name();
        }

        /** Of a channel of zeros anything: 1. */
        private static float scale(double bound, int levels) {
            return bound == 0 ? 1 : (float) Math.max(bound / levels, Float.MIN_NORMAL);
        }
    }
}
