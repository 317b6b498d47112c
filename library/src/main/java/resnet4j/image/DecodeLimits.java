package resnet4j.image;

/**
 * What a picture file may ask for. It is checked against the file's size and header before anything is allocated for
 * its pixels and before any decoder runs. Of animations only the first frame is decoded.
 *
 * @param bytes  largest file
 * @param pixels largest width times height
 */
public record DecodeLimits(long bytes, long pixels) {
    private static final int MOST = Integer.MAX_VALUE - 8; // a Java array

    /** 256 MB, and 178,956,970 pixels: where Pillow starts to refuse a picture as a decompression bomb. */
    public static final DecodeLimits DEFAULT = new DecodeLimits(256L << 20, 2 * ((1L << 30) / 4 / 3));

    public DecodeLimits {
        if (bytes < 1 || bytes > MOST)
            throw new IllegalArgumentException("bytes: expected 1 to " + MOST + ", got " + bytes);
        if (pixels < 1 || pixels > MOST / 3)
            throw new IllegalArgumentException("pixels: expected 1 to " + MOST / 3 + ", got " + pixels);
    }
}
