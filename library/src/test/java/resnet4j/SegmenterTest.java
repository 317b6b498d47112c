package resnet4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.graph.Inference;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.model.BackboneConfig;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.segment.Areas;
import resnet4j.segment.Palette;
import resnet4j.segment.PixelViews;
import resnet4j.segment.UNet;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

class SegmenterTest {
    private static final int CLASSES = 3;
    private static final UNet NET = new UNet(BackboneConfig.of("resnet18"), List.of(8, 8, 8, 8, 8), CLASSES);
    private static final Image PICTURE = picture(50, 40);

    @TempDir
    Path folder;

    private Path file;

    private static Image picture(int width, int height) {
        var rgb = new byte[3 * width * height];
        new Random(1).nextBytes(rgb);
        return new Image(width, height, rgb);
    }

    @BeforeEach
    void save() throws IOException {
        file = folder.resolve("net.safetensors");
        Ops.seed(0);
        try (var net = NET.build()) {
            model(Preprocess.stretch(64, 32)).save(file, net);
        }
    }

    private static ModelFile model(Preprocess preprocess) {
        return new ModelFile("unet_resnet18", NET, preprocess, List.of("a", "b", "c"), Map.of(), "", Map.of());
    }

    /** The network's own logits, enlarged as torchvision does: {@code F.interpolate(..., mode="bilinear")}. */
    private float[] expected(Image picture) throws IOException {
        try (var opened = ModelFile.open(file);
                var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            opened.net().train(false);
            var p = opened.file().preprocess();
            var pixels = Tensor.of(p.apply(picture).rgb(), 1, 32, 64, 3);
            var logits = opened.net().apply(Pixels.normalize(pixels, p.mean(), p.std()));
            logits = Ops.upsample(logits, picture.height(), picture.width(), Interpolation.BILINEAR);
            return Ops.softmax(logits, 1).toFloats();
        }
    }

    @Test
    void labelsAndProbabilities_areOfThePicturesOwnSize() throws IOException {
        try (var segmenter = Segmenter.load(file)) {
            for (var picture : List.of(PICTURE, picture(31, 77))) {
                int area = picture.width() * picture.height();
                float[] expected = expected(picture);
                var answer = segmenter.predict(picture);
                for (int c = 0; c < CLASSES; c++)
                    for (int i = 0; i < area; i++)
                        assertEquals(expected[c * area + i], answer.probabilities()[c][i], 1e-5);
                for (int i = 0; i < area; i++) {
                    int label = answer.labels()[i];
                    for (int c = 0; c < CLASSES; c++)
                        assertTrue(answer.probabilities()[label][i] >= answer.probabilities()[c][i]);
                }
                assertArrayEquals(answer.labels(), segmenter.map(picture).labels());
            }
            assertEquals(8, segmenter.features(how -> PICTURE).length);
        }
    }

    /** As in training and measuring, black below and right; what is said there is left out. */
    @Test
    void pictures_arePaddedToTheDivisor() throws IOException {
        try (var net = NET.build()) {
            model(Preprocess.fit(40, 64, 32)).save(file, net);
        }
        var padded = new byte[64 * 64 * 3];
        for (int y = 0; y < 40; y++) System.arraycopy(PICTURE.rgb(), y * 50 * 3, padded, y * 64 * 3, 50 * 3);
        try (var opened = ModelFile.open(file);
                var segmenter = Segmenter.load(file);
                var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            opened.net().train(false);
            var p = opened.file().preprocess();
            var logits = opened.net().apply(Pixels.normalize(Tensor.of(padded, 1, 64, 64, 3), p.mean(), p.std()));
            float[] expected =
                    Ops.softmax(logits.narrow(2, 0, 40).narrow(3, 0, 50), 1).toFloats();
            var answer = segmenter.predict(PICTURE);
            for (int c = 0; c < CLASSES; c++)
                for (int i = 0; i < 50 * 40; i++)
                    assertEquals(expected[c * 50 * 40 + i], answer.probabilities()[c][i], 1e-5);
        }
    }

    /** All heads by the fused plan, with logits as layer by layer, and with what their last convolution takes. */
    @ParameterizedTest
    @ValueSource(strings = {"fcn_resnet18", "deeplabv3_resnet18", "deeplabv3plus_resnet18", "unet_resnet18"})
    void everyHead_isPlannedAndGivesFeatures(String name) {
        var net = Models.get(name).architecture().withClasses(CLASSES);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var built = net.build()) {
            built.train(false);
            var images = Tensor.randn(2, 3, 64, 96);
            var expected = built.apply(images);
            var features = Ops.globalAvgPool(built.features(images));
            try (var inference = Inference.of(built, Device.CPU, Precision.FP32, 64, 64)) {
                float largest = 0;
                for (float v : expected.toFloats()) largest = Math.max(largest, Math.abs(v));
                // folded norms
                assertArrayEquals(expected.toFloats(), inference.run(images).toFloats(), 1e-4f * largest);
                assertArrayEquals(
                        features.toFloats(), inference.features(images).toFloats(), 1e-3f);
            }
        }
    }

    /** Views of a network that knows what it sees: the mean over mirror images, sizes and windows changes nothing. */
    @Test
    void views_putBackWhatTheyChange() {
        try (var scope = new NativeScope()) {
            var images = Tensor.rand(1, 3, 40, 72);
            var same = new PixelViews(true, List.of(1.0), 32).of(x -> x).apply(images);
            assertArrayEquals(
                    Ops.softmax(images, 1).toFloats(), Ops.softmax(same, 1).toFloats(), 1e-5f);
            var flat = Tensor.full(0.5, 1, 3, 40, 72);
            var scaled =
                    new PixelViews(true, List.of(0.5, 1.0, 1.5), 32).of(x -> x).apply(flat);
            assertArrayEquals(new long[] {1, 3, 40, 72}, scaled.shape());
            for (float v : scaled.toFloats()) assertEquals(Math.log(1.0 / 3), v, 1e-5);
        }
    }

    @Test
    void areas_countPixels() {
        var areas = Areas.of("x.jpg", new LabelMap(2, 2, new byte[] {0, 1, 1, 2}), List.of("a", "b", "c"));
        assertEquals(new Areas.Area("b", 2, 0.5), areas.classes().get(1));
    }

    /** Colours as in VOC's development kit: aeroplane 128 0 0, bicycle 0 128 0; an overlay has half of each. */
    @Test
    void palette_isPascals() {
        var white = new Image(2, 1, new byte[] {-1, -1, -1, -1, -1, -1});
        var over = Palette.over(white, new LabelMap(2, 1, new byte[] {0, 1}));
        assertArrayEquals(new byte[] {-1, -1, -1, (byte) 192, (byte) 128, (byte) 128}, over.rgb());
        assertEquals(0xE0E0C0, Palette.rgb()[255]); // void
        assertEquals(0x004080, Palette.rgb()[20]); // television
    }

    private List<Path> twoOfOneName() throws IOException {
        var files = new ArrayList<Path>();
        for (var place : List.of("one", "two")) {
            var file = Files.createDirectories(folder.resolve(place)).resolve("x.png");
            ImageFile.writePng(file, picture(50, files.isEmpty() ? 40 : 30));
            files.add(file);
        }
        return files;
    }

    @Test
    void mapsOfEqualNames_areBothWritten() throws IOException {
        var maps = folder.resolve("maps");
        try (var segmenter = Segmenter.load(file)) {
            var done = SegmentedFiles.of(segmenter, twoOfOneName(), Optional.of(maps), n -> {});
            assertEquals(2, done.pictures());
            assertArrayEquals(
                    segmenter.map(picture(50, 30)).labels(),
                    ImageFile.readLabels(maps.resolve("x-2.png")).labels());
        }
        assertEquals(40, ImageFile.read(maps.resolve("x.png")).height());
        assertEquals(40, ImageFile.read(maps.resolve("x-overlay.png")).height());
        assertEquals(30, ImageFile.read(maps.resolve("x-2-overlay.png")).height());
    }

    /** A picture that cannot be read is passed over; a map that cannot be written, such as on a full disk, is an error. */
    @Test
    void mapsThatCannotBeWritten_areNoSkippedPictures() throws IOException {
        var maps = Files.createDirectories(folder.resolve("maps"));
        Files.createDirectories(maps.resolve("x.png/in the way"));
        try (var segmenter = Segmenter.load(file)) {
            var files = twoOfOneName();
            var e = assertThrows(
                    IOException.class, () -> SegmentedFiles.of(segmenter, files, Optional.of(maps), n -> {}));
            assertTrue(e.getMessage().contains(maps.resolve("x.png").toString()), e::toString);
        }
    }

    @Test
    void whatIsNoSegmenter_isSaid() throws IOException {
        var classifier = folder.resolve("classifier.safetensors");
        var entry = Models.get("resnet20");
        try (var net = entry.architecture().build()) {
            var names = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
            new ModelFile("resnet20", entry.architecture(), entry.preprocess(), names, Map.of(), "", Map.of())
                    .save(classifier, net);
        }
        var e = assertThrows(IllegalArgumentException.class, () -> Segmenter.load(classifier));
        assertEquals(
                "model: expected a network that answers for each pixel with one of at most 255 classes, such as"
                        + " unet_resnet18, got resnet20 with 10",
                e.getMessage());
        var window = assertThrows(IllegalArgumentException.class, () -> new PixelViews(false, List.of(1.0), 8));
        assertEquals("window: expected at least 32, got 8", window.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new PixelViews(false, List.of(), 0));
        var closed = Segmenter.load(file);
        closed.close();
        assertEquals(
                "the segmenter is closed; open it again to use it",
                assertThrows(IllegalStateException.class, () -> closed.predict(PICTURE))
                        .getMessage());
    }
}
