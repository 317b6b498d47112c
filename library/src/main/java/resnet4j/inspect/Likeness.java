package resnet4j.inspect;

/**
 * How much of one picture is in another, from their thumbs: the correlation of their edges in grey, at the best of the
 * shifts by a pixel of the thumb, as it is or mirrored. Edges, and not brightness: skies are alike and their aeroplanes are
 * not.
 */
final class Likeness {
    private static final int SIDE = Fingerprint.SIDE, SHIFT = 1;

    private Likeness() {}

    /** 1 for the same picture, about 0 for two that have nothing to do with each other; 0 for one without edges. */
    static double of(Fingerprint a, Fingerprint b, boolean mirrored) {
        var x = edges(a.thumb(), false);
        var y = edges(b.thumb(), mirrored);
        double best = 0;
        for (int dy = -SHIFT; dy <= SHIFT; dy++)
            for (int dx = -SHIFT; dx <= SHIFT; dx++) best = Math.max(best, correlation(x, y, dx, dy));
        return best;
    }

    /** Of each pixel, how much brighter it is than the mean of its surroundings, 5x5 pixels. */
    private static float[] edges(byte[] thumb, boolean mirrored) {
        var grey = new float[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                int at = 3 * (y * SIDE + x);
                grey[y * SIDE + (mirrored ? SIDE - 1 - x : x)] =
                        .299f * (thumb[at] & 0xFF) + .587f * (thumb[at + 1] & 0xFF) + .114f * (thumb[at + 2] & 0xFF);
            }
        var edges = new float[grey.length];
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                float sum = 0;
                int n = 0;
                for (int v = Math.max(0, y - 2); v <= Math.min(SIDE - 1, y + 2); v++)
                    for (int u = Math.max(0, x - 2); u <= Math.min(SIDE - 1, x + 2); u++, n++)
                        sum += grey[v * SIDE + u];
                edges[y * SIDE + x] = grey[y * SIDE + x] - sum / n;
            }
        return edges;
    }

    /** Where both are, if the second is moved. */
    private static double correlation(float[] a, float[] b, int dx, int dy) {
        double ab = 0, aa = 0, bb = 0;
        for (int y = Math.max(0, -dy); y < Math.min(SIDE, SIDE - dy); y++)
            for (int x = Math.max(0, -dx); x < Math.min(SIDE, SIDE - dx); x++) {
                float p = a[y * SIDE + x], q = b[(y + dy) * SIDE + x + dx];
                ab += p * q;
                aa += p * p;
                bb += q * q;
            }
        double least = SIDE * SIDE; // a grey level of edges: what is flatter is noise
        return aa < least || bb < least ? 0 : ab / Math.sqrt(aa * bb);
    }
}
