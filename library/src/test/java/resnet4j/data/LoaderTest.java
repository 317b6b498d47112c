package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.image.Image;

@Timeout(30)
class LoaderTest {
    private static final Loader TRAINING = Loader.shuffled(new Pictures(100, 4, 8), 16, 7)
            .withAugments(List.of(new Augment.PadCrop(2), new Augment.AlternatingFlip()))
            .withMix(new Mix.OneOf(List.of(new Mix.None(), new Mix.MixUp(0.3), new Mix.CutMix())));

    private static List<Batch> batches(Loader loader, int epoch, int first) {
        try (var batches = loader.epoch(epoch, first)) {
            var all = new ArrayList<Batch>();
            for (var batch : batches) all.add(batch);
            return all;
        }
    }

    private static void assertSameBatches(List<Batch> expected, List<Batch> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            Batch e = expected.get(i), a = actual.get(i);
            assertArrayEquals(e.pixels(), a.pixels());
            assertArrayEquals(e.labels(), a.labels());
            assertArrayEquals(e.labels2(), a.labels2());
            assertArrayEquals(e.indices(), a.indices());
            assertEquals(e.lambda(), a.lambda());
        }
    }

    @Test
    void inOrder_givesEveryPictureOnceAndTheRestAtTheEnd() throws IOException {
        var data = new Pictures(10, 3, 4);
        var batches = batches(Loader.inOrder(data, 4), 0, 0);
        assertEquals(List.of(4, 4, 2), batches.stream().map(Batch::size).toList());
        assertArrayEquals(new int[] {4, 5, 6, 7}, batches.get(1).indices());
        assertArrayEquals(new int[] {1, 2, 0, 1}, batches.get(1).labels());
        assertArrayEquals(data.image(5).rgb(), Arrays.copyOfRange(batches.get(1).pixels(), 48, 96));
        assertSame(batches.get(1).labels(), batches.get(1).labels2());
        assertFalse(batches.get(1).mixed());
        assertEquals(1, batches.get(1).lambda());
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
        assertArrayEquals(new int[] {1000, 20}, rare.classCounts());
        var counts = new int[2];
        for (var batch : batches(Loader.inOrder(rare, 100).withOrder(Order.BALANCED, 1), 0, 0))
            for (int label : batch.labels()) counts[label]++;
        // 1020 fair draws: a standard deviation of 16
        assertEquals(510, counts[0], 5 * 16);
        assertEquals(1020, counts[0] + counts[1]);
    }

    /** Of ten pictures, those in {@code broken} cannot be read. */
    private record Damaged(Pictures of, Set<Integer> broken) implements Dataset {
        @Override
        public int size() {
            return of.size();
        }

        @Override
        public List<String> classes() {
            return of.classes();
        }

        @Override
        public int label(int index) {
            return of.label(index);
        }

        @Override
        public Image image(int index) throws IOException {
            if (broken.contains(index)) throw new IOException("cut off at byte " + index);
            return of.image(index);
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
                assertEquals(batch.size() * 4 * 4 * 3, batch.pixels().length);
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
        var loader = Loader.inOrder(new Pictures(8, 2, 4), 2)
                .withThreads(threads, 2)
                .withPreprocess(image -> {
                    throw new IllegalStateException("no such thing");
                });
        try (var batches = loader.epoch(0)) {
            assertEquals(
                    "no such thing",
                    assertThrows(IllegalStateException.class, batches::next).getMessage());
        }
    }

    @Test
    void picturesOfSeveralSizes_areAnErrorThatSaysSo() {
        var loader = Loader.inOrder(new Pictures(4, 2, 4), 4)
                .withPreprocess(image -> image.rgb()[0] == (byte) 202
                        ? Pictures.numbered(5, 4, 0)
                        : image); // picture 2 starts with 2 * 101
        try (var batches = loader.epoch(0)) {
            var e = assertThrows(IllegalArgumentException.class, batches::next);
            assertTrue(e.getMessage().contains("picture2 is 5x4 beside others of 4x4"), e.getMessage());
        }
    }

    @Test
    void close_endsTheThreadsInTheMiddleOfAnEpoch() throws InterruptedException {
        var workers = new ArrayList<Thread>();
        var started = new CountDownLatch(2);
        var loader = Loader.inOrder(new Pictures(100, 2, 4), 2)
                .withThreads(2, 4)
                .withPreprocess(image -> {
                    synchronized (workers) {
                        if (!workers.contains(Thread.currentThread())) {
                            workers.add(Thread.currentThread());
                            started.countDown();
                        }
                    }
                    return image;
                });
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
        var loader = Loader.inOrder(new Pictures(4, 2, 4), 2).withPreprocess(image -> {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return image;
        });
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
