package resnet4j.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;
import resnet4j.files.Digest;
import resnet4j.image.Image;
import resnet4j.image.Picture;

/**
 * CIFAR-10 and CIFAR-100: 32x32 colour pictures, in the binary layout of Krizhevsky 2009, "Learning multiple layers of
 * features from tiny images" (https://www.cs.toronto.edu/~kriz/cifar.html), all in memory.
 */
public final class Cifar implements Dataset<Label> {
    private static final int SIDE = 32, PLANE = SIDE * SIDE, PICTURE = 3 * PLANE;

    private static final Layout TEN = new Layout(
            "cifar10",
            "cifar-10-binary",
            List.of("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"),
            "test_batch.bin",
            "batches.meta.txt",
            10_000,
            10_000,
            10,
            0);
    private static final Layout HUNDRED = new Layout(
            "cifar100",
            "cifar-100-binary",
            List.of("train.bin"),
            "test.bin",
            "fine_label_names.txt",
            50_000,
            10_000,
            100,
            1);

    /**
     * How an edition lies in its files: records of label bytes, of which the last counts, then 1,024 bytes each of red,
     * green and blue.
     *
     * @param labelOffset how many label bytes come before the one that counts
     */
    record Layout(
            String kind,
            String archive,
            List<String> train,
            String test,
            String meta,
            int trainRecords,
            int testRecords,
            int classes,
            int labelOffset) {
        int recordBytes() {
            return labelOffset + 1 + PICTURE;
        }

        /** Bytes expected in each file of pictures. */
        Map<String, Long> files() {
            var files = new HashMap<String, Long>();
            for (var file : train) files.put(file, (long) trainRecords * recordBytes());
            files.put(test, (long) testRecords * recordBytes());
            return files;
        }
    }

    private final List<String> classes;
    private final List<String> files;
    private final byte[] pixels; // interleaved, as everywhere but in the files
    private final byte[] labels;

    private Cifar(List<String> classes, List<String> files, byte[] pixels, byte[] labels) {
        this.classes = classes;
        this.files = files;
        this.pixels = pixels;
        this.labels = labels;
    }

    /** CIFAR-10 from the folder of its files, from the folder above, or from its archive ({@code .tar.gz}, {@code .tar.xz}). */
    public static DataSource<Label> ten(Path source) throws IOException {
        return read(source, TEN);
    }

    /** CIFAR-100, likewise, with its 100 fine classes. */
    public static DataSource<Label> hundred(Path source) throws IOException {
        return read(source, HUNDRED);
    }

    static DataSource<Label> read(Path source, Layout layout) throws IOException {
        var contents = Files.isDirectory(source) ? readFolder(source, layout) : readArchive(source, layout);
        var names = new String(contents.get(layout.meta), StandardCharsets.UTF_8)
                .lines()
                .filter(l -> !l.isBlank())
                .toList();
        if (names.size() != layout.classes)
            throw new IOException(source + ": " + layout.meta + " names " + names.size() + " classes, expected "
                    + layout.classes + "; download it again");
        return new DataSource<>(
                layout.kind + ":" + source,
                decode(source, layout, layout.train, contents, names),
                Optional.empty(),
                Optional.of(decode(source, layout, List.of(layout.test), contents, names)));
    }

    private static Map<String, byte[]> readFolder(Path source, Layout layout) throws IOException {
        var folder = source;
        for (var inner : List.of("", "cifar-10-batches-bin", layout.archive))
            if (Files.exists(source.resolve(inner).resolve(layout.test))) folder = source.resolve(inner);
        var contents = new HashMap<String, byte[]>();
        for (var file : layout.files().entrySet()) {
            var path = folder.resolve(file.getKey());
            if (!Files.exists(path)) throw missing(source, file.getKey(), layout);
            checkSize(path.toString(), file.getValue(), Files.size(path));
            contents.put(file.getKey(), Files.readAllBytes(path));
        }
        var meta = folder.resolve(layout.meta);
        if (!Files.exists(meta)) throw missing(source, layout.meta, layout);
        contents.put(layout.meta, Files.readAllBytes(meta));
        return contents;
    }

    private static Map<String, byte[]> readArchive(Path source, Layout layout) throws IOException {
        if (!Files.exists(source)) throw new IOException("no folder or archive " + source + ": " + advice(layout));
        var files = layout.files();
        var contents = new HashMap<String, byte[]>();
        try (var tar = new TarArchiveInputStream(decompress(source))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var file = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                if (files.containsKey(file)) checkSize(source + ": " + file, files.get(file), entry.getSize());
                else if (!file.equals(layout.meta)) continue;
                contents.put(file, tar.readNBytes((int) Math.min(entry.getSize(), Integer.MAX_VALUE - 8)));
                if (files.containsKey(file))
                    checkSize(source + ": " + file, files.get(file), contents.get(file).length);
            }
        } catch (EOFException e) {
            throw new IOException(source + " is cut off (" + Files.size(source) + " bytes): download it again", e);
        }
        for (var file : files.keySet()) if (!contents.containsKey(file)) throw missing(source, file, layout);
        if (!contents.containsKey(layout.meta)) throw missing(source, layout.meta, layout);
        return contents;
    }

    private static InputStream decompress(Path source) throws IOException {
        var name = source.getFileName().toString();
        if (name.endsWith(".tar.xz")) return new XZInputStream(Files.newInputStream(source));
        if (name.endsWith(".tar.gz") || name.endsWith(".tgz"))
            return new GZIPInputStream(Files.newInputStream(source), 1 << 16);
        throw new IOException(source + ": expected a folder, a .tar.gz or a .tar.xz");
    }

    private static IOException missing(Path source, String file, Layout layout) {
        return new IOException(source + " has no " + file + ": " + advice(layout));
    }

    private static String advice(Layout layout) {
        return "give the folder or the archive of the binary version, " + layout.archive + ".tar.gz from"
                + " https://www.cs.toronto.edu/~kriz/cifar.html";
    }

    private static void checkSize(String file, long expected, long actual) throws IOException {
        if (actual != expected)
            throw new IOException(file + ": expected " + expected + " bytes, got " + actual
                    + (actual < expected ? "; it is cut off: download it again" : "; it is not the official file"));
    }

    private static Cifar decode(
            Path source, Layout layout, List<String> files, Map<String, byte[]> contents, List<String> classes)
            throws IOException {
        int record = layout.recordBytes();
        int n = files.stream()
                .mapToInt(file -> contents.get(file).length / record)
                .sum();
        var pixels = new byte[Math.multiplyExact(n, PICTURE)];
        var labels = new byte[n];
        int i = 0;
        for (var file : files) {
            var in = contents.remove(file); // so that the copy is free to go
            for (int at = 0; at < in.length; at += record, i++) {
                labels[i] = in[at + layout.labelOffset];
                if ((labels[i] & 255) >= layout.classes)
                    throw new IOException(source + ": " + file + "#" + at / record + " has label " + (labels[i] & 255)
                            + ", expected 0 to " + (layout.classes - 1) + "; download it again");
                int red = at + layout.labelOffset + 1;
                for (int p = 0, to = i * PICTURE; p < PLANE; p++) {
                    pixels[to++] = in[red + p];
                    pixels[to++] = in[red + PLANE + p];
                    pixels[to++] = in[red + 2 * PLANE + p];
                }
            }
        }
        return new Cifar(classes, files, pixels, labels);
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public Label target(int index) {
        return new Label(labels[index]);
    }

    @Override
    public Picture picture(int index) {
        return how -> new Image(SIDE, SIDE, Arrays.copyOfRange(pixels, index * PICTURE, (index + 1) * PICTURE));
    }

    @Override
    public String name(int index) {
        int each = labels.length / files.size();
        return files.get(index / each) + "#" + index % each;
    }

    @Override
    public String digest() {
        return new Digest()
                .add(String.join("\n", classes))
                .add(labels)
                .add(pixels)
                .hex();
    }
}
