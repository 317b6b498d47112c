package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
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

    private static List<String[]> table(String resource) throws IOException {
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

    @Test
    void theJdkGivesTheSamePixels() throws Exception {
        Path root = Shared.data("images");
        List<String> wrong = new ArrayList<>();
        for (String[] row : table("pillow.tsv"))
            if (row[0].endsWith(".jpg") && !row[0].endsWith("testimgari.jpg")) // arithmetic coding
            check(wrong, row, 1, () -> byJdk(Files.readAllBytes(root.resolve(row[0])), row[0]));
        assertEquals(List.of(), wrong);
    }

    /** small-pictures.tsv: made by scripts/parity/small_pictures.py. */
    @Test
    void decode_knowsEveryKindOfPicture() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String[] row : table("small-pictures.tsv")) {
            byte[] bytes = Base64.getDecoder().decode(row[1]);
            check(wrong, row, 2, () -> ImageFile.decode(bytes, row[0], false));
            if (row[0].startsWith("jpeg")) check(wrong, row, 2, () -> byJdk(bytes, row[0]));
        }
        assertEquals(List.of(), wrong);
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
}
