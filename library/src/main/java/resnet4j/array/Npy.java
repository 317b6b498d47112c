package resnet4j.array;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An array of NumPy's {@code .npy} format, versions 1 to 3, in row-major order. Objects are refused: they are pickles.
 *
 * @param type  NumPy's name of the elements: {@code |u1}, {@code <f4}, {@code <i8}
 * @param shape outermost first
 * @param data  the elements, in the byte order that {@code type} says
 */
public record Npy(String type, int[] shape, ByteBuffer data) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern HEAD = Pattern.compile(
            "\\{\\s*'descr':\\s*'([|<>][biufc](?:1|2|4|8|16))',\\s*'fortran_order':\\s*(True|False),\\s*'shape':\\s*\\(([\\d, ]*)\\),?\\s*\\}\\s*");

    /** @throws IOException with the path, if the file is not such an array */
    public static Npy read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return read(in, file.toString(), Files.size(file));
        }
    }

    /** An array of 32-bit floats. */
    public static Npy of(float[] values, int... shape) {
        var data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return new Npy("<f4", shape.clone(), data);
    }

    /** Writes the array in version 1. */
    public void write(WritableByteChannel out) throws IOException {
        String sizes = Arrays.stream(shape).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
        String head = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
        int pad = 64 - (10 + head.length() + 1) % 64; // the elements begin at a multiple of 64
        byte[] text = (head + " ".repeat(pad % 64) + "\n").getBytes(StandardCharsets.US_ASCII);
        var start = ByteBuffer.allocate(10 + text.length).order(ByteOrder.LITTLE_ENDIAN);
        start.put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) text.length)
                .put(text)
                .flip();
        while (start.hasRemaining()) out.write(start);
        var elements = data.duplicate().rewind();
        while (elements.hasRemaining()) out.write(elements);
    }

    /** @param most how many bytes the array may have: more is a lie of its head */
    public static Npy read(InputStream in, String name, long most) throws IOException {
        var start = in.readNBytes(8);
        if (start.length < 8 || !Arrays.equals(Arrays.copyOf(start, 6), MAGIC))
            throw new IOException(name + ": expected a NumPy array, got other bytes");
        int wide = start[6] == 1 ? 2 : 4; // bytes of the head's length, by version
        var length = ByteBuffer.wrap(Arrays.copyOf(in.readNBytes(wide), 4))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
        if (start[6] < 1 || start[6] > 3 || length < 0 || length > 1 << 16)
            throw new IOException(name + ": expected a NumPy array of version 1 to 3, got a damaged head");
        var head = HEAD.matcher(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
        if (!head.matches()) throw new IOException(name + ": expected numbers in a NumPy array, got another head");
        if (head.group(2).equals("True"))
            throw new IOException(
                    name + ": expected row-major order, got Fortran's; save numpy.ascontiguousarray of it");
        int[] shape;
        long bytes;
        try {
            shape = Stream.of(head.group(3).split(","))
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
            bytes = Integer.parseInt(head.group(1).substring(2));
            for (int size : shape) bytes = Math.multiplyExact(bytes, (long) size);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IOException(name + ": the shape (" + head.group(3) + ") is too large", e);
        }
        if (bytes > most || bytes > Integer.MAX_VALUE - 8)
            throw new IOException(name + ": the shape (" + head.group(3) + ") needs " + bytes
                    + " bytes, more than the file can hold");
        var data = in.readNBytes((int) bytes); // grows with what is there
        if (data.length < bytes)
            throw new IOException(
                    name + ": expected " + bytes + " bytes of numbers, got " + data.length + "; it is cut off");
        return new Npy(
                head.group(1),
                shape,
                ByteBuffer.wrap(data)
                        .order(head.group(1).startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN));
    }

    /** The elements as floats; type {@code f4}. */
    public float[] floats() {
        if (!type.endsWith("f4")) throw new IllegalArgumentException("type: expected f4, got " + type);
        var values = new float[data.capacity() / 4];
        data.duplicate().order(data.order()).asFloatBuffer().get(values);
        return values;
    }
}
