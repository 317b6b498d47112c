package resnet4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import resnet4j.image.Image;

/**
 * The batches of one epoch, prepared ahead on daemon threads that end when this is closed.
 *
 * <p>A picture that cannot be read is left out of its batch, which is then smaller, and listed in {@link #skipped()}; a
 * batch of which nothing is left is passed over. What else goes wrong on a thread is thrown to whoever asks for the
 * batch. To be used by one thread.
 */
public final class Epoch implements Iterator<Batch>, Iterable<Batch>, AutoCloseable {
    private final Loader loader;
    private final int epoch;
    private final int[] order;
    private final ExecutorService workers; // null: on the caller's thread
    private final Queue<FutureTask<Prepared>> ahead = new ArrayDeque<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private int asked; // the batch to prepare next
    private int position;
    private Prepared head; // what next() will give
    private boolean some;
    private long waitNanos;

    Epoch(Loader loader, int epoch, int firstBatch) {
        this.loader = loader;
        this.epoch = epoch;
        order = loader.order().indices(loader.data(), Seeds.random(loader.seed(), epoch, Seeds.ORDER));
        asked = position = firstBatch;
        some = firstBatch > 0;
        workers = loader.threads() == 0
                ? null
                : Executors.newFixedThreadPool(loader.threads(), task -> {
                    var thread = new Thread(task, "loader");
                    thread.setDaemon(true);
                    return thread;
                });
        if (workers != null) for (int i = 0; i < loader.prefetch(); i++) askAhead();
    }

    /**
     * @throws UncheckedIOException if not one picture of the epoch can be read
     */
    @Override
    public boolean hasNext() {
        while (head == null && position < loader.batchesPerEpoch()) {
            var prepared = take();
            skipped.addAll(prepared.skipped);
            if (prepared.batch == null) position++;
            else head = prepared;
        }
        if (head != null) return true;
        if (!some)
            throw new UncheckedIOException(new IOException("none of the " + skipped.size()
                    + " pictures can be read; the first, " + skipped.get(0).file() + ": "
                    + skipped.get(0).reason()));
        return false;
    }

    @Override
    public Batch next() {
        if (!hasNext()) throw new NoSuchElementException("the epoch has ended");
        var batch = head.batch;
        head = null;
        some = true;
        position++;
        return batch;
    }

    /** This, for {@code for (var batch : epoch)}: the rest of the epoch, once. */
    @Override
    public Iterator<Batch> iterator() {
        return this;
    }

    /** The number of the batch that comes next: {@code loader.epoch(epoch, position)} goes on from here. */
    public int position() {
        return position;
    }

    /** The unreadable pictures among the batches taken so far, in their order. */
    public List<Skipped> skipped() {
        return List.copyOf(skipped);
    }

    /** How long the taker has waited for batches so far. */
    public long waitNanos() {
        return waitNanos;
    }

    @Override
    public void close() {
        position = loader.batchesPerEpoch();
        head = null;
        some = true;
        for (var task : ahead) task.cancel(true);
        ahead.clear();
        if (workers != null) workers.shutdownNow();
    }

    private void askAhead() {
        if (asked == loader.batchesPerEpoch()) return;
        int batch = asked++;
        var task = new FutureTask<>(() -> prepare(batch));
        ahead.add(task);
        if (workers != null) workers.execute(task);
    }

    private Prepared take() {
        long start = System.nanoTime();
        if (ahead.isEmpty()) askAhead();
        var task = ahead.remove();
        if (workers == null) task.run();
        else askAhead();
        try {
            return task.get();
        } catch (ExecutionException e) {
            close();
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for a batch");
        } finally {
            waitNanos += System.nanoTime() - start;
        }
    }

    /** A batch, or null where nothing of it could be read. */
    private record Prepared(Batch batch, List<Skipped> skipped) {}

    private Prepared prepare(int number) {
        var data = loader.data();
        int from = number * loader.batchSize(), to = Math.min(from + loader.batchSize(), order.length);
        var labels = new int[to - from];
        var indices = new int[to - from];
        var skipped = new ArrayList<Skipped>(0);
        byte[] pixels = null;
        int n = 0, height = 0, width = 0;
        for (int i = from; i < to; i++) {
            if (Thread.currentThread().isInterrupted()) throw new CancellationException("the epoch is closed");
            int index = order[i];
            Image image;
            try {
                image = data.image(index);
            } catch (IOException e) {
                skipped.add(new Skipped(data.name(index), e.getMessage()));
                continue;
            }
            image = loader.preprocess().apply(image);
            if (!loader.augments().isEmpty()) {
                var random = Seeds.random(loader.seed(), epoch, i);
                for (var augment : loader.augments())
                    image = augment.apply(
                            image, random, epoch, () -> Seeds.random(loader.seed(), Seeds.PICTURE, index));
            }
            if (pixels == null) {
                height = image.height();
                width = image.width();
                pixels = new byte[Math.multiplyExact(to - from, image.rgb().length)];
            } else if (image.width() != width || image.height() != height) {
                throw new IllegalArgumentException(
                        "a batch needs pictures of one size, and " + data.name(index) + " is "
                                + image.width() + "x" + image.height() + " beside others of " + width + "x" + height
                                + ": resize and crop them in the preprocessing");
            }
            System.arraycopy(image.rgb(), 0, pixels, n * image.rgb().length, image.rgb().length);
            labels[n] = data.label(index);
            indices[n++] = index;
        }
        if (n == 0) return new Prepared(null, skipped);
        if (n < to - from) {
            pixels = Arrays.copyOf(pixels, n * 3 * height * width);
            labels = Arrays.copyOf(labels, n);
            indices = Arrays.copyOf(indices, n);
        }
        var batch = Batch.of(pixels, height, width, labels, indices);
        // Batches are mixed by their place, far from the indices of pictures.
        return new Prepared(
                loader.mix().apply(batch, Seeds.random(loader.seed(), epoch, Long.MIN_VALUE + number)), skipped);
    }
}
