package resnet4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;

/**
 * A GIF file, of which the first frame counts.
 *
 * @param left        where the frame lies on the canvas
 * @param transparent the palette index of the canvas around the frame
 */
record Gif(int width, int height, int left, int top, int transparent, byte[] bytes) implements Encoded {

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
        return new Gif(width, height, left, top, transparent, in.array());
    }

    private static int palette(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
    }

    @Override
    public Image decode() throws IOException {
        BufferedImage picture = Rasters.read("gif", bytes);
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
