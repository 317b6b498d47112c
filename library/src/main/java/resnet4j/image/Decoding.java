package resnet4j.image;

import java.util.Optional;

/**
 * How a picture's pixels are wanted.
 *
 * @param upright   whether to turn a photograph by its EXIF orientation
 * @param shortSide where this is above 0, a large JPEG may be decoded, faster and not quite the same, at a half, a
 *                  quarter or an eighth of its size, if its shorter side keeps so many pixels
 * @param window    which values become black and white, of a file with grey of more than 8 bits; others are then
 *                  refused. Where absent, a DICOM file's own window, and otherwise the upper 8 bits
 */
public record Decoding(boolean upright, int shortSide, Optional<Window> window) {
    /** Pixels as they lie in the file. */
    public static final Decoding STORED = new Decoding(false, 0, Optional.empty());

    /** Turned upright by the EXIF orientation. */
    public static final Decoding UPRIGHT = new Decoding(true, 0, Optional.empty());

    public Decoding {
        if (shortSide < 0) throw new IllegalArgumentException("shortSide: expected 0 or more, got " + shortSide);
    }

    /** Large JPEGs at a part of their size. */
    public Decoding reduced(int shortSide) {
        return new Decoding(upright, shortSide, window);
    }
}
