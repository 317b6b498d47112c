package resnet4j.explain;

import java.util.Arrays;

/**
 * How much each place of a picture counts.
 *
 * @param values row by row, {@code height * width}
 */
public record Heat(int height, int width, float[] values) {
    public Heat {
        if (values.length != height * width)
            throw new IllegalArgumentException(
                    "values: expected " + height + "x" + width + " numbers, got " + values.length);
    }

    /** From 0, the least, to 1, the most; 0 everywhere if all are alike. As pytorch-grad-cam's {@code scale_cam_image}. */
    public Heat scaled() {
        float least = Float.POSITIVE_INFINITY, most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        var scaled = new float[values.length];
        for (int i = 0; i < scaled.length; i++) scaled[i] = (values[i] - least) / (1e-7f + most - least);
        return new Heat(height, width, scaled);
    }

    /** Without what is below 0. */
    Heat positive() {
        var positive = new float[values.length];
        for (int i = 0; i < positive.length; i++) positive[i] = Math.max(0, values[i]);
        return new Heat(height, width, positive);
    }

    /** Bilinear, with pixels as squares (OpenCV's and PyTorch's default): no antialiasing. */
    public Heat resized(int height, int width) {
        return resized(height, width, false);
    }

    /** @param corners whether the centres of the corners meet (PyTorch's {@code align_corners}) */
    Heat resized(int height, int width, boolean corners) {
        var out = new float[height * width];
        for (int y = 0; y < height; y++) {
            double fromY = place(y, this.height, height, corners);
            int y0 = (int) fromY, y1 = Math.min(y0 + 1, this.height - 1);
            for (int x = 0; x < width; x++) {
                double fromX = place(x, this.width, width, corners);
                int x0 = (int) fromX, x1 = Math.min(x0 + 1, this.width - 1);
                double right = fromX - x0, below = fromY - y0;
                double top = at(y0, x0) * (1 - right) + at(y0, x1) * right;
                double bottom = at(y1, x0) * (1 - right) + at(y1, x1) * right;
                out[y * width + x] = (float) (top * (1 - below) + bottom * below);
            }
        }
        return new Heat(height, width, out);
    }

    private static double place(int at, int from, int to, boolean corners) {
        if (corners) return to == 1 ? 0 : (double) at * (from - 1) / (to - 1);
        return Math.min(Math.max((at + .5) * from / to - .5, 0), from - 1);
    }

    public float at(int y, int x) {
        return values[y * width + x];
    }

    /** The place that counts most: y, x. */
    public int[] peak() {
        int best = largest(values);
        return new int[] {best / width, best % width};
    }

    /** Where the largest value stands; the first of equal ones. */
    static int largest(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
        return best;
    }

    /** The share of what is above 0 that lies {@code where} something is; 0 if nothing is above 0. */
    public double inside(boolean[] where) {
        double in = 0, all = 0;
        for (int i = 0; i < values.length; i++) {
            double value = Math.max(0, values[i]);
            all += value;
            if (where[i]) in += value;
        }
        return all == 0 ? 0 : in / all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Heat heat
                && height == heat.height
                && width == heat.width
                && Arrays.equals(values, heat.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Heat[" + height + "x" + width + "]";
    }
}
