package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepTest {
    /** A picture, a label map and a box that show the same rectangle. */
    private static Image picture(int width, int height, int x1, int y1, int x2, int y2) {
        var rgb = new byte[3 * width * height];
        for (int y = y1; y < y2; y++) for (int x = 3 * x1; x < 3 * x2; x++) rgb[3 * y * width + x] = (byte) 255;
        return new Image(width, height, rgb);
    }

    private static LabelMap map(Image image) {
        var labels = new byte[image.width() * image.height()];
        for (int i = 0; i < labels.length; i++) labels[i] = (byte) (image.rgb()[3 * i] < 0 ? 7 : 0);
        return new LabelMap(image.width(), image.height(), labels, 0);
    }

    /** Around the pixels of the map that are not 0. */
    private static Optional<Box> box(LabelMap map) {
        int x1 = map.width(), y1 = map.height(), x2 = 0, y2 = 0;
        for (int y = 0; y < map.height(); y++)
            for (int x = 0; x < map.width(); x++)
                if (map.at(x, y) != 0) {
                    x1 = Math.min(x1, x);
                    y1 = Math.min(y1, y);
                    x2 = Math.max(x2, x + 1);
                    y2 = Math.max(y2, y + 1);
                }
        return x2 == 0 ? Optional.empty() : Optional.of(new Box(x1, y1, x2, y2));
    }

    /** Twice and half as large is exact, and so is all that moves whole pixels. */
    @Property(tries = 300)
    void pictureMapAndBox_goTheSameWay(
            @ForAll @IntRange(min = -6, max = 6) int x,
            @ForAll @IntRange(min = -6, max = 6) int y,
            @ForAll @IntRange(min = 1, max = 16) int width,
            @ForAll @IntRange(min = 1, max = 16) int height) {
        var before = picture(12, 10, 3, 2, 9, 6);
        List<Step> steps = List.of(
                new Step.Flip(12),
                new Step.Resize(12, 10, 24, 20, Interpolation.NEAREST),
                new Step.Crop(x, y, width, height),
                new Step.Turn(width, height, 180),
                new Step.Flip(width));
        var after = Step.all(steps, before);
        assertArrayEquals(new int[] {after.width(), after.height()}, Step.size(steps, 12, 10));
        var moved = map(before).after(steps);
        assertArrayEquals(map(after).labels(), moved.labels());
        var box = Optional.of(new Box(3, 2, 9, 6));
        for (var step : steps) box = box.flatMap(step::on);
        assertEquals(box(moved).isPresent(), box.isPresent());
        if (box.isEmpty()) return;
        var seen = box(moved).orElseThrow();
        assertEquals(seen.x1(), box.get().x1(), 1e-9);
        assertEquals(seen.y1(), box.get().y1(), 1e-9);
        assertEquals(seen.x2(), box.get().x2(), 1e-9);
        assertEquals(seen.y2(), box.get().y2(), 1e-9);
    }

    /** A resize before a crop computes the window alone, and gives what both give one after the other. */
    @ParameterizedTest
    @CsvSource({"0, 0, 5, 5", "2, 1, 9, 4", "-3, -2, 20, 20", "9, 9, 3, 3", "-8, 0, 4, 4"})
    void resizeAndCrop_giveTheSameAsOneAfterAnother(int x, int y, int width, int height) {
        var in = picture(17, 13, 4, 3, 12, 9);
        var resize = new Step.Resize(17, 13, 11, 10, Interpolation.BILINEAR);
        var crop = new Step.Crop(x, y, width, height);
        assertArrayEquals(
                crop.on(resize.on(in)).rgb(),
                Step.all(List.of(resize, crop), in).rgb());
    }

    /** What lies outside is unknown in a map of classes, and not the thing in its mask. */
    @Test
    void outside_isWhatTheMapSays() {
        var steps = List.<Step>of(new Step.Crop(-1, 0, 3, 1), new Step.Turn(3, 1, 90));
        assertEquals(255, new LabelMap(2, 1, new byte[] {5, 6}).after(steps).at(0, 0));
        assertEquals(0, new LabelMap(2, 1, new byte[] {1, 1}, 0).after(steps).at(0, 0));
        assertEquals(
                6,
                new LabelMap(2, 1, new byte[] {5, 6}).after(steps.subList(0, 1)).at(2, 0));
        var mirrored = new Step.Crop(-1, 0, 4, 1, Transforms.Padding.REFLECT);
        assertArrayEquals(
                new byte[] {6, 5, 6, 5},
                new LabelMap(2, 1, new byte[] {5, 6}).after(List.of(mirrored)).labels());
    }

    /** By hand: a quarter turn to the left takes the right edge to the top. */
    @Test
    void quarterTurn_takesRightToTop() {
        var turn = new Step.Turn(10, 10, 90);
        assertEquals(new Box(2, 1, 6, 4), rounded(turn.on(new Box(6, 2, 9, 6)).orElseThrow()));
        var back = turn.back(turn.on(new Point(7, 3)));
        assertEquals(7, back.x(), 1e-9);
        assertEquals(3, back.y(), 1e-9);
    }

    private static Box rounded(Box box) {
        return new Box(
                Math.rint(box.x1() * 1e6) / 1e6,
                Math.rint(box.y1() * 1e6) / 1e6,
                Math.rint(box.x2() * 1e6) / 1e6,
                Math.rint(box.y2() * 1e6) / 1e6);
    }

    /** torchvision 0.25: GeneralizedRCNNTransform(800, 1333) makes 640x480 1066x800, and 1000x300 1333x399. */
    @Test
    void fit_isThatOfTorchvisionsDetectors() {
        var fit = Preprocess.fit(800, 1333, 32);
        assertArrayEquals(new int[] {1066, 800}, Step.size(fit.steps(640, 480), 640, 480));
        assertArrayEquals(new int[] {1333, 399}, Step.size(fit.steps(1000, 300), 1000, 300));
        assertEquals(32, fit.divisor());
        var found = Step.back(fit.steps(640, 480), new Point(533, 400)); // the middle
        assertEquals(320, found.x(), 1e-9);
        assertEquals(240, found.y(), 1e-9);
        assertTrue(Preprocess.none().steps(7, 5).isEmpty());
    }
}
