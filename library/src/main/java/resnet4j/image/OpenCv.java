package resnet4j.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import resnet4j.files.Natives;

/** The fast decoder: libjpeg-turbo inside OpenCV, given nothing but JPEG streams that {@link Jpeg} has looked through. */
final class OpenCv {
    /** Whether the natives are there and {@code -Dresnet4j.image.decoder=jdk} does not forbid them. */
    static final boolean AVAILABLE = available();

    private OpenCv() {}

    private static boolean available() {
        String choice = System.getProperty("resnet4j.image.decoder", "auto");
        if (choice.equals("jdk")) return false;
        if (!choice.equals("auto"))
            throw new IllegalArgumentException("resnet4j.image.decoder: expected auto or jdk, got " + choice);
        try {
            Natives.unpack(opencv_imgcodecs.class);
            return opencv_imgcodecs.haveImageWriter(".jpg");
        } catch (LinkageError | UncheckedIOException missing) { // no jar, or no natives for this machine
            System.getLogger("resnet4j.image")
                    .log(
                            Level.INFO,
                            "without OpenCV's natives JPEG files are decoded by the JDK, 2 to 4 times slower: "
                                    + missing.getMessage());
            return false;
        }
    }

    static Image decode(byte[] jpeg, int reduction) throws IOException {
        // The flags of reduced colour imply BGR, which excludes RGB; those of reduced grey are the bare reduction.
        int size =
                switch (reduction) {
                    case 1 -> 0;
                    case 2 -> opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_2;
                    case 4 -> opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_4;
                    case 8 -> opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_8;
                    default -> throw new IllegalArgumentException("reduction: expected 1, 2, 4 or 8, got " + reduction);
                };
        int flags = opencv_imgcodecs.IMREAD_COLOR_RGB | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION | size;
        try (Mat bytes = new Mat(jpeg, false);
                Mat pixels = opencv_imgcodecs.imdecode(bytes, flags)) {
            if (pixels.empty()) throw new IOException("the JPEG data is damaged; fetch it again");
            byte[] rgb = new byte[Math.multiplyExact(pixels.rows() * 3, pixels.cols())];
            try (var data = pixels.data()) {
                data.get(rgb);
            }
            return new Image(pixels.cols(), pixels.rows(), rgb);
        }
    }
}
