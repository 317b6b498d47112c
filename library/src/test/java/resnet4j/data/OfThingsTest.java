package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Point;
import resnet4j.image.Step;
import resnet4j.image.ThingStep;
import resnet4j.train.Recipe;

/** What is drawn is what torchvision 0.25 draws from the same numbers: {@code scripts/parity/augment_things_golden.py}. */
class OfThingsTest {
    private static final List<Box> BOXES =
            List.of(new Box(10, 20, 60, 70), new Box(100, 30, 180, 110), new Box(150, 120, 170, 150));

    /** The golden's numbers. */
    private static final class Listed implements RandomGenerator {
        private long state;

        Listed(long seed) {
            state = seed;
        }

        @Override
        public double nextDouble() {
            state = (state * 1103515245 + 12345) % (1L << 31);
            return state / (double) (1L << 31);
        }

        @Override
        public int nextInt(int bound) {
            return (int) (nextDouble() * bound);
        }

        @Override
        public long nextLong() {
            return (long) (nextDouble() * Long.MAX_VALUE);
        }
    }

    private static List<Step> draw(Augment augment, long seed) {
        return augment.draw(new Augment.Draw(200, 160, BOXES, 0, 0, new Listed(seed), () -> new Listed(seed)));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 33 8 151 82, 1 1 0",
        "1, 75 37 109 70, 0 1 0",
        "2, 16 61 157 82, 0 1 1",
        "3, 99 41 96 72, 0 1 0",
        "4, 4 36 163 83, 1 1 0",
        "5, 101 23 96 84, 0 1 0",
        "6, 27 3 122 133, 1 1 0",
        "7, 114 23 85 85, 0 1 0",
        "8, 47 3 137 141, 0 1 1",
        "9, 12 17 64 81, 1 0 0",
        "10, 7 33 97 105, 1 0 0",
        "11, 5 26 169 130, 1 1 1"
    })
    void randomIoUCrop_drawsWhatTorchvisionDraws(long seed, String window, String shown) {
        var crop = (ThingStep.CropOfCentres)
                draw(new OfThings.RandomIoUCrop(), seed).get(0);
        assertEquals(window, crop.x() + " " + crop.y() + " " + crop.width() + " " + crop.height());
        assertEquals(shown, BOXES.stream().map(b -> crop.shows(b) ? "1" : "0").collect(Collectors.joining(" ")));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1.038788512 1.174960634 1.016574447 0.010247220, true, true",
        "1, 1.000000000 0.808651516 1.000000000 0.000000000, true, false",
        "2, 1.049082140 0.894107140 1.000000000 0.000000000, false, false",
        "3, 1.000000000 0.816325902 1.129346808 -0.037263917, true, false",
        "4, 1.059375767 0.613253646 0.637221864 -0.040169387, false, false",
        "5, 1.000000000 0.824000288 1.000000000 0.029238372, false, false"
    })
    void randomPhotometricDistort_drawsWhatTorchvisionDraws(
            long seed, String factors, boolean contrastFirst, boolean exchanges) {
        var steps = draw(new OfThings.RandomPhotometricDistort(), seed);
        var tint = (Step.Tint) steps.get(0);
        double spread = contrastFirst ? tint.spread() : ((Step.Tint) steps.get(1)).spread();
        assertEquals(
                factors,
                String.format(Locale.ROOT, "%.9f %.9f %.9f %.9f", tint.light(), spread, tint.colour(), tint.turn()));
        assertTrue(contrastFirst || tint.spread() == 1);
        assertEquals(exchanges, steps.get(steps.size() - 1) instanceof ThingStep.Exchange);
    }

    @ParameterizedTest
    @CsvSource({"0, 12, 10", "1, 137, 110", "2, 19, 15", "3, 144, 115"})
    void scaleJitter_drawsWhatTorchvisionDraws(long seed, int width, int height) {
        var steps = draw(new OfThings.ScaleJitter(128, 0.1, 2), seed);
        var resize = (Step.Resize) steps.get(0);
        assertEquals(width, resize.width());
        assertEquals(height, resize.height());
        var crop = (Step.Crop) steps.get(1);
        assertArrayEquals(new int[] {128, 128}, new int[] {crop.width(), crop.height()});
        assertTrue(crop.x() >= 0 && crop.x() <= Math.max(0, width - 128));
    }

    /** A thing whose centre is outside goes with its mask and points; what stays is cut with the picture. */
    @Test
    void things_goWithTheirWindow() {
        var mask = new byte[20 * 10];
        Arrays.fill(mask, 0, 60, (byte) 1); // the upper three rows
        var wide = new Things.Thing(
                0, new Box(0, 0, 20, 3), Optional.of(new LabelMap(20, 10, mask, 0)), List.of(new Point(12, 2)), false);
        var beside = new Things.Thing(1, new Box(14, 4, 20, 9));
        var left = new Things(List.of(wide, beside))
                .after(List.of(new ThingStep.CropOfCentres(5, 1, 10, 8)))
                .things();
        assertEquals(1, left.size());
        assertEquals(new Box(0, 0, 10, 2), left.get(0).box());
        assertEquals(List.of(new Point(7, 1)), left.get(0).points());
        var cut = left.get(0).mask().orElseThrow();
        assertEquals(10, cut.width());
        int count = 0;
        for (byte b : cut.labels()) count += b;
        assertEquals(20, count); // two rows of ten
    }

    @Test
    void aPictureOfNothing_staysAsItIs() {
        var random = new Listed(1);
        var draw = new Augment.Draw(200, 160, 0, 0, random, () -> random);
        assertEquals(List.of(), new OfThings.RandomIoUCrop().draw(draw));
    }

    @Test
    void exchange_movesColours() {
        var out = new ThingStep.Exchange(2, 0, 1).on(new Image(1, 1, new byte[] {10, 20, 30}));
        assertArrayEquals(new byte[] {30, 10, 20}, out.rgb());
    }

    /** The second crop looks at what the first has left, where it has moved to. */
    @Test
    void laterAugments_seeMovedBoxes() {
        for (int seed = 0; seed < 50; seed++) {
            var random = new Listed(seed);
            var steps = Augment.draw(
                    List.of(new Augment.Flip(1), new OfThings.RandomIoUCrop()),
                    new Augment.Draw(200, 160, List.of(new Box(0, 0, 30, 30)), 0, 0, random, () -> random));
            if (steps.size() < 2) continue;
            assertTrue(((ThingStep.CropOfCentres) steps.get(1)).shows(new Box(170, 0, 200, 30)), steps::toString);
        }
    }

    @Test
    void recipes_nameThem() {
        var recipe = Records.overlay(new Recipe(), Records.parse("""
                {"augment": ["randomPhotometricDistort", "randomIoUCrop", {"type": "scaleJitter", "size": 64}, "flip"]}
                """));
        assertEquals(new OfThings.RandomIoUCrop(), recipe.augment().get(1));
        assertEquals(new OfThings.ScaleJitter(64, 0.1, 2), recipe.augment().get(2));
    }
}
