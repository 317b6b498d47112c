package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.array.NpyTest;
import resnet4j.image.Decoding;

class NpzTest {
    @TempDir
    Path folder;

    private Path write(Map<String, byte[]> arrays, boolean deflated) throws IOException {
        var file = folder.resolve("a.npz");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (var array : arrays.entrySet()) {
                var entry = new ZipEntry(array.getKey() + ".npy");
                if (!deflated) {
                    var crc = new CRC32();
                    crc.update(array.getValue());
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(array.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(array.getValue());
            }
        }
        return file;
    }

    /** Two grey pictures of 3x2 (width, height) and their labels, to be changed. */
    private static Map<String, byte[]> grey() {
        var arrays = new LinkedHashMap<String, byte[]>();
        arrays.put(
                "train_images", NpyTest.array("|u1", "2, 2, 3", new byte[] {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6}));
        arrays.put("train_labels", NpyTest.array("|u1", "2, 1", new byte[] {3, 0}));
        return arrays;
    }

    private void assertRefused(Map<String, byte[]> arrays, String message) throws IOException {
        assertRefused(write(arrays, true), message);
    }

    private static void assertRefused(Path file, String message) {
        var e = assertThrows(IOException.class, () -> Npz.read(file));
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    /** The sum that its authors give, by which fetch checks it. */
    @Test
    void breastMnist_isWhatIsFetched() throws Exception {
        var file = Files.readAllBytes(Shared.data("medmnist/breastmnist.npz"));
        var md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(file));
        var published = Published.ALL.get("breastmnist");
        assertEquals("md5:" + md5, published.sum());
        assertEquals("breastmnist.npz", published.cached().getFileName().toString());
        assertEquals(
                12,
                Published.ALL.values().stream()
                        .filter(p -> p.kind().equals("npz"))
                        .count());
    }

    /**
     * Sums by NumPy 2.4: {@code z = numpy.load('breastmnist.npz')}, {@code numpy.bincount(z['train_labels'].ravel())},
     * {@code z['train_images'].astype(int).sum()}, {@code z['train_images'][5, 3, 20]}, and so on.
     */
    @Test
    void breastMnist_hasItsPicturesAndLabels() throws IOException {
        var source = DataSource.parse("npz:" + Shared.data("medmnist/breastmnist.npz"));
        var val = source.val().orElseThrow();
        var test = source.test().orElseThrow();
        assertEquals(List.of("0", "1"), source.train().classes());
        assertArrayEquals(new int[] {147, 399}, Labelled.classCounts(source.train()));
        assertArrayEquals(new int[] {21, 57}, Labelled.classCounts(val));
        assertArrayEquals(new int[] {42, 114}, Labelled.classCounts(test));
        assertEquals(35757482, sum(source.train()));
        assertEquals(5282574, sum(val));
        assertEquals(10478773, sum(test));
        var image = source.train().picture(5).decode(Decoding.STORED);
        assertEquals(28, image.width());
        assertEquals(28, image.height());
        for (int c = 0; c < 3; c++) assertEquals(79, image.rgb()[3 * (3 * 28 + 20) + c]); // row 3, column 20
        assertEquals("breastmnist.npz/val#7", val.name(7));
        assertNotEquals(val.digest(), test.digest());
    }

    /** Of the red bytes, which are the grey ones. */
    private static long sum(Dataset<Label> data) throws IOException {
        long sum = 0;
        for (int i = 0; i < data.size(); i++) {
            var rgb = data.picture(i).decode(Decoding.STORED).rgb();
            for (int p = 0; p < rgb.length; p += 3) sum += rgb[p] & 255;
        }
        return sum;
    }

    @Test
    void grey_isShownAsRgb() throws IOException {
        var data = Npz.read(write(grey(), true)).train();
        var image = data.picture(1).decode(Decoding.STORED);
        assertEquals(3, image.width());
        assertEquals(2, image.height());
        assertArrayEquals(
                new byte[] {-1, -1, -1, -2, -2, -2, -3, -3, -3, -4, -4, -4, -5, -5, -5, -6, -6, -6}, image.rgb());
        assertEquals(List.of("0", "1", "2", "3"), data.classes());
        assertEquals(3, data.target(0).index());
    }

    @Test
    void colour_isAsItLies() throws IOException {
        var arrays = grey();
        arrays.put(
                "train_images", NpyTest.array("|u1", "2, 1, 2, 3", new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
        var image = Npz.read(write(arrays, false)).train().picture(1).decode(Decoding.STORED);
        assertEquals(2, image.width());
        assertEquals(1, image.height());
        assertArrayEquals(new byte[] {7, 8, 9, 10, 11, 12}, image.rgb());
    }

    @Test
    void classes_areCountedOverAllSplits() throws IOException {
        var arrays = grey();
        arrays.put("test_images", NpyTest.array("|u1", "1, 1, 1", (byte) 9));
        arrays.put("test_labels", NpyTest.array("|u1", "1,", (byte) 4));
        var source = Npz.read(write(arrays, true));
        assertEquals(5, source.train().classes().size());
        assertTrue(source.val().isEmpty());
        assertEquals(4, source.test().orElseThrow().target(0).index());
    }

    @ParameterizedTest
    @CsvSource({
        "|i1, 0 5, 5",
        "<u2, 0 0 131 3, 899",
        ">i2, 0 0 1 0, 256",
        "<i4, 0 0 0 0 1 1 0 0, 257",
        ">u4, 0 0 0 0 0 0 1 2, 258",
        "<i8, 0 0 0 0 0 0 0 0 3 1 0 0 0 0 0 0, 259",
    })
    void labels_mayBeIntegersOfAnySize(String type, String bytes, int second) throws IOException {
        var data = new byte[bytes.split(" ").length];
        for (int i = 0; i < data.length; i++) data[i] = (byte) Integer.parseInt(bytes.split(" ")[i]);
        var arrays = grey();
        arrays.put("train_labels", NpyTest.array(type, "2,", data));
        assertEquals(second, Npz.read(write(arrays, true)).train().target(1).index());
    }

    @Test
    void wrongArrays_areNamed() throws IOException {
        var arrays = grey();
        arrays.remove("train_labels");
        assertRefused(arrays, "expected the arrays train_images and train_labels, found no train_labels");
        arrays.put("train_labels", NpyTest.array("<f4", "2,", new byte[8]));
        assertRefused(arrays, "train_labels: expected integers, got <f4");
        arrays.put("train_labels", NpyTest.array("|u1", "2, 2", new byte[4]));
        assertRefused(arrays, "train_labels: expected one class a picture, got the shape [2, 2]");
        arrays.put("train_labels", NpyTest.array("|u1", "0,"));
        assertRefused(arrays, "train_labels: expected one class a picture, got the shape [0]");
        arrays.put("train_labels", NpyTest.array("|i1", "2,", new byte[] {0, -1}));
        assertRefused(arrays, "train_labels: expected class numbers from 0 to 999 for 2 pictures, got -1");
        arrays.put("train_labels", NpyTest.array("<i4", "2,", new byte[] {0, 0, 0, 0, -1, -1, -1, 127}));
        assertRefused(arrays, "expected class numbers from 0 to 999 for 2 pictures, got 2147483647");
        arrays.put("train_labels", NpyTest.array("<u2", "2,", new byte[] {0, 0, 64, -100}));
        assertRefused(arrays, "for 2 pictures, got 40000"); // not negative
        arrays.put("train_labels", NpyTest.array("<i4", "2,", new byte[] {0, 0, 0, 0, -97, -122, 1, 0}));
        assertRefused(arrays, "expected class numbers from 0 to 999 for 2 pictures, got 99999");
        arrays.put("train_labels", NpyTest.array("|u1", "3,", new byte[3]));
        assertRefused(arrays, "train_images: expected [3,H,W] or [..,H,W,3] unsigned bytes, got |u1[2, 2, 3]");
        arrays = grey();
        arrays.put("train_images", NpyTest.array("<f4", "2, 1, 1", new byte[8]));
        assertRefused(arrays, "unsigned bytes, got <f4[2, 1, 1]");
        arrays.put("train_images", NpyTest.array("|u1", "2, 1, 1, 4", new byte[8]));
        assertRefused(arrays, "unsigned bytes, got |u1[2, 1, 1, 4]");
        arrays.put("train_images", NpyTest.array("|u1", "2, 0, 3"));
        assertRefused(arrays, "unsigned bytes, got |u1[2, 0, 3]");
        arrays = grey();
        arrays.put("val_images", grey().get("train_images"));
        assertRefused(arrays, "found no val_labels");
    }

    @Test
    void otherFiles_areNamed() throws IOException {
        assertRefused(folder.resolve("none.npz"), "there is no such NumPy archive");
        assertRefused(
                Files.writeString(folder.resolve("text.npz"), "hello"), "expected a NumPy archive (.npz), got other");
        var bytes = Files.readAllBytes(write(grey(), true));
        assertRefused(
                Files.write(folder.resolve("half.npz"), Arrays.copyOf(bytes, bytes.length / 2)),
                "expected a NumPy archive");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void flippedBits_areNoticed(boolean deflated) throws IOException {
        var bytes = Files.readAllBytes(write(grey(), deflated));
        int data = 30 + "train_images.npy".length(); // after the local header, of which 30 bytes come before the name
        int pixels = grey().get("train_images").length - 12;
        for (int i = 0; i < 12; i++) {
            var changed = bytes.clone();
            changed[data + (deflated ? 20 : pixels) + i] ^= 4;
            assertRefused(Files.write(folder.resolve("changed.npz"), changed), "train_images");
        }
    }

    /** 50 KB that unpack to 50 MB of which the head speaks of two bytes, and a head that no deflated bytes can fulfil. */
    @Test
    void bombs_takeNoMoreMemoryThanTheirHeadSays() throws IOException {
        var arrays = grey();
        arrays.put("train_labels", Arrays.copyOf(NpyTest.array("|u1", "2,", new byte[2]), 50_000_000));
        var bomb = write(arrays, true);
        assertTrue(Files.size(bomb) < 60_000);
        long before = allocated();
        assertRefused(bomb, "train_labels is damaged");
        long took = allocated() - before;
        assertTrue(took < 5_000_000, took + " bytes");
        arrays.put("train_labels", NpyTest.array("|u1", "2000000000,", new byte[2]));
        assertRefused(arrays, "needs 2000000000 bytes, more than the file can hold");
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
