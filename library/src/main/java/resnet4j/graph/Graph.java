package resnet4j.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import resnet4j.array.DType;
import resnet4j.config.Nearest;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * What a network does to its inputs, as operations in the order they are done. Immutable. Holds for any batch size, and
 * for images of other sizes unless the network worked out numbers from the size that it was traced with: see
 * {@link #anySize}.
 *
 * @param inputs    what is given
 * @param constants weights by name, names as in {@code state_dict}. The graph does not own them: those of the network
 *                  are the network's, those that a pass makes belong to the scope that the pass was called in.
 * @param nodes     each after all that it needs
 * @param outputs   the results' names, such as {@code logits}, to the values that they are
 * @param layers    the value that each layer gave, by the layer's path; the last one where it was applied more than once
 */
public record Graph(
        List<Value> inputs,
        Map<String, Tensor> constants,
        List<Node> nodes,
        Map<String, String> outputs,
        Map<String, String> layers) {
    public Graph {
        inputs = List.copyOf(inputs);
        constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
        nodes = List.copyOf(nodes);
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        var known = new HashSet<>(constants.keySet());
        for (var input : inputs)
            if (!known.add(input.name()))
                throw new IllegalArgumentException("inputs: two values are named " + input.name());
        for (var node : nodes) {
            for (var in : node.inputs())
                if (!in.isEmpty() && !known.contains(in))
                    throw new IllegalArgumentException(
                            "nodes: " + node.name() + " needs " + in + ", which is not made before it");
            if (!known.add(node.name()))
                throw new IllegalArgumentException("nodes: two values are named " + node.name());
        }
        if (outputs.isEmpty()) throw new IllegalArgumentException("outputs: expected at least one, got none");
        outputs.forEach((name, value) -> {
            if (!known.contains(value))
                throw new IllegalArgumentException("outputs: no value is named '" + value + "', which " + name + " is."
                        + Nearest.hint(value, known));
        });
        var kept = new LinkedHashMap<>(layers);
        kept.values().retainAll(known); // a pass may have left the value out
        layers = Collections.unmodifiableMap(kept);
    }

    /** The same inputs and layers with other operations. */
    Graph with(Map<String, Tensor> constants, List<Node> nodes, Map<String, String> outputs) {
        return new Graph(inputs, constants, nodes, outputs, layers);
    }

    /** The same operations with the values {@code outputs} as results, by any names, and nothing that they do not need. */
    public Graph withOutputs(Map<String, String> outputs) {
        var graph = Passes.removeUnused(with(constants, nodes, outputs));
        var needed = graph.uses().keySet();
        var given = inputs.stream().filter(in -> needed.contains(in.name())).toList();
        return new Graph(given, graph.constants, graph.nodes, outputs, layers);
    }

    /**
     * The same operations for inputs of other shapes, by name; those that are not named keep theirs.
     *
     * @throws IllegalArgumentException where an operation fits the traced size only, which is named
     */
    public Graph withShapes(Map<String, List<Long>> shapes) {
        requireNames("shapes", shapes.keySet(), names(inputs));
        var now = new HashMap<String, List<Long>>();
        var other = new HashMap<String, List<Long>>();
        constants.forEach((name, t) -> {
            now.put(name, shape(t));
            other.put(name, shape(t));
        });
        var given = new ArrayList<Value>();
        for (var input : inputs) {
            given.add(input.withShape(shapes.getOrDefault(input.name(), input.shape())));
            now.put(input.name(), input.shape());
            other.put(input.name(), given.get(given.size() - 1).shape());
        }
        var made = new ArrayList<Node>();
        for (var node : nodes) {
            var first = node.inputs().get(0);
            if (!sizes(now.get(first)).equals(sizes(other.get(first)))
                    && node.op().bakesIn(now.get(first), other.get(first)))
                throw baked(node, "it may have been worked out from the size");
            List<Long> shape;
            try {
                shape = node.op()
                        .shape(node.inputs().stream()
                                .map(in -> in.isEmpty() ? null : other.get(in))
                                .toList());
            } catch (RuntimeException e) {
                throw baked(node, e.getMessage());
            }
            now.put(node.name(), node.shape());
            other.put(node.name(), shape);
            made.add(node.withValue(node.value().withShape(shape)));
        }
        return new Graph(given, constants, made, outputs, layers);
    }

    private static IllegalArgumentException baked(Node node, String why) {
        return new IllegalArgumentException("images: " + node
                + " is for the size that the graph was traced with; trace it anew for this size: " + why);
    }

    /** All but the batch. */
    private static List<Long> sizes(List<Long> shape) {
        return shape.subList(Math.min(1, shape.size()), shape.size());
    }

    /** Whether numbers in eight bits stand in it. */
    public boolean isQuantized() {
        return nodes.stream().anyMatch(node -> node.op().toEightBits());
    }

    /** Whether images of any height and width may go in, so long as they are not too small. */
    public boolean anySize() {
        var larger = new HashMap<String, List<Long>>();
        for (var input : inputs) {
            var s = input.shape();
            if (s.size() == 4) larger.put(input.name(), List.of(s.get(0), s.get(1), s.get(2) + 64, s.get(3) + 96));
        }
        try {
            withShapes(larger);
            return true;
        } catch (IllegalArgumentException baked) {
            return false;
        }
    }

    /** The node that makes the value {@code name}, or null where it is an input or a constant. */
    public Node node(String name) {
        return nodes.stream().filter(n -> n.name().equals(name)).findFirst().orElse(null);
    }

    /** Shape of any value when traced. */
    public List<Long> shape(String value) {
        for (var input : inputs) if (input.name().equals(value)) return input.shape();
        var constant = constants.get(value);
        if (constant != null) return shape(constant);
        var node = node(value);
        if (node == null) throw new IllegalArgumentException("value: the graph has none named " + value);
        return node.shape();
    }

    /** The type that a node multiplies in: that of what it makes, or bfloat16 where what it is given is so. */
    DType factors(Node node) {
        var made = node.value().dtype();
        boolean narrow = node.op().isProduct() && dtype(node.inputs().get(0)) == DType.BF16;
        return narrow && Value.isFloat(made) && OneDnn.available(DType.BF16) ? DType.BF16 : made;
    }

    /** Type of a value that is no constant. */
    private DType dtype(String value) {
        for (var input : inputs) if (input.name().equals(value)) return input.dtype();
        var node = node(value);
        return node == null ? null : node.value().dtype();
    }

    /** Shapes of a node's inputs when traced; null for an absent one. */
    public List<List<Long>> shapes(Node node) {
        var shapes = new ArrayList<List<Long>>();
        for (var in : node.inputs()) shapes.add(in.isEmpty() ? null : shape(in));
        return shapes;
    }

    /** How often each value is needed, by name; being a result counts as once. */
    public Map<String, Integer> uses() {
        var uses = new HashMap<String, Integer>();
        for (var node : nodes) for (var in : node.inputs()) if (!in.isEmpty()) uses.merge(in, 1, Integer::sum);
        for (var value : outputs.values()) uses.merge(value, 1, Integer::sum);
        return uses;
    }

    /** Does the operations one by one, in evaluation mode and without gradients. Gives the outputs by name. */
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var precision = Ops.precision(Precision.FP32)) { // every value has its own
            var results = apply(inputs);
            results.values().forEach(scope::keep);
            return results;
        }
    }

    /** {@link #run(Map)} of a graph with one input and one output. */
    public Tensor run(Tensor input) {
        return run(Map.of(only("inputs", names(inputs)), input)).get(only("outputs", outputs.keySet()));
    }

    /** As {@link #run(Map)}, in the mode of this thread: gradients flow to inputs and constants. */
    public Map<String, Tensor> apply(Map<String, Tensor> inputs) {
        checkInputs(inputs);
        return evaluate(inputs, Node::op);
    }

    /** @param op what is done at a node */
    Map<String, Tensor> evaluate(Map<String, Tensor> given, Function<Node, Op> op) {
        var values = new HashMap<String, Tensor>(constants);
        values.putAll(given);
        values.put("", null);
        for (var node : nodes) {
            var in = new Tensor[node.inputs().size()];
            for (int i = 0; i < in.length; i++)
                in[i] = taken(node, i, values.get(node.inputs().get(i)));
            values.put(node.name(), Ops.run(op.apply(node), in));
        }
        var results = new LinkedHashMap<String, Tensor>();
        outputs.forEach((name, value) -> results.put(name, values.get(value)));
        return results;
    }

    /** What products made in the thread's precision stays in it until it is rounded, as from layer to layer. */
    private static Tensor taken(Node node, int i, Tensor input) {
        boolean made = Ops.precision() == Precision.BF16
                && input != null
                && input.dtype() == DType.BF16
                && node.op().roundsTo() == null;
        return made ? input : node.typed(i, input);
    }

    /** Refuses other names, other ranks, and shapes that the operations are not for. */
    void checkInputs(Map<String, Tensor> given) {
        requireNames("inputs", given.keySet(), names(inputs));
        var other = new HashMap<String, List<Long>>();
        for (var input : inputs) {
            var tensor = given.get(input.name());
            if (tensor == null)
                throw new IllegalArgumentException("inputs: expected " + names(inputs) + ", got " + given.keySet());
            var shape = shape(tensor);
            if (!fits(shape, input.shape())) other.put(input.name(), shape);
        }
        other.forEach((name, shape) -> {
            var traced = inputs.stream()
                    .filter(in -> in.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            boolean image = shape.size() == 4 && traced.shape().size() == 4;
            if (!image || !shape.get(1).equals(traced.shape().get(1)))
                throw new IllegalArgumentException(name + ": expected shape " + traced.shape()
                        + " with any batch size, as the graph was traced, got " + shape + "; trace it anew for it");
        });
        if (!other.isEmpty()) withShapes(other);
    }

    /** Whether they are equal but for the batch size. */
    static boolean fits(List<Long> shape, List<Long> traced) {
        return shape.size() == traced.size() && sizes(shape).equals(sizes(traced));
    }

    static List<Long> shape(Tensor tensor) {
        return Arrays.stream(tensor.shape()).boxed().toList();
    }

    static Set<String> names(List<Value> values) {
        return values.stream().map(Value::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String only(String what, Collection<String> names) {
        if (names.size() != 1)
            throw new IllegalArgumentException(what + ": expected one, got " + names + "; run it with names");
        return names.iterator().next();
    }

    private static void requireNames(String what, Collection<String> given, Collection<String> known) {
        for (var name : given)
            if (!known.contains(name))
                throw new IllegalArgumentException(
                        what + ": none is named '" + name + "'." + Nearest.hint(name, known));
    }

    /** One line for each operation. */
    @Override
    public String toString() {
        return inputs.stream().map(in -> in + "\n").collect(Collectors.joining())
                + nodes.stream().map(n -> n + "\n").collect(Collectors.joining())
                + outputs.entrySet().stream()
                        .map(out -> "-> " + out.getKey() + " = " + out.getValue() + "\n")
                        .collect(Collectors.joining());
    }
}
