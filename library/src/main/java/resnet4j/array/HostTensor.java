package resnet4j.array;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor in Java memory or in a mapped file: what files hold before and after libtorch sees it.
 *
 * @param shape sizes, outermost first; empty for a scalar
 * @param data  the elements in row-major (C) order, little-endian, {@code elements() * dtype.bytes} bytes;
 *              read-only view, position 0
 */
public record HostTensor(DType dtype, List<Long> shape, ByteBuffer data) {
    public HostTensor {
        shape = List.copyOf(shape);
        data = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long bytes = elements(shape) * dtype.bytes;
        if (data.remaining() != bytes)
            throw new IllegalArgumentException(
                    "data: expected " + bytes + " bytes for " + dtype + shape + ", got " + data.remaining());
    }

    /** How many elements the shape holds. */
    public long elements() {
        return elements(shape);
    }

    /** The little-endian elements, from position 0; a fresh view at each call. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long elements(List<Long> shape) {
        long n = 1;
        for (long size : shape) {
            if (size < 0) throw new IllegalArgumentException("shape: expected sizes >= 0, got " + shape);
            n = Math.multiplyExact(n, size);
        }
        return n;
    }
}
