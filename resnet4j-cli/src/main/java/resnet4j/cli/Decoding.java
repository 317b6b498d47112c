package resnet4j.cli;

import picocli.CommandLine.Option;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.image.Preprocess;

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
    void check() {
        if (threads < 1) throw new IllegalArgumentException("--loader-threads: expected at least 1, got " + threads);
    }

    /** Every picture once, in order, resized and cropped. */
    Loader<Label> loader(Dataset<Label> pictures, Preprocess preprocess, int batch) {
        return Loader.inOrder(pictures, batch)
                .withPreprocess(preprocess)
                .withFastDecoding(fast)
                .withThreads(threads, 2 * threads);
    }
}
