package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.Shared;

class ImageFileTest {

    static String sha256(Image image) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image.rgb()));
    }

    /** Rows of pillow.tsv, made by scripts/parity/image_table.py. */
    static List<String[]> table() throws IOException {
        try (var in = new BufferedReader(
                new InputStreamReader(ImageFileTest.class.getResourceAsStream("pillow.tsv"), StandardCharsets.UTF_8))) {
            return in.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .toList();
        }
    }

    @Test
    void read_givesPillowsPixelsOrRefuses() throws Exception {
        Path root = Shared.data("images");
        List<String> wrong = new ArrayList<>();
        for (String[] row : table()) {
            String expected = row[1].equals("refused") ? "refused" : row[1] + "x" + row[2] + " " + row[3];
            String actual;
            String why = "";
            try {
                Image image = ImageFile.read(root.resolve(row[0]));
                actual = image.width() + "x" + image.height() + " " + sha256(image);
            } catch (IOException e) {
                actual = "refused";
                why = e.getMessage();
                assertTrue(why.contains(row[0]) && !why.contains("\n"), why);
            }
            if (!actual.equals(expected)) wrong.add(row[0] + ": " + actual + " (" + why + "), Pillow: " + expected);
        }
        assertEquals(List.of(), wrong);
    }
}
