package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.DType;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Shapes;
import resnet4j.data.Things;
import resnet4j.graph.Plan;
import resnet4j.graph.TameWeights;
import resnet4j.graph.Tracer;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.LabelMap;
import resnet4j.image.Step;
import resnet4j.nn.Init;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.train.Recipe;
import resnet4j.train.Runs;
import resnet4j.train.Trainer;

/** That a detector's run goes on to the bit, leaves no native memory behind, and says that its weights are damaged. */
class DetectorRunTest {
    @TempDir
    Path folder;

    private static Recipe recipe(String model) {
        return Records.overlay(new Recipe(), Records.parse("""
                {"learn": "detect", "model": "%s", "data": "shapes:24", "validation": 0, "limit": 12, "epochs": 2,
                 "architecture": {"backbone": {"network": {"planes": [8, 8, 16, 16]}}, "channels": 32,
                                  %s "sizes": {"min": [48, 64], "max": 64}},
                 "preprocess": {"resize": "none", "cropWidth": 0, "cropHeight": 0},
                 "batch": 4, "precision": "fp32", "seed": 1, "augment": ["flip"], %s "ema": 0.9, "clipNorm": 10,
                 "optimizer": {"type": "adamW", "lr": 1e-3}}
                """.formatted(
                        model,
                        model.contains("rcnn") ? "\"method\": {\"hidden\": 32, \"sampled\": 16}," : "",
                        model.contains("mask") ? "\"mix\": \"copyPaste\"," : "")));
    }

    private static PyramidDetector net(String model) {
        Ops.seed(1);
        return ((DetectorConfig) recipe(model).architectureFor(2)).net();
    }

    private static final Image PICTURE = new Shapes(1, 64, 0).scene(0).image();
    private static final Limits EVERYTHING = new Limits(0, 0.5, 3);

    private static ImageBatch batch(ImageBatch.Truth truth) {
        return ImageBatch.of(List.of(PICTURE), List.of(truth), new Sizes(64, 64), Device.CPU);
    }

    private static ImageBatch.Truth nothing() {
        return new ImageBatch.Truth(new Boxes(new float[0]), new int[0]);
    }

    private static ImageBatch.Truth something() {
        var mask = new byte[64 * 64];
        Arrays.fill(mask, (byte) 1);
        var points = new float[3 * KeypointHead.KEYPOINTS];
        Arrays.fill(points, 20);
        return new ImageBatch.Truth(
                new Boxes(new float[] {10, 10, 50, 50}),
                new int[] {1},
                List.of(new LabelMap(64, 64, mask, 0)),
                List.of(points));
    }

    @Test
    void resumedRun_isTheUninterruptedOneToTheBit() throws IOException {
        var whole = folder.resolve("whole");
        assertFalse(stopped(whole, Integer.MAX_VALUE));
        var parts = folder.resolve("parts");
        int stops = 0;
        while (stopped(parts, 2)) assertTrue(++stops < 10);
        assertEquals(6 / 2, stops);
        assertEquals(Runs.result(whole), Runs.result(parts));
    }

    /** Begins the run, or goes on with it, for at most so many updates. */
    private static boolean stopped(Path run, int updates) throws IOException {
        var recipe = recipe("maskrcnn_resnet18_fpn");
        var done = new AtomicInteger();
        var log = new Trainer.Log() {
            @Override
            public void step(Line.Step step) {
                done.incrementAndGet();
            }
        };
        var options = new Trainer.Options(Device.CPU, 1, 1e9, () -> done.get() >= updates);
        var data = DataSource.parse(recipe.data(), Things.class);
        try (var trainer = new Trainer(recipe, data, new RunFolder(run), options, log)) {
            return trainer.train().stopped();
        }
    }

    /** A dot, a strip, a crowd that has no mask, nothing at all, and a file that is not there. */
    @Test
    void picturesOfAllKinds_areLearnedFromAndMeasured() throws IOException {
        int[][] sizes = {{1, 1}, {20000, 10}, {40, 30}, {30, 40}, {30, 40}};
        var pictures = new ArrayList<String>();
        Files.createDirectories(folder.resolve("train"));
        for (int i = 0; i < sizes.length; i++) {
            int w = sizes[i][0], h = sizes[i][1];
            pictures.add(
                    "{\"id\": %d, \"file_name\": \"%d.png\", \"width\": %d, \"height\": %d}".formatted(i, i, w, h));
            if (i < 4) ImageFile.writePng(folder.resolve("train/" + i + ".png"), new Image(w, h, new byte[3 * w * h]));
        }
        Files.writeString(folder.resolve("instances_train.json"), """
                {"images": [%s], "categories": [{"id": 3, "name": "thing"}], "annotations": [
                 {"id": 1, "image_id": 0, "category_id": 3, "bbox": [0, 0, 1, 1], "segmentation": [[0, 0, 1, 0, 1, 1, 0, 1]]},
                 {"id": 2, "image_id": 1, "category_id": 3, "bbox": [9, 2, 90, 5], "segmentation": [[9, 2, 99, 2, 99, 7, 9, 7]]},
                 {"id": 3, "image_id": 2, "category_id": 3, "bbox": [2, 3, 10, 12], "iscrowd": 1}]}
                """.formatted(String.join(", ", pictures)));
        var recipe = Records.overlay(
                recipe("maskrcnn_resnet18_fpn"), Records.parse("{\"batch\": 1, \"epochs\": 1, \"limit\": 5}"));
        var data = DataSource.parse("coco:" + folder, Things.class);
        var run = new RunFolder(folder.resolve("run"));
        try (var trainer = new Trainer(recipe, data, run, Trainer.Options.DEFAULT, new Trainer.Log() {})) {
            var score = (ThingScore) trainer.train().test().orElseThrow();
            assertEquals(4, score.samples());
            assertEquals(2, score.things());
            assertEquals(1, score.skipped().size());
            assertTrue(score.skipped().get(0).file().endsWith("4.png"), score::toString);
        }
    }

    /** A step so small that nothing gets better: the second epoch without a better boxMap is the last of six. */
    @Test
    void aRunThatGetsNoBetter_endsByItsPatience() throws IOException {
        var recipe = Records.overlay(
                recipe("fasterrcnn_resnet18_fpn"),
                Records.parse("{\"validation\": 0.5, \"patience\": 2, \"epochs\": 6, \"ema\": 0,"
                        + " \"optimizer\": {\"type\": \"sgd\", \"lr\": 1e-30}}"));
        var epochs = new AtomicInteger();
        var log = new Trainer.Log() {
            @Override
            public void epoch(Line.Epoch epoch) {
                assertTrue(epoch.validation().containsKey("boxMap"), epoch::toString);
                epochs.incrementAndGet();
            }
        };
        var data = DataSource.parse(recipe.data(), Things.class);
        var run = new RunFolder(folder.resolve("patient"));
        try (var trainer = new Trainer(recipe, data, run, Trainer.Options.DEFAULT, log)) {
            trainer.train();
        }
        assertEquals(3, epochs.get());
    }

    @Test
    void noPictures_haveNoAnswers_andNoClassesAreRefused() {
        try (var net = net("fasterrcnn_resnet18_fpn");
                var finder = Finder.of(net, Device.CPU, Precision.FP32)) {
            assertEquals(List.of(), finder.find(List.of(), EVERYTHING));
            for (int classes : new int[] {0, 1}) {
                var said = assertThrows(IllegalArgumentException.class, () -> net.config.withClasses(classes));
                assertTrue(said.getMessage().startsWith("classes: expected at least"), said::getMessage);
            }
        }
    }

    static List<String> ofEachKind() {
        return List.of(
                "maskrcnn_resnet18_fpn",
                "maskrcnn_resnet50_fpn_v2",
                "keypointrcnn_resnet50_fpn",
                "retinanet_resnet50_fpn",
                "fcos_resnet50_fpn");
    }

    @ParameterizedTest
    @MethodSource("ofEachKind")
    void stepsAndPredictions_leaveNothingBehind(String name) {
        var live = new ArrayList<Long>();
        LiveObjects.settled();
        try (var net = net(name)) {
            for (int round = 0; round < 3; round++) {
                for (var truth : List.of(something(), nothing()))
                    try (var scope = new NativeScope()) {
                        net.train(true);
                        net.losses(batch(truth)).values().stream()
                                .reduce(Ops::add)
                                .orElseThrow()
                                .backward();
                    }
                net.train(false);
                var found = net.detect(List.of(PICTURE), EVERYTHING, Device.CPU).get(0);
                // the others may find background at first, which is nothing
                assertFalse(name.contains("rcnn") && found.isEmpty());
                live.add(NativeScope.liveObjects());
            }
        }
        assertEquals(live.get(1), live.get(2), live::toString);
    }

    /**
     * Plans find what the layers find, in pictures of other sizes than they were made for, two at once, where everything
     * counts. Their numbers differ in the last bits (engine.md), so that of things as likely the order may be another.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "maskrcnn_resnet18_fpn",
                "maskrcnn_resnet50_fpn_v2",
                "keypointrcnn_resnet50_fpn",
                "retinanet_resnet50_fpn",
                "retinanet_resnet50_fpn_v2",
                "fcos_resnet50_fpn"
            })
    void plans_findWhatLayersFind(String name) {
        var wide = Step.all(
                List.of(new Step.Crop(0, 30, 96, 40)),
                new Shapes(2, 96, 0).scene(1).image());
        var net = net(name);
        beDecided(net);
        try (net;
                var layers = Finder.eager(net, Device.CPU);
                var plans = Finder.of(net, Device.CPU, Precision.FP32)) {
            var limits = new Limits(1e-4, 0.5, 20);
            for (var pictures : List.of(List.of(PICTURE), List.of(wide, PICTURE))) {
                var expected = layers.find(pictures, limits);
                var found = plans.find(pictures, limits);
                for (int i = 0; i < pictures.size(); i++) {
                    assertFalse(expected.get(i).isEmpty());
                    assertSame(expected.get(i), found.get(i));
                }
            }
            assertArrayEquals(layers.features(wide), plans.features(wide), 1e-4f);
        }
    }

    /**
     * Where the processor lacks bf16 both are the same. Of two places, as half these pictures would leave, FCOS's norms
     * give either number of a channel its sign and little else: 8 bits may then be as good as none.
     */
    @ParameterizedTest
    @MethodSource("ofEachKind")
    void bf16Plans_answerWhatPlansInFp32Do(String name) {
        var given = Map.of(
                Part.PLACES, new long[] {2, 3, 128, 192}, // the smallest map has six places
                Part.BOXES, new long[] {5, 32, 7, 7},
                Part.DETAIL, new long[] {3, 32, 14, 14});
        Ops.seed(0);
        try (var net = net(name)) {
            TameWeights.fill(net);
            net.config.parts().forEach((part, shape) -> {
                try (var scope = new NativeScope();
                        var noGrad = Ops.noGrad()) {
                    var in = Tensor.randn(given.get(part));
                    var graph = Tracer.trace(
                            net, Map.of(Tracer.INPUT, shape), inputs -> net.answers(part, inputs.get(Tracer.INPUT)));
                    try (var fp32 = Plan.compile(graph, Precision.FP32);
                            var bf16 = Plan.compile(graph, Precision.BF16)) {
                        var expected = fp32.run(Map.of(Tracer.INPUT, in));
                        bf16.run(Map.of(Tracer.INPUT, in))
                                .forEach((answer, actual) -> assertEquals(
                                        0, difference(expected.get(answer), actual), 0.1, part + " " + answer));
                    }
                }
            });
        }
    }

    /** Root of the squares of differences by squares: 8 bits are kept of each number, through fifty layers;
     * below 0.05 but for FCOS, whose norms of the six places of a small map magnify it. */
    private static double difference(Tensor expected, Tensor actual) {
        float[] a = expected.to(DType.F32).toFloats(), b = actual.to(DType.F32).toFloats();
        assertEquals(a.length, b.length);
        double squares = 0, differences = 0;
        for (int i = 0; i < a.length; i++) {
            squares += (double) a[i] * a[i];
            differences += ((double) a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(differences / squares);
    }

    private static void assertSame(List<Detection> expected, List<Detection> found) {
        assertEquals(expected.size(), found.size());
        for (var one : expected)
            assertTrue(found.stream().anyMatch(other -> isSame(one, other)), () -> one.box() + " is not in " + found);
    }

    /** Random weights are as sure of one place as of another, and rounding would decide which of them count. */
    private static void beDecided(PyramidDetector net) {
        net.parameters().forEach((name, weight) -> {
            if (!name.endsWith("cls_logits.weight")) return;
            try (var scope = new NativeScope()) {
                weight.set(Losses.scale(weight.detach(), 50));
            }
        });
    }

    private static boolean isSame(Detection one, Detection other) {
        boolean same = one.label() == other.label() && Math.abs(one.score() - other.score()) < 1e-4;
        same &= near(one.box().x1(), other.box().x1())
                && near(one.box().y1(), other.box().y1());
        same &= near(one.box().x2(), other.box().x2())
                && near(one.box().y2(), other.box().y2());
        if (!same || one.keypoints().size() != other.keypoints().size()) return false;
        if (one.mask().isEmpty()) return other.mask().isEmpty();
        byte[] a = one.mask().get().labels(), b = other.mask().orElseThrow().labels();
        long differ = IntStream.range(0, a.length).filter(i -> a[i] != b[i]).count();
        return differ <= a.length / 1000; // of pixels that are as likely in as out
    }

    private static boolean near(double a, double b) {
        return Math.abs(a - b) < 0.02; // pixels
    }

    /** Otherwise nothing would be found, as no comparison with NaN holds. Whichever weight it is, outside of norms' statistics. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "maskrcnn_resnet18_fpn",
                "keypointrcnn_resnet50_fpn",
                "retinanet_resnet50_fpn",
                "fcos_resnet50_fpn"
            })
    void damagedWeights_areSaid(String name) {
        List<String> weights;
        try (var net = net(name)) {
            weights = net.parameters().keySet().stream()
                    .filter(w ->
                            name.startsWith("keypoint") ? w.contains("kps_") : !w.startsWith("backbone.body.layer"))
                    .toList();
        }
        for (var weight : weights)
            try (var net = net(name)) {
                Init.constant(net.parameters().get(weight), Double.NaN);
                net.train(false);
                var said = assertThrows(
                        ArithmeticException.class, () -> net.detect(List.of(PICTURE), EVERYTHING, Device.CPU), weight);
                assertTrue(said.getMessage().endsWith("its weights are damaged"), said::getMessage);
            }
    }

    /** So that training says that it diverged, and at which step. */
    @ParameterizedTest
    @ValueSource(strings = {"maskrcnn_resnet18_fpn", "retinanet_resnet50_fpn", "fcos_resnet50_fpn"})
    void damagedWeights_haveALossThatIsNoNumber(String name) {
        for (var truth : List.of(something(), nothing()))
            try (var net = net(name);
                    var scope = new NativeScope()) {
                Init.constant(net.parameters().get("backbone.body.conv1.weight"), Double.NaN);
                var loss = net.losses(batch(truth)).values().stream()
                        .reduce(Ops::add)
                        .orElseThrow();
                assertTrue(Double.isNaN(loss.item()), loss::toString);
            }
    }
}
