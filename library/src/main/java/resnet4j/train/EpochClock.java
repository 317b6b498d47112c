package resnet4j.train;

import java.util.ArrayList;
import java.util.List;
import resnet4j.data.Epoch;
import resnet4j.data.Skipped;
import resnet4j.train.Checkpoint.Position;

/** What an epoch, or the rest of one, adds to the numbers of before. */
final class EpochClock {
    private final long begun = System.nanoTime(), seenBefore;
    private final double secondsBefore;
    private final List<Skipped> skippedBefore;
    private long saved = begun;

    /** @param from where the run is now */
    EpochClock(Position from) {
        seenBefore = from.seen();
        secondsBefore = from.seconds();
        skippedBefore = from.skipped();
    }

    double seconds() {
        return secondsBefore + since(begun);
    }

    double sinceSaved() {
        return since(saved);
    }

    /** Since this began, without what the run did before. */
    double own() {
        return since(begun);
    }

    /** A checkpoint was written. */
    void saved() {
        saved = System.nanoTime();
    }

    /** Pictures since this began. */
    long seen(Position at) {
        return at.seen() - seenBefore;
    }

    /** As of the last update. */
    double imagesPerSecond(Position at) {
        return seen(at) / (at.seconds() - secondsBefore);
    }

    List<Skipped> skipped(Epoch<?> batches) {
        var all = new ArrayList<>(skippedBefore);
        all.addAll(batches.skipped());
        return all;
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
