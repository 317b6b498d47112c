package resnet4j.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A picture that is not decoded yet: {@link Preprocess#read} is the way to its pixels for a network. */
@FunctionalInterface
public interface Picture {
    /** The pixels. @throws IOException if it cannot be read, naming the file */
    Image decode(Decoding how) throws IOException;

    /** A picture file. */
    static Picture of(Path file) {
        return how -> ImageFile.read(file, how);
    }

    /** The bytes of a picture file. */
    static Picture of(byte[] file) {
        return how -> ImageFile.decode(file, "the picture", how, DecodeLimits.DEFAULT);
    }

    /** A picture file that a stream gives, which is read to its end here; the caller closes it. */
    static Picture of(InputStream file) throws IOException {
        return of(file.readNBytes((int) DecodeLimits.DEFAULT.bytes() + 1));
    }

    /** Pixels, which lie as they lie. */
    static Picture of(Image image) {
        return how -> image;
    }
}
