package resnet4j.data;

import java.util.List;
import resnet4j.image.Preprocess;
import resnet4j.image.Target;

/**
 * How a dataset becomes batches. An epoch is a function of this record and its number: what happens to a picture is
 * drawn from (seed, epoch, place in the epoch, view), and does not depend on {@code threads}, {@code prefetch} or on
 * where it was resumed.
 *
 * @param preprocess applied to every picture before {@code augments}; pictures that come out of both in several sizes
 *                   are padded
 * @param augments   applied in this order, each picture with its own random numbers
 * @param views      how often each picture goes through {@code augments}
 * @param mix        applied to whole batches, last
 * @param fast       whether large JPEGs may be decoded at a part of their size, see {@link resnet4j.image.Picture}
 * @param threads    how many prepare batches ahead; 0 prepares each on the thread that asks for it
 * @param prefetch   how many batches are prepared ahead, at least one
 * @param dropLast   whether a last batch with fewer than {@code batchSize} pictures is left out
 */
public record Loader<T extends Target<T>>(
        Dataset<T> data,
        int batchSize,
        Order order,
        long seed,
        Preprocess preprocess,
        List<Augment> augments,
        int views,
        Mix mix,
        boolean fast,
        int threads,
        int prefetch,
        boolean dropLast) {
    public Loader {
        if (views < 1) throw new IllegalArgumentException("views: expected at least 1, got " + views);
        if (data.size() < 1) throw new IllegalArgumentException("data: expected at least one picture, got none");
        if (batchSize < 1) throw new IllegalArgumentException("batchSize: expected at least 1, got " + batchSize);
        if (threads < 0) throw new IllegalArgumentException("threads: expected 0 or more, got " + threads);
        if (prefetch < 1) throw new IllegalArgumentException("prefetch: expected at least 1, got " + prefetch);
        if (dropLast && data.size() < batchSize)
            throw new IllegalArgumentException("batchSize: " + batchSize + " is more than the " + data.size()
                    + " pictures there are, and incomplete batches are dropped: nothing is left; take a smaller batch");
        augments = List.copyOf(augments);
    }

    /** Every picture once, as it is and in its order, for evaluation. */
    public static <T extends Target<T>> Loader<T> inOrder(Dataset<T> data, int batchSize) {
        return new Loader<>(
                data,
                batchSize,
                Order.IN_ORDER,
                0,
                Preprocess.none(),
                List.of(),
                1,
                new Mix.None(),
                false,
                1,
                2,
                false);
    }

    /** Every picture once, in an order of its own each epoch, for training. */
    public static <T extends Target<T>> Loader<T> shuffled(Dataset<T> data, int batchSize, long seed) {
        return inOrder(data, batchSize).withOrder(Order.SHUFFLED, seed);
    }

    public Loader<T> withOrder(Order order, long seed) {
        return new Loader<>(
                data, batchSize, order, seed, preprocess, augments, views, mix, fast, threads, prefetch, dropLast);
    }

    public Loader<T> withPreprocess(Preprocess preprocess) {
        return new Loader<>(
                data, batchSize, order, seed, preprocess, augments, views, mix, fast, threads, prefetch, dropLast);
    }

    public Loader<T> withAugments(List<Augment> augments) {
        return new Loader<>(
                data, batchSize, order, seed, preprocess, augments, views, mix, fast, threads, prefetch, dropLast);
    }

    public Loader<T> withViews(int views) {
        return new Loader<>(
                data, batchSize, order, seed, preprocess, augments, views, mix, fast, threads, prefetch, dropLast);
    }

    public Loader<T> withFastDecoding(boolean fast) {
        return new Loader<>(
                data, batchSize, order, seed, preprocess, augments, views, mix, fast, threads, prefetch, dropLast);
    }

    public Loader<T> withMix(Mix mix) {
        return new Loader<>(
                data, batchSize, order, seed, preprocess, augments, views, mix, fast, threads, prefetch, dropLast);
    }

    public Loader<T> withThreads(int threads, int prefetch) {
        return new Loader<>(
                data, batchSize, order, seed, preprocess, augments, views, mix, fast, threads, prefetch, dropLast);
    }

    public Loader<T> withDropLast(boolean dropLast) {
        return new Loader<>(
                data, batchSize, order, seed, preprocess, augments, views, mix, fast, threads, prefetch, dropLast);
    }

    public int batchesPerEpoch() {
        return dropLast ? data.size() / batchSize : (data.size() + batchSize - 1) / batchSize;
    }

    /** The batches of an epoch. Close it: its threads end then. */
    public Epoch<T> epoch(int epoch) {
        return epoch(epoch, 0);
    }

    /** The batches of an epoch from number {@code firstBatch} on, equal to those of the whole epoch. */
    public Epoch<T> epoch(int epoch, int firstBatch) {
        if (epoch < 0) throw new IllegalArgumentException("epoch: expected 0 or more, got " + epoch);
        if (firstBatch < 0 || firstBatch > batchesPerEpoch())
            throw new IllegalArgumentException(
                    "firstBatch: expected 0 to " + batchesPerEpoch() + ", the batches of an epoch, got " + firstBatch);
        return new Epoch<>(this, epoch, firstBatch);
    }
}
