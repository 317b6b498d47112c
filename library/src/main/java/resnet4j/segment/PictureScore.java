package resnet4j.segment;

/**
 * How right one picture's pixels are.
 *
 * @param index      of the picture in its dataset
 * @param confusion  [truth][answer] in pixels, row by row
 * @param boundaryF1 of each class, see {@link Outlines}
 */
record PictureScore(int index, String name, long[] confusion, double[] boundaryF1) {
    int classes() {
        return boundaryF1.length;
    }

    /** Twice the pixels that are of a class and taken for it, of all that are and all that are taken; NaN without any. */
    double dice(int c) {
        return dice(confusion, classes(), c);
    }

    static double dice(long[] confusion, int n, int c) {
        long both = 0;
        for (int other = 0; other < n; other++) both += confusion[c * n + other] + confusion[other * n + c];
        return 2.0 * confusion[c * n + c] / both; // 0 / 0 where it is nowhere
    }

    /** Mean of the classes' intersections over unions, of those that occur or were answered; NaN where no pixel counts. */
    double miou() {
        double sum = 0;
        int seen = 0;
        for (int c = 0; c < classes(); c++) {
            double dice = dice(c);
            if (Double.isNaN(dice)) continue;
            sum += dice / (2 - dice);
            seen++;
        }
        return sum / seen;
    }
}
