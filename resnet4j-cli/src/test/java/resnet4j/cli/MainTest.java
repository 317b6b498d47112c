package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.Sentences;
import resnet4j.config.Records;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;

class MainTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter(), err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private Path picture() throws IOException {
        byte[] rgb = new byte[300 * 200 * 3];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (i * 31 >> 4);
        Path file = folder.resolve("picture.png");
        ImageFile.writePng(file, new Image(300, 200, rgb));
        return file;
    }

    @Test
    void json_isTheOnlyThingOnStandardOutput() throws IOException {
        Path written = folder.resolve("out.png");
        int code =
                run("preprocess", picture().toString(), "--resize", "64", "--crop", "48", "--json", "--out=" + written);
        assertEquals(0, code, err::toString);
        var json = Records.parse(out.toString());
        assertEquals(48, json.get("width").intValue());
        assertEquals("bilinear", json.at("/preprocess/interpolation").textValue());
        assertEquals(48, ImageFile.read(written).height());
        assertEquals("", err.toString());
    }

    @Test
    void text_saysTheSameForPeople() throws IOException {
        Path written = folder.resolve("out.png");
        assertEquals(0, run("preprocess", picture().toString(), "--out", written.toString()), err::toString);
        assertTrue(out.toString().startsWith(written + ": 224x224 pixels"), out::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "preproces | there is no command 'preproces'. Did you mean 'preprocess'? See 'resnet4j --help'.",
                "preprocess --jsn | 'resnet4j preprocess' has no option '--jsn'. Did you mean '--json'? See 'resnet4j preprocess --help'.",
                "preprocess a.png b.png --out c.png | 'resnet4j preprocess' expects no more than it has, got 'b.png'. See 'resnet4j preprocess --help'.",
                "preprocess a.png | Missing required option: '--out=FILE'. See 'resnet4j preprocess --help'.",
                "preprocess a.png --out c.png --crop wide | Invalid value for option '--crop': 'wide' is not an int. See 'resnet4j preprocess --help'.",
                "preprocess a.png --out c.png --interpolation BICUBICAL | --interpolation: expected one of nearest, bilinear, bicubic, got 'BICUBICAL'. Did you mean 'bicubic'? See 'resnet4j preprocess --help'.",
                "preprocess a.png --out c.png --resize=-1 | --resize: expected at least 1, got -1",
            })
    void wrongUsage_isOneSentenceAndCode2(String args, String sentence) {
        assertEquals(2, run(args.split(" ")));
        assertEquals("resnet4j: " + sentence + System.lineSeparator(), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void failure_isOneSentenceAndCode1() {
        Path absent = folder.resolve("absent.png");
        assertEquals(1, run("preprocess", absent.toString(), "--json", "--out", "x.png"));
        assertTrue(err.toString().startsWith("resnet4j: " + absent + ": "), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertEquals("", out.toString());
    }

    @Test
    void debug_addsTheStackTrace() {
        assertEquals(1, run("preprocess", folder.resolve("absent.png").toString(), "--debug", "--out", "x.png"));
        assertTrue(err.toString().contains("\tat resnet4j.cli.PreprocessCommand.run("), err::toString);
    }

    @Test
    void noCommand_showsWhatThereIs() {
        assertEquals(2, run());
        assertTrue(err.toString().contains("preprocess"), err::toString);
    }

    @Test
    void sentence_isOneLineForEveryException() {
        assertEquals("a b", Sentences.of(new IllegalArgumentException("a\n   b\n")));
        assertEquals("full", Sentences.of(new UncheckedIOException(new IOException("full"))));
        assertEquals("f: there is no such file or folder.", Sentences.of(new NoSuchFileException("f")));
        assertEquals(
                "f: Read-only file system.",
                Sentences.of(new AccessDeniedException("f", null, "Read-only file system")));
        assertEquals(
                "NullPointerException; run again with --debug to see where.", Sentences.of(new NullPointerException()));
        assertEquals(
                "odd (IllegalStateException; run again with --debug to see where)",
                Sentences.of(new IllegalStateException("odd")));
        assertTrue(Sentences.of(new OutOfMemoryError("Java heap space")).contains("RESNET4J_JAVA_OPTS"));
        assertTrue(Sentences.of(new UnsatisfiedLinkError("no jnitorch")).contains("doctor"));
    }

    @Test
    void preprocess_turnsPhotographsUprightUnlessToldNotTo() throws IOException {
        Path photo = folder.resolve("photo.jpg"), upright = folder.resolve("a.png"), stored = folder.resolve("b.png");
        Files.write(photo, redLeftOfBlueToBeTurnedClockwise());
        String[] args = {"preprocess", photo.toString(), "--resize", "32", "--crop", "32", "--out", upright.toString()};
        assertEquals(0, run(args), err::toString);
        args[7] = stored.toString();
        assertEquals(
                0,
                run(Stream.concat(Stream.of(args), Stream.of("--ignore-exif")).toArray(String[]::new)));
        assertEquals("red red/blue blue", corners(upright)); // what was on the left is now at the top
        assertEquals("red blue/red blue", corners(stored));
    }

    private static byte[] redLeftOfBlueToBeTurnedClockwise() throws IOException {
        var picture = new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 32; y++) for (int x = 0; x < 64; x++) picture.setRGB(x, y, x < 32 ? 0xff0000 : 0x0000ff);
        var jpeg = new ByteArrayOutputStream();
        ImageIO.write(picture, "jpeg", jpeg);
        // APP1 after the start marker: "Exif", a big-endian TIFF header, one entry: 0x0112 (orientation) SHORT 1 = 6
        byte[] exif = HexFormat.of()
                .parseHex("ffe10022" + "457869660000" + "4d4d002a00000008" + "0001" + "0112000300000001" + "00060000"
                        + "00000000");
        var tagged = new ByteArrayOutputStream();
        tagged.write(jpeg.toByteArray(), 0, 2);
        tagged.write(exif);
        tagged.write(jpeg.toByteArray(), 2, jpeg.size() - 2);
        return tagged.toByteArray();
    }

    private static String corners(Path file) throws IOException {
        Image image = ImageFile.read(file);
        return color(image, 4, 4) + " " + color(image, 27, 4) + "/" + color(image, 4, 27) + " " + color(image, 27, 27);
    }

    private static String color(Image image, int x, int y) {
        int at = (y * image.width() + x) * 3;
        int red = image.rgb()[at] & 255, blue = image.rgb()[at + 2] & 255;
        return red > 200 && blue < 50 ? "red" : red < 50 && blue > 200 ? "blue" : red + "," + blue;
    }
}
