package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.config.Records;
import resnet4j.export.OnnxMetadata;
import resnet4j.export.OnnxModel;
import resnet4j.image.Image;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.nn.Init;
import resnet4j.tensor.Ops;

/** Detectors run by ONNX Runtime, from pixels to things, beside our own answers. */
class OnnxDetectorTest {
    @TempDir
    Path folder;

    private static DetectorConfig config(String name) {
        var json = Records.parse(
                """
                {"backbone": {"network": {"depths": [1, 1, 1, 1], "planes": [8, 8, 16, 16]}}, "channels": 32,
                 %s "sizes": {"min": [96], "max": 150}}
                """.formatted(name.contains("rcnn") ? "\"method\": {\"hidden\": 32, \"sampled\": 16}," : ""));
        return Records.overlay(DetectorConfig.published().get(name), json).withClasses(6);
    }

    private static ModelFile file(String name, DetectorConfig config) {
        var classes = IntStream.range(0, 6).mapToObj(i -> "class " + i).toList();
        return new ModelFile(name, config, Preprocess.imagenet(), classes, Map.of(), "", Map.of());
    }

    private static Image picture(int width, int height, int seed) {
        var rgb = new byte[3 * width * height];
        new Random(seed).nextBytes(rgb);
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) (i / 3 % width / 9 * 40 + (rgb[i] & 31)); // stripes
        return new Image(width, height, rgb);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fasterrcnn_resnet50_fpn",
                "fasterrcnn_resnet50_fpn_v2",
                "maskrcnn_resnet50_fpn",
                "maskrcnn_resnet50_fpn_v2",
                "retinanet_resnet50_fpn",
                "retinanet_resnet50_fpn_v2",
                "fcos_resnet50_fpn",
            })
    void exportedDetectors_findWhatOursFind(String name) throws IOException {
        Ops.seed(3);
        var config = config(name);
        double score = name.contains("rcnn") ? 0.1 : 0.02;
        try (var net = config.net()) {
            // starting weights say nearly the same of every place, and ties may be broken in any way
            net.parameters().forEach((path, weight) -> {
                if (path.startsWith("head.") && weight.dim() == 4) Init.kaimingNormalFanOut(weight);
            });
            Init.normal(net.head().parameters().get("weight"), name.contains("rcnn") ? 0.2 : 0.03);
            var out = folder.resolve("net.onnx");
            var limits = new Limits(score, 0.5, 20);
            net.writeOnnx(file(name, config), out, limits);
            // taller and wider than its padding, one that is not resized, and one of a row
            var pictures = List.of(picture(131, 97, 1), picture(60, 171, 2), picture(150, 96, 3), picture(200, 1, 4));
            var check = OnnxDetectorCheck.of(net, out, pictures, limits);
            assertTrue(check.things() >= 9, check::toString);
            assertEquals(check.things(), check.theirs(), check::toString);
            assertTrue(check.passed(false), check::toString);
        }
    }

    @Test
    void nothingIsFound_whereNothingIsSure() throws IOException {
        Ops.seed(3);
        var name = "maskrcnn_resnet50_fpn";
        var config = config(name);
        try (var net = config.net()) {
            var out = folder.resolve("net.onnx");
            var limits = new Limits(1, 0.5, 20);
            net.writeOnnx(file(name, config), out, limits);
            assertEquals(
                    new OnnxDetectorCheck(1, 0, 0, 0, 1),
                    OnnxDetectorCheck.of(net, out, List.of(picture(131, 97, 1)), limits));
        }
    }

    @Test
    void fileSaysWhatItIs() throws IOException {
        Ops.seed(3);
        var name = "maskrcnn_resnet50_fpn";
        var config = config(name);
        var out = folder.resolve("net.onnx");
        try (var net = config.net()) {
            net.writeOnnx(file(name, config), out);
        }
        try (var model = OnnxModel.openTrusted(out, 1)) {
            assertEquals(
                    "[images]",
                    model.inputs().stream().map(OnnxModel.Port::name).toList().toString());
            assertEquals(
                    List.of("boxes", "labels", "scores", "masks"),
                    model.outputs().stream().map(OnnxModel.Port::name).toList());
            assertEquals(List.of(1L, -1L, -1L, 3L), model.inputs().get(0).shape());
            assertEquals(List.of(-1L, -1L, -1L), model.outputs().get(3).shape());
        }
        var refused = assertThrows(IOException.class, () -> OnnxMetadata.of(out));
        assertTrue(refused.getMessage().contains("got maskrcnn_resnet50_fpn, which finds things"));
    }

    @Test
    void keypoints_areRefused() throws IOException {
        var name = "keypointrcnn_resnet50_fpn";
        var config = config(name);
        try (var net = config.net()) {
            var refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> net.writeOnnx(file(name, config), folder.resolve("net.onnx")));
            assertTrue(refused.getMessage().startsWith("export: expected a detector of boxes or masks"));
        }
    }
}
