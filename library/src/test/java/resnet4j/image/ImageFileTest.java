package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.Shared;

class ImageFileTest {
    private interface Decoder {
        Image decode() throws IOException;
    }

    static String sha256(Image image) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image.rgb()));
    }

    private static String describe(Image image) throws Exception {
        return image.width() + "x" + image.height() + " " + sha256(image);
    }

    /** Compares with columns from {@code first} on: width, height and SHA-256, or "refused". */
    private static void check(List<String> wrong, String[] row, int first, Decoder decoder) throws Exception {
        String expected =
                row[first].equals("refused") ? "refused" : row[first] + "x" + row[first + 1] + " " + row[first + 2];
        String actual, why = "";
        try {
            actual = describe(decoder.decode());
        } catch (IOException e) {
            actual = "refused";
            why = " (" + e.getMessage() + ")";
            assertTrue(why.contains(row[0]) && !why.contains("\n"), why); // one sentence that names the file
        }
        if (!actual.equals(expected)) wrong.add(row[0] + ": " + actual + why + ", Pillow: " + expected);
    }

    static List<String[]> table(String resource) throws IOException {
        try (var in = new BufferedReader(
                new InputStreamReader(ImageFileTest.class.getResourceAsStream(resource), StandardCharsets.UTF_8))) {
            return in.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .toList();
        }
    }

    private static Image byJdk(byte[] bytes, String name) throws IOException {
        try {
            return Encoded.of(bytes) instanceof Jpeg jpeg ? jpeg.decodeByJdk() : ImageFile.decode(bytes, name, false);
        } catch (IOException e) {
            throw new IOException(name + ": " + e.getMessage(), e);
        }
    }

    @Test
    void theFastDecoderIsThere() {
        assertTrue(OpenCv.AVAILABLE, "the other tests would compare the JDK's decoder with itself");
    }

    /** pillow.tsv: made by scripts/parity/image_table.py. */
    @Test
    void read_givesPillowsPixelsOrRefuses() throws Exception {
        Path root = Shared.data("images");
        List<String> wrong = new ArrayList<>();
        for (String[] row : table("pillow.tsv")) check(wrong, row, 1, () -> ImageFile.read(root.resolve(row[0])));
        assertEquals(List.of(), wrong);
    }

    /** Some JDKs use the system's libjpeg-turbo, others carry libjpeg 6b, which fills damaged blocks otherwise. */
    @Test
    void theJdkGivesTheSamePixels() throws Exception {
        Path root = Shared.data("images");
        List<String> wrong = new ArrayList<>();
        for (String[] row : table("pillow.tsv"))
            if (row[0].endsWith(".jpg")
                    && !row[0].equals("damaged/bad_huffman.jpg")
                    && !row[0].equals("libjpeg-turbo/testimgari.jpg")) // arithmetic coding: refused
            check(wrong, row, 1, () -> byJdk(Files.readAllBytes(root.resolve(row[0])), row[0]));
        assertEquals(List.of(), wrong);
    }

    /** small-pictures.tsv: made by scripts/parity/small_pictures.py. */
    @Test
    void decode_knowsEveryKindOfPicture() throws Exception {
        checkAll("small-pictures.tsv");
    }

    /** picture-endings.tsv: made by scripts/parity/picture_endings.py. */
    @Test
    void decode_readsWhatHasAllItsPixels() throws Exception {
        checkAll("picture-endings.tsv");
    }

    private static void checkAll(String pictures) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String[] row : table(pictures)) {
            byte[] bytes = Base64.getDecoder().decode(row[1]);
            check(wrong, row, 2, () -> ImageFile.decode(bytes, row[0], false));
            boolean smoothedDownward = row[0].equals("jpeg-440"); // chroma upsampling that libjpeg 6b does not have
            if (row[0].startsWith("jpeg") && !smoothedDownward) check(wrong, row, 2, () -> byJdk(bytes, row[0]));
        }
        assertEquals(List.of(), wrong);
    }

    /** As Pillow joins them: the directory begins in the first segment, and the entry lies in the second. */
    @Test
    void exifOverSeveralSegments_isJoined() throws Exception {
        byte[] tiff = HexFormat.of()
                .parseHex("4d4d002a00000008" + "0002" + "010000030000000100150000" + "011200030000000100060000"
                        + "00000000");
        byte[] plain = Base64.getDecoder()
                .decode(table("picture-endings.tsv").stream()
                        .filter(row -> row[0].equals("jpeg-420-followed"))
                        .findFirst()
                        .orElseThrow()[1]);
        for (int cut : new int[] {2, 10, 22, 24, tiff.length}) {
            var file = new ByteArrayOutputStream();
            file.write(plain, 0, 2);
            for (byte[] part : List.of(Arrays.copyOf(tiff, cut), Arrays.copyOfRange(tiff, cut, tiff.length))) {
                file.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xE1, 0, (byte) (8 + part.length)});
                file.writeBytes("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1));
                file.writeBytes(part);
            }
            file.write(plain, 2, plain.length - 2);
            var image = ImageFile.decode(file.toByteArray(), "split at " + cut, true);
            assertEquals(13, image.width(), "turned, split at " + cut); // 21x13 as stored
        }
    }

    @Test
    void bothDecodersAgreeOnPhotographs() throws Exception {
        try (var files = Files.list(Shared.data("imagenet-60"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".JPEG")).limit(20).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                assertArrayEquals(
                        ImageFile.read(file).rgb(),
                        byJdk(bytes, file.toString()).rgb(),
                        file.toString());
            }
        }
    }

    /** ImageOps.exif_transpose of Pillow 13 on the same files. */
    @Test
    void read_turnsPhotographsUpright() throws Exception {
        String[] expected = {
            "10b79076af054daa05da56b4be2daf788af08baff641255ea49eda02c996726a",
            "723b38c3ed1cb4292b8f493798692ab476a9a813de66e4cd53a7a7b084d388e9",
            "33556adef07edb0c002a39d6ab534de2f97ce777dc237b6bda7c6307450582d8",
            "7b962409d5273d5103f369b5058693184f370c8f051f1ba5530210b5c5c4f05e",
            "348489e55340ec4ddfe57b404885e05ce9f2674d66b592553229275e10fae397",
            "81c120aa34b6b1d8f8f15214264b683883f6a26797e606123fdc3e06cd6f39a4",
            "c243a6a66178b16104e31cbd1980731877b8b2211ae006886f4f0c109d484f20",
            "67066e3a6022549f5ea4eb2eab1aede8f26facf0b92d66517ac019b056a980ac",
            "f7e291afddce50a0dd4ed9cf9d1b43735006b43bb41fd2ca84300a8468843af5"
        };
        for (int i = 0; i < expected.length; i++) {
            Image image = ImageFile.read(Shared.data("images/exif/Landscape_" + i + ".jpg"), true);
            assertEquals("1800x1200 " + expected[i], describe(image), "orientation " + i);
        }
    }

    /** upright-pictures.tsv: made by scripts/parity/upright_pictures.py. */
    @Test
    void orientation_isFoundWherePillowFindsIt() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String[] row : table("upright-pictures.tsv")) {
            byte[] bytes = Base64.getDecoder().decode(row[1]);
            check(wrong, row, 2, () -> ImageFile.decode(bytes, row[0], true));
        }
        assertEquals(List.of(), wrong);
    }

    /** Bounds on how far the decoder is from libwebp, by what was measured (docs/dependencies.md). */
    @Test
    void webpWithLoss_isNearPillow() throws Exception {
        for (String[] row : table("lossy-webp.tsv")) {
            Image image = ImageFile.decode(Base64.getDecoder().decode(row[1]), row[0], false);
            byte[] expected = Base64.getDecoder().decode(row[2]);
            int most = 0;
            long sum = 0;
            for (int i = 0; i < expected.length; i++) {
                int d = Math.abs((image.rgb()[i] & 255) - (expected[i] & 255));
                most = Math.max(most, d);
                sum += d;
            }
            assertTrue(most <= Integer.parseInt(row[3]), row[0] + ": " + most);
            assertTrue(
                    (double) sum / expected.length <= Double.parseDouble(row[4]),
                    row[0] + ": mean " + (double) sum / expected.length);
        }
    }

    /** A frame whose first chunk has a length of -8, so that the next would be itself. */
    @Test
    void webpThatLeadsBackToItself_isRefused() {
        byte[] bytes = HexFormat.of()
                .parseHex("52494646" + "28000000" + "57454250" // RIFF, 40 bytes, WEBP
                        + "414e4d46" + "1c000000" + "00".repeat(16) // ANMF, 28 bytes, its place and size
                        + "414c5048" + "f8ffffff" + "00000000"); // ALPH
        var e = assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThrows(IOException.class, () -> ImageFile.decode(bytes, "x.webp", false)));
        assertTrue(e.getMessage().startsWith("x.webp: expected"), e.getMessage());
    }

    /** Tiles of 4 GB, strips beyond the file, and a directory that counts more numbers than there are bytes. */
    @Test
    void tiffThatAsksForMoreThanItHolds_isRefused() throws Exception {
        byte[] whole = null;
        for (String[] row : table("small-pictures.tsv"))
            if (row[0].equals("tiff-grey")) whole = Base64.getDecoder().decode(row[1]);
        boolean little = whole[0] == 'I';
        assertTrue(little);
        var b = java.nio.ByteBuffer.wrap(whole).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        int at = b.getInt(4), refused = 0;
        for (int i = 0; i < b.getShort(at); i++) {
            int entry = at + 2 + 12 * i;
            for (int field : new int[] {entry + 4, entry + 8}) {
                byte[] damaged = whole.clone();
                java.nio.ByteBuffer.wrap(damaged)
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                        .putInt(field, 0x7FFFFFF0);
                try {
                    Image image = ImageFile.decode(damaged, "x.tif", false);
                    assertEquals(21 * 13, image.width() * image.height());
                } catch (IOException e) {
                    assertTrue(e.getMessage().startsWith("x.tif: expected"), e.getMessage());
                    refused++;
                }
            }
        }
        assertTrue(refused >= 8, refused + " refused");
    }

    /** A directory could name the whole file as the numbers of every tag. */
    @Test
    void tiffWithMoreNumbersThanATagMayHave_isRefused() throws Exception {
        byte[] whole = null;
        for (String[] row : table("small-pictures.tsv"))
            if (row[0].equals("tiff-grey")) whole = Base64.getDecoder().decode(row[1]);
        byte[] longer = Arrays.copyOf(whole, whole.length + 10_000);
        var b = java.nio.ByteBuffer.wrap(longer).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        int entry = b.getInt(4) + 2;
        while (b.getShort(entry) != 259) entry += 12; // compression
        b.putShort(entry + 2, (short) 1).putInt(entry + 4, 10_000).putInt(entry + 8, whole.length);
        longer[whole.length] = whole[entry + 8];
        var e = assertThrows(IOException.class, () -> ImageFile.decode(longer, "x.tif", false));
        assertTrue(e.getMessage().startsWith("x.tif: expected whole numbers"), e.getMessage());
    }

    @Test
    void read_decodesAtReducedSizeOnRequest() throws Exception {
        Path file = Shared.data("images/exif/Landscape_1.jpg"); // 1800x1200
        Image full = ImageFile.read(file);
        for (int[] row :
                new int[][] {{0, 1800}, {601, 1800}, {600, 900}, {300, 450}, {256, 450}, {150, 225}, {1, 225}}) {
            Image image = ImageFile.read(file, Decoding.STORED.reduced(row[0]));
            assertEquals(row[1], image.width(), "at least " + row[0]);
            Image expected = Resample.resize(full, image.width(), image.height(), Interpolation.BILINEAR);
            double sum = 0;
            for (int i = 0; i < image.rgb().length; i++)
                sum += Math.abs((image.rgb()[i] & 255) - (expected.rgb()[i] & 255));
            assertTrue(sum / image.rgb().length < 3, "mean difference " + sum / image.rgb().length); // other filters
        }
    }

    @Test
    void decode_refusesBeforeAllocating() {
        var tight = new DecodeLimits(100_000, 1000);
        String[][] cases = { // a header alone, each saying 60000 x 60000
            {"png", "89504e470d0a1a0a0000000d494844520000ea600000ea6008020000000fb0e2150000000049454e44ae426082"},
            {"jpeg", "ffd8ffc0000b08ea60ea6001011100ffda0008010100003f00ffd9"},
            {"gif", "474946383961" + "60ea60ea800000000000ffffff2c0000000060ea60ea00020000003b"},
            {"ppm", HexFormat.of().formatHex("P6 60000 60000 255\n".getBytes(StandardCharsets.US_ASCII))},
            {
                "bmp",
                "424d0000000000000000360000002800000060ea000060ea0000010008000100000000000000000000000000000000000000"
                        + "0000000000000000"
            }
        };
        for (String[] row : cases) {
            byte[] bytes = HexFormat.of().parseHex(row[1]);
            for (DecodeLimits limits : List.of(tight, DecodeLimits.DEFAULT)) {
                var e = assertThrows(
                        IOException.class, () -> ImageFile.decode(bytes, row[0], Decoding.STORED, limits), row[0]);
                assertTrue(
                        e.getMessage().contains("60000x60000") || e.getMessage().contains("cut off"), e.getMessage());
            }
        }
    }

    /** One pixel on a canvas that would take gigabytes, and bits that would become bytes. */
    @Test
    void aPictureLargerThanTheHeap_isRefusedByItsSize() {
        byte[] gif = HexFormat.of()
                .parseHex("474946383961" + "90659065" + "800000" + "000000ffffff" + "2c" + "0000000001000100" + "00"
                        + "02" + "02" + "4401" + "00" + "3b");
        byte[] pnm = "P4 26000 26000\n".getBytes(StandardCharsets.US_ASCII);
        pnm = Arrays.copyOf(pnm, pnm.length + 3250 * 26000);
        for (byte[] bytes : List.of(gif, pnm)) {
            var limits = new DecodeLimits(1 << 30, 700_000_000);
            var e = assertThrows(IOException.class, () -> ImageFile.decode(bytes, "large", Decoding.STORED, limits));
            assertTrue(e.getMessage().startsWith("large: expected a picture that fits the heap of "), e.getMessage());
        }
    }

    @Test
    void decode_holdsItsLimits() throws Exception {
        byte[] png = png(Pictures.byFormula(40, 25));
        assertEquals(
                40,
                ImageFile.decode(png, "x", Decoding.STORED, new DecodeLimits(png.length, 1000))
                        .width());
        var e = assertThrows(
                IOException.class,
                () -> ImageFile.decode(png, "x", Decoding.STORED, new DecodeLimits(png.length, 999)));
        assertEquals("x: expected at most 999 pixels, the header says 40x25; make the picture smaller", e.getMessage());
        e = assertThrows(
                IOException.class,
                () -> ImageFile.decode(png, "x", Decoding.STORED, new DecodeLimits(png.length - 1, 1000)));
        assertTrue(e.getMessage().contains("the file is larger"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new DecodeLimits(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new DecodeLimits(1, 1L << 40));
    }

    /** Every prefix of a picture and every single damaged byte gives a picture of the right size or an IOException. */
    @Test
    void decode_survivesDamage() throws Exception {
        for (String[] row : table("small-pictures.tsv")) {
            byte[] whole = Base64.getDecoder().decode(row[1]);
            int step = 1 + whole.length / 150;
            for (int i = 0; i < whole.length; i += step) {
                byte[] damaged = whole.clone();
                damaged[i] ^= (byte) (1 << i % 8);
                for (byte[] bytes : new byte[][] {Arrays.copyOf(whole, i), damaged}) {
                    try {
                        Image image =
                                ImageFile.decode(bytes, row[0], Decoding.UPRIGHT, new DecodeLimits(100_000, 1_000_000));
                        assertTrue(image.width() * image.height() <= 1_000_000);
                    } catch (IOException e) {
                        assertTrue(e.getMessage().startsWith(row[0] + ": "), e.getMessage());
                    }
                }
            }
        }
    }

    private static byte[] png(Image image) throws IOException {
        var file = Files.createTempFile("picture", ".png");
        ImageFile.writePng(file, image);
        var bytes = Files.readAllBytes(file);
        Files.delete(file);
        return bytes;
    }

    @Test
    void writePng_keepsEveryPixel(@TempDir Path folder) throws Exception {
        Image image = Pictures.byFormula(19, 7);
        ImageFile.writePng(folder.resolve("a.png"), image);
        assertEquals(describe(image), describe(ImageFile.read(folder.resolve("a.png"))));
        assertEquals(describe(image), describe(ImageFile.decode(png(image), "bytes", false)));
    }

    @Test
    void read_namesWhatIsMissing(@TempDir Path folder) {
        Path none = folder.resolve("none.png");
        var e = assertThrows(NoSuchFileException.class, () -> ImageFile.read(none));
        assertEquals(none + ": expected a picture file, there is none", e.getMessage());
        assertTrue(assertThrows(IOException.class, () -> ImageFile.read(folder))
                .getMessage()
                .startsWith(folder + ": "));
    }

    /** An EXIF block of one entry with the value 6; ImageOps.exif_transpose of Pillow 13 turns for SHORT and LONG alone. */
    @Test
    void orientation_isAWholeNumberOfTwoOrFourBytes() {
        String[][] cases = { // big-endian, then little-endian: type, count, value
            {"4d4d002a00000008" + "0001" + "0112" + "0003" + "00000001" + "00060000", "6"},
            {"4d4d002a00000008" + "0001" + "0112" + "0004" + "00000001" + "00000006", "6"},
            {"4d4d002a00000008" + "0001" + "0112" + "0001" + "00000001" + "06000000", "1"},
            {"49492a0008000000" + "0100" + "1201" + "0300" + "01000000" + "06000000", "6"},
            {"49492a0008000000" + "0100" + "1201" + "0400" + "01000000" + "06000000", "6"},
            {"49492a0008000000" + "0100" + "1201" + "0100" + "01000000" + "06000000", "1"}
        };
        for (String[] row : cases) {
            byte[] block = HexFormat.of().parseHex(row[0]);
            assertEquals(Integer.parseInt(row[1]), Exif.orientation(block, 0, block.length), row[0]);
        }
    }

    /** Opening a pipe that nobody writes to would wait for ever. */
    @Test
    void namedPipesAndDevices_areRefusedWithoutWaiting(@TempDir Path folder) throws Exception {
        var pipe = folder.resolve("pipe.png");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo");
        for (var file : List.of(pipe, Path.of("/dev/zero"))) {
            var e = assertTimeoutPreemptively(
                    Duration.ofSeconds(5), () -> assertThrows(IOException.class, () -> ImageFile.read(file)));
            assertEquals(
                    file + ": expected a picture file, got a pipe or a device; write the picture to a file",
                    e.getMessage());
        }
    }
}
