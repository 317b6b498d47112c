package resnet4j.image;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A number for each pixel of a picture: its class, or whether it belongs to a thing.
 *
 * @param labels  {@code height * width} unsigned bytes, row by row; not copied
 * @param outside what is known of pixels beyond the picture: {@link #IGNORED} in a map of classes, 0 in a mask
 */
public record LabelMap(int width, int height, byte[] labels, int outside) implements Target<LabelMap> {
    /** Pixels of which nobody says what they are; no loss and no score counts them. */
    public static final int IGNORED = 255;

    public LabelMap {
        if (width < 1 || height < 1 || labels.length != (long) width * height)
            throw new IllegalArgumentException(
                    "labels: expected " + width + "x" + height + " bytes, got " + labels.length);
        if (outside < 0 || outside > 255)
            throw new IllegalArgumentException("outside: expected 0 to 255, got " + outside);
    }

    /** A map of classes. */
    public LabelMap(int width, int height, byte[] labels) {
        this(width, height, labels, IGNORED);
    }

    @Override
    public LabelMap after(List<Step> steps) {
        var map = this;
        for (var step : steps) map = step.on(map);
        return map;
    }

    public int at(int x, int y) {
        return labels[y * width + x] & 255;
    }

    /** The box around all pixels that are not 0; empty where there is none. */
    public Optional<Box> box() {
        int x1 = width, y1 = height, x2 = 0, y2 = 0;
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] == 0) continue;
            int x = i % width, y = i / width;
            x1 = Math.min(x1, x);
            y1 = Math.min(y1, y);
            x2 = Math.max(x2, x + 1);
            y2 = Math.max(y2, y + 1);
        }
        return x2 == 0 ? Optional.empty() : Optional.of(new Box(x1, y1, x2, y2));
    }

    /** The window whose left upper corner is at {@code x, y}, which may lie outside. */
    LabelMap crop(int x, int y, int width, int height) {
        var out = new byte[Math.multiplyExact(width, height)];
        Arrays.fill(out, (byte) outside);
        int left = Math.max(0, x), right = Math.min(this.width, x + width);
        for (int row = Math.max(0, y); row < Math.min(this.height, y + height) && left < right; row++)
            System.arraycopy(labels, row * this.width + left, out, (row - y) * width + left - x, right - left);
        return new LabelMap(width, height, out, outside);
    }

    /** As a grey picture, for what is done to pictures without mixing pixels. */
    Image grey() {
        var rgb = new byte[3 * labels.length];
        for (int i = 0; i < rgb.length; i++) rgb[i] = labels[i / 3];
        return new Image(width, height, rgb);
    }

    /** The map that a grey picture shows. */
    LabelMap of(Image grey) {
        var out = new byte[grey.width() * grey.height()];
        for (int i = 0; i < out.length; i++) out[i] = grey.rgb()[3 * i];
        return new LabelMap(grey.width(), grey.height(), out, outside);
    }
}
