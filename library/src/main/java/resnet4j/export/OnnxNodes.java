package resnet4j.export;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import resnet4j.array.DType;
import resnet4j.files.AtomicFile;

/** A {@code GraphProto} in the making, of operator set {@value #OPSET}. Field numbers are those of onnx.proto. */
final class OnnxNodes {
    static final int OPSET = 18;
    static final int FLOAT = 1, UINT8 = 2, INT8 = 3, INT64 = 7, DOUBLE = 11; // TensorProto.DataType
    private static final long IR_VERSION = 8; // the one that came with operator set 18

    private final Message proto = new Message().add(2, "resnet4j");
    private final Set<String> written = new HashSet<>(); // constants

    static int type(DType dtype) {
        return switch (dtype) {
            case U8 -> UINT8;
            case I8 -> INT8;
            case I64 -> INT64;
            default -> FLOAT;
        };
    }

    // ---- constants ----

    boolean has(String constant) {
        return written.contains(constant);
    }

    String bytes(String name, DType type, byte[] values) {
        return constant(name, type(type), UnsafeByteOperations.unsafeWrap(values), values.length);
    }

    String floats(String name, float[] values, long... shape) {
        var data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return constant(name, FLOAT, UnsafeByteOperations.unsafeWrap(data), shape);
    }

    String longs(String name, long... values) {
        var data = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(values);
        return constant(name, INT64, UnsafeByteOperations.unsafeWrap(data), values.length);
    }

    String constant(String name, int type, ByteString data, long... shape) {
        var tensor = new Message();
        for (long size : shape) tensor.add(1, size);
        proto.add(5, tensor.add(2, type).add(8, name).add(9, data));
        written.add(name);
        return name;
    }

    // ---- what comes in and goes out ----

    void input(String name, DType type, List<?> sizes) {
        proto.add(11, value(name, type, sizes));
    }

    void output(String name, DType type, List<?> sizes) {
        proto.add(12, value(name, type, sizes));
    }

    /** For people and tools: nothing depends on it. */
    void inner(String name, DType type, List<?> sizes) {
        proto.add(13, value(name, type, sizes));
    }

    /** A {@code ValueInfoProto}. @param sizes a number, a name of what may be any, or nothing where nobody knows: "" */
    private static Message value(String name, DType type, List<?> sizes) {
        var shape = new Message();
        for (var size : sizes) {
            var dimension = new Message();
            if (size instanceof Number number) dimension.add(1, number.longValue());
            else if (!size.equals("")) dimension.add(2, (String) size);
            shape.add(1, dimension);
        }
        var tensor = new Message().add(1, type(type)).add(2, shape);
        return new Message().add(1, name).add(2, new Message().add(1, tensor));
    }

    // ---- operators ----

    void emit(String type, String name, List<String> out, List<String> in, Map<String, Object> attributes) {
        int n = in.size();
        while (n > 0 && in.get(n - 1).isEmpty()) n--; // absent ones at the end are left out
        var node = new Message()
                .addAll(1, in.subList(0, n))
                .addAll(2, out)
                .add(3, name)
                .add(4, type);
        attributes.forEach((key, value) -> node.add(5, attribute(key, value)));
        proto.add(1, node);
    }

    private static Message attribute(String name, Object value) {
        var attribute = new Message().add(1, name);
        if (value instanceof Float number) return attribute.add(2, number).add(20, 1);
        if (value instanceof Integer number)
            return attribute.add(3, number.longValue()).add(20, 2);
        if (value instanceof String text) return attribute.add(4, text).add(20, 3);
        for (var number : (List<?>) value) attribute.add(8, ((Integer) number).longValue());
        return attribute.add(20, 7);
    }

    /** As a file, wholly or not at all. @param documentation what it is, for people */
    void write(Path file, String documentation, Map<String, String> properties) throws IOException {
        var version = OnnxNodes.class.getPackage().getImplementationVersion();
        var model = new Message()
                .add(1, IR_VERSION)
                .add(2, "ResNet4J")
                .add(3, version == null ? "development" : version)
                .add(6, documentation)
                .add(7, proto)
                .add(8, new Message().add(2, OPSET));
        properties.forEach(
                (key, value) -> model.add(14, new Message().add(1, key).add(2, value)));
        AtomicFile.write(file, out -> model.bytes().writeTo(Channels.newOutputStream(out)));
    }
}
