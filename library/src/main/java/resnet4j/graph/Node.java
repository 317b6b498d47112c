package resnet4j.graph;

import java.util.List;
import resnet4j.tensor.Op;
import resnet4j.tensor.Tensor;

/**
 * One operation of a graph, and the value that it makes.
 *
 * @param value  its name is path, then operation, as {@code layer1.0.conv1.conv2d}; its type is what is computed in;
 *               a sum of products of bfloat16 may be kept in 32 bits
 * @param op     what is done, with its attributes
 * @param inputs names of the values it is done to, in the order of {@link Op#apply}; empty for an absent optional one
 * @param path   the layer that did it, as in {@code state_dict} keys; empty for the root
 */
public record Node(Value value, Op op, List<String> inputs, String path) {
    public Node {
        inputs = List.copyOf(inputs);
    }

    /** The value's name. */
    public String name() {
        return value.name();
    }

    /** The value's shape. */
    public List<Long> shape() {
        return value.shape();
    }

    public Node withValue(Value value) {
        return new Node(value, op, inputs, path);
    }

    public Node withInputs(List<String> inputs) {
        return new Node(value, op, inputs, path);
    }

    /** Input {@code i} in the type that this computes in. */
    Tensor typed(int i, Tensor input) {
        boolean asItIs = input == null
                || !Value.isFloat(input.dtype())
                || !Value.isFloat(value.dtype())
                || op.exact().contains(i);
        return asItIs ? input : input.to(value.dtype());
    }

    @Override
    public String toString() {
        return value + " = " + op + inputs;
    }
}
