package resnet4j.image;

import java.util.Arrays;

/** Pillow's arithmetic on colours, rounding for rounding: {@code ImageEnhance}, and HSV of 8 bits. */
final class Tints {
    private Tints() {}

    static byte[] brightness(byte[] rgb, double factor) {
        return blend(new byte[rgb.length], rgb, factor);
    }

    static byte[] contrast(byte[] rgb, double factor) {
        long sum = 0;
        for (int i = 0; i < rgb.length; i += 3) sum += grey(rgb, i);
        var flat = new byte[rgb.length];
        Arrays.fill(flat, (byte) (int) (sum / (rgb.length / 3.0) + 0.5));
        return blend(flat, rgb, factor);
    }

    static byte[] saturation(byte[] rgb, double factor) {
        var grey = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i += 3) grey[i] = grey[i + 1] = grey[i + 2] = (byte) grey(rgb, i);
        return blend(grey, rgb, factor);
    }

    /** {@code convert("L")}: ITU-R BT.601. */
    private static int grey(byte[] rgb, int i) {
        return (rgb[i] & 255) * 19595 + (rgb[i + 1] & 255) * 38470 + (rgb[i + 2] & 255) * 7471 + 0x8000 >> 16;
    }

    /** {@code Image.blend}: {@code from} and {@code factor} of the way to {@code to}, cut to a byte. */
    static byte[] blend(byte[] from, byte[] to, double factor) {
        var out = new byte[to.length];
        float alpha = (float) factor;
        for (int i = 0; i < out.length; i++) {
            float value = (from[i] & 255) + alpha * ((to[i] & 255) - (from[i] & 255));
            out[i] = (byte) (value <= 0 ? 0 : value >= 255 ? 255 : (int) value);
        }
        return out;
    }

    /** The hue of 8 bits moved by {@code turn} of a full turn, as torchvision's {@code adjust_hue}. */
    static byte[] hue(byte[] rgb, double turn) {
        int shift = (int) (turn * 255) & 255;
        var out = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i += 3) {
            int r = rgb[i] & 255, g = rgb[i + 1] & 255, b = rgb[i + 2] & 255;
            int v = Math.max(r, Math.max(g, b)), least = Math.min(r, Math.min(g, b)), h = 0, s = 0;
            if (v > least) {
                float span = v - least;
                float rc = (v - r) / span, gc = (v - g) / span, bc = (v - b) / span;
                float sector = r == v ? bc - gc : (float) (g == v ? 2.0 + rc - bc : 4.0 + gc - rc);
                float turned = (float) ((sector / 6.0 + 1.0) % 1.0);
                h = (int) (turned * 255.0);
                s = (int) (span / v * 255.0);
            }
            back((h + shift) & 255, s, v, out, i);
        }
        return out;
    }

    private static void back(int h, int s, int v, byte[] out, int i) {
        double at = h * 6.0 / 255.0;
        int sector = (int) Math.floor(at);
        float f = (float) (at - sector), fs = (float) (s / 255.0);
        int p = (int) Math.round(v * (1.0 - fs)),
                q = (int) Math.round(v * (1.0 - fs * f)),
                t = (int) Math.round(v * (1.0 - fs * (1.0 - f)));
        int[] rgb = s == 0
                ? new int[] {v, v, v}
                : switch (sector % 6) {
                    case 0 -> new int[] {v, t, p};
                    case 1 -> new int[] {q, v, p};
                    case 2 -> new int[] {p, v, t};
                    case 3 -> new int[] {p, q, v};
                    case 4 -> new int[] {t, p, v};
                    default -> new int[] {v, p, q};
                };
        for (int c = 0; c < 3; c++) out[i + c] = (byte) rgb[c];
    }
}
