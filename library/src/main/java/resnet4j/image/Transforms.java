package resnet4j.image;

/** Pure functions from picture to picture, out of which augmentations are made. */
public final class Transforms {
    private Transforms() {}

    /** What lies outside a picture. */
    public enum Padding {
        /** Black. */
        ZERO,
        /** The picture mirrored at its edge pixels, which are not repeated: {@code c b | a b c | b a}. */
        REFLECT
    }

    /**
     * The window of {@code width} x {@code height} pixels whose left upper corner is at {@code x, y}, which may lie
     * outside the picture.
     *
     * @throws IllegalArgumentException for {@link Padding#REFLECT} further outside than the picture is wide or high
     */
    public static Image crop(Image image, int x, int y, int width, int height, Padding padding) {
        if (x == 0 && y == 0 && width == image.width() && height == image.height()) return image;
        if (width < 1 || height < 1)
            throw new IllegalArgumentException(
                    "crop: expected at least one pixel each way, got " + width + "x" + height);
        byte[] in = image.rgb(), out = new byte[Math.multiplyExact(width * 3, height)];
        int[] columns = source(image.width(), x, width, padding);
        int[] rows = source(image.height(), y, height, padding);
        int inside = Math.max(0, -x); // columns inside the picture are one run, copied at once
        int run = Math.max(0, Math.min(x + width, image.width()) - Math.max(x, 0));
        for (int r = 0; r < height; r++) {
            if (rows[r] < 0) continue;
            int from = rows[r] * image.width() * 3, to = r * width * 3;
            if (run > 0) System.arraycopy(in, from + (x + inside) * 3, out, to + inside * 3, run * 3);
            for (int c = 0; c < width; c++) {
                if (c == inside && run > 0) c += run;
                if (c < width && columns[c] >= 0) System.arraycopy(in, from + columns[c] * 3, out, to + c * 3, 3);
            }
        }
        return new Image(width, height, out);
    }

    /** The source of each of {@code count} positions from {@code start} on, -1 for black. */
    private static int[] source(int size, int start, int count, Padding padding) {
        int[] source = new int[count];
        for (int i = 0; i < count; i++) {
            int at = start + i;
            if (at < 0 || at >= size) {
                if (padding == Padding.ZERO) at = -1;
                else {
                    at = at < 0 ? -at : 2 * (size - 1) - at;
                    if (at < 0 || at >= size)
                        throw new IllegalArgumentException("crop: expected at most " + (size - 1)
                                + " pixels of reflection at a side of " + size + ", got a window from " + start
                                + " to " + (start + count));
                }
            }
            source[i] = at;
        }
        return source;
    }

    /** Left and right exchanged. */
    public static Image flip(Image image) {
        int width = image.width();
        byte[] in = image.rgb(), out = new byte[in.length];
        for (int row = 0; row < in.length; row += width * 3)
            for (int x = 0; x < width; x++) {
                int from = row + x * 3, to = row + (width - 1 - x) * 3;
                out[to] = in[from];
                out[to + 1] = in[from + 1];
                out[to + 2] = in[from + 2];
            }
        return new Image(width, image.height(), out);
    }

    /** The window at {@code x, y} of {@code width} x {@code height} pixels, inside the picture, brought to a new size. */
    public static Image resizedCrop(
            Image image, int x, int y, int width, int height, int toWidth, int toHeight, Interpolation interpolation) {
        if (x < 0 || y < 0 || width > image.width() - x || height > image.height() - y)
            throw new IllegalArgumentException("crop: expected a window inside " + image.width() + "x" + image.height()
                    + ", got " + width + "x" + height + " at " + x + "," + y);
        return Resample.resize(crop(image, x, y, width, height, Padding.ZERO), toWidth, toHeight, interpolation);
    }

    /**
     * Turned counter-clockwise about the centre by {@code degrees}, at the same size, as Pillow's {@code rotate} does.
     *
     * @param interpolation nearest or bilinear
     * @param fill          the colour of pixels that come from outside, {@code 0xRRGGBB}
     */
    public static Image rotate(Image image, double degrees, Interpolation interpolation, int fill) {
        if (!Double.isFinite(degrees))
            throw new IllegalArgumentException("degrees: expected a finite angle, got " + degrees);
        if (interpolation == Interpolation.BICUBIC)
            throw new IllegalArgumentException("interpolation: expected nearest or bilinear, got bicubic");
        int width = image.width(), height = image.height();
        double angle = degrees - Math.floor(degrees / 360) * 360;
        if (angle == 0) return image;
        if (angle == 180) return Exif.upright(image, 3);
        if (width == height && angle == 90) return Exif.upright(image, 8);
        if (width == height && angle == 270) return Exif.upright(image, 6);
        // Source of a pixel's centre: x = cos*(u - cx) + sin*(v - cy) + cx, y = -sin*(u - cx) + cos*(v - cy) + cy.
        double cos = rounded(Math.cos(-Math.toRadians(angle))), sin = rounded(Math.sin(-Math.toRadians(angle)));
        double cx = width / 2.0, cy = height / 2.0;
        double x0 = cos * -cx + sin * -cy + cx, y0 = -sin * -cx + cos * -cy + cy;
        byte[] out = new byte[image.rgb().length];
        for (int i = 0; i < out.length; i += 3) {
            out[i] = (byte) (fill >> 16);
            out[i + 1] = (byte) (fill >> 8);
            out[i + 2] = (byte) fill;
        }
        if (interpolation == Interpolation.NEAREST) nearest(image, out, cos, sin, x0, -sin, cos, y0);
        else rotateBilinear(image, out, cos, sin, x0, y0);
        return new Image(width, height, out);
    }

    /** Pillow rounds so that a right angle's cosine is 0. */
    private static double rounded(double value) {
        return Math.rint(value * 1e15) / 1e15;
    }

    /**
     * At the same size, the pixel at column u and row v from {@code x = a*u + b*v + c}, {@code y = d*u + e*v + f}, black
     * from outside: Pillow's {@code transform} with {@code AFFINE} and {@code NEAREST}.
     */
    static Image affine(Image image, double a, double b, double c, double d, double e, double f) {
        byte[] out = new byte[image.rgb().length];
        nearest(image, out, a, b, c, d, e, f);
        return new Image(image.width(), image.height(), out);
    }

    /** In 16-bit fixed point, summed from pixel to pixel, as Pillow does. */
    private static void nearest(Image image, byte[] out, double a, double b, double c, double d, double e, double f) {
        byte[] in = image.rgb();
        int width = image.width(), height = image.height();
        long right = fixed(a), down = fixed(b), rightY = fixed(d), downY = fixed(e);
        long rowX = fixed(c + a * 0.5 + b * 0.5), rowY = fixed(f + d * 0.5 + e * 0.5);
        for (int v = 0, to = 0; v < height; v++, rowX += down, rowY += downY) {
            long x = rowX, y = rowY;
            for (int u = 0; u < width; u++, to += 3, x += right, y += rightY) {
                long column = x >> 16, row = y >> 16;
                if (column < 0 || column >= width || row < 0 || row >= height) continue;
                System.arraycopy(in, (int) (row * width + column) * 3, out, to, 3);
            }
        }
    }

    private static long fixed(double value) {
        return (long) Math.floor(value * 65536 + 0.5);
    }

    private static void rotateBilinear(Image image, byte[] out, double cos, double sin, double x0, double y0) {
        byte[] in = image.rgb();
        int width = image.width(), height = image.height();
        for (int v = 0, to = 0; v < height; v++)
            for (int u = 0; u < width; u++, to += 3) {
                double x = cos * (u + 0.5) + sin * (v + 0.5) + x0;
                double y = -sin * (u + 0.5) + cos * (v + 0.5) + y0;
                if (x < 0 || x >= width || y < 0 || y >= height) continue;
                double floorX = Math.floor(x - 0.5), floorY = Math.floor(y - 0.5);
                double dx = x - 0.5 - floorX, dy = y - 0.5 - floorY;
                int left = Math.max((int) floorX, 0) * 3, right = Math.min((int) floorX + 1, width - 1) * 3;
                int upper = Math.max((int) floorY, 0) * width * 3;
                int lower = Math.min((int) floorY + 1, height - 1) * width * 3;
                for (int c = 0; c < 3; c++) {
                    double above = mix(in[upper + left + c] & 255, in[upper + right + c] & 255, dx);
                    double below = mix(in[lower + left + c] & 255, in[lower + right + c] & 255, dx);
                    out[to + c] = (byte) mix(above, below, dy); // cut, not rounded, as Pillow does
                }
            }
    }

    private static double mix(double a, double b, double share) {
        return a + (b - a) * share;
    }
}
