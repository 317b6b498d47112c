package resnet4j.export;

import java.util.List;
import java.util.Map;
import resnet4j.array.DType;
import resnet4j.graph.Node;
import resnet4j.tensor.Op;

/**
 * Where an operation is written: its node, and the file's names of what it takes and gives.
 *
 * @param in  an absent input is empty
 * @param out the value that the last operator written here gives
 */
record OnnxSite(OnnxGraph graph, OnnxNodes nodes, Node node, String layer, List<String> in, String out) {
    String in(int i) {
        return in.get(i);
    }

    String x() {
        return in.get(0);
    }

    /** Of x. */
    List<Long> shape() {
        return graph.shape(node.inputs().get(0));
    }

    int rank() {
        return shape().size();
    }

    /** Whether such an operation makes x. */
    boolean follows(Class<? extends Op> op) {
        return op.isInstance(graph.producer(node.inputs().get(0)));
    }

    /** The last operator, on the node's own inputs. */
    void emit(String type) {
        emit(type, in, Map.of());
    }

    void emit(String type, Map<String, Object> attributes) {
        emit(type, in, attributes);
    }

    /** The last operator. */
    void emit(String type, List<String> inputs, Map<String, Object> attributes) {
        nodes.emit(type, layer, List.of(out), inputs, attributes);
    }

    /** The last operator, whose second result it is. */
    void emitSecond(String type, List<String> inputs, Map<String, Object> attributes) {
        nodes.emit(type, layer, List.of(out + "/first", out), inputs, attributes);
    }

    /** An operator before the last one; gives the name of its result. */
    String emit(String type, String part, List<String> inputs, Map<String, Object> attributes) {
        var name = out + "/" + part;
        nodes.emit(type, layer + "/" + part, List.of(name), inputs, attributes);
        return name;
    }

    String scalar(String part, double value) {
        return nodes.floats(out + "/" + part, new float[] {(float) value});
    }

    /** A byte of 0, whose type is what is quantised to. */
    String zero(DType type) {
        return nodes.bytes(out + "/zero", type, new byte[1]);
    }

    String floats(String part, float[] values, long... shape) {
        return nodes.floats(out + "/" + part, values, shape);
    }

    String longs(String part, long... values) {
        return nodes.longs(out + "/" + part, values);
    }

    /** The shape of x, for any batch. */
    String sizes(String part) {
        var sizes = shape().stream().mapToLong(Long::longValue).toArray();
        sizes[0] = 0; // the batch's
        return longs(part, sizes);
    }

    IllegalArgumentException unsupported(String why) {
        return new IllegalArgumentException(
                "export: " + node.name() + " is a " + node.op().type() + " " + why);
    }
}
