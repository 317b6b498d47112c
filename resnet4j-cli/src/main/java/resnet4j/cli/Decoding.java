package resnet4j.cli;

import picocli.CommandLine.Option;
import resnet4j.data.Dataset;
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
    Loader loader(Dataset pictures, Preprocess preprocess, int batch) {
        var decoded = pictures.upright(preprocess.applyExif());
        if (fast) decoded = decoded.reduced(preprocess.resize().shortSide());
        return Loader.inOrder(decoded, batch).withPreprocess(preprocess::apply).withThreads(threads, 2 * threads);
    }
}
