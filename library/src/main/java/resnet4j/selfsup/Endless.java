package resnet4j.selfsup;

import resnet4j.data.Batch;
import resnet4j.data.Epoch;
import resnet4j.data.Loader;
import resnet4j.image.Target;

/** A loader's epochs, one after another: batches by their number in all of them. Not for several threads. */
final class Endless<T extends Target<T>> implements AutoCloseable {
    private final Loader<T> loader;
    private Epoch<T> epoch;
    private long number = -1; // of the last batch
    private Batch<T> batch;

    Endless(Loader<T> loader) {
        this.loader = loader;
    }

    /** The batch of that number; the last one and the one after it cost least. */
    Batch<T> at(long asked) {
        if (asked == number) return batch;
        if (asked != number + 1 || epoch == null) open(asked);
        else if (!epoch.hasNext()) open(asked);
        number = asked;
        return batch = epoch.next();
    }

    private void open(long asked) {
        close();
        int each = loader.batchesPerEpoch();
        epoch = loader.epoch((int) (asked / each), (int) (asked % each));
    }

    @Override
    public void close() {
        if (epoch != null) epoch.close();
    }
}
