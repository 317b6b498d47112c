package resnet4j.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.Classifier;
import resnet4j.certainty.PairedDrawsTest;
import resnet4j.config.Records;
import resnet4j.data.Augment;
import resnet4j.data.DataSource;
import resnet4j.data.OfThings;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.model.BackboneConfig;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.model.NetWeights;
import resnet4j.model.ResNetConfig;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;
import resnet4j.train.Machine;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;
import resnet4j.weights.SafeTensors;

class SegmentTest {
    @TempDir
    Path folder;

    /** Five of eight pixels right. Sums by hand, as scikit-learn's confusion matrix has them. */
    @Test
    void score_isOfAllPixelsAndOfEachPicture() {
        long[] first = {2, 1, 0, 1}, second = {0, 0, 1, 3}; // [truth][answer]
        var pictures = List.of(
                new PictureScore(4, "x", first, new double[] {0.5, Double.NaN}),
                new PictureScore(7, "y", second, new double[] {1, 0.25}));
        var score = IouScore.of(List.of("a", "b"), pictures, 0.5, List.of());
        assertEquals(2.0 / 4, score.classes().get(0).iou(), 1e-12);
        assertEquals(4.0 / 6, score.classes().get(1).iou(), 1e-12);
        assertEquals((2.0 / 4 + 4.0 / 6) / 2, score.miou(), 1e-12);
        assertEquals(6.0 / 8, score.pixelAccuracy(), 1e-12);
        assertEquals(8.0 / 10, score.classes().get(1).dice(), 1e-12);
        assertEquals((2.0 / 3 + 6.0 / 7) / 2, score.classes().get(1).pictureDice(), 1e-12);
        assertEquals(0.75, score.classes().get(0).boundaryF1(), 1e-12);
        assertEquals(0.25, score.classes().get(1).boundaryF1(), 1e-12);
        assertEquals((0.5 + 0.625) / 2, score.boundaryF1(), 1e-12);
        assertEquals(List.of(new IouScore.PictureResult(7, "y", (0 + 3.0 / 4) / 2)), score.worst());
        assertEquals(1, score.best().size());
        assertEquals("x", score.best().get(0).picture());
        assertEquals((2.0 / 3 + 1.0 / 2) / 2, score.best().get(0).miou(), 1e-12);
    }

    private static long pattern(int x, int y) {
        return ((x * x + 3 * y * y + 7 * x * y) / 9000 + (x / 50) * (y / 70)) % 3;
    }

    /** scripts/parity/boundary_golden.py: scipy's binary_erosion and distance_transform_edt. */
    @Test
    void boundaries_areScipys() {
        int width = 240, height = 180;
        var truth = new byte[width * height];
        var answer = new long[width * height];
        for (int y = 0, i = 0; y < height; y++)
            for (int x = 0; x < width; x++, i++) {
                truth[i] = (byte) ((x + y) % 97 < 6 ? LabelMap.IGNORED : pattern(x, y));
                answer[i] = y >= 100 && y < 110 && x >= 20 && x < 40 ? 3 : pattern(x + x * y / 5000, y + x / 60);
            }
        assertArrayEquals(
                new double[] {0.7677922592863389, 0.7680128241201886, 0.771031706054278, 0, Double.NaN},
                Outlines.f1(new LabelMap(width, height, truth), answer, 5),
                1e-12);
    }

    /** A square of 4 by 4, moved by one pixel in a picture whose tolerance is 0.375 pixels. By hand. */
    @Test
    void boundaries_ofASmallPictureAreExact() {
        var truth = new byte[40 * 30];
        var answer = new long[40 * 30];
        for (int y = 10; y < 14; y++)
            for (int x = 10; x < 14; x++) {
                truth[y * 40 + x] = 1;
                answer[y * 40 + x + 1] = 1;
            }
        // 12 pixels are on the rim of a square of 4; 6 of them (two rows, less a corner each) are on the moved one's
        assertEquals(6.0 / 12, Outlines.f1(new LabelMap(40, 30, truth), answer, 2)[1], 1e-12);
        for (double f1 : Outlines.f1(new LabelMap(40, 30, truth), widened(truth), 2)) assertEquals(1, f1);
    }

    @Test
    void difference_isOrangeWhereAnswersAreWrong() {
        var truth = new LabelMap(3, 1, new byte[] {1, 1, (byte) LabelMap.IGNORED});
        var shown = PixelSections.difference(truth, new LabelMap(3, 1, new byte[] {1, 0, 0}));
        var colours = List.of(0xDFE3E8, 0xD9480F, 0x57606A);
        for (int i = 0; i < 9; i++) assertEquals((byte) (colours.get(i / 3) >> 16 - 8 * (i % 3)), shown.rgb()[i]);
    }

    private static long[] widened(byte[] labels) {
        var out = new long[labels.length];
        for (int i = 0; i < out.length; i++) out[i] = labels[i];
        return out;
    }

    /** Of two pictures half of the draws have both, a quarter one of them alone: the ends are the numbers of one alone. */
    @Test
    void intervals_areThoseOfDrawnPictures() {
        long[] first = {2, 1, 0, 1}, second = {0, 0, 1, 3};
        var x = new PictureScore(4, "x", first, new double[] {0.5, Double.NaN});
        var y = new PictureScore(7, "y", second, new double[] {1, 0.25});
        var found =
                IouScore.of(List.of("a", "b"), List.of(x, y), 0.5, List.of()).intervals();
        // x alone: 2/3 and 1/2, y alone: 0/1 and 3/4
        assertEquals(3.0 / 8, found.get("miou").low(), 1e-12);
        assertEquals((2.0 / 3 + 1.0 / 2) / 2, found.get("miou").high(), 1e-12);
        assertEquals(0.75, found.get("pixelAccuracy").low(), 1e-12);
        assertEquals(0.75, found.get("pixelAccuracy").high(), 1e-12);
        assertTrue(IouScore.of(List.of("a", "b"), List.of(x), 0.5, List.of())
                .intervals()
                .isEmpty());
    }

    /** scripts/parity/paired_golden.py: numpy. */
    @Test
    void differenceOfTwoNetworks_isNumpys() {
        var golden = PairedDrawsTest.golden("maps");
        IouScore first = maps(golden.get("first")), second = maps(golden.get("second"));
        PairedDrawsTest.assertPaired(
                golden,
                "miou",
                first.numbers(),
                first.intervals(),
                second.numbers(),
                second.intervals(),
                PairedDrawsTest.EXACT);
    }

    private static IouScore maps(JsonNode confusions) {
        var pictures = Stream.of(Records.read(confusions, long[][][].class))
                .map(rows -> Stream.of(rows).flatMapToLong(LongStream::of).toArray())
                .map(confusion -> new PictureScore(0, "", confusion, new double[3]))
                .toList();
        return IouScore.of(List.of("a", "b", "c"), pictures, 0, List.of());
    }

    /** numpy: t = (17 i + i // 3) % 4, a = (31 i i + 7 i) % 4 for i in 0..41, without every eleventh; scikit-learn 1.9.1. */
    @Test
    void score_isScikitLearns() {
        var truth = new long[42];
        var answers = new long[42];
        for (int i = 0; i < 42; i++) {
            truth[i] = i % 11 == 0 ? LabelMap.IGNORED : (17 * i + i / 3) % 4;
            answers[i] = (31 * i * i + 7 * i) % 4;
        }
        try (var scope = new NativeScope()) {
            var counts = Losses.confusion(Tensor.of(answers, 42), Tensor.of(truth, 42), 4, LabelMap.IGNORED);
            var score = IouScore.of(
                    List.of("a", "b", "c", "d"),
                    List.of(new PictureScore(0, "x", counts.toLongs(), new double[4])),
                    0,
                    List.of());
            // confusion_matrix, jaccard_score, f1_score, accuracy_score; torchvision's evaluator is the same sums
            assertArrayEquals(new long[] {7, 0, 5, 0}, score.confusion()[0]);
            assertArrayEquals(new long[] {7, 0, 6, 0}, score.confusion()[1]);
            assertArrayEquals(new long[] {5, 0, 8, 0}, score.confusion()[2]);
            var ious = new double[] {0.2916666666666667, 0, 0.3333333333333333};
            var dices = new double[] {0.45161290322580644, 0, 0.5};
            for (int c = 0; c < 3; c++) {
                assertEquals(ious[c], score.classes().get(c).iou(), 1e-12);
                assertEquals(dices[c], score.classes().get(c).dice(), 1e-12);
            }
            assertTrue(Double.isNaN(score.classes().get(3).iou()), "neither occurs nor is answered");
            assertEquals(0.39473684210526316, score.pixelAccuracy(), 1e-12);
            assertEquals(0.20833333333333334, score.miou(), 1e-12);
        }
    }

    private Recipe recipe() {
        return Records.overlay(new Recipe(), Records.parse("""
                {"learn": "segment", "model": "unet_resnet18", "data": "shapes:48", "validation": 0.25, "epochs": 6,
                 "architecture": {"encoder": {"network": {"planes": [8, 8, 16, 16]}}, "decoder": [16, 16, 8, 8, 8]},
                 "batch": 6, "precision": "fp32", "seed": 1, "schedule": "constant",
                 "augment": [{"type": "flip", "p": 0.5}, {"type": "rotate", "degrees": 20}],
                 "optimizer": {"type": "adamW", "lr": 0.005}}
                """));
    }

    @Test
    void unet_learnsAndItsModelOpens() throws IOException {
        var recipe = recipe();
        var data = DataSource.parse(recipe.data(), LabelMap.class);
        var run = new RunFolder(folder.resolve("run"));
        try (var trainer = new Trainer(recipe, data, run, Trainer.Options.DEFAULT, new Trainer.Log() {})) {
            var outcome = trainer.train();
            var epochs = run.epochs();
            double before = epochs.get(0).train().get("loss"),
                    after = epochs.get(5).train().get("loss");
            assertTrue(after < 0.8 * before, before + " fell to " + after);
            assertEquals("miou", outcome.test().orElseThrow().headline());
        }
        var report = Files.readString(run.report());
        assertTrue(report.contains("Boundary F1"), "classes");
        assertTrue(report.contains("pixels on the diagonal"), "confusion matrix");
        for (var part : List.of("Picture", "Truth", "Answer", "Difference")) {
            var caption = "<div class=\"under\">" + part + "</div>";
            assertEquals(8, report.split(caption, -1).length - 1, part);
        }
        try (var opened = ModelFile.open(run.model())) {
            assertEquals("background", opened.file().classNames().get(0));
            assertEquals(16, ((UNet) opened.net().architecture()).decoder().get(0));
        }
    }

    /** A classifier's weights become the encoder's; a segmentation's own, but for its classes, all of its. */
    @Test
    void weights_ofAClassifierBeginTheEncoder() throws IOException {
        var planes = Records.parse("{\"planes\": [8, 8, 16, 16]}");
        var classifier = Records.overlay(
                (ResNetConfig) Models.get("resnet18").architecture().withClasses(7), planes);
        var file = folder.resolve("classifier.safetensors");
        float[] stem;
        try (var scope = new NativeScope();
                var net = classifier.build()) {
            stem = net.state().get("conv1.weight").toFloats();
            SafeTensors.write(file, NetWeights.of(net), Map.of());
        }
        assertArrayEquals(stem, begun(file, folder.resolve("a"), "encoder.conv1.weight"));
        var own = folder.resolve("own.safetensors");
        float[] up;
        try (var scope = new NativeScope();
                var net = recipe().architectureFor(5).build()) {
            up = net.state().get("decoder.blocks.0.conv1.0.weight").toFloats();
            SafeTensors.write(own, NetWeights.of(net), Map.of());
        }
        assertArrayEquals(up, begun(own, folder.resolve("b"), "decoder.blocks.0.conv1.0.weight"));
    }

    /** A saved classifier says by its description what it is. */
    @Test
    void weights_ofASavedModelAreWhatItsDescriptionSays() throws IOException {
        var classifier = Models.get("resnet18").architecture().withClasses(2);
        var narrow = Records.overlay((ResNetConfig) classifier, Records.parse("{\"planes\": [8, 8, 16, 16]}"));
        var file = folder.resolve("saved.safetensors");
        float[] stem;
        try (var scope = new NativeScope();
                var net = narrow.build()) {
            stem = net.state().get("conv1.weight").toFloats();
            new ModelFile("resnet18", narrow, Preprocess.cifar10(), List.of("a", "b"), Map.of(), "", Map.of())
                    .save(file, net);
        }
        assertArrayEquals(stem, begun(file, folder.resolve("c"), "encoder.conv1.weight"));
    }

    private float[] begun(Path weights, Path run, String name) throws IOException {
        var changes = Records.parse("{\"weights\": \"" + weights + "\"}");
        var recipe = Records.overlay(recipe(), changes);
        var data = DataSource.parse(recipe.data(), LabelMap.class);
        try (var task = new Segmentation(new Segment(), recipe, data, new Machine(Device.CPU, 1));
                var scope = new NativeScope()) {
            return task.net().state().get(name).toFloats();
        }
    }

    @Test
    void whatCannotBeSegmented_isSaidBeforeTraining() throws IOException {
        var data = DataSource.parse("shapes:8", LabelMap.class);
        var classifier = recipe().withModel("resnet20");
        var cut = recipe().withPreprocess(Preprocess.cifar10().withCrop(16, 16));
        assertSaid(
                Records.overlay(classifier, Records.parse("{\"architecture\": {}}")), data, "answers for each pixel");
        assertSaid(cut, data, "keeps pictures whole, got a crop to 16x16 of pictures of");
        var padded = recipe().withPreprocess(Preprocess.fit(96, 128, 32))
                .withAugment(new Augment.Flip(), new Augment.RandomResizedCrop(80, 0.5, 1, 1));
        assertSaid(
                padded,
                data,
                "augment: expected crops whose size is a multiple of 32, as preprocess.resize.divisor says, got 80,"
                        + " which would be padded; take 96");
        var weighted = recipe().withLearn(new Segment(new Segment().loss(), List.of(1.0)));
        assertSaid(weighted, data, "classWeights: expected a number for each of");
        assertSaid(recipe().withClassBalance(true), data, "classBalance: expected none");
    }

    @Test
    void crops_areThoseThatNothingIsPaddedOf() throws IOException {
        var crop = new Augment.RandomResizedCrop(80, 0.5, 1, 1);
        Segmentation.requireUnpadded(recipe().withAugment(crop));
        var divided = recipe().withPreprocess(Preprocess.fit(96, 128, 32));
        Segmentation.requireUnpadded(divided);
        Segmentation.requireUnpadded(divided.withAugment(crop, new OfThings.ScaleJitter(64, 0.5, 1)));
        var jittered = divided.withAugment(new OfThings.ScaleJitter(80, 0.5, 1), new Augment.Flip());
        assertThrows(IllegalArgumentException.class, () -> Segmentation.requireUnpadded(jittered));
        for (var name : List.of("segment-nuclei", "segment-camvid"))
            Segmentation.requireUnpadded(
                    Records.read(Files.readString(Path.of("../recipes/" + name + ".json")), Recipe.class));
    }

    private void assertSaid(Recipe recipe, DataSource<?> data, String part) {
        var run = new RunFolder(folder.resolve("no"));
        var message = assertThrows(
                        IllegalArgumentException.class,
                        () -> new Trainer(recipe, data, run, Trainer.Options.DEFAULT, new Trainer.Log() {}))
                .getMessage();
        assertTrue(message.contains(part), message);
    }

    /** A class for each pixel is no class of the picture: said before anything is worked out. */
    @Test
    void whatNeedsOneAnswerForAPicture_refusesThem() throws IOException {
        var net = new UNet(BackboneConfig.of("resnet18"), List.of(8, 8, 8, 8, 8), 2);
        var file = folder.resolve("unet.safetensors");
        try (var built = net.build()) {
            new ModelFile("unet_resnet18", net, Preprocess.cifar10(), List.of("a", "b"), Map.of(), "", Map.of())
                    .save(file, built);
        }
        var said =
                "model: expected a network that names what a picture shows, got unet_resnet18, which answers for each"
                        + " pixel";
        assertEquals(
                said,
                assertThrows(IllegalArgumentException.class, () -> Classifier.load(file))
                        .getMessage());
        var recipe = Recipe.classify("unet_resnet18").withData("shapes:40");
        var data = DataSource.parse(recipe.data());
        var run = RunFolder.create(folder.resolve("run"));
        assertEquals(
                said,
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new Trainer(recipe, data, run, Trainer.Options.DEFAULT, new Trainer.Log() {}))
                        .getMessage());
        var kind = assertThrows(IllegalArgumentException.class, () -> DataSource.parse("masks:anywhere"));
        assertEquals(
                "data: expected pictures with a class each, got masks:anywhere with a label map", kind.getMessage());
    }
}
