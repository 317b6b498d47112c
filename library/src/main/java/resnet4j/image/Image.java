package resnet4j.image;

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
}
