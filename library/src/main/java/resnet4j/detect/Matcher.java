package resnet4j.detect;

/**
 * Which true box a box stands for: the one that it overlaps most.
 *
 * @param high     least intersection over union of a match
 * @param low      below this it is background; between, it is neither
 * @param bestToo  whether the boxes that overlap a true one most stand for theirs all the same
 */
record Matcher(float high, float low, boolean bestToo) {
    static final int BACKGROUND = -1, NEITHER = -2;

    /** For each box the index of its true one, {@link #BACKGROUND} or {@link #NEITHER}. */
    int[] match(Boxes truth, Boxes boxes) {
        int n = boxes.size();
        var matches = new int[n];
        var closest = new int[n];
        var most = new float[n];
        var best = new float[truth.size()];
        for (int i = 0; i < n; i++) {
            most[i] = Float.NEGATIVE_INFINITY;
            for (int t = 0; t < truth.size(); t++) {
                float overlap = truth.overlap(t, boxes, i);
                best[t] = Math.max(best[t], overlap);
                if (overlap > most[i]) {
                    most[i] = overlap;
                    closest[i] = t;
                }
            }
            matches[i] = most[i] >= high ? closest[i] : most[i] >= low ? NEITHER : BACKGROUND;
        }
        if (!bestToo) return matches;
        for (int i = 0; i < n; i++)
            for (int t = 0; t < truth.size(); t++) if (truth.overlap(t, boxes, i) == best[t]) matches[i] = closest[i];
        return matches;
    }
}
