package resnet4j.explain;

import java.util.List;
import resnet4j.image.Image;

/** Numbers as small pictures, and many of them as one. */
final class Tiles {
    private static final int LEAST_SIDE = 48, LARGEST_TIMES = 12;

    private Tiles() {}

    /** A plane from {@code from} on: its least number is black, its largest white; grey where all are alike. */
    static Image grey(float[] values, int from, int height, int width) {
        int area = height * width;
        float least = Float.POSITIVE_INFINITY, most = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + area; i++) {
            least = Math.min(least, values[i]);
            most = Math.max(most, values[i]);
        }
        var rgb = new byte[3 * area];
        for (int i = 0; i < area; i++) {
            float share = most > least ? (values[from + i] - least) / (most - least) : .5f;
            for (int c = 0; c < 3; c++) rgb[3 * i + c] = (byte) Math.round(255 * share);
        }
        return new Image(width, height, rgb);
    }

    /** Numbers from 0, black, to 1, white. */
    static Image between(float[] values, int height, int width) {
        var rgb = new byte[3 * values.length];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) Math.round(255 * Math.max(0, Math.min(1, values[i / 3])));
        return new Image(width, height, rgb);
    }

    /** Three planes from {@code from} on, as red, green and blue: 0 is grey, the largest of them full. */
    static Image signed(float[] values, int from, int height, int width) {
        int area = height * width;
        float most = 0;
        for (int i = from; i < from + 3 * area; i++) most = Math.max(most, Math.abs(values[i]));
        var rgb = new byte[3 * area];
        for (int i = 0; i < area; i++)
            for (int c = 0; c < 3; c++) {
                float value = most == 0 ? 0 : values[from + c * area + i] / most;
                rgb[3 * i + c] = (byte) Math.round(127.5f + 127.5f * value);
            }
        return new Image(width, height, rgb);
    }

    /** Each pixel as a square of several, so that small ones can be seen. */
    static Image enlarged(Image small) {
        int least = Math.min(small.width(), small.height());
        int times = Math.min(LARGEST_TIMES, Math.max(1, LEAST_SIDE / Math.max(1, least)));
        int width = times * small.width(), height = times * small.height();
        var rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                System.arraycopy(small.rgb(), 3 * (y / times * small.width() + x / times), rgb, 3 * (y * width + x), 3);
        return new Image(width, height, rgb);
    }

    /** About as many to a row as there are rows. */
    static Image sheet(List<Image> tiles) {
        return Overlay.sheet(tiles, (int) Math.ceil(Math.sqrt(tiles.size())));
    }
}
