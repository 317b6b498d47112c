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
}
