package resnet4j.graph;

import java.util.List;
import resnet4j.tensor.Op;

/**
 * One operation of a graph, and the value that it makes.
 *
 * @param name   the value's name, unique in its graph: path, then operation, as {@code layer1.0.conv1.conv2d}
 * @param op     what is done, with its attributes
 * @param inputs names of the values it is done to, in the order of {@link Op#apply}; empty for an absent optional one
 * @param shape  the value's shape when the graph was traced, batch first
 * @param path   the layer that did it, as in {@code state_dict} keys; empty for the root
 */
public record Node(String name, Op op, List<String> inputs, List<Long> shape, String path) {
    public Node {
        inputs = List.copyOf(inputs);
        shape = List.copyOf(shape);
    }

    /** How many numbers the value holds. */
    public long elements() {
        return elements(shape);
    }

    static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    @Override
    public String toString() {
        return name + shape + " = " + op + inputs;
    }
}
