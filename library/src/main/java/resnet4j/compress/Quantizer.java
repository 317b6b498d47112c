package resnet4j.compress;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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
 * per tensor, without a sign where no number below 0 was seen. What the last layer makes, the logits, are floats.
 * Jacob et al. 2018, arXiv:1712.05877. First {@link #observe} pictures, then {@link #quantize}.
 *
 * <p>The result is a graph in which {@link Op.Quantize} and {@link Op.Dequantize} stand: run, planned, exported and saved,
 * it is the same network. What it makes belongs to the innermost scope.
 */
public final class Quantizer {
    /** Values seen at a time, at most: all of them are held at once. */
    private static final long MOST_NUMBERS = 40_000_000;

    private static final int LARGEST = 127;

    private final Graph graph;
    private final Set<String> kept;
    private final Map<String, List<Node>> layers = new LinkedHashMap<>(); // by path; several where one is used again
    private final Map<String, String> scaled =
            new LinkedHashMap<>(); // a value that may be rounded to whose scale it has
    private final Map<String, Histogram> seen = new LinkedHashMap<>(); // by the latter
    private long pictures;

    /**
     * @param graph of 32-bit floats, with one input
     * @param kept  paths of layers that stay in floats
     */
    public Quantizer(Graph graph, Set<String> kept) {
        if (graph.inputs().size() != 1)
            throw new IllegalArgumentException("graph: expected one input, got " + graph.inputs());
        this.graph = Passes.simplify(graph);
        for (var node : this.graph.nodes())
            if (node.op().hasFilters()
                    && this.graph.constants().containsKey(node.inputs().get(1)))
                layers.computeIfAbsent(node.path(), path -> new ArrayList<>()).add(node);
        if (layers.isEmpty())
            throw new IllegalArgumentException(
                    "graph: expected a convolution or a linear layer with weights, got none");
        for (var path : kept) if (!layers.containsKey(path)) throw unknown(path, layers.keySet());
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

    static IllegalArgumentException unknown(String kept, Set<String> layers) {
        return new IllegalArgumentException(
                "keep: no layer that could be quantised is named '" + kept + "'." + Nearest.hint(kept, layers));
    }

    /** Paths of the layers that can be quantised. */
    public Set<String> layers() {
        return Collections.unmodifiableSet(layers.keySet());
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
        for (var path : paths)
            for (var node : layers.get(path)) {
                products.add(node.name());
                rounded.add(node.inputs().get(0));
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
        aFew(images, some -> inner.run(Map.of(graph.inputs().get(0).name(), some))
                .forEach((name, values) -> seen.get(scaled.get(name)).add(values.toFloats())));
        pictures += images.size(0);
    }

    /** As many pictures at a time as may be held with all that becomes of them, each time in a scope. */
    private void aFew(Tensor images, Consumer<Tensor> use) {
        long each = graph.nodes().stream().mapToLong(Quantizer::perPicture).sum();
        long step = Math.max(1, Math.min(16, MOST_NUMBERS / each));
        for (long i = 0; i < images.size(0); i += step)
            try (var scope = new NativeScope()) {
                use.accept(images.narrow(0, i, Math.min(step, images.size(0) - i)));
            }
    }

    /** Logits, of a few pictures after the other. */
    private List<float[]> answers(Graph graph, List<Tensor> images) {
        var all = new ArrayList<float[]>();
        var input = graph.inputs().get(0).name();
        for (var batch : images)
            aFew(batch, some -> graph.run(Map.of(input, some)).values().forEach(made -> all.add(made.toFloats())));
        return all;
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
        return new Rewriting(range, all).graph();
    }

    /**
     * For training: weights and values stay floats, which gradients go through, and are rounded to what they would be in eight
     * bits. {@link Rounded#of} makes eight bits of it.
     *
     * @param learnt   whether the scales are trained, or follow the largest numbers
     * @param momentum of those that follow: the share that a batch's largest value has
     */
    public Graph fake(Range range, boolean learnt, double momentum) {
        return new Rewriting(range, kept) {
            @Override
            String value(String name, DType type, String scale) {
                return faked(name, new Op.FakeQuantize(type, learnt, momentum, false), scale);
            }

            @Override
            String weight(String name) {
                scales(name, constants.get(name).toFloats());
                return faked(name, new Op.FakeQuantize(DType.I8, learnt, 1, false), name + ".scale");
            }

            private String faked(String name, Op.FakeQuantize op, String scale) {
                return add(new Value(name + ".rounded", graph.shape(name), DType.F32), op, name, scale);
            }
        }.graph();
    }

    /**
     * How much each layer alone, kept ones too, in eight bits, moves the answers to {@code images}: the squares of the changes of logits,
     * divided by the squares of logits, both summed.
     *
     * @param images batches [N,3,H,W], of different sizes, perhaps
     */
    public Map<String, Double> sensitivities(Range range, List<Tensor> images) {
        var result = new LinkedHashMap<String, Double>();
        var exact = answers(graph, images);
        for (var path : layers.keySet())
            try (var scope = new NativeScope()) {
                var others = new LinkedHashSet<>(layers.keySet());
                others.remove(path);
                var moved = answers(new Rewriting(range, others).graph(), images);
                double change = 0, all = 0;
                for (int few = 0; few < exact.size(); few++)
                    for (int i = 0; i < exact.get(few).length; i++) {
                        double logit = exact.get(few)[i];
                        change += Math.pow(moved.get(few)[i] - logit, 2);
                        all += Math.pow(logit, 2);
                    }
                result.put(path, all == 0 ? 0 : change / all);
            }
        return result;
    }

    /** A quantised graph as a network, with copies of its numbers; scales are not trained. */
    public static GraphNet network(Graph quantized) {
        return GraphNet.of(config(quantized), quantized.constants());
    }

    /** A quantised graph without its numbers; scales are not trained. */
    public static GraphConfig config(Graph quantized) {
        var scales = new LinkedHashSet<String>();
        for (var node : quantized.nodes())
            if (node.op().toEightBits() || node.op().fromEightBits())
                scales.add(node.inputs().get(1));
        return GraphConfig.of(quantized, name -> !scales.contains(name));
    }

    /** One graph in the making. */
    private class Rewriting {
        private final Range range;
        private final Set<String> kept;
        final Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        private final List<Node> nodes = new ArrayList<>();
        private final Map<String, String> eight = new LinkedHashMap<>(); // a value to the same after eight bits

        Rewriting(Range range, Set<String> kept) {
            if (pictures == 0)
                throw new IllegalStateException("quantize: expected pictures to be observed first, got none");
            this.range = range;
            this.kept = kept;
        }

        Graph graph() {
            var paths = new LinkedHashSet<>(layers.keySet());
            paths.removeAll(kept);
            var products = new LinkedHashSet<String>();
            for (var path : paths) for (var node : layers.get(path)) products.add(node.name());
            var values = rounded(paths);
            for (var node : graph.nodes()) {
                var inputs = new ArrayList<>(node.inputs());
                if (products.contains(node.name())) {
                    inputs.set(0, eightBits(inputs.get(0)));
                    inputs.set(1, eight.computeIfAbsent(inputs.get(1), this::weight));
                } else if (node.op().movesNumbers() && values.contains(node.name())) inputs.replaceAll(this::eightBits);
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
            return value(name, type, scale);
        }

        String value(String name, DType type, String scale) {
            var whole = new Value(name + ".quantize", graph.shape(name), type);
            return dequantized(add(whole, new Op.Quantize(type), name, scale), graph.shape(name), scale);
        }

        String weight(String name) {
            var weight = constants.get(name);
            float[] numbers = weight.toFloats(), scales = scales(name, numbers);
            int each = numbers.length / scales.length;
            for (int i = 0; i < numbers.length; i++)
                numbers[i] = (float) Math.max(-LARGEST, Math.min(LARGEST, Math.rint(numbers[i] / scales[i / each])));
            try (var noGrad = Ops.noGrad()) {
                constants.put(name, Tensor.of(numbers, weight.shape()).to(DType.I8));
            }
            return dequantized(name, graph.shape(name), name + ".scale");
        }

        /** Of the weights' channels, as a constant too. */
        float[] scales(String name, float[] numbers) {
            var scales = new float[(int) constants.get(name).size(0)];
            int each = numbers.length / scales.length;
            for (int c = 0; c < scales.length; c++) {
                double largest = 0;
                for (int i = 0; i < each; i++) largest = Math.max(largest, Math.abs(numbers[c * each + i]));
                if (!Double.isFinite(largest))
                    throw new IllegalArgumentException("quantize: expected finite weights, got one of " + largest
                            + " in " + name + "; train the network anew");
                scales[c] = scale(largest, LARGEST);
            }
            constants.put(name + ".scale", Tensor.of(scales, scales.length));
            return scales;
        }

        private String dequantized(String whole, List<Long> shape, String scale) {
            return add(new Value(whole + ".dequantize", shape, DType.F32), new Op.Dequantize(), whole, scale);
        }

        String add(Value value, Op op, String... inputs) {
            nodes.add(new Node(value, op, List.of(inputs), ""));
            return value.name();
        }

        /** Of a channel of zeros anything: 1. */
        private static float scale(double bound, int levels) {
            return bound == 0 ? 1 : (float) Math.max(bound / levels, Float.MIN_NORMAL);
        }
    }
}
