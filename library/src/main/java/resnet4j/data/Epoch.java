package resnet4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.Step;
import resnet4j.image.Target;

/**
 * The batches of one epoch, prepared ahead on daemon threads that end when this is closed.
 *
 * <p>A picture that cannot be read is left out of its batch, which is then smaller, and listed in {@link #skipped()}; a
 * batch of which nothing is left is passed over. What else goes wrong on a thread is thrown to whoever asks for the
 * batch. To be used by one thread.
 */
public final class Epoch<T extends Target<T>> implements Iterator<Batch<T>>, Iterable<Batch<T>>, AutoCloseable {
    private final Loader<T> loader;
    private final int epoch;
    private final int[] order;
    private final ExecutorService workers; // null: on the caller's thread
    private final Queue<FutureTask<Prepared<T>>> ahead = new ArrayDeque<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private int asked; // the batch to prepare next
    private int position;
    private Prepared<T> head; // what next() will give
    private boolean some;
    private long waitNanos;

    Epoch(Loader<T> loader, int epoch, int firstBatch) {
        this.loader = loader;
        this.epoch = epoch;
        order = loader.order()
                .indices(loader.data(), loader.batchSize(), Seeds.random(loader.seed(), epoch, Seeds.ORDER));
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
    public Batch<T> next() {
        if (!hasNext()) throw new NoSuchElementException("the epoch has ended");
        var batch = head.batch;
        head = null;
        some = true;
        position++;
        return batch;
    }

    /** This, for {@code for (var batch : epoch)}: the rest of the epoch, once. */
    @Override
    public Iterator<Batch<T>> iterator() {
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

    private Prepared<T> take() {
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
    private record Prepared<T extends Target<T>>(Batch<T> batch, List<Skipped> skipped) {}

    private Prepared<T> prepare(int number) {
        int from = number * loader.batchSize(), to = Math.min(from + loader.batchSize(), order.length);
        var pictures = new ArrayList<List<Image>>(); // by view
        for (int view = 0; view < loader.views(); view++) pictures.add(new ArrayList<>());
        var targets = new ArrayList<T>();
        var indices = new int[to - from];
        var skipped = new ArrayList<Skipped>(0);
        for (int i = from; i < to; i++) {
            if (Thread.currentThread().isInterrupted()) throw new CancellationException("the epoch is closed");
            try {
                indices[targets.size()] = order[i];
                targets.add(add(pictures, i));
            } catch (IOException e) {
                skipped.add(new Skipped(loader.data().name(order[i]), e.getMessage()));
            }
        }
        if (targets.isEmpty()) return new Prepared<>(null, skipped);
        int divisor = loader.preprocess().divisor();
        var batch = new Batch<>(
                pictures.stream().map(view -> Pixels.of(view, divisor)).toList(),
                targets,
                Arrays.copyOf(indices, targets.size()),
                Optional.empty());
        // Batches are mixed by their place, far from the indices of pictures.
        return new Prepared<>(
                loader.mix().apply(batch, Seeds.random(loader.seed(), epoch, Long.MIN_VALUE + number)), skipped);
    }

    /** Adds all views of the picture at a place of the order, and gives the first one's target. */
    private T add(List<List<Image>> pictures, int place) throws IOException {
        var data = loader.data();
        int index = order[place];
        var target = data.target(index);
        var preprocess = loader.preprocess();
        var decoded = data.picture(index)
                .decode(preprocess
                        .decoding()
                        .reduced(loader.fast() ? preprocess.resize().shortSide() : 0));
        var steps = preprocess.steps(decoded.width(), decoded.height());
        var ready = Step.all(steps, decoded);
        T seen = target.after(steps);
        for (int view = 0; view < loader.views(); view++) {
            var drawn = loader.augments().isEmpty() ? List.<Step>of() : draw(ready, seen.boxes(), place, view);
            pictures.get(view).add(Step.all(drawn, ready));
            if (view == 0) target = seen.after(drawn);
        }
        return target;
    }

    private List<Step> draw(Image image, List<Box> boxes, int place, int view) {
        long seed =
                loader.seed() + view * 0x9E3779B97F4A7C15L; // the first view's numbers are those of a loader with one
        return Augment.draw(
                loader.augments(),
                new Augment.Draw(
                        image.width(),
                        image.height(),
                        boxes,
                        epoch,
                        view,
                        Seeds.random(seed, epoch, place),
                        () -> Seeds.random(seed, Seeds.PICTURE, order[place])));
    }
}
