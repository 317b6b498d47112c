package resnet4j.weights;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes a zip archive of uncompressed records that begin at multiples of 64 bytes, so that they can be mapped. */
final class StoredZip {
    private static final int ALIGNMENT = 64; // as PyTorch's own writer
    private static final int PADDING = 0x4246; // "FB", PyTorch's name for the extra field that pads
    private static final LocalDateTime TIME = LocalDateTime.of(2000, 1, 1, 0, 0); // the same bytes at any time

    private final ZipOutputStream zip;
    private long at;

    StoredZip(OutputStream out) {
        zip = new ZipOutputStream(new BufferedOutputStream(out, 1 << 16));
    }

    void add(String name, ByteBuffer data) throws IOException {
        var entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setTimeLocal(TIME);
        entry.setSize(data.remaining());
        entry.setCrc(crc(data.duplicate()));
        long begin = at + 30 + name.getBytes(StandardCharsets.UTF_8).length + 4;
        int padding = (int) (-begin & (ALIGNMENT - 1));
        var extra = ByteBuffer.allocate(4 + padding).order(ByteOrder.LITTLE_ENDIAN);
        entry.setExtra(extra.putShort((short) PADDING).putShort((short) padding).array());
        at = begin + padding + data.remaining();

        zip.putNextEntry(entry);
        byte[] chunk = new byte[1 << 16];
        while (data.hasRemaining()) {
            int n = Math.min(chunk.length, data.remaining());
            data.get(chunk, 0, n);
            zip.write(chunk, 0, n);
        }
        zip.closeEntry();
    }

    private static long crc(ByteBuffer data) {
        var crc = new CRC32();
        crc.update(data);
        return crc.getValue();
    }

    void finish() throws IOException {
        zip.finish();
        zip.flush();
    }
}
