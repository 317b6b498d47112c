package resnet4j.cli;

import picocli.CommandLine.Option;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.image.Preprocess;
import resnet4j.image.Target;

/** How picture files are made ready ahead of the network. */
final class Decoding {
    @Option(
            names = "--loader-threads",
            paramLabel = "N",
            description = "Threads that decode and resize (default: all cores).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--fast-decode",
            description =
                    "Decode JPEGs that are at least twice as large as needed at reduced size: faster, and no longer"
                            + " equal to Pillow byte for byte.")
    boolean fast;

    /** Refuses what cannot be; to be called before work begins. */
    void check(int batch) {
        Bounds.threads("--loader-threads", 1, threads);
        Bounds.batch("--batch", batch);
    }

    /** Every picture once, in order, resized and cropped. */
    <T extends Target<T>> Loader<T> loader(Dataset<T> pictures, Preprocess preprocess, int batch) {
        Bounds.batch("--batch", batch, preprocess.cropHeight(), preprocess.cropWidth());
        return Loader.inOrder(pictures, batch)
                .withPreprocess(preprocess)
                .withFastDecoding(fast)
                .withThreads(threads, 2 * threads);
    }
}
