package resnet4j.image;

import java.awt.image.BufferedImage;

/**
 * A picture in Java memory.
 *
 * @param rgb {@code height * width * 3} unsigned bytes, interleaved: row by row, each pixel red, green, blue. Not
 *            copied: whoever makes an image hands its array over
 */
public record Image(int width, int height, byte[] rgb) {
    public Image {
        if (width < 1 || height < 1)
            throw new IllegalArgumentException(
                    "image: expected at least one pixel each way, got " + width + "x" + height);
        if (rgb.length != 3L * width * height)
            throw new IllegalArgumentException("rgb: expected " + width + "x" + height + "x3 = " + 3L * width * height
                    + " bytes, got " + rgb.length);
    }

    /** The pixels of the JDK's kind of picture, of any layout; alpha is dropped. */
    public static Image of(BufferedImage picture) {
        if (!picture.isAlphaPremultiplied()) return Rasters.rgb(picture);
        int width = picture.getWidth(), height = picture.getHeight();
        var plain = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB); // colours as they were before alpha
        plain.setRGB(0, 0, width, height, picture.getRGB(0, 0, width, height, null, 0, width), 0, width);
        return Rasters.rgb(plain);
    }

    /** The same pixels for what draws with Java's own classes. */
    public BufferedImage toBufferedImage() {
        var picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0, i = 0; y < height; y++)
            for (int x = 0; x < width; x++, i += 3)
                picture.setRGB(x, y, (rgb[i] & 255) << 16 | (rgb[i + 1] & 255) << 8 | rgb[i + 2] & 255);
        return picture;
    }
}
