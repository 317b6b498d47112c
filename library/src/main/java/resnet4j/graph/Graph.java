package resnet4j.graph;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What a network does to a batch of images, as operations in the order they are done. Immutable. Holds for any batch
 * size, and for images of the traced size only, since a network may work out sizes from its input.
 *
 * @param input      name of the value that is given
 * @param inputShape its shape when traced, batch first
 * @param constants  weights by name, names as in {@code state_dict}. The graph does not own them: those of the network
 *                   are the network's, those that a pass makes belong to the scope that the pass was called in.
 * @param nodes      each after all that it needs
 * @param output     name of the value that is the result
 */
public record Graph(
        String input, List<Long> inputShape, Map<String, Tensor> constants, List<Node> nodes, String output) {
    public Graph {
        inputShape = List.copyOf(inputShape);
        constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
        nodes = List.copyOf(nodes);
        var known = new HashSet<>(constants.keySet());
        known.add(input);
        for (var node : nodes) {
            for (var in : node.inputs())
                if (!in.isEmpty() && !known.contains(in))
                    throw new IllegalArgumentException(
                            "nodes: " + node.name() + " needs " + in + ", which is not made before it");
            if (!known.add(node.name()))
                throw new IllegalArgumentException("nodes: two values are named " + node.name());
        }
        if (!known.contains(output)) throw new IllegalArgumentException("output: no value is named " + output);
    }

    /** The same input with other operations. */
    Graph with(Map<String, Tensor> constants, List<Node> nodes, String output) {
        return new Graph(input, inputShape, constants, nodes, output);
    }

    /** The node that makes the value {@code name}, or null where it is the input or a constant. */
    public Node node(String name) {
        return nodes.stream().filter(n -> n.name().equals(name)).findFirst().orElse(null);
    }

    /** Shape of any value when traced. */
    public List<Long> shape(String value) {
        if (value.equals(input)) return inputShape;
        var constant = constants.get(value);
        if (constant != null) return Arrays.stream(constant.shape()).boxed().toList();
        var node = node(value);
        if (node == null) throw new IllegalArgumentException("value: the graph has none named " + value);
        return node.shape();
    }

    /** How often each value is needed, by name; being the result counts as once. */
    public Map<String, Integer> uses() {
        var uses = new HashMap<String, Integer>();
        for (var node : nodes) for (var in : node.inputs()) if (!in.isEmpty()) uses.merge(in, 1, Integer::sum);
        uses.merge(output, 1, Integer::sum);
        return uses;
    }

    /** Does the operations one by one, in evaluation mode and without gradients. Images as traced, any batch size. */
    public Tensor run(Tensor images) {
        checkInput(images, inputShape);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var values = new HashMap<String, Tensor>(constants);
            values.put(input, images);
            values.put("", null);
            for (var node : nodes)
                values.put(
                        node.name(),
                        Ops.run(
                                node.op(),
                                node.inputs().stream().map(values::get).toArray(Tensor[]::new)));
            return scope.keep(values.get(output));
        }
    }

    /** Refuses another shape than {@code inputShape}, but for the batch size. */
    static void checkInput(Tensor images, List<Long> inputShape) {
        var shape = Arrays.stream(images.shape()).boxed().toList();
        if (shape.size() != inputShape.size()
                || !shape.subList(1, shape.size()).equals(inputShape.subList(1, inputShape.size())))
            throw new IllegalArgumentException("images: expected shape " + inputShape
                    + " with any batch size, as the graph was traced, got " + shape + "; trace it anew for this size");
    }

    /** One line for each operation. */
    @Override
    public String toString() {
        return input + inputShape + "\n" + nodes.stream().map(n -> n + "\n").collect(Collectors.joining()) + "-> "
                + output + "\n";
    }
}
