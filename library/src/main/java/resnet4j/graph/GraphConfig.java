package resnet4j.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import resnet4j.array.DType;
import resnet4j.model.Architecture;
import resnet4j.model.ArchitectureType;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Placeholder;
import resnet4j.tensor.Tensor;

/**
 * A graph without its numbers, from images to logits, as an architecture, or with other outputs as a part of one: what is left of a network after pruning, for
 * example, is saved with it, and opened, trained, planned and exported like any other. A trace leaves out what evaluation
 * does not do: dropout, stochastic depth and auxiliary heads are gone. Batch norms are trained as ever.
 */
public record GraphConfig(
        List<Value> inputs,
        List<Weight> weights,
        List<Node> nodes,
        Map<String, String> outputs,
        Map<String, String> layers)
        implements Architecture {

    /** A constant of the graph. @param trained whether training changes it */
    public record Weight(String name, List<Long> shape, DType dtype, boolean trained) {
        public Weight {
            shape = List.copyOf(shape);
        }
    }

    /** So that saved models of it open. */
    public static final class Type implements ArchitectureType {
        @Override
        public Class<GraphConfig> type() {
            return GraphConfig.class;
        }
    }

    public GraphConfig {
        inputs = List.copyOf(inputs);
        weights = List.copyOf(weights);
        nodes = List.copyOf(nodes);
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
        if (inputs.size() != 1 || outputs.isEmpty())
            throw new IllegalArgumentException(
                    "graph: expected one input and at least one output, got " + inputs + " and " + outputs);
    }

    /** All weights but running statistics are trained. */
    public static GraphConfig of(Graph graph) {
        return of(graph, name -> true);
    }

    /** @param trained of the weights that are no running statistics; such as {@code net.parameters()::containsKey} */
    public static GraphConfig of(Graph graph, Predicate<String> trained) {
        var statistics = new HashSet<String>();
        for (var node : graph.nodes())
            for (int i : node.op().statistics()) statistics.add(node.inputs().get(i));
        var weights = new ArrayList<Weight>();
        graph.constants()
                .forEach((name, t) -> weights.add(new Weight(
                        name,
                        Graph.shape(t),
                        t.dtype(),
                        Value.isFloat(t.dtype()) && !statistics.contains(name) && trained.test(name))));
        return new GraphConfig(graph.inputs(), weights, graph.nodes(), graph.outputs(), graph.layers());
    }

    /** With these constants, by name. */
    public Graph graph(Map<String, Tensor> constants) {
        return new Graph(inputs, constants, nodes, outputs, layers);
    }

    /** With shapes for numbers; of the caller's scope. */
    private Graph outline() {
        var shapes = new LinkedHashMap<String, Tensor>();
        for (var weight : weights)
            shapes.put(
                    weight.name,
                    Placeholder.ofShape(
                            weight.shape.stream().mapToLong(Long::longValue).toArray()));
        return graph(shapes);
    }

    /** @throws IllegalArgumentException for a graph with several outputs, which is part of a network */
    @Override
    public GraphNet build() {
        if (outputs.size() != 1)
            throw new IllegalArgumentException("graph: expected one output, logits, got " + outputs.keySet());
        return new GraphNet(this);
    }

    @Override
    public int classes() {
        try (var scope = new NativeScope()) {
            return Math.toIntExact(logits().get(1));
        }
    }

    /** Whether the logits have places, [N,classes,H,W]. */
    @Override
    public boolean perPixel() {
        try (var scope = new NativeScope()) {
            return logits().size() == 4;
        }
    }

    private List<Long> logits() {
        return outline().shape(outputs.values().iterator().next());
    }

    @Override
    public GraphConfig withClasses(int classes) {
        if (classes == classes()) return this;
        try (var scope = new NativeScope()) {
            var head = Head.of(outline());
            var changed = new ArrayList<Weight>();
            for (var weight : weights) {
                var shape = new ArrayList<>(weight.shape);
                if (head.weights().contains(weight.name)) shape.set(0, (long) classes);
                changed.add(new Weight(weight.name, shape, weight.dtype, weight.trained));
            }
            var other = new GraphConfig(inputs, changed, nodes, outputs, layers);
            var shaped = other.outline().withShapes(Map.of());
            return new GraphConfig(inputs, changed, shaped.nodes(), outputs, layers);
        }
    }

    /**
     * Where a graph's classes come from: the last product with a weight, and what follows it, which may take the images too.
     *
     * @param first of the nodes that are the head's: that makes the product's weight of one in eight bits, or the product
     * @param index of the product among the nodes
     * @param path  that the names of its weights begin with
     */
    record Head(int first, int index, String path, List<String> weights) {
        /**
         * The graph with what its last product takes as one more output, of maps the mean of each: the maps themselves would
         * have to be kept, and in 32 bits.
         */
        static Graph withFeatures(Graph graph) {
            var name = graph.nodes().get(of(graph).index).inputs().get(0);
            var nodes = new ArrayList<>(graph.nodes());
            var shape = graph.shape(name);
            if (shape.size() == 4) {
                var mean = new Value(Inference.FEATURES, shape.subList(0, 2), DType.F32);
                nodes.add(new Node(mean, new Op.Mean(List.of(2, 3), false), List.of(name), ""));
                name = mean.name();
            }
            var outputs = new LinkedHashMap<>(graph.outputs());
            outputs.put(Inference.FEATURES, name);
            return graph.with(graph.constants(), nodes, outputs);
        }

        static Head of(Graph graph) {
            var nodes = graph.nodes();
            for (int i = nodes.size() - 1; i >= 0; i--) {
                if (!nodes.get(i).op().isProduct()) continue;
                var in = nodes.get(i).inputs();
                boolean eight = i > 0
                        && nodes.get(i - 1).name().equals(in.get(1))
                        && (nodes.get(i - 1).op().fromEightBits()
                                || nodes.get(i - 1).op().roundsTo() != null);
                int first = eight ? i - 1 : i;
                var weights = new ArrayList<>(in.subList(1, in.size()));
                if (eight) weights.set(0, nodes.get(first).inputs().get(0));
                if (eight) weights.add(nodes.get(first).inputs().get(1));
                weights.removeIf(String::isEmpty);
                if (!graph.constants().keySet().containsAll(weights)) continue;
                int dot = weights.get(0).lastIndexOf('.');
                var path = weights.get(0).substring(0, Math.max(0, dot));
                var made = new HashSet<String>();
                for (var input : graph.inputs()) made.add(input.name()); // logits are brought to the images' size
                for (var node : nodes.subList(first, nodes.size())) made.add(node.name());
                boolean alone = dot > 0 && weights.stream().allMatch(name -> name.startsWith(path + "."));
                for (var later : nodes.subList(i + 1, nodes.size()))
                    alone = alone && later.inputs().stream().allMatch(name -> name.isEmpty() || made.contains(name));
                if (alone) return new Head(first, i, path, weights);
                break;
            }
            throw new IllegalArgumentException("graph: expected a last layer with weights of its own that makes the"
                    + " logits, got " + Arrays.asList(nodes.get(nodes.size() - 1)));
        }
    }
}
