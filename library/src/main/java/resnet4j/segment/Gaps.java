package resnet4j.segment;

import java.util.ArrayDeque;
import java.util.Arrays;
import resnet4j.image.LabelMap;

/**
 * How much more pixels of class 0 count where two things are near: {@code weight exp(-(d1 + d2)^2 / (2 sigma^2))}, d1 and d2
 * the distances to the nearest and the second nearest thing. Ronneberger et al. 2015, arXiv:1505.04597, equation 2.
 *
 * <p>A thing is what hangs together, over corners too, of pixels of one class other than 0. What is further than four sigma
 * away does not count.
 */
record Gaps(int height, int width, double weight, double sigma) {
    private static final int SIGMAS = 4; // exp(-8) of the weight is left there
    private static final int NONE = -1;

    /** @param labels of pictures, one after another */
    float[] of(long[] labels) {
        var all = new float[labels.length];
        for (int from = 0; from < labels.length; from += height * width) add(labels, from, all);
        return all;
    }

    private void add(long[] labels, int from, float[] all) {
        var things = things(labels, from);
        int far = (int) (SIGMAS * sigma);
        // squares of distances to the nearest thing, and to the nearest other one
        var first = new int[height * width];
        var second = new int[height * width];
        var nearest = new int[height * width];
        Arrays.fill(first, Integer.MAX_VALUE);
        Arrays.fill(second, Integer.MAX_VALUE);
        Arrays.fill(nearest, NONE);
        for (int y = 0, at = 0; y < height; y++)
            for (int x = 0; x < width; x++, at++) {
                if (things[at] == NONE || !onRim(things, x, y)) continue;
                for (int py = Math.max(0, y - far); py <= Math.min(height - 1, y + far); py++)
                    for (int px = Math.max(0, x - far); px <= Math.min(width - 1, x + far); px++) {
                        int place = py * width + px;
                        if (labels[from + place] != 0) continue;
                        int square = (px - x) * (px - x) + (py - y) * (py - y);
                        if (square > far * far) continue;
                        if (nearest[place] == things[at]) {
                            first[place] = Math.min(first[place], square);
                        } else if (square < first[place]) {
                            second[place] = first[place];
                            first[place] = square;
                            nearest[place] = things[at];
                        } else {
                            second[place] = Math.min(second[place], square);
                        }
                    }
            }
        for (int i = 0; i < first.length; i++) {
            if (second[i] == Integer.MAX_VALUE) continue;
            double sum = Math.sqrt(first[i]) + Math.sqrt(second[i]);
            all[from + i] = (float) (weight * Math.exp(-sum * sum / (2 * sigma * sigma)));
        }
    }

    /** Whether a pixel has another thing's, or none's, above, below or beside it: the nearest ones from outside do. */
    private boolean onRim(int[] things, int x, int y) {
        int at = y * width + x, own = things[at];
        return x > 0 && things[at - 1] != own
                || x < width - 1 && things[at + 1] != own
                || y > 0 && things[at - width] != own
                || y < height - 1 && things[at + width] != own;
    }

    /** The number of the thing that each pixel belongs to, or {@link #NONE}. */
    private int[] things(long[] labels, int from) {
        var things = new int[height * width];
        Arrays.fill(things, NONE);
        var open = new ArrayDeque<Integer>();
        for (int start = 0, number = 0; start < things.length; start++) {
            if (things[start] != NONE || !isThing(labels[from + start])) continue;
            things[start] = number;
            open.add(start);
            while (!open.isEmpty()) {
                int at = open.remove(), x = at % width, y = at / width;
                for (int py = Math.max(0, y - 1); py <= Math.min(height - 1, y + 1); py++)
                    for (int px = Math.max(0, x - 1); px <= Math.min(width - 1, x + 1); px++) {
                        int place = py * width + px;
                        if (things[place] != NONE || labels[from + place] != labels[from + at]) continue;
                        things[place] = number;
                        open.add(place);
                    }
            }
            number++;
        }
        return things;
    }

    private static boolean isThing(long label) {
        return label != 0 && label != LabelMap.IGNORED;
    }
}
