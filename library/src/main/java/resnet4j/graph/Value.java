package resnet4j.graph;

import java.util.List;
import resnet4j.array.DType;

/**
 * What a graph is given or makes.
 *
 * @param name  unique in its graph
 * @param shape when the graph was traced, batch first
 * @param dtype of its numbers
 */
public record Value(String name, List<Long> shape, DType dtype) {
    public Value {
        shape = List.copyOf(shape);
    }

    public Value withShape(List<Long> shape) {
        return new Value(name, shape, dtype);
    }

    public Value withDtype(DType dtype) {
        return new Value(name, shape, dtype);
    }

    /** How many numbers it holds. */
    public long elements() {
        return elements(shape);
    }

    static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    static boolean isFloat(DType dtype) {
        return switch (dtype) {
            case F64, F32, F16, BF16 -> true;
            default -> false;
        };
    }

    @Override
    public String toString() {
        return name + shape;
    }
}
