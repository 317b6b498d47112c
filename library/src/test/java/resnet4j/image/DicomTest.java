package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;

/** Files and shades of pydicom, which scripts/parity/dicom_golden.py wrote. */
class DicomTest {
    private static JsonNode golden;

    @BeforeAll
    static void read() throws IOException {
        try (var in = DicomTest.class.getResourceAsStream("dicom.json")) {
            golden = Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static byte[] file(String name) {
        return Base64.getDecoder().decode(golden.get(name).get("file").asText());
    }

    private static Image decoded(byte[] file) throws IOException {
        return ImageFile.decode(file, "scan.dcm", false);
    }

    @Test
    void shades_arePydicoms() throws IOException {
        for (var names = golden.fieldNames(); names.hasNext(); ) {
            var name = names.next();
            var expected = golden.get(name);
            var image = decoded(file(name));
            assertEquals(expected.get("width").asInt(), image.width(), name);
            assertEquals(expected.get("height").asInt(), image.height(), name);
            var shades = expected.get("shades");
            int colours = 3 * image.width() * image.height() / shades.size();
            for (int i = 0; i < image.rgb().length; i++) // halves may be rounded either way
            assertEquals(shades.get(i / colours).asDouble(), image.rgb()[i] & 255, 0.501, name + " at " + i);
        }
    }

    @Test
    void whatIsNotRead_isOneSentence() throws IOException {
        says("cut off", Arrays.copyOf(file("ct"), file("ct").length - 10));
        var none = new String(file("ct"), StandardCharsets.ISO_8859_1)
                .replace("\u00e0\u007f\u0010\0", "\u00e0\u007f\u0011\0");
        says("it has no pixels", none.getBytes(StandardCharsets.ISO_8859_1));
        var packed = new String(file("ct"), StandardCharsets.ISO_8859_1)
                .replace("1.2.840.10008.1.2.1\0", "1.2.840.10008.1.2.5\0");
        says("expected a DICOM file whose pixels are not compressed", packed.getBytes(StandardCharsets.ISO_8859_1));
        var palette = new String(file("inverted"), StandardCharsets.ISO_8859_1).replace("MONOCHROME1 ", "YBR_FULL    ");
        says("expected a grey or RGB DICOM picture, got YBR_FULL", palette.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void says(String part, byte[] file) {
        var e = assertThrows(IOException.class, () -> decoded(file));
        assertTrue(e.getMessage().startsWith("scan.dcm: ") && e.getMessage().contains(part), e.getMessage());
        assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
    }

    /** Whatever bytes are wrong, a picture comes or a sentence, and at once. */
    @Test
    void damage_isSaid() throws IOException {
        var random = new Random(1);
        for (int i : IntStream.range(0, 2000).toArray()) {
            var file = file(i % 2 == 0 ? "ct" : "ctImplicit");
            for (int n = 1 + random.nextInt(3); n > 0; n--)
                file[132 + random.nextInt(file.length - 132)] = (byte) random.nextInt(256);
            try {
                decoded(file);
            } catch (IOException e) {
                assertTrue(e.getMessage().startsWith("scan.dcm: "), e.getMessage());
            }
        }
    }
}
