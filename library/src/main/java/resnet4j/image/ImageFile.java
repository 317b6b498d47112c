package resnet4j.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Picture files to pixels and back. JPEG (baseline, progressive; grey, colour, CMYK), PNG, WebP, TIFF, BMP, GIF and PNM
 * are read, and DICOM that is not compressed ({@link Dicom}), of animations and pages the first; the pixels are those of Pillow's {@code Image.open(file).convert("RGB")}, so alpha is dropped, not
 * blended. Exceptions are grey pictures of 16 bits, which Pillow clips to white (here the upper 8 bits count), WebP with
 * loss, which is near but not equal ({@code docs/dependencies.md}), and ends of JPEGs ({@link JpegScan}).
 *
 * <p>One gate reads the header and refuses what is damaged, unknown or larger than {@link DecodeLimits} before memory
 * is allocated or a decoder runs. Colour and grey JPEGs go to OpenCV's decoder where its natives are present, and
 * otherwise, or with {@code -Dresnet4j.image.decoder=jdk}, to the JDK's, with the same result ({@code
 * docs/dependencies.md} lists the exceptions); all else is decoded by the JDK.
 */
public final class ImageFile {
    /**
     * How many times a picture is in memory while it is decoded or turned. Whether it fits is decided by its size alone:
     * what happens to be in memory besides must not decide which pictures are left out.
     */
    private static final int COPIES = 2;

    private ImageFile() {}

    /** What decodes JPEG files here: {@code OpenCV}, or {@code JDK}, about 3 times slower. */
    public static String jpegDecoder() {
        return OpenCv.AVAILABLE ? "OpenCV" : "JDK";
    }

    /** The pixels as stored; EXIF orientation is ignored, as by Pillow and torchvision. */
    public static Image read(Path file) throws IOException {
        return read(file, false);
    }

    /** The pixels, turned upright by the EXIF orientation if wanted. */
    public static Image read(Path file, boolean applyExif) throws IOException {
        return read(file, applyExif ? Decoding.UPRIGHT : Decoding.STORED);
    }

    /** The pixels as they are wanted. */
    public static Image read(Path file, Decoding how) throws IOException {
        return decode(bytes(file), file.toString(), how, DecodeLimits.DEFAULT);
    }

    private static byte[] bytes(Path file) throws IOException {
        DecodeLimits limits = DecodeLimits.DEFAULT;
        if (waits(file))
            throw new IOException(
                    file + ": expected a picture file, got a pipe or a device; write the picture to a file");
        try (InputStream in = Files.newInputStream(file)) {
            if (Files.size(file) > limits.bytes()) throw tooLarge(limits);
            return in.readNBytes((int) limits.bytes() + 1); // a pipe has no size beforehand
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(file.toString(), null, "expected a picture file, there is none");
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Width and height as the file's head says, without decoding it. */
    public static int[] size(Path file) throws IOException {
        return opened(bytes(file), file.toString(), DecodeLimits.DEFAULT, encoded ->
                new int[] {encoded.width(), encoded.height()});
    }

    /** Width by height, likewise. */
    public static double aspect(Path file) throws IOException {
        int[] size = size(file);
        return (double) size[0] / size[1];
    }

    /**
     * The numbers that a PNG file has for its pixels: indices of its palette, or shades of grey as they are stored, of at
     * most 8 bits.
     */
    public static LabelMap readLabels(Path file) throws IOException {
        return opened(bytes(file), file.toString(), DecodeLimits.DEFAULT, encoded -> {
            if (encoded instanceof Png png) return png.labels();
            throw new IOException("expected a PNG with a label for each pixel, got another format; convert it");
        });
    }

    /** Whether opening it can wait for ever: a named pipe or a device, and none that the shell has opened for us. */
    private static boolean waits(Path file) {
        return Files.exists(file)
                && !Files.isRegularFile(file)
                && !Files.isDirectory(file)
                && !file.startsWith("/dev/fd")
                && !file.startsWith("/dev/stdin")
                && !file.startsWith("/proc");
    }

    /** The pixels of a file in memory; errors call it {@code nameForErrors}. */
    public static Image decode(byte[] bytes, String nameForErrors, boolean applyExif) throws IOException {
        return decode(bytes, nameForErrors, applyExif ? Decoding.UPRIGHT : Decoding.STORED, DecodeLimits.DEFAULT);
    }

    /** The same as it is wanted, within the given limits. */
    public static Image decode(byte[] bytes, String nameForErrors, Decoding how, DecodeLimits limits)
            throws IOException {
        return opened(bytes, nameForErrors, limits, encoded -> {
            Image image;
            if (how.window().isPresent()) image = encoded.decode(how.window().get());
            else if (encoded instanceof Jpeg jpeg) image = jpeg.decode(reduction(jpeg, how.shortSide()));
            else image = encoded.decode();
            return how.upright() ? Exif.upright(image, encoded.orientation()) : image;
        });
    }

    private interface Use<T> {
        T of(Encoded encoded) throws IOException;
    }

    /** What is made of a picture that passed the gate; whatever goes wrong is said with its name. */
    private static <T> T opened(byte[] bytes, String nameForErrors, DecodeLimits limits, Use<T> use)
            throws IOException {
        try {
            return use.of(open(bytes, limits));
        } catch (IOException e) {
            throw new IOException(nameForErrors + ": " + e.getMessage(), e);
        } catch (RuntimeException e) { // the JDK's decoders throw many kinds on damaged data
            throw new IOException(
                    nameForErrors + ": expected a whole picture, the data is damaged ("
                            + e.toString().lines().findFirst().orElse("") + ")",
                    e);
        }
    }

    /** The gate: the header within the limits, or an exception. */
    private static Encoded open(byte[] bytes, DecodeLimits limits) throws IOException {
        if (bytes.length > limits.bytes()) throw tooLarge(limits);
        Encoded encoded = Encoded.of(bytes);
        int width = encoded.width(), height = encoded.height();
        if (width < 1 || height < 1)
            throw new IOException("expected at least one pixel each way, the header says " + width + "x" + height);
        if ((long) width * height > limits.pixels())
            throw new IOException("expected at most " + limits.pixels() + " pixels, the header says " + width + "x"
                    + height + "; make the picture smaller");
        long heap = Runtime.getRuntime().maxMemory();
        if ((long) width * height * 3 * COPIES > heap)
            throw new IOException("expected a picture that fits the heap of " + (heap >> 20) + " MB " + COPIES
                    + " times, the header says " + width + "x" + height + "; raise it with -Xmx");
        return encoded;
    }

    private static IOException tooLarge(DecodeLimits limits) {
        return new IOException("expected at most " + limits.bytes() + " bytes, the file is larger");
    }

    private static int reduction(Jpeg jpeg, int atLeastShortSide) {
        if (atLeastShortSide == 0) return 1;
        int side = Math.min(jpeg.width(), jpeg.height());
        int reduction = 8;
        while (reduction > 1 && side / reduction < atLeastShortSide) reduction /= 2;
        return reduction;
    }

    /** Writes a PNG file of 8 bits a channel. */
    public static void writePng(Path file, Image image) throws IOException {
        Files.write(file, encode(image));
    }

    /** Writes a PNG file with a number for each pixel and a palette. @param palette 0xRRGGBB of each of 256 numbers */
    public static void writeLabels(Path file, LabelMap map, int[] palette) throws IOException {
        var colours = new IndexColorModel(8, 256, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
        var picture = new BufferedImage(map.width(), map.height(), BufferedImage.TYPE_BYTE_INDEXED, colours);
        picture.getRaster().setDataElements(0, 0, map.width(), map.height(), map.labels());
        Files.write(file, encode(picture));
    }

    private static byte[] encode(Image image) throws IOException {
        var picture = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        int[] row = new int[image.width()];
        byte[] rgb = image.rgb();
        for (int y = 0, at = 0; y < image.height(); y++) {
            for (int x = 0; x < row.length; x++, at += 3)
                row[x] = (rgb[at] & 255) << 16 | (rgb[at + 1] & 255) << 8 | rgb[at + 2] & 255;
            picture.getRaster().setDataElements(0, y, row.length, 1, row);
        }
        return encode(picture);
    }

    private static byte[] encode(BufferedImage picture) throws IOException {
        var out = new ByteArrayOutputStream();
        if (!ImageIO.write(picture, "png", out))
            throw new IOException("expected a png encoder in the JDK, it has none");
        return out.toByteArray();
    }
}
