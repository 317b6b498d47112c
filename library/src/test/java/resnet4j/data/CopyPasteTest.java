package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.config.Records;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.train.Recipe;

/** What is pasted where is what torchvision 0.25's reference does: {@code scripts/parity/copy_paste_golden.py}. */
class CopyPasteTest {
    private static final int WIDTH = 30, HEIGHT = 24;

    private static final RandomGenerator ALL = new RandomGenerator() {
        private int next;

        @Override
        public int nextInt(int bound) {
            return next++ % bound;
        }

        @Override
        public long nextLong() {
            return 0;
        }
    };

    private static Image picture(int number) {
        var rgb = new byte[3 * WIDTH * HEIGHT];
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                for (int c = 0; c < 3; c++) rgb[3 * (y * WIDTH + x) + c] = (byte) (x * 3 + y * 5 + 40 * number + 7 * c);
        return new Image(WIDTH, HEIGHT, rgb);
    }

    private static Things.Thing thing(int label, int width, int height, Box box, boolean crowd) {
        var mask = new byte[width * height];
        for (int y = (int) box.y1(); y < box.y2(); y++)
            for (int x = (int) box.x1(); x < box.x2(); x++) mask[y * width + x] = 1;
        return new Things.Thing(label, box, Optional.of(new LabelMap(width, height, mask, 0)), List.of(), crowd);
    }

    private static Things things(int number) {
        return new Things(List.of(
                thing(0, WIDTH, HEIGHT, new Box(2 + 3 * number, 3, 12 + 3 * number, 15), false),
                thing(1, WIDTH, HEIGHT, new Box(10, 8 + number, 28, 20), false),
                thing(2, WIDTH, HEIGHT, new Box(20, 1, 24, 4 + number), false)));
    }

    private static Batch<Things> batch(List<Image> images, List<Things> things) {
        int[] indices = IntStream.range(0, images.size()).toArray();
        return new Batch<>(List.of(Pixels.of(images, 1)), things, indices, Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,0 2 0 1,2:3:6:15 20:1:24:4 8:3:18:15 10:10:28:20,48 12 120 180,14996232",
        "0,1,0 0 1 2,14:3:15:6 2:3:12:15 10:8:28:20 20:1:24:4,3 120 216 12,11936632",
        "0,2,0 2 1,8:3:18:7 20:1:24:6 10:9:28:20,40 20 198,16947048",
        "1,0,0 2 0 1,2:3:6:15 20:1:24:4 8:3:18:15 10:10:28:20,48 12 120 180,14996232",
        "1,1,0 0 1 2,14:3:15:6 2:3:12:15 10:8:28:20 20:1:24:4,3 120 216 12,11936632",
        "1,2,0 0 1 2,17:3:18:7 5:3:15:15 10:9:28:20 20:1:24:5,4 120 198 16,15865728",
        "2,0,0 1 0 2,2:3:6:15 10:8:28:20 8:3:18:15 20:1:24:6,48 126 120 20,14201928",
        "2,1,0 1 2,5:3:15:15 10:8:28:20 20:1:24:4,57 216 12,12865792",
        "2,2,0 1 2,8:3:18:7 10:9:28:20 20:1:24:5,40 198 16,16656648"
    })
    void thingsGoOver_asTorchvisionsReferenceDoes(
            long seed, int picture, String labels, String boxes, String areas, long pixels) {
        var numbers = IntStream.range(0, 3).boxed().toList();
        var images = numbers.stream().map(CopyPasteTest::picture).toList();
        var given = numbers.stream().map(CopyPasteTest::things).toList();
        var random = new Listed(seed);
        var mixed = new CopyPaste().apply(batch(images, given), random);
        var things = mixed.targets().get(picture).things();
        assertEquals(labels, joined(things.stream().map(Things.Thing::label).toList()));
        assertEquals(boxes, joined(things.stream().map(t -> words(t.box())).toList()));
        assertEquals(areas, joined(things.stream().map(CopyPasteTest::area).toList()));
        byte[] rgb = mixed.pixels().images().get(picture).rgb();
        long sum = 0;
        for (int i = 0; i < rgb.length; i++) sum += (long) (rgb[i] & 255) * (i / 3 % 97 + 1);
        assertEquals(pixels, sum);
    }

    /** The golden's numbers. */
    private static final class Listed implements RandomGenerator {
        private long state;

        Listed(long seed) {
            state = seed;
        }

        private long next() {
            return state = (state * 1103515245 + 12345) % (1L << 31);
        }

        @Override
        public int nextInt(int bound) {
            return (int) (next() / (double) (1L << 31) * bound);
        }

        @Override
        public long nextLong() {
            return next() << 33 ^ next() << 16 ^ next();
        }
    }

    private static String joined(List<?> all) {
        return all.stream().map(Object::toString).collect(Collectors.joining(" "));
    }

    private static String words(Box b) {
        return "%d:%d:%d:%d".formatted((int) b.x1(), (int) b.y1(), (int) b.x2(), (int) b.y2());
    }

    private static int area(Things.Thing thing) {
        int area = 0;
        for (byte label : thing.mask().orElseThrow().labels()) area += label;
        return area;
    }

    @Test
    void picturesOfOtherSizes_areResized_andCrowdsStayWhereTheyAre() {
        var small = new Image(10, 10, new byte[300]);
        var light = new byte[3 * 20 * 40];
        Arrays.fill(light, (byte) 200);
        var large = new Image(20, 40, light);
        var one = new Things(List.of(thing(3, 10, 10, new Box(2, 2, 4, 4), false)));
        var crowd = new Things(
                List.of(thing(1, 20, 40, new Box(0, 0, 20, 5), true), thing(2, 20, 40, new Box(4, 20, 8, 28), false)));
        var mixed = new CopyPaste().apply(batch(List.of(small, large), List.of(one, crowd)), ALL);
        var first = new ArrayList<>(mixed.targets().get(0).things());
        assertEquals(List.of(3, 2), first.stream().map(Things.Thing::label).toList());
        assertEquals(new Box(2, 5, 4, 7), first.get(1).box()); // half as wide and a quarter as high
        var second = mixed.targets().get(1).things();
        assertEquals(List.of(1, 2, 3), second.stream().map(Things.Thing::label).toList());
        assertEquals(new Box(4, 8, 8, 16), second.get(2).box());
        var images = mixed.pixels().images();
        assertEquals(10, images.get(0).width());
        assertEquals((byte) 200, images.get(0).rgb()[3 * (5 * 10 + 2)]);
        assertEquals(0, images.get(1).rgb()[3 * (10 * 20 + 5)]);
        assertArrayEquals(new int[] {0, 1}, mixed.indices());
    }

    @Test
    void whatHasNoMasks_isRefused_andOthersDoNotFitThings() {
        var bare = new Things(List.of(new Things.Thing(0, new Box(0, 0, 3, 3))));
        var batch = batch(List.of(picture(0)), List.of(bare));
        var refused = assertThrows(IllegalArgumentException.class, () -> new CopyPaste().apply(batch, ALL));
        assertEquals(
                "mix: expected things with a mask each to copy and paste, got others; leave copyPaste out",
                refused.getMessage());
        assertTrue(new Mix.OneOf(List.of(new Mix.None(), new CopyPaste())).fits(Things.class));
        assertTrue(!new Mix.MixUp(1).fits(Things.class) && !new CopyPaste().fits(Label.class));
        var recipe = Records.overlay(new Recipe(), Records.parse("{\"mix\": \"copyPaste\"}"));
        assertEquals(new CopyPaste(), recipe.mix());
    }
}
