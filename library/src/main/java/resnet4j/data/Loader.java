package resnet4j.data;

import java.util.List;
import java.util.function.UnaryOperator;
import resnet4j.image.Image;

/**
 * How a dataset becomes batches. An epoch is a function of this record and its number: what happens to a picture is
 * drawn from (seed, epoch, place in the epoch), and does not depend on {@code threads}, {@code prefetch} or on where it was resumed.
 *
 * @param preprocess applied to every picture before {@code augments}; all must come out of both in one size
 * @param augments   applied in this order, each picture with its own random numbers
 * @param mix        applied to whole batches, last
 * @param threads    how many prepare batches ahead; 0 prepares each on the thread that asks for it
 * @param prefetch   how many batches are prepared ahead, at least one
 * @param dropLast   whether a last batch with fewer than {@code batchSize} pictures is left out
 */
public record Loader(
        Dataset data,
        int batchSize,
        Order order,
        long seed,
        UnaryOperator<Image> preprocess,
        List<Augment> augments,
        Mix mix,
        int threads,
        int prefetch,
        boolean dropLast) {
    public Loader {
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
    public static Loader inOrder(Dataset data, int batchSize) {
        return new Loader(
                data, batchSize, Order.IN_ORDER, 0, UnaryOperator.identity(), List.of(), new Mix.None(), 1, 2, false);
    }

    /** Every picture once, in an order of its own each epoch, incomplete batches dropped, for training. */
    public static Loader shuffled(Dataset data, int batchSize, long seed) {
        return inOrder(data, batchSize).withOrder(Order.SHUFFLED, seed).withDropLast(data.size() >= batchSize);
    }

    public Loader withOrder(Order order, long seed) {
        return new Loader(data, batchSize, order, seed, preprocess, augments, mix, threads, prefetch, dropLast);
    }

    public Loader withPreprocess(UnaryOperator<Image> preprocess) {
        return new Loader(data, batchSize, order, seed, preprocess, augments, mix, threads, prefetch, dropLast);
    }

    public Loader withAugments(List<Augment> augments) {
        return new Loader(data, batchSize, order, seed, preprocess, augments, mix, threads, prefetch, dropLast);
    }

    public Loader withMix(Mix mix) {
        return new Loader(data, batchSize, order, seed, preprocess, augments, mix, threads, prefetch, dropLast);
    }

    public Loader withThreads(int threads, int prefetch) {
        return new Loader(data, batchSize, order, seed, preprocess, augments, mix, threads, prefetch, dropLast);
    }

    public Loader withDropLast(boolean dropLast) {
        return new Loader(data, batchSize, order, seed, preprocess, augments, mix, threads, prefetch, dropLast);
    }

    public int batchesPerEpoch() {
        return dropLast ? data.size() / batchSize : (data.size() + batchSize - 1) / batchSize;
    }

    /** The batches of an epoch. Close it: its threads end then. */
    public Epoch epoch(int epoch) {
        return epoch(epoch, 0);
    }

    /** The batches of an epoch from number {@code firstBatch} on, equal to those of the whole epoch. */
    public Epoch epoch(int epoch, int firstBatch) {
        if (epoch < 0) throw new IllegalArgumentException("epoch: expected 0 or more, got " + epoch);
        if (firstBatch < 0 || firstBatch > batchesPerEpoch())
            throw new IllegalArgumentException(
                    "firstBatch: expected 0 to " + batchesPerEpoch() + ", the batches of an epoch, got " + firstBatch);
        return new Epoch(this, epoch, firstBatch);
    }
}
