package resnet4j.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.Shared;
import resnet4j.config.Records;

class PreprocessTest {

    /** The hashes of decoded and of cropped pixels that Pillow 9.4 and torchvision 0.14 gave, in index.json there. */
    @Test
    void imagenet_equalsPillowAndTorchvisionToTheByte() throws Exception {
        Path golden = Shared.data("preprocess-golden");
        Path photographs = Shared.data("imagenet-60");
        var entry = Pattern.compile(
                "\"source\": \"([^\"]+)\".*?\"decoded_rgb_sha256\": \"(\\w+)\".*?" + "\"crop_rgb_sha256\": \"(\\w+)\"",
                Pattern.DOTALL);
        int cases = 0;
        for (var m = entry.matcher(Files.readString(golden.resolve("index.json"))); m.find(); cases++) {
            Path file = golden.resolve(m.group(1));
            Image image = ImageFile.read(Files.exists(file) ? file : photographs.resolve(m.group(1)));
            assertEquals(m.group(2), ImageFileTest.sha256(image), m.group(1) + " decoded");
            Image crop = Preprocess.imagenet().apply(image);
            Image png =
                    ImageFile.read(golden.resolve(m.group(1).replaceAll("\\.\\w+$", "") + "__resize256_crop224.png"));
            assertArrayEquals(png.rgb(), crop.rgb(), m.group(1) + " cropped");
            assertEquals(m.group(3), ImageFileTest.sha256(crop), m.group(1) + " cropped");
        }
        assertEquals(6, cases);
    }

    /** torchvision.transforms.functional._compute_resized_output_size((h, w), [size]), 0.25. */
    @ParameterizedTest
    @CsvSource({"500,375,256,341,256", "375,500,256,256,341", "517,606,256,256,300", "100,3,7,233,7", "64,64,32,32,32"})
    void shortSide_roundsAsTorchvision(int width, int height, int size, int toWidth, int toHeight) {
        assertArrayEquals(new int[] {toWidth, toHeight}, new Resize.ShortSide(size).sizeFor(width, height));
    }

    /** torchvision's center_crop: odd margins round half to even; smaller pictures are padded, more at the end. */
    @Test
    void apply_cropsAndPadsAsTorchvision() {
        Image line = Pictures.grey(7, 1, 1, 2, 3, 4, 5, 6, 7);
        Preprocess asIs = Preprocess.of(new Resize.None(), 1);
        assertArrayEquals(
                new int[] {3, 4, 5, 6}, Pictures.reds(asIs.withCrop(4, 1).apply(line))); // 1.5 -> 2
        assertArrayEquals(
                new int[] {1, 2, 3, 4, 5, 6}, Pictures.reds(asIs.withCrop(6, 1).apply(line))); // 0.5 -> 0
        assertArrayEquals(
                new int[] {0, 1, 2, 3, 4, 5, 6, 7, 0, 0},
                Pictures.reds(asIs.withCrop(10, 1).apply(line)));
    }

    @Test
    void apply_givesTheCropsSizeWhateverCame() {
        for (Resize resize : List.of(new Resize.None(), new Resize.ShortSide(9), new Resize.Exact(30, 4))) {
            Image image = Preprocess.of(resize, 1).withCrop(12, 10).apply(Pictures.byFormula(17, 33));
            assertEquals("12x10", image.width() + "x" + image.height(), resize.toString());
        }
    }

    /** Photographs of 1200x1800: decoded at a quarter for 256 pixels, they are nearly the same once they are resized. */
    @Test
    void reducedDecoding_isNear_andExactWhereNothingIsToSpare() throws IOException {
        Path file = Shared.data("images/exif/Landscape_8.jpg");
        for (Resize resize : List.of(new Resize.ShortSide(256), new Resize.Exact(256, 200))) {
            var p = Preprocess.of(resize, 200);
            byte[] exact = p.read(Picture.of(file)).rgb(),
                    fast = readFast(p, file).rgb();
            long apart = 0;
            for (int i = 0; i < exact.length; i++) apart += Math.abs((exact[i] & 255) - (fast[i] & 255));
            double mean = (double) apart / exact.length;
            assertTrue(mean > 0 && mean < 4, resize + ": mean difference " + mean);
        }
        for (Resize resize : List.of(new Resize.ShortSide(700), new Resize.None())) {
            var p = Preprocess.of(resize, 200);
            assertArrayEquals(p.read(Picture.of(file)).rgb(), readFast(p, file).rgb(), resize.toString());
        }
    }

    @Test
    void isKeptAsJson() {
        Preprocess p = Preprocess.cifar10()
                .withResize(new Resize.Exact(40, 36))
                .withInterpolation(Interpolation.BICUBIC)
                .withExif(true);
        assertEquals(p, Records.read(Records.write(p), Preprocess.class));
        assertEquals(
                new Resize.None(), Records.read("\"none\"", Resize.class), "the name alone, as written in recipes");
    }

    @Test
    void rejectsWhatCannotBe() {
        Preprocess p = Preprocess.imagenet();
        assertThrows(IllegalArgumentException.class, () -> p.withCrop(0, 1));
        assertThrows(IllegalArgumentException.class, () -> p.withResize(null));
        assertThrows(IllegalArgumentException.class, () -> p.withInterpolation(null));
        assertThrows(IllegalArgumentException.class, () -> new Resize.ShortSide(0));
        assertThrows(IllegalArgumentException.class, () -> new Resize.Exact(3, -1));
        var e = assertThrows(
                IllegalArgumentException.class, () -> p.withNormalization(List.of(.5, .5), List.of(1., 1., 1.)));
        assertTrue(e.getMessage().startsWith("mean: expected 3"), e.getMessage());
        e = assertThrows(
                IllegalArgumentException.class, () -> p.withNormalization(List.of(.5, .5, .5), List.of(1., 0., 1.)));
        assertTrue(e.getMessage().startsWith("std: expected positive"), e.getMessage());
    }

    /** As with --fast-decode. */
    private static Image readFast(Preprocess p, Path file) throws IOException {
        return p.apply(ImageFile.read(file, p.decoding().reduced(p.resize().shortSide())));
    }
}
