package resnet4j.image;

import java.util.Arrays;

/**
 * Resizing with Pillow's arithmetic, bit for bit: filters stretched by the scale when shrinking, weights in 22-bit
 * fixed point, one way and then the other ({@link Passes}), with the values between rounded and clipped to bytes.
 *
 * <p>Only the part of the result that is asked for is computed.
 */
public final class Resample {
    private static final int PRECISION = 32 - 8 - 2; // bits of a weight: 8 for the pixel, 2 for overshoot and sign
    private static final int HALF = 1 << (PRECISION - 1);

    private Resample() {}

    /** The whole picture at {@code width} x {@code height} pixels. */
    public static Image resize(Image image, int width, int height, Interpolation interpolation) {
        return resize(image, width, height, 0, 0, width, height, interpolation, Passes.SHRINKING_FIRST);
    }

    /**
     * A window of the resized picture: what {@code resize(image, width, height)} has at columns {@code left} to
     * {@code left + windowWidth} and rows {@code top} to {@code top + windowHeight}.
     *
     * @throws IllegalArgumentException if the window is empty or leaves the resized picture
     */
    public static Image resize(
            Image image,
            int width,
            int height,
            int left,
            int top,
            int windowWidth,
            int windowHeight,
            Interpolation interpolation,
            Passes passes) {
        if (width < 1 || height < 1)
            throw new IllegalArgumentException(
                    "size: expected at least one pixel each way, got " + width + "x" + height);
        if (left < 0
                || top < 0
                || windowWidth < 1
                || windowHeight < 1
                || windowWidth > width - left
                || windowHeight > height - top)
            throw new IllegalArgumentException("window: expected a part of " + width + "x" + height + ", got "
                    + windowWidth + "x" + windowHeight + " at " + left + "," + top);
        if (interpolation == Interpolation.NEAREST)
            return nearest(image, width, height, left, top, windowWidth, windowHeight);
        Weights across = Weights.of(image.width(), width, left, windowWidth, interpolation);
        Weights down = Weights.of(image.height(), height, top, windowHeight, interpolation);
        int firstColumn = across.first[0], columns = across.last() - firstColumn;
        int firstRow = down.first[0], rows = down.last() - firstRow;
        byte[] pixels = image.rgb();
        int at = (firstRow * image.width() + firstColumn) * 3, stride = image.width() * 3;
        if (width == image.width() && height == image.height()) {
            pixels = copy(pixels, at, stride, columns, rows);
        } else if (height == image.height()) {
            pixels = horizontal(pixels, at, stride, rows, across);
        } else if (width == image.width()) {
            pixels = vertical(pixels, at, stride, columns, down);
        } else if (passes.heightFirst(image.width(), image.height(), width, height)) {
            byte[] low = vertical(pixels, at, stride, columns, down); // [windowHeight, columns, 3]
            pixels = horizontal(low, 0, columns * 3, windowHeight, across);
        } else {
            byte[] narrow = horizontal(pixels, at, stride, rows, across); // [rows, windowWidth, 3]
            pixels = vertical(narrow, 0, windowWidth * 3, windowWidth, down);
        }
        return new Image(windowWidth, windowHeight, pixels);
    }

    /**
     * For each of {@code first.length} result pixels, {@code taps} source pixels from {@code first} on and their
     * weights. Pillow's numbers of source pixels vary; filled up with weights of 0 to one number, the inner loops run
     * without mispredicted branches.
     */
    private record Weights(int[] first, int taps, int[] weights) {

        static Weights of(int in, int out, int from, int size, Interpolation filter) {
            int[] first = new int[size];
            if (in == out) { // untouched: one source pixel each
                for (int i = 0; i < size; i++) first[i] = from + i;
                return new Weights(first, 1, new int[0]);
            }
            double scale = (double) in / out;
            double stretch = Math.max(scale, 1);
            double support = filter.support * stretch;
            double inverse = 1 / stretch;
            int taps = 0;
            for (int i = 0; i < size; i++) {
                double centre = (from + i + 0.5) * scale;
                taps = Math.max(taps, end(centre, support, in) - start(centre, support));
            }
            int[] weights = new int[Math.multiplyExact(size, taps)];
            double[] w = new double[taps];
            for (int i = 0; i < size; i++) {
                double centre = (from + i + 0.5) * scale;
                int start = start(centre, support);
                int count = end(centre, support, in) - start;
                double sum = 0;
                for (int k = 0; k < count; k++) {
                    w[k] = filter.weight((k + start - centre + 0.5) * inverse);
                    sum += w[k];
                }
                first[i] = Math.min(start, in - taps);
                int to = i * taps + start - first[i];
                for (int k = 0; k < count; k++) {
                    double share = sum != 0 ? w[k] / sum : w[k];
                    weights[to + k] = (int) (Math.copySign(0.5, share) + share * (1 << PRECISION));
                }
            }
            return new Weights(first, taps, weights);
        }

        private static int start(double centre, double support) {
            return Math.max((int) (centre - support + 0.5), 0);
        }

        private static int end(double centre, double support, int in) {
            return Math.min((int) (centre + support + 0.5), in);
        }

        int size() {
            return first.length;
        }

        /** The source pixel after the last one needed. */
        int last() {
            return first[first.length - 1] + taps;
        }
    }

    private static byte[] copy(byte[] in, int at, int stride, int columns, int rows) {
        byte[] out = new byte[Math.multiplyExact(rows * 3, columns)];
        for (int y = 0; y < rows; y++) System.arraycopy(in, at + y * stride, out, y * columns * 3, columns * 3);
        return out;
    }

    /** @param start where the first pixel that is needed lies, in the first row; {@code stride} bytes to the next row */
    private static byte[] horizontal(byte[] in, int start, int stride, int rows, Weights across) {
        byte[] out = new byte[Math.multiplyExact(rows * 3, across.size())];
        int[] weights = across.weights;
        int taps = across.taps;
        int to = 0;
        for (int y = 0; y < rows; y++) {
            int row = start + y * stride;
            for (int x = 0; x < across.size(); x++) {
                int at = row + (across.first[x] - across.first[0]) * 3;
                int red = HALF, green = HALF, blue = HALF;
                for (int k = 0; k < taps; k++, at += 3) {
                    int w = weights[x * taps + k];
                    red += (in[at] & 255) * w;
                    green += (in[at + 1] & 255) * w;
                    blue += (in[at + 2] & 255) * w;
                }
                out[to] = clip(red);
                out[to + 1] = clip(green);
                out[to + 2] = clip(blue);
                to += 3;
            }
        }
        return out;
    }

    private static byte[] vertical(byte[] in, int start, int stride, int columns, Weights down) {
        int row = columns * 3;
        byte[] out = new byte[Math.multiplyExact(row, down.size())];
        int[] sums = new int[row];
        for (int y = 0; y < down.size(); y++) {
            Arrays.fill(sums, HALF);
            for (int k = 0; k < down.taps; k++) {
                int w = down.weights[y * down.taps + k];
                if (w == 0) continue;
                int at = start + (down.first[y] - down.first[0] + k) * stride;
                for (int i = 0; i < row; i++) sums[i] += (in[at + i] & 255) * w;
            }
            int to = y * row;
            for (int i = 0; i < row; i++) out[to + i] = clip(sums[i]);
        }
        return out;
    }

    private static byte clip(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
    }

    private static Image nearest(Image image, int width, int height, int left, int top, int w, int h) {
        int[] columns = nearest(image.width(), width, left, w);
        int[] rows = nearest(image.height(), height, top, h);
        byte[] in = image.rgb(), out = new byte[Math.multiplyExact(w * 3, h)];
        int to = 0;
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++, to += 3)
                System.arraycopy(in, (rows[y] * image.width() + columns[x]) * 3, out, to, 3);
        return new Image(w, h, out);
    }

    private static int[] nearest(int in, int out, int from, int size) {
        int[] source = new int[size];
        double step = (double) in / out;
        double at = step * 0.5; // summed step by step, as Pillow does: the rounding is part of the result
        for (int i = 0; i < from + size; i++, at += step) if (i >= from) source[i - from] = Math.min((int) at, in - 1);
        return source;
    }
}
