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
        var columns = new TwoNearest(height * width);
        for (int x = 0; x < width; x++) {
            column(things, x, 0, 1, columns, far);
            column(things, x, height - 1, -1, columns, far);
        }
        var pixel = new TwoNearest(1);
        for (int y = 0, at = 0; y < height; y++)
            for (int x = 0; x < width; x++, at++) {
                if (labels[from + at] != 0) continue;
                pixel.clear();
                // from the pixel outwards, as far as something nearer than the second nearest may be
                for (int d = 0; d <= far && d * d < Math.min(pixel.second[0], far * far + 1); d++) {
                    if (x >= d) pixel.offer(0, columns, at - d, d * d);
                    if (d > 0 && x + d < width) pixel.offer(0, columns, at + d, d * d);
                }
                if (pixel.second[0] > far * far) continue;
                double sum = Math.sqrt(pixel.first[0]) + Math.sqrt(pixel.second[0]);
                all[from + at] = (float) (weight * Math.exp(-sum * sum / (2 * sigma * sigma)));
            }
    }

    /** Down or up a column: to each pixel the two last things that were met, no further than {@code far}. */
    private void column(int[] things, int x, int from, int step, TwoNearest nearest, int far) {
        int last = NONE, lastAt = 0, former = NONE, formerAt = 0;
        for (int y = from; y >= 0 && y < height; y += step) {
            int at = y * width + x;
            if (things[at] != NONE) {
                if (things[at] != last) {
                    former = last;
                    formerAt = lastAt;
                }
                last = things[at];
                lastAt = y;
            }
            if (last != NONE && Math.abs(y - lastAt) <= far) nearest.offer(at, last, (y - lastAt) * (y - lastAt));
            if (former != NONE && Math.abs(y - formerAt) <= far)
                nearest.offer(at, former, (y - formerAt) * (y - formerAt));
        }
    }

    /** The nearest thing of each place and the nearest other one, with the squares of their distances. */
    private static final class TwoNearest {
        private final int[] first, second, thing, other;

        TwoNearest(int places) {
            first = new int[places];
            second = new int[places];
            thing = new int[places];
            other = new int[places];
            clear();
        }

        void clear() {
            Arrays.fill(first, Integer.MAX_VALUE);
            Arrays.fill(second, Integer.MAX_VALUE);
            Arrays.fill(thing, NONE);
            Arrays.fill(other, NONE);
        }

        void offer(int at, int number, int square) {
            if (number == thing[at]) {
                first[at] = Math.min(first[at], square);
            } else if (square < first[at]) {
                second[at] = first[at];
                other[at] = thing[at];
                first[at] = square;
                thing[at] = number;
            } else if (square < second[at]) {
                second[at] = square;
                other[at] = number;
            }
        }

        /** What another place has, further away by a square. */
        void offer(int at, TwoNearest place, int of, int more) {
            if (place.thing[of] != NONE) offer(at, place.thing[of], place.first[of] + more);
            if (place.other[of] != NONE) offer(at, place.other[of], place.second[of] + more);
        }
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
