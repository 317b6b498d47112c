package resnet4j.image;

import java.io.IOException;
import java.util.function.IntToDoubleFunction;

/**
 * A portable bitmap, greymap or pixmap (P1 to P6), of which the first picture counts. Samples are scaled from
 * {@code most} to 255 and rounded, halves to even.
 *
 * @param kind the digit after the P
 * @param most the value of white
 * @param at   where the samples begin
 */
record Pnm(int width, int height, int kind, int most, int at, byte[] bytes) implements Encoded {

    static Pnm of(byte[] bytes) throws IOException {
        Numbers in = new Numbers(bytes, 2);
        int kind = bytes[1] - '0';
        int width = in.next(), height = in.next();
        int most = kind == 1 || kind == 4 ? 1 : in.next();
        if (most < 1 || most > 65535) throw new IOException("expected a largest value of 1 to 65535, got " + most);
        int at = kind <= 3 ? in.at : in.at + 1; // one blank before binary samples
        int samples = kind == 3 || kind == 6 ? 3 : 1;
        long size = kind == 4
                ? (width + 7L) / 8 * height
                : (long) width * height * samples * (kind > 3 && most > 255 ? 2 : 1);
        if (size > bytes.length - at)
            throw new IOException("expected " + size + " bytes of pixels, got " + (bytes.length - at)
                    + ", the PNM is cut off; fetch it again");
        return new Pnm(width, height, kind, most, at, bytes);
    }

    @Override
    public Image decode() throws IOException {
        return decode((int value) -> (double) value / most * 255);
    }

    @Override
    public Image decode(Window window) throws IOException {
        if (most < 256 || kind == 3 || kind == 6) return Encoded.super.decode(window);
        return decode(window::shade);
    }

    private Image decode(IntToDoubleFunction shade) throws IOException {
        byte[] rgb = new byte[Math.multiplyExact(width * 3, height)];
        boolean colour = kind == 3 || kind == 6;
        Numbers text = new Numbers(bytes, at);
        for (int y = 0, i = 0, to = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < 3; channel++, to++) {
                    if (channel > 0 && !colour) {
                        rgb[to] = rgb[to - 1];
                        continue;
                    }
                    int value =
                            switch (kind) {
                                case 1 -> 1 - text.bit();
                                case 4 -> 1 - (bytes[at + y * ((width + 7) / 8) + x / 8] >> (7 - x % 8) & 1);
                                case 2, 3 -> text.next();
                                default ->
                                    most < 256
                                            ? bytes[at + i] & 255
                                            : (bytes[at + 2 * i] & 255) << 8 | bytes[at + 2 * i + 1] & 255;
                            };
                    i++;
                    rgb[to] = (byte) Math.min(255, Math.rint(shade.applyAsDouble(value)));
                }
            }
        return new Image(width, height, rgb);
    }

    /** Decimal numbers between blanks and comments. */
    private static final class Numbers {
        private final byte[] bytes;
        private int at;

        Numbers(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        int next() throws IOException {
            skipBlanks();
            int value = 0, from = at;
            while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && at - from < 9)
                value = value * 10 + bytes[at++] - '0';
            if (at == from) throw new IOException("expected a number at byte " + at + " of the PNM, it is damaged");
            return value;
        }

        /** Plain bitmaps need no blanks between their digits. */
        int bit() throws IOException {
            skipBlanks();
            if (at >= bytes.length || bytes[at] < '0' || bytes[at] > '1')
                throw new IOException("expected 0 or 1 at byte " + at + " of the PNM, it is damaged");
            return bytes[at++] - '0';
        }

        private void skipBlanks() {
            for (; at < bytes.length; at++)
                if (bytes[at] == '#') while (at < bytes.length - 1 && bytes[at] != '\n') at++;
                else if (bytes[at] > ' ') return;
        }
    }
}
