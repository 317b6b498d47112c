package resnet4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The records of a zip archive by name, as slices of the mapped file where they are stored uncompressed (java.util.zip
 * can only copy them). Reads zip64. Checksums are not checked, as PyTorch, which may write none, does not either.
 */
final class ZipRecords {
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END_BYTES = 22;
    private static final long IN_ZIP64 = 0xffffffffL;

    private record Entry(boolean deflated, long compressed, long bytes, long header) {}

    private final MappedFile file;
    private final Budget budget;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, ByteBuffer> inflated = new LinkedHashMap<>();

    ZipRecords(MappedFile file, Budget budget) throws IOException {
        this.file = file;
        this.budget = budget;
        readDirectory();
    }

    /** Whether the file begins like a zip archive. */
    static boolean recognises(MappedFile file) throws IOException {
        return file.size >= 4 && file.slice(0, 4).getInt() == LOCAL;
    }

    Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** All of a record. */
    ByteBuffer record(String name) throws IOException {
        return slice(name, 0, entry(name).bytes);
    }

    /** The size of a record, in bytes. */
    long bytes(String name) throws IOException {
        return entry(name).bytes;
    }

    /** Part of a record. */
    ByteBuffer slice(String name, long offset, long length) throws IOException {
        Entry entry = entry(name);
        if (offset < 0 || length < 0 || offset > entry.bytes - length)
            throw new Malformed(
                    "record " + name + ": expected " + length + " bytes at " + offset + ", it has " + entry.bytes);
        if (!entry.deflated) return file.slice(content(name, entry) + offset, length);
        ByteBuffer content = inflated.get(name);
        if (content == null) inflated.put(name, content = inflate(name, entry));
        return content.slice((int) offset, (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private Entry entry(String name) throws Malformed {
        Entry entry = entries.get(name);
        if (entry == null)
            throw new Malformed("the archive has no record " + name + "; it is damaged or of another kind");
        return entry;
    }

    /** Where a record's bytes begin: behind its local header, whose length differs from the directory's. */
    private long content(String name, Entry entry) throws IOException {
        ByteBuffer header = file.slice(entry.header, 30);
        if (header.getInt(0) != LOCAL)
            throw new Malformed("record " + name + " is not where the archive says; it is damaged");
        return entry.header + 30 + (header.getShort(26) & 0xffff) + (header.getShort(28) & 0xffff);
    }

    private ByteBuffer inflate(String name, Entry entry) throws IOException {
        if (entry.bytes > Integer.MAX_VALUE)
            throw new Malformed("record " + name + ": expected less than 2 GiB compressed");
        budget.take(entry.bytes);
        var out = ByteBuffer.allocate(Math.toIntExact(entry.bytes));
        var inflater = new Inflater(true);
        try {
            inflater.setInput(file.slice(content(name, entry), entry.compressed));
            while (out.hasRemaining() && inflater.inflate(out) > 0) {}
            if (out.hasRemaining()) throw new Malformed("record " + name + " is shorter than the archive says");
        } catch (DataFormatException e) {
            throw new Malformed("record " + name + " does not decompress; the archive is damaged");
        } finally {
            inflater.end();
        }
        return out.flip();
    }

    private void readDirectory() throws IOException {
        long end = findEnd();
        ByteBuffer tail = file.slice(end, END_BYTES);
        long count = tail.getShort(10) & 0xffff;
        long size = tail.getInt(12) & 0xffffffffL;
        long start = tail.getInt(16) & 0xffffffffL;
        if (end >= 20 && file.slice(end - 20, 4).getInt() == END64_LOCATOR) {
            ByteBuffer end64 = file.slice(file.slice(end - 20, 20).getLong(8), 56);
            if (end64.getInt(0) != END64) throw new Malformed("the archive's zip64 end is damaged");
            count = end64.getLong(32);
            size = end64.getLong(40);
            start = end64.getLong(48);
        }
        ByteBuffer directory = file.slice(start, size);
        for (long i = 0; i < count; i++) readEntry(directory);
    }

    /** Where the record lies that ends the archive; a comment of up to 65,535 bytes may follow it. */
    private long findEnd() throws IOException {
        int tailBytes = (int) Math.min(file.size, END_BYTES + 0xffff);
        ByteBuffer tail = file.slice(file.size - tailBytes, tailBytes);
        for (int at = tailBytes - END_BYTES; at >= 0; at--)
            if (tail.getInt(at) == END) return file.size - tailBytes + at;
        throw new Malformed("the zip archive has no end; it is truncated: fetch it again");
    }

    private void readEntry(ByteBuffer in) throws IOException {
        int at = in.position();
        if (in.remaining() < 46 || in.getInt(at) != CENTRAL) throw new Malformed("the archive's directory is damaged");
        int flags = in.getShort(at + 8);
        int method = in.getShort(at + 10);
        long compressed = in.getInt(at + 20) & 0xffffffffL;
        long bytes = in.getInt(at + 24) & 0xffffffffL;
        int nameBytes = in.getShort(at + 28) & 0xffff;
        int extraBytes = in.getShort(at + 30) & 0xffff;
        int commentBytes = in.getShort(at + 32) & 0xffff;
        long header = in.getInt(at + 42) & 0xffffffffL;
        if (in.remaining() < 46 + nameBytes + extraBytes + commentBytes)
            throw new Malformed("the archive's directory is damaged");
        budget.take(10 * Budget.OBJECT + 4L * nameBytes);
        String name =
                StandardCharsets.UTF_8.decode(in.slice(at + 46, nameBytes)).toString();

        ByteBuffer extra = in.slice(at + 46 + nameBytes, extraBytes).order(ByteOrder.LITTLE_ENDIAN);
        while (extra.remaining() >= 4) {
            int kind = extra.getShort();
            int length = extra.getShort() & 0xffff;
            if (length > extra.remaining()) break;
            ByteBuffer field = extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            extra.position(extra.position() + length);
            if (kind != 1) continue; // zip64: what did not fit in 32 bits, in this order
            if (bytes == IN_ZIP64) bytes = longOf(field);
            if (compressed == IN_ZIP64) compressed = longOf(field);
            if (header == IN_ZIP64) header = longOf(field);
        }
        in.position(at + 46 + nameBytes + extraBytes + commentBytes);

        if ((flags & 1) != 0) throw new Malformed("record " + name + " is encrypted; expected a plain archive");
        if (method != 0 && method != 8)
            throw new Malformed(
                    "record " + name + ": expected it stored or deflated, got compression method " + method);
        if (bytes < 0 || compressed < 0 || method == 0 && bytes != compressed)
            throw new Malformed("record " + name + " has impossible sizes; the archive is damaged");
        if (entries.put(name, new Entry(method == 8, compressed, bytes, header)) != null)
            throw new Malformed("the archive holds " + name + " twice");
    }

    private static long longOf(ByteBuffer field) throws Malformed {
        if (field.remaining() < 8) throw new Malformed("the archive's directory is damaged");
        return field.getLong();
    }
}
