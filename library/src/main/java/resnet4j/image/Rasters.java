package resnet4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * What decoders written in Java give, as RGB. Samples are read from the raster: {@code BufferedImage.getRGB} takes grey
 * pictures through a colour space and changes their values by up to 53.
 */
final class Rasters {
    private Rasters() {}

    /** The first picture of the file. */
    static BufferedImage read(String format, byte[] bytes) throws IOException {
        return with(format, bytes, reader -> reader.read(0));
    }

    /** The same without colour conversion. */
    static Raster readRaster(String format, byte[] bytes) throws IOException {
        return with(format, bytes, reader -> reader.readRaster(0, null));
    }

    interface Use<T> {
        T of(ImageReader reader) throws IOException;
    }

    private static <T> T with(String format, byte[] bytes, Use<T> use) throws IOException {
        ImageReader reader = null;
        for (var all = ImageIO.getImageReadersByFormatName(format); reader == null && all.hasNext(); ) {
            ImageReader next = all.next();
            if ("java.desktop".equals(next.getClass().getModule().getName())) reader = next; // not a plug-in
        }
        if (reader == null) throw new IOException("expected the JDK's " + format + " decoder, it is not there");
        return with(reader, bytes, use);
    }

    /** The same by a given decoder, which is disposed of. */
    static <T> T with(ImageReader reader, byte[] bytes, Use<T> use) throws IOException {
        try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(stream, true, true);
            return use.of(reader);
        } finally {
            reader.dispose();
        }
    }

    /** Whether it is grey of 16 bits. */
    static boolean deepGrey(BufferedImage picture) {
        return picture.getColorModel().getNumColorComponents() == 1
                && picture.getSampleModel().getSampleSize(0) == 16;
    }

    /** Grey numbers through a window. */
    static Image shades(BufferedImage picture, Window window) {
        var raster = picture.getRaster();
        int width = raster.getWidth(), height = raster.getHeight();
        byte[] out = new byte[Math.multiplyExact(width * 3, height)];
        int[] row = new int[width];
        for (int y = 0, to = 0; y < height; y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int value : row) {
                byte shade = (byte) Math.rint(window.shade(value));
                for (int channel = 0; channel < 3; channel++) out[to++] = shade;
            }
        }
        return new Image(width, height, out);
    }

    /** Palette looked up, grey repeated, alpha dropped, 16 bits cut to the upper 8, fewer than 8 stretched. */
    static Image rgb(BufferedImage picture) {
        Raster raster = picture.getRaster();
        int width = raster.getWidth(), height = raster.getHeight(), bands = raster.getNumBands();
        byte[] out = new byte[Math.multiplyExact(width * 3, height)];
        int[] palette = null;
        if (picture.getColorModel() instanceof IndexColorModel colours) {
            palette = new int[colours.getMapSize()];
            colours.getRGBs(palette);
        }
        int[] bits = raster.getSampleModel().getSampleSize();
        int[] row = new int[Math.multiplyExact(width, bands)];
        int green = bands >= 3 ? 1 : 0, blue = bands >= 3 ? 2 : 0;
        for (int y = 0, to = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0, at = 0; x < width; x++, at += bands, to += 3) {
                if (palette != null) {
                    int colour = row[at] < palette.length ? palette[row[at]] : 0;
                    out[to] = (byte) (colour >> 16);
                    out[to + 1] = (byte) (colour >> 8);
                    out[to + 2] = (byte) colour;
                } else {
                    out[to] = eight(row[at], bits[0]);
                    out[to + 1] = eight(row[at + green], bits[green]);
                    out[to + 2] = eight(row[at + blue], bits[blue]);
                }
            }
        }
        return new Image(width, height, out);
    }

    private static byte eight(int sample, int bits) {
        if (bits == 8) return (byte) sample;
        return (byte) (bits > 8 ? sample >> (bits - 8) : sample * 255 / ((1 << bits) - 1));
    }

    /**
     * Cyan, magenta, yellow and black as Adobe writes them (255 is no ink), with Pillow's conversion.
     *
     * @param ycck whether the first three are luma and chroma of the inks' complement
     */
    static Image inks(Raster raster, boolean ycck) {
        int width = raster.getWidth(), height = raster.getHeight();
        byte[] out = new byte[Math.multiplyExact(width * 3, height)];
        int[] row = new int[Math.multiplyExact(width, 4)];
        for (int y = 0, to = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int at = 0; at < row.length; at += 4) {
                if (ycck) inksOfLuma(row, at);
                for (int i = 0; i < 3; i++) {
                    int paper = row[at + 3];
                    int product = (255 - row[at + i]) * paper + 128;
                    out[to++] = (byte) Math.max(0, paper - ((product >> 8) + product >> 8));
                }
            }
        }
        return new Image(width, height, out);
    }

    /** ITU-R BT.601 in libjpeg's 16-bit fixed point (jdcolor.c, ycck_cmyk_convert). */
    private static void inksOfLuma(int[] row, int at) {
        int luma = row[at], blue = row[at + 1] - 128, red = row[at + 2] - 128, half = 1 << 15;
        row[at] = 255 - clip(luma + (91881 * red + half >> 16)); // 1.402
        row[at + 1] = 255 - clip(luma + (-22554 * blue - 46802 * red + half >> 16)); // 0.34414, 0.71414
        row[at + 2] = 255 - clip(luma + (116130 * blue + half >> 16)); // 1.772
    }

    private static int clip(int value) {
        return Math.max(0, Math.min(255, value));
    }
}
