package resnet4j.data;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import resnet4j.image.Target;

/**
 * Pictures in a NumPy archive of MedMNIST's layout: {@code train_images} [N,H,W] or [N,H,W,3] uint8, {@code
 * train_labels} [N] or [N,1], and the same for {@code val} and {@code test}. arXiv:2110.14795. Grey is shown as RGB. With
 * {@code train_labels} [N,K], pictures have several labels or numbers.
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

    /** Several labels a picture: {@code train_labels} [N,K] of 0 and 1, as ChestMNIST has them. */
    static DataSource<Labels> labels(Path file) throws IOException {
        return targets(file, "label ", (row, where) -> {
            var there = new ArrayList<Integer>();
            for (int i = 0; i < row.length; i++) {
                if (row[i] != 0 && row[i] != 1)
                    throw new IOException(where + ": expected 0 or 1 for each label, got " + row[i]);
                if (row[i] == 1) there.add(i);
            }
            return new Labels(there);
        });
    }

    /** Numbers of a picture: {@code train_labels} [N] or [N,K] of any type. */
    static DataSource<Numbers> numbers(Path file) throws IOException {
        return targets(file, "number ", (row, where) -> {
            var values = new ArrayList<Double>();
            for (double value : row) {
                if (!Double.isFinite(value)) throw new IOException(where + ": expected finite numbers, got " + value);
                values.add(value);
            }
            return new Numbers(values);
        });
    }

    /** What a row of an array of labels says. */
    private interface Reading<T> {
        T of(double[] row, String where) throws IOException;
    }

    private static <T extends Target<T>> DataSource<T> targets(Path file, String prefix, Reading<T> reading)
            throws IOException {
        if (!Files.isRegularFile(file)) throw new IOException(file + ": there is no such NumPy archive");
        try (var zip = new ZipFile(file.toFile())) {
            var parts = new ArrayList<Optional<Dataset<T>>>();
            for (var split : List.of("train", "val", "test")) {
                boolean there = split.equals("train") || zip.getEntry(split + "_images.npy") != null;
                parts.add(there ? Optional.of(targets(zip, file, split, prefix, reading)) : Optional.empty());
            }
            return new DataSource<>("npz:" + file, parts.get(0).orElseThrow(), parts.get(1), parts.get(2));
        } catch (ZipException e) {
            throw new IOException(file + ": expected a NumPy archive (.npz), got other bytes", e);
        }
    }

    private static <T extends Target<T>> Dataset<T> targets(
            ZipFile zip, Path file, String split, String prefix, Reading<T> reading) throws IOException {
        var array = array(zip, file, split + "_labels");
        var shape = array.shape();
        if (shape.length < 1 || shape.length > 2 || shape[0] == 0 || shape[shape.length - 1] == 0)
            throw new IOException(file + ": " + split + "_labels: expected [N,K], K labels a picture, got the shape "
                    + Arrays.toString(shape));
        int n = shape[0], k = shape.length == 1 ? 1 : shape[1];
        var names = IntStream.range(0, k)
                .mapToObj(i -> k == 1 ? prefix.strip() : prefix + i)
                .toList();
        var targets = new ArrayList<T>();
        for (int i = 0; i < n; i++) {
            var row = new double[k];
            for (int c = 0; c < k; c++) row[c] = number(array, i * k + c, file + ": " + split + "_labels");
            targets.add(reading.of(row, file + ": " + split + "_labels of picture " + i));
        }
        return new Targeted<>(part(zip, file, split, names, new int[n]), names, targets, List.of());
    }

    private static double number(Npy array, int at, String where) throws IOException {
        return switch (array.type().substring(1)) {
            case "f4" -> array.data().getFloat(4 * at);
            case "f8" -> array.data().getDouble(8 * at);
            default -> whole(array, at, where, "numbers");
        };
    }

    private static long whole(Npy array, int at, String where, String expected) throws IOException {
        return switch (array.type().substring(1)) {
            case "u1", "b1" -> array.data().get(at) & 255;
            case "i1" -> array.data().get(at);
            case "i2" -> array.data().getShort(2 * at);
            case "u2" -> array.data().getShort(2 * at) & 65535;
            case "i4", "u4" -> array.data().getInt(4 * at);
            case "i8", "u8" -> array.data().getLong(8 * at);
            default -> throw new IOException(where + ": expected " + expected + ", got " + array.type());
        };
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
            long label = whole(array, i, file + ": " + split + "_labels", "integers");
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
        return how -> image(index);
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
