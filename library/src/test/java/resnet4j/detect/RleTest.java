package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.config.Records;

class RleTest {
    /**
     * Columns 0 1 1 and 0 1 0: one zero, two ones, one zero, one one (less the two before the last: -1, which is "O"),
     * one zero (less the one before the last: 0).
     */
    @Test
    void text_isThatOfTheRunsByHand() {
        var mask = Rle.ofPixels(3, 2, new byte[] {0, 0, 1, 1, 1, 0});
        assertArrayEquals(new int[] {1, 2, 1, 1, 1}, mask.runs());
        assertEquals("121O0", mask.text());
        assertEquals(mask, Rle.parse(3, 2, "121O0"));
        assertEquals(3, mask.area());
        assertArrayEquals(new double[] {0, 1, 2, 2}, mask.box());
        assertArrayEquals(new byte[] {0, 0, 1, 1, 1, 0}, mask.pixels());
    }

    @Test
    void polygonsUnionsAndOverlaps_areThoseOfPycocotools() throws IOException {
        JsonNode truth = Records.parse(Shared.data("detection/coco-eval-golden/mask-ops.json"));
        int height = truth.at("/size/0").asInt(), width = truth.at("/size/1").asInt();
        var masks = new ArrayList<Rle>();
        for (var mask : truth.get("masks")) {
            var polygons = new ArrayList<double[]>();
            for (var polygon : mask.get("polygons")) polygons.add(doubles(polygon));
            var made = Rle.ofPolygons(height, width, polygons);
            assertEquals(mask.get("counts").asText(), made.text());
            assertEquals(made, Rle.parse(height, width, made.text()));
            assertEquals(made, Rle.ofPixels(height, width, made.pixels()));
            assertEquals(mask.get("area").asLong(), made.area());
            assertArrayEquals(doubles(mask.get("bbox")), made.box());
            masks.add(made);
        }
        assertTrue(masks.size() > 20, masks.size() + " masks");
        assertEquals(
                truth.at("/union_of_first_4/counts").asText(),
                Rle.union(masks.subList(0, 4), height, width).text());
        assertEquals(
                truth.at("/intersection_of_0_and_4/counts").asText(),
                masks.get(0).intersection(masks.get(4)).text());
        var overlap = truth.get("mask_overlap");
        for (int d = 0; d < overlap.get("detections").size(); d++)
            for (int g = 0; g < overlap.get("truths").size(); g++)
                assertEquals(
                        overlap.get("iou").get(d).get(g).asDouble(),
                        masks.get(overlap.get("detections").get(d).asInt())
                                .overlap(
                                        masks.get(overlap.get("truths").get(g).asInt()),
                                        overlap.get("iscrowd").get(g).asInt() == 1),
                        1e-12);
    }

    /** The union of masks, pixel by pixel. */
    @Test
    void union_isThatOfThePixels() {
        var random = new Random(1);
        for (int round = 0; round < 200; round++) {
            int height = 1 + random.nextInt(9), width = 1 + random.nextInt(9);
            var a = pixels(random, height * width);
            var b = pixels(random, height * width);
            var either = new byte[a.length];
            var both = new byte[a.length];
            for (int i = 0; i < a.length; i++) {
                either[i] = (byte) (a[i] | b[i]);
                both[i] = (byte) (a[i] & b[i]);
            }
            var first = Rle.ofPixels(height, width, a);
            var second = Rle.ofPixels(height, width, b);
            assertArrayEquals(
                    either, Rle.union(List.of(first, second), height, width).pixels());
            assertArrayEquals(both, first.intersection(second).pixels());
        }
    }

    private static byte[] pixels(Random random, int n) {
        var pixels = new byte[n];
        for (int i = 0; i < n; i++) pixels[i] = (byte) random.nextInt(2);
        return pixels;
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "121O00", "o", "~~", "", "121O\u00e4"})
    void parse_refusesTextThatIsNotOfThatManyPixels(String text) {
        assertThrows(IllegalArgumentException.class, () -> Rle.parse(3, 2, text));
    }

    private static double[] doubles(JsonNode numbers) {
        var doubles = new double[numbers.size()];
        for (int i = 0; i < doubles.length; i++) doubles[i] = numbers.get(i).asDouble();
        return doubles;
    }
}
