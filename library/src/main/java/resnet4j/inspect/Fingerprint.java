package resnet4j.inspect;

import java.util.Arrays;
import resnet4j.image.Image;
import resnet4j.image.Interpolation;
import resnet4j.image.Resample;

/**
 * What is kept of a picture to find it again: its size, how it looks from afar, and a perceptual hash.
 *
 * @param digest   of all its pixels: equal for equal pictures
 * @param hash     the signs of its 64 lowest frequencies against their median, from 32x32 grey pixels. Zauner 2010,
 *                 "Implementation and benchmarking of perceptual image hash functions", section 3.2
 * @param mirrored the hash of its mirror image
 * @param thumb    16x16 pixels, interleaved
 * @param mean     of all values of the thumb, 0 to 255
 * @param spread   their standard deviation
 * @param grey     whether every pixel of the thumb has no colour
 */
record Fingerprint(
        int width,
        int height,
        long digest,
        long hash,
        long mirrored,
        byte[] thumb,
        double mean,
        double spread,
        boolean grey) {
    static final int SIDE = 16;
    private static final int FROM = 32, LOW = 8;
    private static final double[][] COSINE = cosine();

    private static double[][] cosine() {
        var table = new double[LOW][FROM];
        for (int k = 0; k < LOW; k++)
            for (int x = 0; x < FROM; x++) table[k][x] = Math.cos(Math.PI * k * (2 * x + 1) / (2.0 * FROM));
        return table;
    }

    static Fingerprint of(Image image) {
        var small = image.width() == FROM && image.height() == FROM
                ? image
                : Resample.resize(image, FROM, FROM, Interpolation.BILINEAR);
        var low = frequencies(small.rgb());
        var thumb = halved(small.rgb());
        double mean = 0, square = 0;
        boolean grey = true;
        for (int i = 0; i < thumb.length; i++) {
            double value = thumb[i] & 0xFF;
            mean += value / thumb.length;
            square += value * value / thumb.length;
            grey &= Math.abs((thumb[i] & 0xFF) - (thumb[i - i % 3] & 0xFF)) <= 1; // rounding
        }
        return new Fingerprint(
                image.width(),
                image.height(),
                digest(image),
                hash(low, false),
                hash(low, true),
                thumb,
                mean,
                Math.sqrt(Math.max(0, square - mean * mean)),
                grey);
    }

    private static long digest(Image image) { // FNV-1a
        long digest = 0xcbf29ce484222325L ^ image.width();
        for (byte b : image.rgb()) digest = (digest ^ b & 0xFF) * 0x100000001b3L;
        return digest;
    }

    /** The lowest frequencies of the grey picture, by rows: DCT-II both ways. */
    private static double[] frequencies(byte[] rgb) {
        var across = new double[FROM][LOW];
        for (int y = 0; y < FROM; y++)
            for (int x = 0; x < FROM; x++) {
                int at = 3 * (y * FROM + x);
                double grey = .299 * (rgb[at] & 0xFF) + .587 * (rgb[at + 1] & 0xFF) + .114 * (rgb[at + 2] & 0xFF);
                for (int k = 0; k < LOW; k++) across[y][k] += grey * COSINE[k][x];
            }
        var low = new double[LOW * LOW];
        for (int y = 0; y < FROM; y++)
            for (int k = 0; k < LOW; k++) for (int l = 0; l < LOW; l++) low[l * LOW + k] += across[y][k] * COSINE[l][y];
        return low;
    }

    /** A mirror image has the odd frequencies across with the other sign. */
    private static long hash(double[] low, boolean mirrored) {
        var signed = low.clone();
        if (mirrored) for (int i = 1; i < signed.length; i += 2) signed[i] = -signed[i];
        var sorted = signed.clone();
        Arrays.sort(sorted);
        double median = (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
        long hash = 0;
        for (int i = 0; i < signed.length; i++) if (signed[i] > median) hash |= 1L << i;
        return hash;
    }

    private static byte[] halved(byte[] rgb) {
        var thumb = new byte[3 * SIDE * SIDE];
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                for (int c = 0; c < 3; c++) {
                    int at = 3 * (2 * y * FROM + 2 * x) + c, sum = 2;
                    for (int step : new int[] {0, 3, 3 * FROM, 3 * FROM + 3}) sum += rgb[at + step] & 0xFF;
                    thumb[3 * (y * SIDE + x) + c] = (byte) (sum / 4);
                }
        return thumb;
    }
}
