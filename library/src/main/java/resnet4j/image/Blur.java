package resnet4j.image;

/**
 * Gaussian blur as Pillow makes it: three times the mean of a window along each row, then along each column, whose outermost
 * pixels count for a part. Gwosdek et al. 2011, "Theoretical foundations of Gaussian convolution by extended box filtering".
 */
final class Blur {
    private static final int PASSES = 3;

    private Blur() {}

    static byte[] of(Image image, double deviation) {
        float radius = radius((float) deviation);
        byte[] rgb = image.rgb().clone();
        if (radius == 0) return rgb;
        int whole = (int) radius;
        long weight = (long) ((1 << 24) / (radius * 2 + 1)), part = ((1 << 24) - (whole * 2 + 1) * weight) / 2;
        int width = image.width(), height = image.height(), row = 3 * width;
        var line = new int[Math.max(width, height)];
        for (int y = 0; y < height; y++)
            for (int c = 0; c < 3; c++) line(rgb, y * row + c, 3, width, line, whole, weight, part);
        for (int x = 0; x < row; x++) line(rgb, x, row, height, line, whole, weight, part);
        return rgb;
    }

    /** That three such windows have a standard deviation of; Pillow computes it in 32-bit floats. */
    private static float radius(float deviation) {
        float variance = deviation * deviation / PASSES;
        float length = (float) Math.sqrt(12.0 * variance + 1.0);
        float whole = (float) Math.floor((length - 1.0) / 2.0);
        float part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
        part /= 6 * (variance - (whole + 1) * (whole + 1));
        return whole + part;
    }

    private static void line(byte[] rgb, int from, int step, int n, int[] in, int radius, long weight, long part) {
        for (int pass = 0; pass < PASSES; pass++) {
            for (int i = 0; i < n; i++) in[i] = rgb[from + i * step] & 255;
            int last = n - 1;
            long sum = 0;
            for (int i = -radius - 1; i < radius; i++) sum += in[within(i, last)]; // of the place before the first
            for (int i = 0; i < n; i++) {
                sum += in[within(i + radius, last)] - in[within(i - radius - 1, last)];
                long outer = in[within(i - radius - 1, last)] + in[within(i + radius + 1, last)];
                rgb[from + i * step] = (byte) ((sum * weight + outer * part + (1 << 23)) >> 24);
            }
        }
    }

    private static int within(int place, int last) {
        return Math.max(0, Math.min(last, place));
    }
}
