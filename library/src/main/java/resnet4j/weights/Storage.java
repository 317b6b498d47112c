package resnet4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import resnet4j.array.DType;

/**
 * A piece of memory that tensors of a PyTorch file view; its bytes lie outside the pickle, under {@code key}.
 *
 * @param dtype type of its elements; null for plain bytes
 * @param bytes its size
 */
record Storage(String key, DType dtype, long bytes) {
    /** Where the bytes of storages are. */
    interface Source {
        /** {@code length} bytes of a storage, from {@code offset}; the order of the buffer tells that of the bytes. */
        ByteBuffer bytes(Storage storage, long offset, long length) throws IOException;
    }

    @Override
    public String toString() {
        return "a storage";
    }
}
