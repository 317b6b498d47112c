package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Step;
import resnet4j.image.Transforms;

/**
 * What torchvision 0.25 makes of {@link #IN} with Pillow 13.0:
 * <pre>
 * i = numpy.arange(7 * 5 * 3)
 * im = Image.fromarray(((i * 37 + 101 + (i >> 5)) & 255).astype('u1').reshape(5, 7, 3))
 * BRIGHT_0_7 = F.adjust_brightness(im, .7)       # and so on; numpy.asarray(...).tobytes().hex()
 * ALL = F.adjust_saturation(F.adjust_contrast(F.adjust_brightness(im, 1.5), .5), 1.4)
 * ROTATED = F.rotate(im, -25, InterpolationMode.BILINEAR)
 * CROPPED = F.resized_crop(im, 1, 2, 3, 4, [4, 4], InterpolationMode.BILINEAR)
 * </pre>
 */
class AugmentTest {
    private static final Image IN = Pictures.numbered(7, 5, 1);
    private static final String BRIGHT_0_7 =
            "46607a94ae152e48627c96b017314a647e98b219334d66809a011b354f69829c041e38516b859f06203a"
                    + "546d87a108223c567089a30a243e58728ca50c26405a748ea80f29435d7790aa112b455f7993ac132d47"
                    + "617b95af152f49637d97b117324c66809a001a344e";
    private static final String BRIGHT_1_4 =
            "8dc1f5ffff2a5d91c5f9ffff2e6295c9fdffff32669acdffff02366a9ed2ffff083c70a3d7ffff0c4074"
                    + "a8dbffff104478ace0ffff15487cb0e4ffff194d80b4e9ffff1e5286baeeffff23568abef2ffff275b8e"
                    + "c2f6ffff2b5f93c6faffff2f6498ccffff0135699c";
    private static final String CONTRAST_0_6 =
            "71879db3c9465c72899fb5cb485e748aa1b7cd4a60768ca2b9354b62788ea4ba384e647a90a7bd395066"
                    + "7c92a8bf3b51687e94aac03d53698096acc23f556b8198aec541576e849ab0c643596f869cb2c8455b71"
                    + "879eb4ca475d73899fb6cc485f758ca2b8354b6177";
    private static final String CONTRAST_1_6 =
            "538ec9ffff001c5793ceffff00215c97d3ffff0026619cd7ff00002b66a1dcff0000316ca7e3ff000036"
                    + "71ace7ff00003b76b1ecff00043f7bb6f1ff0009447fbcf7ff000f4b86c1fcff00144f8bc6ffff001954"
                    + "8fcbffff001e5994cfffff00245f9bd6ff00002964";
    private static final String COLOUR_0_3 =
            "7a8590d4df9e58636ec7d2dd36414ca5b0bb965560838e9974333e616c77bbc685404b56afbac51e2934"
                    + "8d98a37e3d486b7681c5d08f49545fb8c3ce27323d96a2ad88475275808bcfda99535e69c2cdd8313c47"
                    + "a0abb691505b7e8994d8e3a25d6873b7c2813b4651";
    private static final String COLOUR_1_5 =
            "568dc5d3ff00346ba3a3daff12498181b8f0ff01385f96ceff00163d74acbaf2001c538b8bc2fa003169"
                    + "69a0d8ff0020477eb6c4fc00255c9494cbff033a7271aae2ff002a5188c0ceff002f669e9ed5ff0d447c"
                    + "7cb3ebff00335a91c9d7ff003970a8b6ee00174e86";
    private static final String ALL =
            "99c0e2dada477ea6cdd6d6d6658db2bcd8d8f1638ba0c6dff8476d85add4dbdb2f6c94bbc6d7d7537ba0"
                    + "a7cedcf64f768eb4dbdbdb37739bc2ced6d65b81a8afd6daf4587e94bce3dada427ca2c9d6d6d66189b0"
                    + "b7d8d8f25f869cc3e0dada4c82aad1dbdb296a90b7";
    private static final String ROTATED =
            "000000946186b5653f557a98a9cef30000000000007ba0c5cc2d528051768db2437297634e7398b08aaf"
                    + "a380a5d4294e648996c5ea0f3d626f86abd0605479d9496e9f60859cc16290b5465d82a781a6cb0e3358"
                    + "000000000000d1f62a5c817e95ba944d7297000000";
    private static final String CROPPED =
            "4c7196bbe0062b50759abfe452779cc1e60c31567ba0c5ea5a7fa4c9ee13385d82a7ccf16085aacff419" + "3e6388add2f7";

    private static final List<Augment> ALL_KINDS = List.of(
            new Augment.PadCrop(4),
            new Augment.Flip(),
            new Augment.AlternatingFlip(),
            new Augment.Rotate(30),
            new Augment.Rotate90(),
            new Augment.RandomResizedCrop(9, 0.2, 0.9, 1.5),
            new Augment.ColorJitter(0.4, 0.3, 0.2, 0.1),
            new Augment.Erase());

    /** Gives these numbers in [0,1) and no others; an integer is the same share of its bound. */
    private static RandomGenerator numbers(double... values) {
        return new RandomGenerator() {
            private int next;

            @Override
            public long nextLong() {
                throw new AssertionError("drew something else");
            }

            @Override
            public double nextDouble() {
                return values[next++];
            }

            @Override
            public int nextInt(int bound) {
                return (int) (bound * values[next++]);
            }
        };
    }

    private static Image apply(Augment augment, Image image, RandomGenerator random) {
        var draw = new Augment.Draw(image.width(), image.height(), 0, 0, random, () -> random);
        return Step.all(augment.draw(draw), image);
    }

    private static void assertNear(String expected, Image actual, int tolerance) {
        byte[] e = HexFormat.of().parseHex(expected), a = actual.rgb();
        assertEquals(e.length, a.length);
        for (int i = 0; i < e.length; i++) assertEquals(e[i] & 255, a[i] & 255, tolerance, "byte " + i);
    }

    /** Half of the factor is the random number, at strength 1. Pillow cuts fractions, here they are rounded. */
    @Test
    void colourJitter_isWithin2Of255OfTorchvision() {
        var jitter = new Augment.ColorJitter(1, 1, 1, 0);
        assertNear(BRIGHT_0_7, apply(jitter, IN, numbers(0.35, 0.5, 0.5, 0)), 2);
        assertNear(BRIGHT_1_4, apply(jitter, IN, numbers(0.7, 0.5, 0.5, 0)), 2);
        assertNear(CONTRAST_0_6, apply(jitter, IN, numbers(0.5, 0.3, 0.5, 0)), 2);
        assertNear(CONTRAST_1_6, apply(jitter, IN, numbers(0.5, 0.8, 0.5, 0)), 2);
        assertNear(COLOUR_0_3, apply(jitter, IN, numbers(0.5, 0.5, 0.15, 0)), 2);
        assertNear(COLOUR_1_5, apply(jitter, IN, numbers(0.5, 0.5, 0.75, 0)), 2);
    }

    /** One after another, colours beyond white cut off between: Pillow's three cuts add up. */
    @Test
    void colourJitter_cutsOffBetweenItsSteps() {
        assertNear(ALL, apply(new Augment.ColorJitter(1, 1, 1, 0), IN, numbers(0.75, 0.25, 0.7, 0)), 3);
    }

    /** Red, green, blue is the way round. */
    @Test
    void hue_aThirdOfATurnMakesRedGreenAndLeavesGrey() {
        var pixels = new byte[] {100, 100, 100, (byte) 150, 100, 100};
        var turned = apply(
                        new Augment.ColorJitter(0, 0, 0, 0.5),
                        new Image(2, 1, pixels),
                        numbers(0.5, 0.5, 0.5, 5.0 / 6 + 1e-9))
                .rgb();
        assertArrayEquals(new byte[] {100, 100, 100, 100, (byte) 150, 100}, turned);
    }

    /** Counter-clockwise, as numpy's rot90; of labels too. */
    @Test
    void rightAngles_moveEveryPixelWhole() {
        var square = new Image(2, 2, new byte[] {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4});
        var labels = new LabelMap(2, 2, new byte[] {1, 2, 3, 4}, 255);
        byte[][] turned = {{1, 2, 3, 4}, {2, 4, 1, 3}, {4, 3, 2, 1}, {3, 1, 4, 2}};
        for (int turns = 0; turns < 4; turns++) {
            var random = numbers(turns / 4.0);
            var steps = new Augment.Rotate90().draw(new Augment.Draw(2, 2, 0, 0, random, () -> random));
            var image = Step.all(steps, square).rgb();
            for (int i = 0; i < 4; i++) assertEquals(turned[turns][i], image[3 * i]);
            assertArrayEquals(turned[turns], labels.after(steps).labels());
        }
        var wide = new Image(2, 1, new byte[] {1, 1, 1, 2, 2, 2});
        assertArrayEquals(
                new byte[] {2, 2, 2, 1, 1, 1},
                apply(new Augment.Rotate90(), wide, numbers(0.5)).rgb());
    }

    @Test
    void rotate_equalsPillow() {
        assertNear(ROTATED, apply(new Augment.Rotate(50), IN, numbers(0.25)), 0);
    }

    /** 12 of 35 pixels, 4/3 as wide as high: 4x3, of whose 4 and 3 places the third and the second are drawn. */
    @Test
    void randomResizedCrop_equalsTorchvisionsOfThatWindow() {
        var crop = new Augment.RandomResizedCrop(4, 12 / 35.0, 12 / 35.0, 4.0 / 3);
        assertNear(CROPPED, apply(crop, IN, numbers(0.3, 0.9999999, 0.6, 0.4)), 0);
    }

    /** Red is the column and green the row, so the result says where it comes from. */
    @Property(tries = 300)
    void randomResizedCrop_keepsItsAreaAndShape(
            @ForAll long seed,
            @ForAll @IntRange(min = 100, max = 250) int width,
            @ForAll @IntRange(min = 100, max = 250) int height) {
        var rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            rgb[3 * i] = (byte) (i % width);
            rgb[3 * i + 1] = (byte) (i / width);
        }
        int side = 16;
        var out = apply(
                new Augment.RandomResizedCrop(side, 0.3, 0.6, 4.0 / 3),
                new Image(width, height, rgb),
                new SplittableRandom(seed));
        assertEquals(side, out.width());
        assertEquals(side, out.height());
        // interior pixels step by window / side
        int row = 3 * side * (side / 2), column = 3 * (side / 2);
        double w = ((out.rgb()[row + 3 * (side - 3)] & 255) - (out.rgb()[row + 3 * 2] & 255)) * side / (side - 5.0);
        double h =
                ((out.rgb()[3 * side * (side - 3) + column + 1] & 255) - (out.rgb()[3 * side * 2 + column + 1] & 255))
                        * side
                        / (side - 5.0);
        double share = w * h / (width * (double) height);
        // 2 of 255 in the differences is up to 3 pixels of at least 47
        // where ten tries do not fit, it is the middle: all of the shorter side, and 4/3 of that
        boolean middle = Math.min(w, h) > 0.94 * Math.min(width, height)
                && Math.abs(Math.max(w, h) / Math.min(w, h) - 4.0 / 3) < 0.13;
        assertTrue(middle || share > 0.3 * 0.9 && share < 0.6 * 1.1, "share " + share);
        assertTrue(w / h > 0.75 * 0.9 && w / h < 4.0 / 3 * 1.1, "shape " + w / h);
    }

    @Test
    void randomResizedCrop_takesTheCentreOfWhatNoWindowFits() {
        var rgb = new byte[3 * 100 * 2];
        for (int i = 0; i < 200; i++) rgb[3 * i] = (byte) (i % 100);
        var out = apply(new Augment.RandomResizedCrop(1, 1, 1, 1.5), new Image(100, 2, rgb), new SplittableRandom(1));
        assertEquals(49, out.rgb()[0], 1); // columns 48 to 50
    }

    private static Image white(int width, int height) {
        var rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) 255);
        return new Image(width, height, rgb);
    }

    /** The rectangle is one, and of the area asked for as far as whole rows and columns allow. */
    @Property(tries = 500)
    void erase_makesOneRectangleOfItsShareBlack(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 90) int width,
            @ForAll @IntRange(min = 1, max = 90) int height) {
        double least = 0.2, most = 0.4;
        var out = apply(new Augment.Erase(1, least, most), white(width, height), new SplittableRandom(seed));
        int x1 = width, x2 = -1, y1 = height, y2 = -1, black = 0;
        for (int i = 0; i < width * height; i++) {
            if (out.rgb()[3 * i] != 0) continue;
            assertTrue(out.rgb()[3 * i + 1] == 0 && out.rgb()[3 * i + 2] == 0);
            black++;
            x1 = Math.min(x1, i % width);
            x2 = Math.max(x2, i % width);
            y1 = Math.min(y1, i / width);
            y2 = Math.max(y2, i / width);
        }
        assertEquals(black, Math.max(0, x2 - x1 + 1) * Math.max(0, y2 - y1 + 1));
        if (black == 0) return; // none of ten windows fitted, as in torchvision
        double rounding = 0.5 * (x2 - x1 + 1 + y2 - y1 + 1) + 0.5; // both sides are rounded
        assertTrue(black >= least * width * height - rounding, black + " of " + width + "x" + height);
        assertTrue(black <= most * width * height + rounding, black + " of " + width + "x" + height);
    }

    @Test
    void erase_happensWithItsProbability() {
        var white = white(8, 8);
        var erase = new Augment.Erase(0.25, 0.1, 0.2);
        int n = 0;
        for (int seed = 0; seed < 2000; seed++) if (apply(erase, white, new SplittableRandom(seed)) != white) n++;
        assertEquals(500, n, 5 * 20); // five standard deviations
        assertFalse(apply(erase, white, numbers(0.2, 0, 0, 0, 0)) == white);
        assertSame(white, apply(erase, white, numbers(0.25)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 2", "0.5, 0.5, 1"})
    void padCrop_movesThePictureOverBlack(double top, double left, int none) {
        var out = apply(new Augment.PadCrop(2), IN, numbers(Math.min(top, 0.99), Math.min(left, 0.99)));
        int dy = (int) (5 * Math.min(top, 0.99)) - 2, dx = (int) (5 * Math.min(left, 0.99)) - 2;
        for (int y = 0; y < 5; y++)
            for (int x = 0; x < 7; x++)
                for (int c = 0; c < 3; c++) {
                    boolean inside = y + dy >= 0 && y + dy < 5 && x + dx >= 0 && x + dx < 7;
                    assertEquals(
                            inside ? IN.rgb()[3 * ((y + dy) * 7 + x + dx) + c] : 0, out.rgb()[3 * (y * 7 + x) + c]);
                }
    }

    @Property(tries = 200)
    void padding_mayBeWiderThanThePicture(@ForAll long seed, @ForAll @IntRange(min = 0, max = 40) int pad) {
        var out = apply(new Augment.PadCrop(pad), IN, new SplittableRandom(seed));
        assertEquals(7, out.width());
        assertEquals(5, out.height());
    }

    @Test
    void flip_exchangesLeftAndRight() {
        var row = new Image(2, 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        assertArrayEquals(
                new byte[] {4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9},
                apply(new Augment.Flip(1), row, new SplittableRandom(0)).rgb());
        assertSame(row, apply(new Augment.Flip(0), row, new SplittableRandom(0)));
    }

    @Test
    void padCrop_mirrorsThePictureAtItsEdges() {
        var row = new Image(3, 1, new byte[] {1, 1, 1, 2, 2, 2, 3, 3, 3});
        var left = apply(new Augment.PadCrop(2, Transforms.Padding.REFLECT), row, numbers(0.5, 0));
        assertArrayEquals(new byte[] {3, 3, 3, 2, 2, 2, 1, 1, 1}, left.rgb());
    }

    /** Two epochs in a row show both views of each picture, and about half of the pictures begin mirrored. */
    @Test
    void alternatingFlip_showsBothViewsInTwoEpochs() {
        int mirrored = 0;
        for (int picture = 0; picture < 1000; picture++) {
            int index = picture;
            var views = new boolean[4];
            for (int epoch = 0; epoch < 4; epoch++) {
                var out = Step.all(
                        new Augment.AlternatingFlip()
                                .draw(new Augment.Draw(
                                        7, 5, epoch, 0, numbers(), () -> new SplittableRandom(index * 7919L))),
                        IN);
                views[epoch] = out != IN;
                if (views[epoch]) assertArrayEquals(Transforms.flip(IN).rgb(), out.rgb());
            }
            assertTrue(views[0] != views[1] && views[0] == views[2] && views[1] == views[3]);
            if (views[0]) mirrored++;
        }
        assertEquals(500, mirrored, 5 * 16); // five standard deviations
    }

    /** Each is a function of its picture and the seed, and writes into no picture that it was given. */
    @Property(tries = 100)
    void augments_areReproducibleAndLeaveTheirInput(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 20) int width,
            @ForAll @IntRange(min = 1, max = 20) int height) {
        var in = Pictures.numbered(width, height, (int) seed);
        var before = in.rgb().clone();
        for (var augment : ALL_KINDS) {
            var first = apply(augment, in, new SplittableRandom(seed));
            assertArrayEquals(
                    first.rgb(), apply(augment, in, new SplittableRandom(seed)).rgb());
            assertArrayEquals(before, in.rgb(), augment.toString());
        }
    }

    @Test
    void augments_differFromSeedToSeed() {
        for (var augment : ALL_KINDS) {
            long kinds = java.util.stream.IntStream.range(0, 50)
                    .mapToObj(seed -> Arrays.hashCode(
                            apply(augment, IN, new SplittableRandom(seed)).rgb()))
                    .distinct()
                    .count();
            assertTrue(
                    kinds
                            >= (augment instanceof Augment.Flip
                                            || augment instanceof Augment.AlternatingFlip
                                            || augment instanceof Augment.Rotate90
                                    ? 2
                                    : 15),
                    augment + ": " + kinds);
        }
    }

    private record Listed(List<Augment> augment) {}

    @Test
    void lists_areWrittenAndReadAsJson() {
        assertEquals(
                ALL_KINDS,
                Records.read(Records.write(new Listed(ALL_KINDS)), Listed.class).augment());
        var json = "{\"augment\":[\"flip\",{\"type\":\"rotate\",\"degrees\":15},\"randomResizedCrop\",\"colorJitter\","
                + "{\"type\":\"erase\",\"maxArea\":0.2}]}";
        assertEquals(
                List.of(
                        new Augment.Flip(0.5),
                        new Augment.Rotate(15),
                        new Augment.RandomResizedCrop(224, 0.08, 1, 4.0 / 3),
                        new Augment.ColorJitter(0.4, 0.4, 0.4, 0),
                        new Augment.Erase(0.5, 0.02, 0.2)),
                Records.read(json, Listed.class).augment());
    }

    @Test
    void boundsOfOptions_areNamed() {
        assertError("pad: expected at least 0, got -1", () -> new Augment.PadCrop(-1));
        assertError("p: expected 0 to 1, got 1.5", () -> new Augment.Flip(1.5));
        assertError("degrees: expected 0 to 180, got 181", () -> new Augment.Rotate(181));
        assertError("degrees: expected 0 to 180, got NaN", () -> new Augment.Rotate(Double.NaN));
        assertError("size: expected at least 1, got 0", () -> new Augment.RandomResizedCrop(0, 0.1, 1, 1.3));
        assertError("maxScale: expected 0.5 to 1, got 0.4", () -> new Augment.RandomResizedCrop(8, 0.5, 0.4, 1.3));
        assertError("ratio: expected at least 1, got 0.75", () -> new Augment.RandomResizedCrop(8, 0.5, 1, 0.75));
        assertError("hue: expected 0 to 0.5, got 0.6", () -> new Augment.ColorJitter(0, 0, 0, 0.6));
        assertError("maxArea: expected 0.3 to 1, got 0.2", () -> new Augment.Erase(1, 0.3, 0.2));
    }

    private static void assertError(String message, Runnable run) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, run::run).getMessage());
    }
}
