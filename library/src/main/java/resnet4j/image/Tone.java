package resnet4j.image;

/** Changes that leave everything in its place, with Pillow's arithmetic. */
public enum Tone {
    /** As many upper bits of each byte as {@code by} says. */
    POSTERIZE,
    /** Bytes of at least {@code by} inverted. */
    SOLARIZE,
    /** Each colour stretched to the whole range. */
    AUTO_CONTRAST,
    /** Each colour's values equally frequent. */
    EQUALIZE,
    /** Smoothed below 1, sharpened above. */
    SHARPNESS,
    /** As if by a bell curve of this standard deviation: {@code ImageFilter.GaussianBlur}. */
    BLUR;

    Image on(Image image, double by) {
        byte[] in = image.rgb(), out;
        if (this == BLUR) {
            out = Blur.of(image, by);
        } else if (this == SHARPNESS) {
            out = Tints.blend(smooth(image), in, by);
        } else {
            out = new byte[in.length];
            for (int channel = 0; channel < 3; channel++) {
                byte[] table = table(in, channel, by);
                for (int i = channel; i < in.length; i += 3) out[i] = table[in[i] & 255];
            }
        }
        return new Image(image.width(), image.height(), out);
    }

    private byte[] table(byte[] rgb, int channel, double by) {
        var table = new byte[256];
        for (int i = 0; i < 256; i++)
            table[i] = (byte)
                    switch (this) {
                        case POSTERIZE -> i & -(1 << 8 - (int) by);
                        case SOLARIZE -> i < by ? i : 255 - i;
                        default -> i;
                    };
        if (this != AUTO_CONTRAST && this != EQUALIZE) return table;
        var counts = new int[256];
        for (int i = channel; i < rgb.length; i += 3) counts[rgb[i] & 255]++;
        int low = 0, high = 255;
        while (counts[low] == 0) low++;
        while (counts[high] == 0) high--;
        if (high == low) return table;
        if (this == AUTO_CONTRAST) {
            double scale = 255.0 / (high - low), offset = -low * scale;
            for (int i = 0; i < 256; i++) table[i] = (byte) Math.max(0, Math.min(255, (int) (i * scale + offset)));
            return table;
        }
        int step = (rgb.length / 3 - counts[high]) / 255;
        if (step == 0) return table;
        for (int i = 0, n = step / 2; i < 256; n += counts[i++]) table[i] = (byte) Math.min(255, n / step);
        return table;
    }

    /** {@code ImageFilter.SMOOTH}: a fifth of the weight in the middle, in 32-bit floats; edges stay. */
    private static byte[] smooth(Image image) {
        int row = 3 * image.width();
        byte[] in = image.rgb(), out = in.clone();
        float edge = (float) (1 / 13.0), middle = (float) (5 / 13.0);
        for (int y = 1; y < image.height() - 1; y++)
            for (int at = y * row + 3; at < (y + 1) * row - 3; at++) {
                float sum = 0.5f; // from the row below upwards, as Pillow adds
                sum += line(in, at + row, edge, edge);
                sum += line(in, at, edge, middle);
                sum += line(in, at - row, edge, edge);
                out[at] = (byte) Math.max(0, Math.min(255, (int) sum));
            }
        return out;
    }

    private static float line(byte[] in, int at, float edge, float middle) {
        return (in[at - 3] & 255) * edge + (in[at] & 255) * middle + (in[at + 3] & 255) * edge;
    }
}
