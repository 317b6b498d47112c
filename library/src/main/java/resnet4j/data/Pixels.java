package resnet4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import resnet4j.image.Image;

/**
 * The pictures of a batch, those that are smaller than the largest padded with black below and to the right. Arrays are
 * handed over, not copied.
 *
 * @param rgb     {@code size * height * width * 3} unsigned bytes: picture by picture, row by row, red, green, blue
 *                (NHWC, so that a channels-last tensor is made of it without a copy)
 * @param heights of each picture, without what it is padded with
 * @param widths  likewise
 */
public record Pixels(byte[] rgb, int size, int height, int width, int[] heights, int[] widths) {
    public Pixels {
        if (size < 1 || rgb.length != 3L * size * height * width)
            throw new IllegalArgumentException(
                    "rgb: expected " + size + "x" + height + "x" + width + "x3 bytes, got " + rgb.length);
        if (heights.length != size || widths.length != size)
            throw new IllegalArgumentException(
                    "heights, widths: expected " + size + " each, got " + heights.length + " and " + widths.length);
    }

    /** @param divisor of both sides of the batch */
    public static Pixels of(List<Image> pictures, int divisor) {
        int n = pictures.size();
        int[] heights = pictures.stream().mapToInt(Image::height).toArray();
        int[] widths = pictures.stream().mapToInt(Image::width).toArray();
        int height = padded(heights, divisor), width = padded(widths, divisor);
        var rgb = new byte[Math.multiplyExact(Math.multiplyExact(n, 3), Math.multiplyExact(height, width))];
        for (int i = 0; i < n; i++) {
            var in = pictures.get(i).rgb();
            int row = 3 * widths[i], at = 3 * i * height * width;
            if (widths[i] == width) System.arraycopy(in, 0, rgb, at, in.length);
            else for (int y = 0; y < heights[i]; y++) System.arraycopy(in, y * row, rgb, at + 3 * y * width, row);
        }
        return new Pixels(rgb, n, height, width, heights, widths);
    }

    private static int padded(int[] sides, int divisor) {
        int most = Arrays.stream(sides).max().orElseThrow();
        return (most + divisor - 1) / divisor * divisor;
    }

    /** The pictures, without what they are padded with. */
    public List<Image> images() {
        var all = new ArrayList<Image>();
        for (int n = 0; n < size; n++) {
            int h = heights[n], w = widths[n];
            var one = new byte[3 * h * w];
            for (int y = 0; y < h; y++) System.arraycopy(rgb, 3 * ((n * height + y) * width), one, 3 * y * w, 3 * w);
            all.add(new Image(w, h, one));
        }
        return all;
    }

    /** Each picture by itself, without what it is padded with. */
    public List<Pixels> apart() {
        return images().stream().map(image -> of(List.of(image), 1)).toList();
    }

    /** The same with other pictures of these sizes. */
    Pixels with(List<Image> images) {
        var all = new byte[rgb.length];
        for (int n = 0; n < size; n++) {
            int h = heights[n], w = widths[n];
            for (int y = 0; y < h; y++)
                System.arraycopy(images.get(n).rgb(), 3 * y * w, all, 3 * ((n * height + y) * width), 3 * w);
        }
        return with(all);
    }

    /** The same pictures, changed. */
    Pixels with(byte[] rgb) {
        return new Pixels(rgb, size, height, width, heights, widths);
    }

    /** Whether nothing is padded. */
    public boolean even() {
        return Arrays.stream(heights).allMatch(h -> h == height)
                && Arrays.stream(widths).allMatch(w -> w == width);
    }
}
