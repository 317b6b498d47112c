package resnet4j.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.Classifier;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.model.BackboneConfig;
import resnet4j.model.ModelFile;
import resnet4j.run.RunFolder;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

class SegmentTest {
    @TempDir
    Path folder;

    /** Five of eight pixels right. Sums by hand, as scikit-learn's confusion matrix has them. */
    @Test
    void score_isOfAllPixelsAndOfEachPicture() {
        long[] first = {2, 1, 0, 1}, second = {0, 0, 1, 3}; // [truth][answer]
        var score = IouScore.of(List.of("a", "b"), List.of(first, second), 0.5, List.of());
        assertEquals(2.0 / 4, score.classes().get(0).iou(), 1e-12);
        assertEquals(4.0 / 6, score.classes().get(1).iou(), 1e-12);
        assertEquals((2.0 / 4 + 4.0 / 6) / 2, score.miou(), 1e-12);
        assertEquals(6.0 / 8, score.pixelAccuracy(), 1e-12);
        assertEquals(8.0 / 10, score.classes().get(1).dice(), 1e-12);
        assertEquals((2.0 / 3 + 6.0 / 7) / 2, score.classes().get(1).pictureDice(), 1e-12);
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
        assertTrue(Files.readString(run.report()).contains("Dice of a picture"));
        try (var opened = ModelFile.open(run.model())) {
            assertEquals("background", opened.file().classNames().get(0));
            assertEquals(16, ((UNet) opened.net().architecture()).decoder().get(0));
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
        var weighted = recipe().withLearn(new Segment(new Segment().loss(), List.of(1.0)));
        assertSaid(weighted, data, "classWeights: expected a number for each of");
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
        assertEquals("data: expected pictures with Label each, got masks:anywhere with LabelMap", kind.getMessage());
    }
}
