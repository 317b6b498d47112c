package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.Classifier;
import resnet4j.Detector;
import resnet4j.Predictor;
import resnet4j.array.HostTensor;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Shapes;
import resnet4j.data.Things;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Windows;
import resnet4j.model.NetWeights;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

class DetectTest {
    @TempDir
    Path folder;

    private static Recipe recipe(String model) {
        return Records.overlay(new Recipe(), Records.parse("""
                {"learn": "detect", "model": "%s", "data": "shapes:24", "validation": 0, "limit": 12, "epochs": 3,
                 "architecture": {"backbone": {"network": {"planes": [8, 8, 16, 16]}}, "channels": 32,
                                  %s "sizes": {"min": [64, 96], "max": 96}},
                 "preprocess": {"resize": "none", "cropWidth": 0, "cropHeight": 0},
                 "batch": 4, "precision": "fp32", "seed": 1, "schedule": "constant", "augment": ["flip"],
                 "optimizer": {"type": "sgd", "lr": 0.02}}
                """.formatted(
                        model, model.contains("rcnn") ? "\"method\": {\"hidden\": 32, \"sampled\": 16}," : "")));
    }

    @Test
    void maskRcnn_learnsAndItsModelFindsThings() throws IOException {
        var recipe = recipe("maskrcnn_resnet18_fpn").withSeed(2);
        var data = DataSource.parse(recipe.data(), Things.class);
        var run = new RunFolder(folder.resolve("run"));
        try (var trainer = new Trainer(recipe, data, run, Trainer.Options.DEFAULT, new Trainer.Log() {})) {
            var outcome = trainer.train();
            var epochs = run.epochs();
            double before = epochs.get(0).train().get("loss"),
                    after = epochs.get(2).train().get("loss");
            assertTrue(after < 0.9 * before, before + " fell to " + after);
            assertTrue(epochs.get(0).train().containsKey("loss_mask"), epochs.get(0)::toString);
            var score = (ThingScore) outcome.test().orElseThrow();
            assertEquals("boxMap", score.headline());
            assertEquals(12, score.samples());
            assertTrue(score.maskMap().isPresent());
        }
        var report = Files.readString(run.report());
        for (var part : List.of("Average precision", "Sizes of things", "Kinds of error", "Missed things"))
            assertTrue(report.contains(part), part);
        var every = Optional.of(new Limits(0.01, 0.5, 5));
        try (var detector = Detector.load(run.path(), new Predictor.Options().withBatch(2), every, Optional.empty())) {
            assertEquals("background", detector.card().classNames().get(0));
            var picture = new Shapes(4, 96, 3).scene(0).image();
            var one = new Image(1, 1, new byte[3]);
            var found = detector.predict(List.of(picture, picture, one));
            assertEquals(found.get(0).size(), found.get(1).size()); // of one batch
            for (int i = 0; i < found.get(0).size(); i++)
                assertNear(found.get(0).get(i).box(), found.get(1).get(i).box());
            assertTrue(found.get(0).size() <= 5);
            for (var thing : found.get(0)) {
                assertTrue(thing.label() >= 1 && thing.label() <= 8 && thing.score() > 0.01, thing::toString);
                assertTrue(inside(thing.box(), 96), thing::toString);
                assertEquals(96 * 96, thing.mask().orElseThrow().labels().length);
            }
            assertEquals(List.of(), detector.predict(List.<Image>of()));
            assertEquals(32, detector.features(List.of(picture)).get(0).length);
            detector.predict(new Image(5000, 3, new byte[3 * 5000 * 3]));
        }
        var windows = Optional.of(new Windows(96));
        try (var detector = Detector.load(run.path(), new Predictor.Options(), every, windows)) {
            var scene = new Shapes(4, 180, 3).scene(0).image();
            for (var thing : detector.predict(scene)) {
                assertTrue(inside(thing.box(), 180), thing::toString);
                assertEquals(180 * 180, thing.mask().orElseThrow().labels().length);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Classifier.load(run.path()));
    }

    /**
     * To a thousandth of a pixel: kernels take the rows of a matrix in blocks and the last ones one by one, so that equal
     * pictures of a batch may differ by some units in the last place, of which one at 64 is 8e-6.
     */
    private static void assertNear(Box expected, Box actual) {
        assertEquals(expected.x1(), actual.x1(), 1e-3);
        assertEquals(expected.y1(), actual.y1(), 1e-3);
        assertEquals(expected.x2(), actual.x2(), 1e-3);
        assertEquals(expected.y2(), actual.y2(), 1e-3);
    }

    private static boolean inside(Box box, double side) {
        return box.x1() >= 0 && box.y1() >= 0 && box.x2() <= side && box.y2() <= side;
    }

    /** Nothing in any picture of a batch: the loss is finite and has gradients. */
    @Test
    void aBatchWithoutAnything_hasALoss() {
        var truth = new ImageBatch.Truth(new Boxes(new float[0]), new int[0]);
        for (var name : List.of(
                "fasterrcnn_resnet18_fpn", "maskrcnn_resnet18_fpn", "retinanet_resnet50_fpn", "fcos_resnet50_fpn"))
            try (var net = ((DetectorConfig) recipe(name).architectureFor(9)).net();
                    var scope = new NativeScope()) {
                Ops.seed(1);
                var picture = new Shapes(1, 64, 0).scene(0).image();
                var batch = ImageBatch.of(List.of(picture), List.of(truth), new Sizes(64, 64), Device.CPU);
                var loss = net.losses(batch).values().stream().reduce(Ops::add).orElseThrow();
                assertTrue(Double.isFinite(loss.item()), name);
                loss.backward();
                net.parameters()
                        .forEach((weight, t) ->
                                assertTrue(t.grad() != null && t.grad().isFinite(), weight));
            }
    }

    @Test
    void whatCannotBeLearned_isSaidBeforeTraining() throws IOException {
        var data = DataSource.parse("shapes:8", Things.class);
        var classifier = Records.overlay(
                recipe("fasterrcnn_resnet18_fpn").withModel("resnet20"), Records.parse("{\"architecture\": {}}"));
        assertSaid(classifier, data, "expected a network that finds things");
        var cut = Records.overlay(
                recipe("fasterrcnn_resnet18_fpn"),
                Records.parse("{\"preprocess\": {\"cropWidth\": 32, \"cropHeight\": 32}}"));
        assertSaid(cut, data, "a detector resizes pictures itself");
        var smoothed = recipe("fasterrcnn_resnet18_fpn").withLabelSmoothing(0.1);
        assertSaid(smoothed, data, "labelSmoothing: expected none");
        assertThrows(
                IllegalArgumentException.class,
                () -> new DetectorConfig(
                        new Method.Places(),
                        ((DetectorConfig) recipe("fcos_resnet50_fpn").architectureFor(3)).backbone(),
                        32,
                        new Sizes(64, 64),
                        1));
    }

    private void assertSaid(Recipe recipe, DataSource<?> data, String part) {
        var run = new RunFolder(folder.resolve("no"));
        var message = assertThrows(
                        IllegalArgumentException.class,
                        () -> new Trainer(recipe, data, run, Trainer.Options.DEFAULT, new Trainer.Log() {}))
                .getMessage();
        assertTrue(message.contains(part), message);
    }

    /** What models saved before this field say, and what cannot be built. */
    @Test
    void anchors_areTorchvisionsUnlessGiven_andOneForEachMap() {
        var before = Records.read(
                "{\"type\": \"regions\", \"detail\": \"masks\", \"improved\": true, \"hidden\": 1024, \"sampled\": 512}",
                Method.class);
        assertEquals(new Method.Regions(Method.Detail.MASKS, true), before);
        assertEquals(List.of(32, 64, 128, 256, 512), ((Method.Regions) before).anchors());
        for (var wrong : List.of(List.of(16, 32), List.of(0, 16, 32, 64, 128))) {
            var e = assertThrows(
                    IllegalArgumentException.class, () -> new Method.Regions(Method.Detail.NONE, false, 64, 64, wrong));
            assertTrue(e.getMessage().startsWith("anchors: expected"), e::getMessage);
        }
    }

    /** As where a file was resized and its json was not: such masks were stretched, and such boxes were elsewhere. */
    @Test
    void masksOfAnotherSize_areRefused() {
        var picture = new Image(50, 60, new byte[3 * 50 * 60]);
        var truth = new ImageBatch.Truth(
                new Boxes(new float[] {1, 1, 9, 9}),
                new int[] {1},
                List.of(new LabelMap(100, 80, new byte[8000], 0)),
                List.of());
        var said = assertThrows(
                IllegalArgumentException.class,
                () -> ImageBatch.of(List.of(picture), List.of(truth), new Sizes(64, 64), Device.CPU));
        assertTrue(said.getMessage().contains("expected masks of 50x60 pixels as their picture has, got 100x80"));
    }

    @Test
    void results_areCocos() {
        var found = new Detection(2, 0.5, new Box(1, 2, 4, 8), Optional.empty(), List.of());
        var json = CocoResults.json(List.of(List.of(found)), List.of(7L), List.of(0L, 10L, 20L));
        assertEquals(
                "[{\"image_id\":7,\"category_id\":20,\"bbox\":[1.0,2.0,3.0,6.0],\"score\":0.5}]", Records.line(json));
    }

    /** torchvision renames the same when it loads them ({@code _load_from_state_dict} of version 1). */
    @Test
    void publishedNames_ofBefore_areKnown() throws IOException {
        for (var name : List.of("maskrcnn_resnet18_fpn", "retinanet_resnet50_fpn"))
            try (var net = ((DetectorConfig) recipe(name).architectureFor(9)).net()) {
                var old = new HashMap<String, HostTensor>();
                NetWeights.of(net)
                        .forEach((weight, t) -> old.put(
                                weight.replaceAll("(_blocks\\.\\d)\\.0\\.", "$1.")
                                        .replace("rpn.head.conv.0.0.", "rpn.head.conv.")
                                        .replace("mask_head.0.0.", "mask_head.mask_fcn1.")
                                        .replace("mask_head.1.0.", "mask_head.mask_fcn2.")
                                        .replace("mask_head.2.0.", "mask_head.mask_fcn3.")
                                        .replace("mask_head.3.0.", "mask_head.mask_fcn4.")
                                        .replace("n_head.conv.0.0.", "n_head.conv.0.")
                                        .replace("n_head.conv.1.0.", "n_head.conv.2.")
                                        .replace("n_head.conv.2.0.", "n_head.conv.4.")
                                        .replace("n_head.conv.3.0.", "n_head.conv.6."),
                                t));
                assertFalse(old.keySet().equals(net.state().keySet()));
                NetWeights.load(net, old, "old"); // or it lists what does not fit
            }
    }
}
