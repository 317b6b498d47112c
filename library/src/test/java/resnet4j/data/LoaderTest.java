package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;

@Timeout(30)
class LoaderTest {
    private static final Loader<Label> TRAINING = Loader.shuffled(new Pictures(100, 4, 8), 16, 7)
            .withDropLast(true)
            .withAugments(List.of(new Augment.PadCrop(2), new Augment.AlternatingFlip()))
            .withMix(new Mix.OneOf(List.of(new Mix.None(), new Mix.MixUp(0.3), new Mix.CutMix())));

    private static List<Batch<Label>> batches(Loader<Label> loader, int epoch, int first) {
        try (var batches = loader.epoch(epoch, first)) {
            var all = new ArrayList<Batch<Label>>();
            for (var batch : batches) all.add(batch);
            return all;
        }
    }

    private static void assertSameBatches(List<Batch<Label>> expected, List<Batch<Label>> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            Batch<Label> e = expected.get(i), a = actual.get(i);
            assertArrayEquals(e.pixels().rgb(), a.pixels().rgb());
            assertEquals(e.targets(), a.targets());
            assertArrayEquals(e.indices(), a.indices());
            assertEquals(e.mixed().isPresent(), a.mixed().isPresent());
            if (e.mixed().isEmpty()) continue;
            assertArrayEquals(e.mixed().get().partner(), a.mixed().get().partner());
            assertEquals(e.mixed().get().lambda(), a.mixed().get().lambda());
        }
    }

    @Test
    void inOrder_givesEveryPictureOnceAndTheRestAtTheEnd() throws IOException {
        var data = new Pictures(10, 3, 4);
        var batches = batches(Loader.inOrder(data, 4), 0, 0);
        assertEquals(List.of(4, 4, 2), batches.stream().map(Batch::size).toList());
        assertArrayEquals(new int[] {4, 5, 6, 7}, batches.get(1).indices());
        assertArrayEquals(new int[] {1, 2, 0, 1}, Label.indices(batches.get(1).targets()));
        assertArrayEquals(
                data.image(5).rgb(), Arrays.copyOfRange(batches.get(1).pixels().rgb(), 48, 96));
        assertTrue(batches.get(1).mixed().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void epoch_hasTheSameBitsWithAnyNumberOfThreads(int threads) {
        var expected = batches(TRAINING.withThreads(0, 1), 3, 0);
        assertEquals(6, expected.size()); // 100 / 16
        assertSameBatches(expected, batches(TRAINING.withThreads(threads, 3), 3, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 6})
    void epoch_resumesAnywhereWithTheSameBits(int first) {
        var expected = batches(TRAINING, 2, 0);
        assertSameBatches(expected.subList(first, 6), batches(TRAINING.withThreads(2, 2), 2, first));
    }

    @Test
    void epoch_resumesFromItsPosition() {
        var expected = batches(TRAINING, 0, 0);
        try (var batches = TRAINING.epoch(0)) {
            assertEquals(0, batches.position());
            batches.next();
            assertTrue(batches.hasNext()); // looking ahead does not move it
            assertEquals(1, batches.position());
            assertSameBatches(expected.subList(1, 6), batches(TRAINING, 0, batches.position()));
        }
    }

    @Test
    void epochsAndSeeds_differ() {
        var first = batches(TRAINING, 0, 0).get(0).indices();
        assertFalse(Arrays.equals(first, batches(TRAINING, 1, 0).get(0).indices()));
        assertFalse(Arrays.equals(
                first,
                batches(TRAINING.withOrder(Order.SHUFFLED, 8), 0, 0).get(0).indices()));
    }

    @Test
    void shuffled_takesEveryPictureOnce() {
        var seen = batches(TRAINING.withDropLast(false), 0, 0).stream()
                .flatMapToInt(batch -> Arrays.stream(batch.indices()))
                .sorted()
                .toArray();
        assertArrayEquals(IntStream.range(0, 100).toArray(), seen);
    }

    @Test
    void balanced_takesRareClassesAsOften() {
        var rare = new Pictures(2000, 2, 2)
                .subset(IntStream.range(0, 2000)
                        .filter(i -> i % 2 == 0 || i < 40)
                        .toArray());
        assertArrayEquals(new int[] {1000, 20}, Labelled.classCounts(rare));
        var counts = new int[2];
        for (var batch : batches(Loader.inOrder(rare, 100).withOrder(Order.BALANCED, 1), 0, 0))
            for (var label : batch.targets()) counts[label.index()]++;
        // 1020 fair draws: a standard deviation of 16
        assertEquals(510, counts[0], 5 * 16);
        assertEquals(1020, counts[0] + counts[1]);
    }

    /** 15 pictures of 8x4 and 15 of 4x8, in batches of four: three of each, one of what is left of both, and its rest. */
    @Test
    void byAspect_putsPicturesOfOneShapeIntoABatch() throws IOException {
        var wideAndHigh = Pictures.through(
                new Pictures(30, 3, 4),
                image -> image.rgb()[0] % 2 == 0 ? Pictures.numbered(8, 4, 0) : Pictures.numbered(4, 8, 0));
        var loader = Loader.inOrder(wideAndHigh, 4).withOrder(Order.BY_ASPECT, 5);
        var last = new HashSet<Double>();
        var mixedAt = new HashSet<Integer>();
        for (int epoch = 0; epoch < 20; epoch++) {
            var batches = batches(loader, epoch, 0);
            assertEquals(8, batches.size());
            var seen = new HashSet<Integer>();
            for (int i = 0; i < 8; i++) {
                var aspects = new HashSet<Double>();
                for (int index : batches.get(i).indices()) {
                    assertTrue(seen.add(index));
                    aspects.add(wideAndHigh.aspect(index));
                }
                if (aspects.size() > 1) mixedAt.add(i);
                if (i == 7) last.addAll(aspects);
            }
            assertEquals(30, seen.size());
            assertSameBatches(batches.subList(3, 8), batches(loader, epoch, 3));
        }
        assertEquals(Set.of(0.5, 2.0), last, "the incomplete batch is now of these, now of those");
        assertTrue(mixedAt.size() > 3 && !mixedAt.contains(7), mixedAt::toString);
    }

    /** Of 9 high pictures and one that cannot be read, a square, that one is with the rest and not among the whole batches. */
    @Test
    void byAspect_takesPicturesThatCannotBeReadForSquares() {
        var high = Pictures.through(new Pictures(10, 2, 4), image -> Pictures.numbered(4, 8, image.rgb()[0]));
        for (int epoch = 0; epoch < 5; epoch++) {
            var order = Order.BY_ASPECT.indices(new Damaged(high, Set.of(3)), 3, Seeds.random(1, epoch, Seeds.ORDER));
            assertEquals(3, order[9]);
        }
    }

    /** The edges are those of torchvision's {@code create_aspect_ratio_groups(k=3)}: 2 to the power of -1, -2/3 ... 1. */
    @ParameterizedTest
    @CsvSource({
        "0.01,0", "0.499,0", "0.5,1", "0.629,1", "0.63,2", "0.793,2", "0.794,3", "0.999,3", "1,4", "1.259,4", "1.26,5",
        "1.587,5", "1.588,6", "1.999,6", "2,7", "50,7"
    })
    void aspects_areGroupedAsTorchvisionDoes(double aspect, int group) {
        assertEquals(group, Aspects.group(aspect));
    }

    /** Of ten pictures, those in {@code broken} cannot be read. */
    private record Damaged(Dataset<Label> of, Set<Integer> broken) implements Dataset<Label> {
        @Override
        public int size() {
            return of.size();
        }

        @Override
        public List<String> classes() {
            return of.classes();
        }

        @Override
        public Label target(int index) throws IOException {
            return of.target(index);
        }

        @Override
        public Picture picture(int index) {
            if (!broken.contains(index)) return of.picture(index);
            return how -> {
                throw new IOException("cut off at byte " + index);
            };
        }

        @Override
        public String name(int index) {
            return of.name(index);
        }

        @Override
        public String digest() {
            return of.digest();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void unreadablePictures_areLeftOutAndListed(int threads) {
        var loader = Loader.inOrder(new Damaged(new Pictures(10, 2, 4), Set.of(1, 4, 5, 8)), 2)
                .withThreads(threads, 2);
        try (var batches = loader.epoch(0)) {
            var taken = new ArrayList<List<Integer>>();
            var positions = new ArrayList<Integer>();
            for (var batch : batches) {
                taken.add(Arrays.stream(batch.indices()).boxed().toList());
                positions.add(batches.position());
                assertEquals(batch.size() * 4 * 4 * 3, batch.pixels().rgb().length);
            }
            assertEquals(List.of(List.of(0), List.of(2, 3), List.of(6, 7), List.of(9)), taken);
            assertEquals(List.of(1, 2, 4, 5), positions); // the batch of 4 and 5 was passed over
            assertEquals(
                    List.of("picture1", "picture4", "picture5", "picture8"),
                    batches.skipped().stream().map(Skipped::file).toList());
            assertEquals("cut off at byte 4", batches.skipped().get(1).reason());
        }
    }

    @Test
    void everyPictureUnreadable_isAnError() {
        var loader = Loader.inOrder(new Damaged(new Pictures(3, 1, 4), Set.of(0, 1, 2)), 2);
        try (var batches = loader.epoch(0)) {
            var e = assertThrows(UncheckedIOException.class, batches::hasNext);
            assertTrue(
                    e.getMessage().contains("none of the 3 pictures can be read; the first, picture0: cut off"),
                    e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void exceptionsOnThreads_reachWhoeverAsks(int threads) {
        var broken = Pictures.through(new Pictures(8, 2, 4), image -> {
            throw new IllegalStateException("no such thing");
        });
        var loader = Loader.inOrder(broken, 2).withThreads(threads, 2);
        try (var batches = loader.epoch(0)) {
            assertEquals(
                    "no such thing",
                    assertThrows(IllegalStateException.class, batches::next).getMessage());
        }
    }

    /** Picture 2 is 5x3, and the others 4x4; sides of a batch are to be multiples of 3. */
    @Test
    void picturesOfSeveralSizes_arePaddedBelowAndRight() {
        var sizes = Pictures.through(
                new Pictures(4, 2, 4),
                image -> image.rgb()[0] == (byte) 202 ? Pictures.numbered(5, 3, 0) : image); // 2 * 101
        var fit = Preprocess.none().withResize(new Resize.Fit(3, 5, 3));
        var batch = batches(Loader.inOrder(sizes, 4).withPreprocess(fit), 0, 0).get(0);
        var pixels = batch.pixels();
        assertArrayEquals(new int[] {3, 3, 3, 3}, pixels.heights());
        assertArrayEquals(new int[] {3, 3, 5, 3}, pixels.widths());
        assertEquals(3, pixels.height());
        assertEquals(6, pixels.width());
        assertFalse(pixels.even());
        var third = Pictures.numbered(5, 3, 0).rgb();
        for (int y = 0; y < 3; y++)
            for (int x = 0; x < 18; x++)
                assertEquals(x < 15 ? third[15 * y + x] : 0, pixels.rgb()[2 * 54 + 18 * y + x]);
    }

    @Test
    void views_areDrawnForThemselves_andTheFirstIsThatOfALoaderWithOne() {
        var flips = Loader.inOrder(new Pictures(64, 2, 4), 64).withAugments(List.of(new Augment.Flip()));
        var one = batches(flips, 1, 0).get(0);
        var two = batches(flips.withViews(2), 1, 0).get(0);
        assertArrayEquals(one.pixels().rgb(), two.pixels().rgb());
        assertEquals(2, two.views().size());
        int different = 0;
        for (int i = 0; i < 64; i++)
            if (!Arrays.equals(
                    Arrays.copyOfRange(two.views().get(0).rgb(), 48 * i, 48 * i + 48),
                    Arrays.copyOfRange(two.views().get(1).rgb(), 48 * i, 48 * i + 48))) different++;
        assertEquals(32, different, 5 * 4); // five standard deviations
    }

    @Test
    void close_endsTheThreadsInTheMiddleOfAnEpoch() throws InterruptedException {
        var workers = new ArrayList<Thread>();
        var started = new CountDownLatch(2);
        var watched = Pictures.through(new Pictures(100, 2, 4), image -> {
            synchronized (workers) {
                if (!workers.contains(Thread.currentThread())) {
                    workers.add(Thread.currentThread());
                    started.countDown();
                }
            }
            return image;
        });
        var loader = Loader.inOrder(watched, 2).withThreads(2, 4);
        try (var batches = loader.epoch(0)) {
            batches.next();
            batches.next();
            assertTrue(started.await(10, TimeUnit.SECONDS));
        }
        for (var worker : workers) {
            assertTrue(worker.isDaemon());
            worker.join(10_000);
            assertFalse(worker.isAlive());
        }
    }

    @Test
    void waitNanos_countsTheWaiting() {
        var slow = Pictures.through(new Pictures(4, 2, 4), image -> {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return image;
        });
        var loader = Loader.inOrder(slow, 2);
        try (var batches = loader.withThreads(0, 1).epoch(0)) {
            while (batches.hasNext()) batches.next();
            assertTrue(batches.waitNanos() >= 4 * 10_000_000L, () -> batches.waitNanos() + " ns");
        }
    }

    @Test
    void wrongOptions_areNamed() {
        var data = new Pictures(4, 2, 4);
        assertError("batchSize: expected at least 1, got 0", () -> Loader.inOrder(data, 0));
        assertError("threads: expected 0 or more, got -1", () -> Loader.inOrder(data, 1)
                .withThreads(-1, 1));
        assertError("prefetch: expected at least 1, got 0", () -> Loader.inOrder(data, 1)
                .withThreads(1, 0));
        assertError("data: expected at least one picture", () -> Loader.inOrder(data.subset(), 1));
        assertError(
                "batchSize: 5 is more than the 4", () -> Loader.inOrder(data, 5).withDropLast(true));
        assertError("firstBatch: expected 0 to 2", () -> Loader.inOrder(data, 2).epoch(0, 3));
        assertError("epoch: expected 0 or more", () -> Loader.inOrder(data, 2).epoch(-1));
    }

    private static void assertError(String message, Runnable run) {
        var e = assertThrows(IllegalArgumentException.class, run::run);
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }
}
