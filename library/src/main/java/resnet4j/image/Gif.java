package resnet4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.util.Arrays;

/**
 * A GIF file, of which the first frame counts.
 *
 * @param left        where the frame lies on the canvas
 * @param transparent the palette index of the canvas around the frame
 * @param plain       the file without what follows the frame
 */
record Gif(int width, int height, int left, int top, int transparent, byte[] plain) implements Encoded {

    static Gif of(Bytes in) throws IOException {
        int at = 13 + palette(in.u8(10)), transparent = 0;
        while (in.u8(at) == 0x21) { // extensions
            if (in.u8(at + 1) == 0xF9 && (in.u8(at + 3) & 1) == 1) transparent = in.u8(at + 6);
            at += 2;
            while (in.u8(at) != 0) at += 1 + in.u8(at);
            at++;
        }
        if (in.u8(at) != 0x2C) throw new IOException("expected a frame, the GIF has none");
        int left = in.u16le(at + 1), top = in.u16le(at + 3);
        int width = Math.max(in.u16le(6), left + in.u16le(at + 5));
        int height = Math.max(in.u16le(8), top + in.u16le(at + 7));
        int data = at + 10 + palette(in.u8(at + 9));
        return new Gif(
                width, height, left, top, transparent, plain(in, data, (long) in.u16le(at + 5) * in.u16le(at + 7)));
    }

    /**
     * The file to the end of the codes of {@code pixels} pixels, or to the code that ends them before. The JDK's decoder leaves
     * black what is missing, and does not say so.
     */
    private static byte[] plain(Bytes in, int data, long pixels) throws IOException {
        int first = in.u8(data), clear = 1 << first, size = first + 1, next = clear + 2;
        if (first > 11) throw new IOException("expected codes of at most 12 bits in the GIF, it is damaged");
        var lengths = new int[4097]; // in pixels, of each code's text
        int last = 0, bits = 0, left = 0, block = 0, at = data + 1, begin = at;
        while (pixels > 0) {
            while (left < size) {
                if (block == 0) block = in.u8(begin = at++);
                if (block == 0) throw new IOException("expected more pixels, the GIF is cut off; fetch it again");
                in.need(at, block);
                bits |= in.u8(at++) << left;
                left += 8;
                block--;
            }
            int code = bits & (1 << size) - 1;
            bits >>>= size;
            left -= size;
            if (code == clear + 1) return in.array();
            if (code == clear) {
                size = first + 1;
                next = clear + 2;
                last = 0;
                continue;
            }
            if (code > next || last == 0 && code > clear)
                throw new IOException("expected no code before its text in the GIF, it is damaged; fetch it again");
            int length = code < clear ? 1 : code < next ? lengths[code] : last + 1;
            if (last > 0 && next < 4096) {
                lengths[next++] = last + 1;
                if (next == 1 << size && size < 12) size++;
            }
            last = length;
            pixels -= length;
        }
        // The last block ends here, where the code for the end follows by its bits, and an empty one behind them.
        byte[] plain = Arrays.copyOf(in.array(), at + 5);
        plain[begin] = (byte) (at - begin - 1);
        int ending = plain[at - 1] & (1 << 8 - left) - 1 | clear + 1 << 8 - left;
        plain[at - 1] = (byte) ending;
        plain[at] = 2;
        plain[at + 1] = (byte) (ending >> 8);
        plain[at + 2] = (byte) (ending >> 16);
        plain[at + 3] = 0;
        plain[at + 4] = 0x3B;
        return plain;
    }

    private static int palette(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
    }

    @Override
    public Image decode() throws IOException {
        BufferedImage picture = Rasters.read("gif", plain);
        Image frame = Rasters.rgb(picture);
        if (frame.width() == width && frame.height() == height) return frame;
        int around = picture.getColorModel() instanceof IndexColorModel colours && transparent < colours.getMapSize()
                ? colours.getRGB(transparent)
                : 0;
        byte[] rgb = new byte[Math.multiplyExact(width * 3, height)];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (around >> 16 - i % 3 * 8);
        for (int y = 0; y < frame.height(); y++)
            System.arraycopy(
                    frame.rgb(), y * frame.width() * 3, rgb, ((top + y) * width + left) * 3, frame.width() * 3);
        return new Image(width, height, rgb);
    }
}
