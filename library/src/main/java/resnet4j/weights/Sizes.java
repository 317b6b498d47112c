package resnet4j.weights;

import java.util.List;
import resnet4j.array.DType;

/** Sizes that a file claims, multiplied without overflow. */
final class Sizes {
    private static final int MAX_RANK = 64; // PyTorch's own limit

    private Sizes() {}

    /** How many elements a shape holds. */
    static long elements(List<Long> shape) throws Malformed {
        if (shape.size() > MAX_RANK) throw new Malformed("expected at most 64 dimensions, got " + shape.size());
        long n = 1;
        for (long size : shape) {
            long product = n * size;
            if (size < 0 || Math.multiplyHigh(n, size) != 0 || product < 0)
                throw new Malformed("expected a tensor of possible size, got shape " + shape);
            n = product;
        }
        return n;
    }

    /** How many bytes a tensor takes. */
    static long bytes(DType dtype, List<Long> shape) throws Malformed {
        return times(elements(shape), dtype.bytes);
    }

    /** {@code count} elements of {@code size} bytes, in bytes. */
    static long times(long count, int size) throws Malformed {
        if (count < 0 || count > Long.MAX_VALUE / size)
            throw new Malformed("expected a possible number of elements, got " + count);
        return count * size;
    }
}
