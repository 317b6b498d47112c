package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.image.ImageFile;
import resnet4j.image.Interpolation;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.image.Window;

/** {@code preprocess}: the pixels that a network would see, as a picture. */
@CommandLine.Command(
        name = "preprocess",
        description = "Decode, resize and crop a picture as a network's input is, and write it as PNG.",
        footer = {"", "Example:", "  ./resnet4j preprocess photo.jpg --out input.png"})
final class PreprocessCommand extends Command<PreprocessCommand.Written> {
    @Parameters(paramLabel = "IMAGE", description = "A picture file.")
    private Path image;

    @Option(names = "--resize", paramLabel = "PIXELS", description = "The shorter side after resizing (default: 256).")
    private int resize = 256;

    @Option(names = "--crop", paramLabel = "PIXELS", description = "Side of the square in the centre (default: 224).")
    private int crop = 224;

    @Option(names = "--interpolation", paramLabel = "bilinear|bicubic", description = "The filter (default: bilinear).")
    private Interpolation interpolation = Interpolation.BILINEAR;

    @Option(
            names = "--ignore-exif",
            description = "Take the pixels as stored, not turned upright by the EXIF orientation.")
    private boolean ignoreExif;

    @Option(
            names = "--window",
            paramLabel = "CENTER,WIDTH",
            split = ",",
            arity = "1",
            description = "Which values become black and white, of grey of more than 8 bits, such as 40,400 for a CT's"
                    + " soft tissue (default: the file's own).")
    private List<Double> window;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The PNG file to write.")
    private Path out;

    record Written(Path image, Path out, int width, int height, Preprocess preprocess) {}

    @Override
    Written run() throws IOException {
        Bounds.pixels("--resize", resize);
        Bounds.pixels("--crop", crop);
        var preprocess = Preprocess.of(new Resize.ShortSide(resize), crop)
                .withInterpolation(interpolation)
                .withExif(!ignoreExif)
                .withWindow(Optional.ofNullable(window).map(PreprocessCommand::window));
        var pixels = preprocess.read(Picture.of(image));
        ImageFile.writePng(out, pixels);
        return new Written(image, out, pixels.width(), pixels.height(), preprocess);
    }

    private static Window window(List<Double> numbers) {
        if (numbers.size() != 2)
            throw new IllegalArgumentException("--window: expected CENTER,WIDTH, such as 40,400, got " + numbers);
        return new Window(numbers.get(0), numbers.get(1));
    }

    @Override
    String text(Written written) {
        return written.out + ": " + written.width + "x" + written.height + " pixels from " + written.image;
    }
}
