package resnet4j.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A picture that is not decoded yet: {@link Preprocess#read} is the way to its pixels for a network. */
@FunctionalInterface
public interface Picture {
    /**
     * The pixels.
     *
     * @param upright   whether to turn a photograph by its EXIF orientation
     * @param shortSide where this is above 0, a large JPEG may be decoded, faster and not quite the same, at a half, a
     *                  quarter or an eighth of its size, if its shorter side keeps so many pixels
     * @throws IOException if it cannot be read, naming the file
     */
    Image decode(boolean upright, int shortSide) throws IOException;

    /** A picture file. */
    static Picture of(Path file) {
        return (upright, shortSide) -> ImageFile.read(file, upright, shortSide);
    }

    /** The bytes of a picture file. */
    static Picture of(byte[] file) {
        return (upright, shortSide) -> ImageFile.decode(file, "the picture", upright, shortSide, DecodeLimits.DEFAULT);
    }

    /** A picture file that a stream gives, which is read to its end here; the caller closes it. */
    static Picture of(InputStream file) throws IOException {
        return of(file.readNBytes((int) DecodeLimits.DEFAULT.bytes() + 1));
    }

    /** Pixels, which lie as they lie. */
    static Picture of(Image image) {
        return (upright, shortSide) -> image;
    }
}
