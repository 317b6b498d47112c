package resnet4j.detect;

import java.util.Arrays;
import java.util.List;

/**
 * A mask as COCO keeps it: run lengths of zeros and ones in turn, column by column from the left, each from the top. Two
 * masks meet by walking their runs; pixels are never laid out.
 */
public final class Rle {
    private static final int SUBPIXELS = 5; // COCO draws an outline at five times the resolution, then thins it
    private static final double MOST = 1e6; // an outline's points are laid out

    private final int height;
    private final int width;
    private final int[] runs; // of zeros first; the sum is height * width

    private Rle(int height, int width, int[] runs) {
        this.height = height;
        this.width = width;
        this.runs = runs;
    }

    /**
     * A mask of given runs.
     *
     * @throws IllegalArgumentException if a run is negative or they do not fill the picture
     */
    public static Rle of(int height, int width, int... runs) {
        long sum = 0;
        for (int run : runs) {
            if (run < 0) throw new IllegalArgumentException("counts: expected runs of at least 0, got " + run);
            sum += run;
        }
        if (height < 0 || width < 0 || sum != (long) height * width)
            throw new IllegalArgumentException("counts: expected runs of " + height + "x" + width + " = "
                    + (long) height * width + " pixels, got " + sum);
        return new Rle(height, width, runs.clone());
    }

    /**
     * A mask from COCO's text: each run, from the third on less the one before the last, in groups of five bits, lowest
     * first, as characters from {@code '0'} on; a group's sixth bit says that another follows.
     */
    public static Rle parse(int height, int width, String text) {
        int[] runs = new int[text.length()];
        int n = 0;
        for (int at = 0; at < text.length(); n++) {
            long value = 0;
            int shift = 0;
            int group;
            do {
                if (at == text.length()) throw new IllegalArgumentException("counts: the text ends within a run");
                group = text.charAt(at++) - '0';
                if (group < 0 || group > 63 || shift > 30)
                    throw new IllegalArgumentException("counts: expected COCO's compressed runs, got another text");
                value |= (long) (group & 31) << shift;
                shift += 5;
            } while ((group & 32) != 0);
            if ((group & 16) != 0) value |= -1L << shift;
            if (n > 2) value += runs[n - 2];
            if (value < 0 || value > Integer.MAX_VALUE)
                throw new IllegalArgumentException("counts: expected runs of at least 0, got " + value);
            runs[n] = (int) value;
        }
        return of(height, width, Arrays.copyOf(runs, n));
    }

    /** The text that {@link #parse} reads. */
    public String text() {
        var text = new StringBuilder();
        for (int i = 0; i < runs.length; i++) {
            long rest = i > 2 ? (long) runs[i] - runs[i - 2] : runs[i];
            boolean more;
            do {
                int group = (int) (rest & 31);
                rest >>= 5;
                more = (group & 16) != 0 ? rest != -1 : rest != 0;
                text.append((char) ('0' + (more ? group | 32 : group)));
            } while (more);
        }
        return text.toString();
    }

    /** The union of polygons. */
    public static Rle ofPolygons(int height, int width, List<double[]> polygons) {
        return union(polygons.stream().map(p -> ofPolygon(height, width, p)).toList(), height, width);
    }

    /**
     * The pixels within a polygon, as COCO fills it.
     *
     * @param xy corners, x and y in turn, in pixels from the upper left corner of the picture; four numbers are a box
     */
    public static Rle ofPolygon(int height, int width, double... xy) {
        if (xy.length == 4) return ofBox(height, width, xy);
        if (xy.length < 6 || xy.length % 2 != 0)
            throw new IllegalArgumentException(
                    "polygon: expected x and y of at least three corners, got " + xy.length + " numbers");
        for (double corner : xy)
            if (!(Math.abs(corner) <= MOST))
                throw new IllegalArgumentException(
                        "polygon: expected corners within " + (int) MOST + " pixels, got " + corner);
        return fill(height, width, outline(xy));
    }

    /** The pixels within a box of x, y, width and height. */
    public static Rle ofBox(int height, int width, double... box) {
        double x = box[0], y = box[1], right = x + box[2], bottom = y + box[3];
        return ofPolygon(height, width, x, y, x, bottom, right, bottom, right, y);
    }

    /** The points of the closed outline in subpixels: x in the first row, y in the second. */
    private static int[][] outline(double[] xy) {
        int corners = xy.length / 2;
        int[] x = new int[corners + 1], y = new int[corners + 1];
        for (int i = 0; i < corners; i++) {
            x[i] = (int) (SUBPIXELS * xy[2 * i] + .5);
            y[i] = (int) (SUBPIXELS * xy[2 * i + 1] + .5);
        }
        x[corners] = x[0];
        y[corners] = y[0];
        int points = 0;
        for (int i = 0; i < corners; i++)
            points = Math.addExact(points, Math.max(Math.abs(x[i + 1] - x[i]), Math.abs(y[i + 1] - y[i])) + 1);
        int[][] outline = new int[2][points];
        int n = 0;
        for (int i = 0; i < corners; i++) {
            int dx = Math.abs(x[i + 1] - x[i]), dy = Math.abs(y[i + 1] - y[i]);
            boolean flat = dx >= dy; // a step is a column, otherwise a row
            boolean back = flat ? x[i] > x[i + 1] : y[i] > y[i + 1]; // rounding goes from the left, or from the top
            int from = back ? i + 1 : i, to = back ? i : i + 1;
            int steps = flat ? dx : dy;
            double slope = flat ? (double) (y[to] - y[from]) / dx : (double) (x[to] - x[from]) / dy;
            for (int step = 0; step <= steps; step++, n++) {
                int t = back ? steps - step : step;
                outline[0][n] = flat ? x[from] + t : (int) (x[from] + slope * t + .5);
                outline[1][n] = flat ? (int) (y[from] + slope * t + .5) : y[from] + t;
            }
        }
        return outline;
    }

    /** Where the outline crosses the centre of a column, pixels turn from outside to inside or back. */
    private static Rle fill(int height, int width, int[][] outline) {
        int[] x = outline[0], y = outline[1];
        int[] turns = new int[x.length + 1];
        int n = 0;
        for (int i = 1; i < x.length; i++) {
            if (x[i] == x[i - 1]) continue;
            double column = ((x[i] < x[i - 1] ? x[i] : x[i] - 1) + .5) / SUBPIXELS - .5;
            if (Math.floor(column) != column || column < 0 || column > width - 1) continue;
            double row = (Math.min(y[i], y[i - 1]) + .5) / SUBPIXELS - .5;
            row = Math.ceil(Math.min(Math.max(row, 0), height));
            turns[n++] = (int) column * height + (int) row;
        }
        turns[n++] = height * width;
        Arrays.sort(turns, 0, n);
        int[] runs = new int[n];
        int last = 0, m = 0;
        for (int i = 0; i < n; i++) { // two turns at one pixel undo each other
            int run = turns[i] - last;
            last = turns[i];
            if (run > 0 || m == 0) runs[m++] = run;
            else if (++i < n) {
                runs[m - 1] += turns[i] - last;
                last = turns[i];
            }
        }
        return new Rle(height, width, Arrays.copyOf(runs, m));
    }

    /** The pixels in any of {@code masks}, all of one size. */
    public static Rle union(List<Rle> masks, int height, int width) {
        var all = new Rle(height, width, new int[] {height * width});
        for (var mask : masks) all = all.joined(mask, false);
        return all;
    }

    /** The pixels in both. */
    public Rle intersection(Rle other) {
        return joined(other, true);
    }

    private Rle joined(Rle other, boolean both) {
        if (other.height != height || other.width != width)
            throw new IllegalArgumentException(
                    "mask: expected " + height + "x" + width + " pixels, got " + other.height + "x" + other.width);
        int[] joined = new int[runs.length + other.runs.length + 1];
        int n = 0, i = 0, j = 0, left = first(runs), right = first(other.runs), run = 0;
        boolean was = false;
        while (i < runs.length && j < other.runs.length) {
            int step = Math.min(left, right);
            boolean a = (i & 1) == 1, b = (j & 1) == 1, is = both ? a && b : a || b;
            if (is != was && step > 0) {
                joined[n++] = run;
                run = 0;
                was = is;
            }
            run += step;
            left -= step;
            right -= step;
            if (left == 0 && ++i < runs.length) left = runs[i];
            if (right == 0 && ++j < other.runs.length) right = other.runs[j];
        }
        joined[n++] = run;
        return new Rle(height, width, Arrays.copyOf(joined, n));
    }

    private static int first(int[] runs) {
        return runs.length == 0 ? 0 : runs[0];
    }

    /** How many pixels are in both. */
    private long common(Rle other) {
        long common = 0;
        int i = 0, j = 0, left = first(runs), right = first(other.runs);
        while (i < runs.length && j < other.runs.length) {
            int step = Math.min(left, right);
            if ((i & j & 1) == 1) common += step;
            left -= step;
            right -= step;
            if (left == 0 && ++i < runs.length) left = runs[i];
            if (right == 0 && ++j < other.runs.length) right = other.runs[j];
        }
        return common;
    }

    /** How many pixels it has. */
    public long area() {
        long area = 0;
        for (int i = 1; i < runs.length; i += 2) area += runs[i];
        return area;
    }

    /** The smallest box around the pixels: x, y, width, height; four zeros if there are none. */
    public double[] box() {
        int left = width, top = height, right = -1, bottom = -1, at = 0;
        for (int i = 0; i < runs.length; at += runs[i++]) {
            if ((i & 1) == 0 || runs[i] == 0) continue;
            int end = at + runs[i] - 1, from = at / height, to = end / height;
            left = Math.min(left, from);
            right = Math.max(right, to);
            top = Math.min(top, from == to ? at % height : 0);
            bottom = Math.max(bottom, from == to ? end % height : height - 1);
        }
        return right < 0 ? new double[4] : new double[] {left, top, right - left + 1, bottom - top + 1};
    }

    /**
     * Intersection over union; over this mask's own area where {@code truth} is a crowd, of which one thing is only a
     * part.
     */
    public double overlap(Rle truth, boolean crowd) {
        if (truth.height != height || truth.width != width)
            throw new IllegalArgumentException("mask: expected " + truth.height + "x" + truth.width
                    + " pixels as its truth has, got " + height + "x" + width);
        long common = common(truth);
        if (common == 0) return 0;
        return (double) common / (crowd ? area() : area() + truth.area() - common);
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** The runs, zeros first. */
    public int[] runs() {
        return runs.clone();
    }

    /** The mask row by row: 1 in it, 0 outside. */
    public byte[] pixels() {
        byte[] pixels = new byte[Math.multiplyExact(height, width)];
        int at = 0;
        for (int i = 0; i < runs.length; i++)
            for (int end = at + runs[i]; at < end; at++)
                if ((i & 1) == 1) pixels[at % height * width + at / height] = 1;
        return pixels;
    }

    /** The mask of pixels row by row: any but 0 is in it. */
    public static Rle ofPixels(int height, int width, byte[] pixels) {
        int[] runs = new int[height * width + 1];
        int n = 0;
        boolean in = false;
        for (int i = 0; i < height * width; i++) {
            boolean is = pixels[i % height * width + i / height] != 0;
            if (is != in) {
                n++;
                in = is;
            }
            runs[n]++;
        }
        return new Rle(height, width, Arrays.copyOf(runs, n + 1));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rle rle
                && height == rle.height
                && width == rle.width
                && Arrays.equals(pixelRuns(), rle.pixelRuns());
    }

    /** Without runs of nothing, so that one mask has one form. */
    private int[] pixelRuns() {
        return joined(this, true).runs;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pixelRuns());
    }

    @Override
    public String toString() {
        return height + "x" + width + " " + text();
    }
}
