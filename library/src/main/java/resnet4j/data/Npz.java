package resnet4j.data;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import resnet4j.array.Npy;
import resnet4j.config.Checks;
import resnet4j.files.Digest;
import resnet4j.image.Image;
import resnet4j.image.Picture;

/**
 * Pictures in a NumPy archive of MedMNIST's layout: {@code train_images} [N,H,W] or [N,H,W,3] uint8, {@code
 * train_labels} [N] or [N,1], and the same for {@code val} and {@code test}. arXiv:2110.14795. Grey is shown as RGB.
 */
final class Npz implements Dataset<Label> {
    private static final long DEFLATE_MOST = 1032; // no deflated byte makes more than that many

    private final String name;
    private final List<String> classes;
    private final Npy images;
    private final int[] labels;

    private Npz(String name, List<String> classes, Npy images, int[] labels) {
        this.name = name;
        this.classes = classes;
        this.images = images;
        this.labels = labels;
    }

    static DataSource<Label> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) throw new IOException(file + ": there is no such NumPy archive");
        try (var zip = new ZipFile(file.toFile())) {
            var train = labels(zip, file, "train");
            var val = zip.getEntry("val_images.npy") == null ? new int[0] : labels(zip, file, "val");
            var test = zip.getEntry("test_images.npy") == null ? new int[0] : labels(zip, file, "test");
            int most = IntStream.of(train).max().orElse(0);
            most = Math.max(most, IntStream.of(val).max().orElse(0));
            most = Math.max(most, IntStream.of(test).max().orElse(0));
            var classes =
                    IntStream.rangeClosed(0, most).mapToObj(Integer::toString).toList();
            return new DataSource<>(
                    "npz:" + file,
                    part(zip, file, "train", classes, train),
                    val.length == 0 ? Optional.empty() : Optional.of(part(zip, file, "val", classes, val)),
                    test.length == 0 ? Optional.empty() : Optional.of(part(zip, file, "test", classes, test)));
        } catch (ZipException e) {
            throw new IOException(file + ": expected a NumPy archive (.npz), got other bytes", e);
        }
    }

    private static Npy array(ZipFile zip, Path file, String name) throws IOException {
        var entry = zip.getEntry(name + ".npy");
        if (entry == null)
            throw new IOException(file + ": expected the arrays train_images and train_labels, found no " + name);
        try (var in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
            var array = Npy.read(in, file + ": " + name, DEFLATE_MOST * entry.getCompressedSize());
            if (in.read() >= 0 || in.getChecksum().getValue() != entry.getCrc())
                throw new IOException(file + ": " + name + " is damaged; its checksum is wrong");
            return array;
        } catch (ZipException | EOFException e) {
            throw new IOException(file + ": " + name + " is damaged: " + e.getMessage(), e);
        }
    }

    private static int[] labels(ZipFile zip, Path file, String split) throws IOException {
        var array = array(zip, file, split + "_labels");
        int n = array.shape().length == 0 ? 0 : array.shape()[0];
        boolean single = array.shape().length == 1 || array.shape().length == 2 && array.shape()[1] == 1;
        if (!single || n == 0)
            throw new IOException(file + ": " + split + "_labels: expected one class a picture, got the shape "
                    + Arrays.toString(array.shape()));
        var labels = new int[n];
        for (int i = 0; i < n; i++) {
            long label =
                    switch (array.type().substring(1)) {
                        case "u1" -> array.data().get(i) & 255;
                        case "i1" -> array.data().get(i);
                        case "i2" -> array.data().getShort(2 * i);
                        case "u2" -> array.data().getShort(2 * i) & 65535;
                        case "i4", "u4" -> array.data().getInt(4 * i);
                        case "i8", "u8" -> array.data().getLong(8 * i);
                        default ->
                            throw new IOException(
                                    file + ": " + split + "_labels: expected integers, got " + array.type());
                    };
            if (label < 0 || label >= Checks.mostClasses(n))
                throw new IOException(file + ": " + split + "_labels: expected class numbers from 0 to "
                        + (Checks.mostClasses(n) - 1) + " for " + n + " pictures, got " + label);
            labels[i] = (int) label;
        }
        return labels;
    }

    private static Dataset<Label> part(ZipFile zip, Path file, String split, List<String> classes, int[] labels)
            throws IOException {
        var images = array(zip, file, split + "_images");
        var shape = images.shape();
        boolean picture = shape.length == 3 || shape.length == 4 && shape[3] == 3;
        if (!images.type().equals("|u1") || !picture || shape[0] != labels.length || shape[1] < 1 || shape[2] < 1)
            throw new IOException(file + ": " + split + "_images: expected [" + labels.length
                    + ",H,W] or [..,H,W,3] unsigned bytes, got " + images.type() + Arrays.toString(shape));
        return new Npz(file.getFileName() + "/" + split, classes, images, labels);
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
        return (upright, shortSide) -> image(index);
    }

    private Image image(int index) {
        int height = images.shape()[1], width = images.shape()[2], pixels = height * width;
        var rgb = new byte[3 * pixels];
        if (images.shape().length == 4) {
            images.data().get(index * rgb.length, rgb);
        } else {
            for (int i = 0; i < pixels; i++) {
                byte grey = images.data().get(index * pixels + i);
                rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = grey;
            }
        }
        return new Image(width, height, rgb);
    }

    @Override
    public String name(int index) {
        return name + "#" + index;
    }

    @Override
    public String digest() {
        var digest = new Digest().add(images.data().array());
        for (int label : labels) digest.add(label);
        return digest.hex();
    }
}
