package resnet4j.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.Interpolation;
import resnet4j.image.Resample;
import resnet4j.train.Features;

/** Beside cleanlab, Pillow and SciPy: scripts/parity/inspect_golden.py. */
class InspectTest {
    private final JsonNode golden = golden();

    private static JsonNode golden() {
        try (var in = InspectTest.class.getResourceAsStream("golden.json")) {
            return Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void confidentLearning_isCleanlabs() {
        var p = new double[golden.get("p").size()][];
        for (int i = 0; i < p.length; i++) p[i] = Records.read(golden.get("p").get(i), double[].class);
        var labels = Records.read(golden.get("labels"), int[].class);
        var found = ConfidentLearning.of(p, labels, golden.get("classes").intValue());
        assertArrayEquals(Records.read(golden.get("joint"), int[][].class), found.joint());
        assertEquals(golden.get("issues").toString(), found.issues().toString().replace(" ", ""));
        assertEquals(golden.get("order").toString(), found.order().toString().replace(" ", ""));
    }

    @Test
    void hashes_areThoseOfPillowAndSciPy_alsoOfTheMirrorImage() {
        for (var expected : golden.get("hashes")) {
            var values = Records.read(expected.get("rgb"), int[].class);
            var rgb = new byte[values.length];
            for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) values[i];
            var print = Fingerprint.of(new Image(
                    expected.get("width").intValue(), expected.get("height").intValue(), rgb));
            assertEquals(expected.get("hash").textValue(), bits(print.hash()));
            assertEquals(expected.get("mirrored").textValue(), bits(print.mirrored()));
        }
    }

    private static String bits(long hash) {
        return new StringBuilder(
                        String.format("%64s", Long.toBinaryString(hash)).replace(' ', '0'))
                .reverse()
                .toString();
    }

    /** Of twenty pictures, the last three are the first three: brighter, mirrored, and enlarged; a flat one is like nothing. */
    @Test
    void duplicates_areFoundWhenChanged_andOthersAreNot() {
        var pictures = new ArrayList<Image>();
        for (int i = 0; i < 20; i++) pictures.add(picture(i));
        pictures.add(changed(pictures.get(0), (x, y, value) -> Math.min(255, value * 3 / 4 + 40)));
        pictures.add(mirrored(pictures.get(1)));
        pictures.add(Resample.resize(pictures.get(2), 71, 71, Interpolation.BICUBIC));
        pictures.add(changed(pictures.get(3), (x, y, value) -> 90));
        var prints = pictures.stream().map(Fingerprint::of).toList();
        var found = Duplicates.byHash(prints, 12, 0.8);
        assertEquals(
                List.of("0 20 false", "1 21 true", "2 22 false"),
                found.stream()
                        .map(pair -> pair.first() + " " + pair.second() + " " + pair.mirrored())
                        .sorted()
                        .toList());
        assertTrue(prints.get(23).spread() < 1);
    }

    @Test
    void duplicates_ofOnePictureAreTheSame() {
        var prints = List.of(Fingerprint.of(picture(1)), Fingerprint.of(picture(1)));
        assertEquals(List.of(new Duplicates.Pair(0, 1, 0, 1, false)), Duplicates.byHash(prints, 0, 0.99));
    }

    private interface Pixel {
        int of(int x, int y, int value);
    }

    private static Image changed(Image image, Pixel pixel) {
        var rgb = image.rgb().clone();
        for (int i = 0; i < rgb.length; i++)
            rgb[i] = (byte) pixel.of(i / 3 % image.width(), i / 3 / image.width(), rgb[i] & 0xFF);
        return new Image(image.width(), image.height(), rgb);
    }

    private static Image mirrored(Image image) {
        var rgb = new byte[image.rgb().length];
        int width = image.width();
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % width, y = i / 3 / width;
            rgb[i] = image.rgb()[3 * (y * width + width - 1 - x) + i % 3];
        }
        return new Image(width, image.height(), rgb);
    }

    /** Six pixels wide each way, enlarged. */
    private static Image picture(int seed) {
        var rgb = new byte[3 * 36];
        new Random(seed).nextBytes(rgb);
        return Resample.resize(new Image(6, 6, rgb), 32, 32, Interpolation.BICUBIC);
    }

    /** Two clouds of points, of which every tenth has the other's label. */
    @Test
    void crossValidatedProbabilities_doNotBelieveWrongLabels() {
        int n = 200;
        var random = new Random(0);
        var values = new float[2 * n];
        var labels = new int[n];
        for (int i = 0; i < n; i++) {
            values[2 * i] = (float) (random.nextGaussian() + (i % 2 == 0 ? 6 : -6));
            values[2 * i + 1] = (float) random.nextGaussian();
            labels[i] = i % 10 == 0 ? 1 - i % 2 : i % 2;
        }
        var p = new Features(values, labels, 2, List.of()).crossValidated(5, 0);
        var worst = ConfidentLearning.of(p, labels, 2).order().subList(0, 20);
        assertTrue(worst.stream().filter(i -> i % 10 == 0).count() >= 19, worst::toString);
        for (var row : p) assertEquals(1, row[0] + row[1], 1e-12);
    }

    @Test
    void groups_areToldByNamesWithANumberOfTheirOwn() {
        var expected = List.of("patient012", "patient012", "", "", "", "slide7_a");
        var names = List.of(
                "cats/patient012_03.png", "patient012-left.jpg", "0123.png", "img_12.png", "b.bin#1", "slide7_a_1.tif");
        assertEquals(
                expected,
                IntStream.range(0, names.size())
                        .mapToObj(i -> Looked.stem(names.get(i)))
                        .toList());
    }
}
