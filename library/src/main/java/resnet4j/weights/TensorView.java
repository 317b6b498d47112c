package resnet4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import resnet4j.array.DType;
import resnet4j.array.HostTensor;

/**
 * A tensor of a PyTorch file before its bytes are read: element {@code [i, j, ...]} is element
 * {@code offset + i * strides[0] + j * strides[1] + ...} of its storage.
 */
record TensorView(DType dtype, Storage storage, long offset, List<Long> shape, List<Long> strides) {
    private static final int DIRECT = 1 << 16; // larger copies stay off the Java heap

    /** The tensor: a slice of the storage where that is row-major and little-endian, else a copy. */
    HostTensor read(Storage.Source source, Budget budget) throws IOException {
        long elements = Sizes.elements(shape);
        long bytes = Sizes.bytes(dtype, shape);
        budget.take(10 * Budget.OBJECT);
        if (strides.size() != shape.size())
            throw new Malformed(
                    "expected as many strides as sizes, got shape " + shape + " and " + strides.size() + " strides");
        if (bytes > Integer.MAX_VALUE) throw new Malformed("expected tensors below 2 GiB, got " + dtype + shape);
        if (elements == 0) return new HostTensor(dtype, shape, ByteBuffer.allocate(0));

        long last = lastElement();
        if (offset < 0 || last >= storage.bytes() / dtype.bytes - offset)
            throw new Malformed("expected a tensor inside its storage of " + storage.bytes() + " bytes, got " + dtype
                    + shape + " with strides " + strides + " at offset " + offset);
        ByteBuffer in = source.bytes(storage, offset * dtype.bytes, (last + 1) * dtype.bytes);
        boolean asStored = in.order() == ByteOrder.LITTLE_ENDIAN || dtype.bytes == 1;
        return new HostTensor(dtype, shape, asStored && rowMajor() ? in : copy(in, bytes, budget));
    }

    /** The largest element that the view touches, counted from its offset. */
    private long lastElement() throws Malformed {
        long last = 0;
        for (int d = 0; d < shape.size(); d++) {
            long steps = shape.get(d) - 1;
            long stride = strides.get(d);
            if (stride < 0 || steps > 0 && stride > (storage.bytes() - last) / steps)
                throw new Malformed("expected a tensor inside its storage of " + storage.bytes() + " bytes, got "
                        + dtype + shape + " with strides " + strides);
            last += steps * stride;
        }
        return last;
    }

    private boolean rowMajor() {
        long expected = 1;
        for (int d = shape.size() - 1; d >= 0; d--) {
            if (shape.get(d) != 1 && strides.get(d) != expected) return false;
            expected *= shape.get(d);
        }
        return true;
    }

    private ByteBuffer copy(ByteBuffer in, long bytes, Budget budget) throws Malformed {
        budget.take(bytes);
        ByteBuffer out = bytes < DIRECT ? ByteBuffer.allocate((int) bytes) : ByteBuffer.allocateDirect((int) bytes);
        out.order(ByteOrder.LITTLE_ENDIAN);
        int rank = shape.size();
        long[] index = new long[rank];
        long at = 0;
        while (out.hasRemaining()) {
            int i = (int) at * dtype.bytes;
            switch (dtype.bytes) {
                case 1 -> out.put(in.get(i));
                case 2 -> out.putShort(in.getShort(i));
                case 4 -> out.putInt(in.getInt(i));
                default -> out.putLong(in.getLong(i));
            }
            for (int d = rank - 1; d >= 0; d--) { // the next index, and where it lies
                at += strides.get(d);
                if (++index[d] < shape.get(d)) break;
                at -= strides.get(d) * index[d];
                index[d] = 0;
            }
        }
        return out.flip();
    }

    @Override
    public String toString() {
        return "a tensor";
    }
}
