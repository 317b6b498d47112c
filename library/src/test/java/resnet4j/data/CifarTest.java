package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;
import resnet4j.Shared;
import resnet4j.image.Decoding;

class CifarTest {
    /** Two training files of three records, two classes, a coarse label before the one that counts. */
    private static final Cifar.Layout SMALL =
            new Cifar.Layout("small", "small-binary", List.of("a.bin", "b.bin"), "test.bin", "names.txt", 3, 2, 2, 1);

    @TempDir
    Path folder;

    /** Record {@code i}: coarse label 77, label i % 2, red 0.., green i, blue 255 - i. */
    private static byte[] records(int first, int n) {
        var bytes = new byte[n * 3074];
        for (int i = 0; i < n; i++) {
            bytes[i * 3074] = 77;
            bytes[i * 3074 + 1] = (byte) ((first + i) % 2);
            for (int p = 0; p < 1024; p++) {
                bytes[i * 3074 + 2 + p] = (byte) p;
                bytes[i * 3074 + 2 + 1024 + p] = (byte) (first + i);
                bytes[i * 3074 + 2 + 2048 + p] = (byte) (255 - first - i);
            }
        }
        return bytes;
    }

    private void writeSmall() throws IOException {
        Files.write(folder.resolve("a.bin"), records(0, 3));
        Files.write(folder.resolve("b.bin"), records(3, 3));
        Files.write(folder.resolve("test.bin"), records(10, 2));
        Files.writeString(folder.resolve("names.txt"), "cat\ndog\n\n");
    }

    private static void assertSmall(DataSource<Label> source) throws IOException {
        assertEquals(6, source.train().size());
        assertEquals(List.of("cat", "dog"), source.train().classes());
        assertEquals("b.bin#1", source.train().name(4));
        assertEquals(0, source.train().target(4).index());
        var image = source.train().picture(4).decode(Decoding.STORED);
        assertEquals(32, image.width());
        // the third pixel of the first row, and the first of the second
        assertArrayEquals(new byte[] {2, 4, (byte) 251}, Arrays.copyOfRange(image.rgb(), 6, 9));
        assertArrayEquals(new byte[] {32, 4, (byte) 251}, Arrays.copyOfRange(image.rgb(), 96, 99));
        var test = source.test().orElseThrow();
        assertEquals(2, test.size());
        assertEquals(11, test.picture(1).decode(Decoding.STORED).rgb()[1]);
    }

    @Test
    void folder_isReadPlaneByPlane() throws IOException {
        writeSmall();
        assertSmall(Cifar.read(folder, SMALL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"small.tar.gz", "small.tar.xz"})
    void archive_isReadWithoutUnpacking(String name) throws IOException {
        writeSmall();
        var archive = folder.resolve(name);
        write(archive, 1);
        assertSmall(Cifar.read(archive, SMALL));
        assertEquals(
                Cifar.read(folder, SMALL).train().digest(),
                Cifar.read(archive, SMALL).train().digest());
    }

    private void write(Path archive, double share) throws IOException {
        try (var tar = new TarArchiveOutputStream(compress(archive))) {
            for (var file : List.of("test.bin", "a.bin", "names.txt", "b.bin")) {
                tar.putArchiveEntry(new TarArchiveEntry(folder.resolve(file), "small-binary/" + file));
                Files.copy(folder.resolve(file), tar);
                tar.closeArchiveEntry();
            }
        }
        var bytes = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(bytes, (int) (share * bytes.length)));
    }

    private static OutputStream compress(Path archive) throws IOException {
        var out = Files.newOutputStream(archive);
        return archive.toString().endsWith(".xz")
                ? new XZOutputStream(out, new LZMA2Options(0))
                : new GZIPOutputStream(out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small.tar.gz", "small.tar.xz"})
    void cutOffArchive_isNamed(String name) throws IOException {
        writeSmall();
        write(folder.resolve(name), 0.5);
        var e = assertThrows(IOException.class, () -> Cifar.read(folder.resolve(name), SMALL));
        assertTrue(e.getMessage().contains(name + " is cut off"), e.getMessage());
    }

    @Test
    void cutOffFile_isNamedWithItsBytes() throws IOException {
        writeSmall();
        Files.write(folder.resolve("b.bin"), Arrays.copyOf(records(3, 3), 5000));
        var e = assertThrows(IOException.class, () -> Cifar.read(folder, SMALL));
        assertTrue(
                e.getMessage().contains("b.bin: expected 9222 bytes, got 5000; it is cut off: download it again"),
                e.getMessage());
    }

    @Test
    void labelOutsideTheClasses_isNamed() throws IOException {
        writeSmall();
        var bytes = records(3, 3);
        bytes[3074 + 1] = 2;
        Files.write(folder.resolve("b.bin"), bytes);
        var e = assertThrows(IOException.class, () -> Cifar.read(folder, SMALL));
        assertTrue(e.getMessage().contains("b.bin#1 has label 2, expected 0 to 1"), e.getMessage());
    }

    @Test
    void missingFolderAndFiles_sayWhatToGive() throws IOException {
        var e = assertThrows(IOException.class, () -> Cifar.ten(folder.resolve("nowhere")));
        assertTrue(e.getMessage().startsWith("no folder or archive "), e.getMessage());
        assertTrue(e.getMessage().contains("cifar-10-binary.tar.gz"), e.getMessage());
        e = assertThrows(IOException.class, () -> Cifar.ten(folder));
        assertTrue(e.getMessage().contains(" has no "), e.getMessage());
        var text = Files.writeString(folder.resolve("cifar.zip"), "x");
        e = assertThrows(IOException.class, () -> Cifar.ten(text));
        assertTrue(e.getMessage().endsWith("expected a folder, a .tar.gz or a .tar.xz"), e.getMessage());
    }

    @Test
    void realCifar10_hasItsKnownMeansAndCounts() throws IOException {
        var source = Cifar.ten(Shared.data("cifar-10-binary.tar.xz"));
        assertEquals(50_000, source.train().size());
        assertEquals(
                List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
                source.train().classes());
        var each = new int[10];
        Arrays.fill(each, 1000);
        assertArrayEquals(each, Labelled.classCounts(source.test().orElseThrow()));
        Arrays.fill(each, 5000);
        assertArrayEquals(each, Labelled.classCounts(source.train()));

        var sum = new double[3];
        var squares = new double[3];
        try (var batches = Loader.inOrder(source.train(), 1000).epoch(0)) {
            for (var batch : batches)
                for (int i = 0; i < batch.pixels().rgb().length; i++) {
                    double x = (batch.pixels().rgb()[i] & 255) / 255.0;
                    sum[i % 3] += x;
                    squares[i % 3] += x * x;
                }
        }
        double[] mean = {0.4914, 0.4822, 0.4465}, std = {0.2470, 0.2435, 0.2616}; // as published, four digits
        for (int c = 0; c < 3; c++) {
            double m = sum[c] / (50_000 * 1024.0);
            assertEquals(mean[c], m, 6e-5);
            assertEquals(std[c], Math.sqrt(squares[c] / (50_000 * 1024.0) - m * m), 6e-5);
        }
    }
}
