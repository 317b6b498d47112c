package resnet4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of any size as slices of mapped memory, which outlive it. Mapped in overlapping windows, since one buffer
 * holds less than 2 GiB. The file must not be shortened while its slices are in use.
 */
final class MappedFile {
    private static final long STRIDE = 1L << 30;
    private static final long SMALL = 1 << 16;

    /** The size of the file, in bytes. */
    final long size;

    private final FileChannel channel;
    private final ByteBuffer[] windows;

    private MappedFile(FileChannel channel) throws IOException {
        this.channel = channel;
        size = channel.size();
        windows = new ByteBuffer[Math.toIntExact((size + STRIDE - 1) / STRIDE)];
        if (size > 0 && size < SMALL) { // cheaper than a mapping
            windows[0] = ByteBuffer.allocate((int) size);
            while (windows[0].hasRemaining() && channel.read(windows[0]) >= 0) {}
        }
    }

    /** A file of less than 1 GiB that is in memory already. */
    MappedFile(byte[] content) {
        channel = null;
        size = content.length;
        windows = new ByteBuffer[] {ByteBuffer.wrap(content)};
    }

    /** What a format makes of a file. */
    interface Format<T> {
        T read(MappedFile file) throws IOException;
    }

    /** What {@code format} reads from the file at {@code path}; every error is one sentence that begins with the path. */
    static <T> T read(Path path, Format<T> format) throws IOException {
        if (!Files.exists(path)) throw new IOException(path + ": no such file; expected a weight file");
        if (!Files.isRegularFile(path))
            throw new IOException(path + ": expected a file, but this is a folder or a device");
        try (FileChannel channel = FileChannel.open(path)) {
            var file = new MappedFile(channel);
            if (file.size == 0) throw new Malformed("the file is empty (0 bytes); expected weights");
            return format.read(file);
        } catch (Malformed e) {
            throw new IOException(path + ": " + e.getMessage(), e);
        } catch (InternalError e) { // what Java makes of a page of a mapped file that is no longer there
            throw new IOException(path + ": the file was shortened while it was read; fetch it again", e);
        }
    }

    /** Bytes {@code offset} to {@code offset + length}, little-endian, read-only, position 0. */
    ByteBuffer slice(long offset, long length) throws IOException {
        if (offset < 0 || length < 0 || offset > size - length)
            throw new Malformed("expected " + length + " bytes at offset " + offset + ", but the file ends at " + size
                    + "; it is truncated or damaged");
        if (length > Integer.MAX_VALUE)
            throw new Malformed("expected parts below 2 GiB, got one of " + length + " bytes");
        if (length == 0) return ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
        if (length > STRIDE)
            return channel.map(MapMode.READ_ONLY, offset, length).order(ByteOrder.LITTLE_ENDIAN);
        int i = (int) (offset / STRIDE);
        if (windows[i] == null) {
            long start = i * STRIDE;
            windows[i] = channel.map(MapMode.READ_ONLY, start, Math.min(size - start, Integer.MAX_VALUE));
        }
        return windows[i].slice((int) (offset % STRIDE), (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
