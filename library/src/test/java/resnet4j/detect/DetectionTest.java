package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.Interpolation;
import resnet4j.image.Step;
import resnet4j.nn.Norm;
import resnet4j.tensor.Device;
import resnet4j.tensor.Ops;

class DetectionTest {
    /**
     * torchvision's own expected detections. Scores tie nearly, so that what lies behind the fiftieth may be another box;
     * boxes move by sums in another order, through fifty convolutions.
     */
    @ParameterizedTest
    @ValueSource(strings = {"maskrcnn_resnet50_fpn", "retinanet_resnet50_fpn"})
    void detections_areTorchvisions(String name) throws IOException {
        compare(name);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fasterrcnn_resnet50_fpn",
                "fasterrcnn_resnet50_fpn_v2",
                "maskrcnn_resnet50_fpn_v2",
                "retinanet_resnet50_fpn_v2",
                "fcos_resnet50_fpn",
                "keypointrcnn_resnet50_fpn"
            })
    void allDetections_areTorchvisions(String name) throws IOException {
        compare(name);
    }

    private static void compare(String name) throws IOException {
        var file = Shared.data("preprocess-golden/grace_hopper_517x606.jpg");
        var whole = ImageFile.read(file);
        int side = whole.width();
        var photo = Step.all(
                List.of(new Step.Crop(0, 0, side, side), new Step.Resize(side, side, 224, 224, Interpolation.BICUBIC)),
                whole);
        var expected = expected(name);
        var found = find(name, photo);
        int matched = 0;
        for (var line : expected) {
            double score = Double.parseDouble(line[2]);
            for (int i = 0; i < found.labels().length; i++)
                if (found.labels()[i] == Integer.parseInt(line[1])
                        && Math.abs(found.scores()[i] - score) < 1e-4
                        && near(line, found.boxes(), i)) {
                    matched++;
                    break;
                }
        }
        assertEquals(expected.size(), Math.min(100, found.labels().length));
        assertTrue(matched >= 0.95 * expected.size(), matched + " of " + expected.size());
    }

    private static Found find(String name, Image photo) {
        var config = DetectorConfig.published().get(name);
        boolean dense = name.startsWith("retinanet");
        int classes = dense || name.startsWith("faster") ? 20 : name.startsWith("mask") ? 10 : 2;
        double score = dense ? 0.01 : name.startsWith("keypoint") ? 0.15 : 0.05;
        var limits = new Limits(
                score,
                config.method().limits().overlap(),
                config.method().limits().most());
        Ops.seed(0);
        try (var net = config.withBackbone(config.backbone().withNorm(Norm.BATCH))
                        .withSizes(new Sizes(224, 224))
                        .withClasses(classes)
                        .net();
                var scope = new resnet4j.tensor.NativeScope();
                var noGrad = Ops.noGrad()) {
            net.train(false);
            return net.find(ImageBatch.of(List.of(photo), new Sizes(224, 224), Device.CPU), limits)
                    .get(0);
        }
    }

    private static boolean near(String[] line, Boxes boxes, int i) {
        for (int side = 0; side < 4; side++)
            if (Math.abs(boxes.at(i, side) - Double.parseDouble(line[3 + side])) > 0.05) return false;
        return true;
    }

    private static List<String[]> expected(String name) throws IOException {
        try (var in = DetectionTest.class.getResourceAsStream("found.csv")) {
            var lines = new ArrayList<String[]>();
            for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n"))
                if (line.startsWith(name + ",")) lines.add(line.split(","));
            return lines;
        }
    }
}
