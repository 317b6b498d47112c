package resnet4j.weights;

/**
 * How much Java memory the reading of one file may take: 8 MB and twice the size of the file, by estimates that round
 * up. A few bytes of a hostile file can ask for any amount of memory; honest ones stay far below, since their tensors
 * are slices of the mapped file.
 */
final class Budget {
    /** What an object and the slot that holds it take, about. */
    static final int OBJECT = 64;

    private final long total;
    private long left;

    Budget(long fileBytes) {
        total = left = (8L << 20) + 2 * fileBytes;
    }

    /** Takes {@code bytes} off, or refuses the file. */
    void take(long bytes) throws Malformed {
        if (bytes < 0 || bytes > left)
            throw new Malformed("expected to need at most " + total + " bytes of memory for a file of this size, but it"
                    + " unpacks to more (a decompression bomb, or not a weight file)");
        left -= bytes;
    }
}
