package resnet4j.measure;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.graph.Inference.Way;
import resnet4j.report.Words;
import resnet4j.tensor.Precision;

/**
 * How fast a network did something.
 *
 * @param eightBits             whether it is a network in eight bits; what of it is not computes in {@code precision}
 * @param runs                  how many times the work was done and timed
 * @param imagesPerSecond       at the pace of the median
 * @param p99OverMedian         how far the slow ones stand out
 * @param peakRssBytes          the most memory that the process has had, natives included; -1 where nobody knows
 * @param outsideLibtorchShare  training: the share of the loop's work that is not libtorch's
 * @param logits                inference: the first ones of the first image of {@link Bench#images}
 * @param folder                a folder of pictures: what its parts can do
 */
public record Speed(
        String model,
        Way engine,
        Mode mode,
        Precision precision,
        boolean eightBits,
        int batch,
        int size,
        int threads,
        long runs,
        double imagesPerSecond,
        double medianMillis,
        double p99Millis,
        double p99OverMedian,
        long peakRssBytes,
        Optional<Double> outsideLibtorchShare,
        Optional<List<Float>> logits,
        Optional<Folder> folder) {
    /** What a network was timed at. */
    public enum Mode {
        /** From normalised images in memory to logits in a Java array. */
        INFER,
        /** The loop of a training run. */
        TRAIN,
        /** From picture files to answers in a file. */
        FOLDER
    }

    /**
     * Pictures a second of the parts of the work, in the same rounds, each with the machine to itself.
     *
     * @param decode  files to resized and cropped pixels
     * @param network pixels to the likeliest classes, on one batch again and again
     * @param share   of the slower of these two that the whole reaches
     */
    public record Folder(
            int pictures, int loaderThreads, boolean fastDecode, double decode, double network, double share) {}

    /** In one line, for people. */
    @Override
    public String toString() {
        return String.format(
                        Locale.ROOT,
                        "%s, %s %s in %s, batch %d of %s, %s: %.1f images/s; median %.2f ms, 99th percentile"
                                + " %.2f ms of %d; peak memory %d MiB",
                        model,
                        engine.name().toLowerCase(Locale.ROOT),
                        mode.name().toLowerCase(Locale.ROOT),
                        (eightBits ? "int8, the rest " : "") + precision.name().toLowerCase(Locale.ROOT),
                        batch,
                        size == 0 ? "any size" : size + "x" + size,
                        Words.count(threads, "thread"),
                        imagesPerSecond,
                        medianMillis,
                        p99Millis,
                        runs,
                        peakRssBytes >> 20)
                + outsideLibtorchShare
                        .map(share -> String.format(Locale.ROOT, "; %.1f %% of the loop outside libtorch", 100 * share))
                        .orElse("")
                + folder.map(f -> String.format(
                                Locale.ROOT,
                                "; decoding alone %.1f images/s on %s, network alone %.1f: %.2f of the slower",
                                f.decode,
                                Words.count(f.loaderThreads, "thread"),
                                f.network,
                                f.share))
                        .orElse("");
    }
}
