package resnet4j.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import resnet4j.array.DType;
import resnet4j.graph.Graph;

/**
 * An ONNX file that is written operator by operator, with traced graphs among them: for what a network does with its
 * answers, where how many there are depends on what they are. Operator set 18, https://onnx.ai/onnx/operators. Shapes are
 * not checked here, but by who opens the file.
 */
public final class OnnxProgram {
    private final OnnxNodes nodes = new OnnxNodes();
    private final Map<String, Integer> counts = new HashMap<>();

    /** What is given. @param sizes numbers, and names of those that may be any */
    public Value input(String name, DType type, Object... sizes) {
        nodes.input(name, type, List.of(sizes));
        return new Value(name);
    }

    /** What comes out. */
    public void output(String name, Value value, DType type, Object... sizes) {
        nodes.emit("Identity", name, List.of(name), List.of(value.name), Map.of());
        nodes.output(name, type, List.of(sizes));
    }

    /** A graph's outputs by name. @param prefix of the names of what it computes */
    public Map<String, Value> graph(String prefix, Graph graph, Map<String, Value> inputs) {
        var given = new HashMap<String, String>();
        inputs.forEach((name, value) -> given.put(name, value.name));
        var outputs = new LinkedHashMap<String, Value>();
        OnnxGraph.write(nodes, graph, prefix + "/", given).forEach((name, made) -> outputs.put(name, new Value(made)));
        return outputs;
    }

    /** An input that an operator can do without. */
    public Value none() {
        return new Value("");
    }

    /** A number. */
    public Value number(float value) {
        return new Value(nodes.floats(unique("number"), new float[] {value}));
    }

    /** Numbers of this shape. */
    public Value numbers(float[] values, long... shape) {
        return new Value(nodes.floats(unique("numbers"), values, shape));
    }

    /** Whole numbers in a row. */
    public Value whole(long... values) {
        return new Value(nodes.longs(unique("whole"), values));
    }

    /** An operator's first result. */
    public Value op(String type, Map<String, Object> attributes, Value... in) {
        var name = unique(type.toLowerCase(Locale.ROOT));
        nodes.emit(type, name, List.of(name), names(in), attributes);
        return new Value(name);
    }

    public Value op(String type, Value... in) {
        return op(type, Map.of(), in);
    }

    /** One after the other along a dimension. */
    public Value cat(int axis, List<Value> values) {
        return op("Concat", Map.of("axis", axis), values.toArray(Value[]::new));
    }

    /** Whole numbers from 0 up to and without {@code end} [1]. */
    public Value range(Value end) {
        var zero = op("Squeeze", whole(0));
        return op("Range", zero, op("Squeeze", end), op("Squeeze", whole(1)));
    }

    private static List<String> names(Value... values) {
        return Arrays.stream(values).map(value -> value.name).toList();
    }

    private String unique(String type) {
        return type + "_" + counts.merge(type, 1, Integer::sum);
    }

    /** Writes it, wholly or not at all. @param documentation what it is, for people */
    public void write(Path file, String documentation, Map<String, String> properties) throws IOException {
        nodes.write(file, documentation, properties);
    }

    /** Those that are greatest, or smallest, and their places. */
    public record Top(Value values, Value places) {}

    /** A tensor that will be, and the operators that begin from it. Whole numbers and others do not mix. */
    public final class Value {
        private final String name;

        private Value(String name) {
            this.name = name;
        }

        public Value plus(Value other) {
            return op("Add", this, other);
        }

        public Value minus(Value other) {
            return op("Sub", this, other);
        }

        public Value times(Value other) {
            return op("Mul", this, other);
        }

        /** Of whole numbers, without the rest. */
        public Value over(Value other) {
            return op("Div", this, other);
        }

        public Value plus(double number) {
            return plus(number((float) number));
        }

        public Value times(double number) {
            return times(number((float) number));
        }

        public Value over(double number) {
            return over(number((float) number));
        }

        public Value least(Value other) {
            return op("Min", this, other);
        }

        public Value most(Value other) {
            return op("Max", this, other);
        }

        public Value least(double number) {
            return least(number((float) number));
        }

        public Value most(double number) {
            return most(number((float) number));
        }

        /** Whether each is greater than that. */
        public Value above(double number) {
            return op("Greater", this, number((float) number));
        }

        public Value above(Value other) {
            return op("Greater", this, other);
        }

        /** Whether each is that or greater. */
        public Value reaches(double number) {
            return op("GreaterOrEqual", this, number((float) number));
        }

        public Value reaches(Value other) {
            return op("GreaterOrEqual", this, other);
        }

        public Value and(Value other) {
            return op("And", this, other);
        }

        /** Places where a row of truths is true. */
        public Value places() {
            return op("NonZero", this).reshape(-1);
        }

        /** {@code this} where it is true, and that number elsewhere. */
        public Value where(Value condition, double otherwise) {
            return op("Where", condition, this, number((float) otherwise));
        }

        public Value floats() {
            return op("Cast", Map.of("to", OnnxNodes.FLOAT), this);
        }

        public Value doubles() {
            return op("Cast", Map.of("to", OnnxNodes.DOUBLE), this);
        }

        /** Cut towards 0. */
        public Value longs() {
            return op("Cast", Map.of("to", OnnxNodes.INT64), this);
        }

        /** Truths as 0 and 1. */
        public Value bytes() {
            return op("Cast", Map.of("to", OnnxNodes.UINT8), this);
        }

        /** 0: as it was; -1: what is left. */
        public Value reshape(long... shape) {
            return op("Reshape", this, whole(shape));
        }

        public Value permute(Integer... dims) {
            return op("Transpose", Map.of("perm", List.of(dims)), this);
        }

        /** How many there are along a dimension [1]. */
        public Value size(int axis) {
            return op("Shape", Map.of("start", axis, "end", axis + 1), this);
        }

        /** Rows by their numbers. */
        public Value rows(Value numbers) {
            return op("Gather", this, numbers);
        }

        /** Of the last dimension, which stays. */
        public Value columns(int from, int to) {
            return op("Slice", this, whole(from), whole(to), whole(-1));
        }

        public Value column(int i) {
            return columns(i, i + 1);
        }

        /** Of a row: the {@code k} [1] greatest, greatest first, or smallest. */
        public Top top(Value k, boolean greatest) {
            String values = unique("top"), places = values + "/places";
            nodes.emit(
                    "TopK",
                    values,
                    List.of(values, places),
                    names(this, k),
                    Map.of("axis", 0, "largest", greatest ? 1 : 0));
            return new Top(new Value(values), new Value(places));
        }
    }
}
