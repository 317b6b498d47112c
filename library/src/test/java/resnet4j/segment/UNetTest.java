package resnet4j.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.Npy;
import resnet4j.export.OnnxCheck;
import resnet4j.export.OnnxExport;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.model.Architecture;
import resnet4j.model.BackboneConfig;
import resnet4j.nn.Net;
import resnet4j.nn.Norm;
import resnet4j.segment.SegmentationConfig.Head;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

class UNetTest {
    @TempDir
    Path folder;

    /** scripts/parity/unet_golden.py: segmentation_models_pytorch 0.5.0. */
    @ParameterizedTest
    @CsvSource({
        "resnet18, 14328354, 182, be4bb65de7d9531f",
        "resnet34, 24436514, 278, d43e72c49a9dd4e4",
        "resnet50, 32521250, 380, dcc1d8efba663d8e"
    })
    void unet_equalsThatOfSegmentationModelsPyTorchFromTheSeed(
            String encoder, long parameters, int tensors, String names) throws Exception {
        var golden =
                Path.of(UNetTest.class.getResource("unet_" + encoder + ".npy").toURI());
        Ops.seed(0);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = UNet.of(encoder).build()) {
            net.train(false);
            assertEquals(parameters, net.parameterCount());
            assertEquals(tensors, net.state().size());
            assertEquals(names, SegmentationNetTest.digest(net));
            var got = net.apply(Tensor.rand(1, 3, 32, 64));
            assertArrayEquals(new long[] {1, 2, 32, 64}, got.shape());
            assertArrayEquals(Npy.read(golden).floats(), got.toFloats(), 1e-4f); // sums in another order
        }
    }

    static List<Architecture> networks() {
        var body = BackboneConfig.of("resnet18").withOutputStride(8);
        return List.of(
                UNet.of("resnet18"),
                DeepLabV3Plus.of("resnet18"),
                new SegmentationConfig(Head.FCN, body, 3, true),
                new SegmentationConfig(Head.DEEPLABV3, body.withOutputStride(16), 3, true));
    }

    /** Two sizes that strides divide, and one that they do not; batches of 1 and 3. */
    @ParameterizedTest
    @MethodSource("networks")
    void networks_arePlannedAndExportedForAnySizeAndBatch(Architecture architecture) throws IOException {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = architecture.build()) {
            net.train(false);
            var graph = Tracer.trace(net, 1, 3, 64, 64);
            assertTrue(graph.anySize());
            var file = folder.resolve("net.onnx");
            OnnxExport.write(graph, file, "a segmenter");
            try (var plan = Plan.compile(graph, Precision.FP32)) {
                for (var images :
                        List.of(Tensor.randn(1, 3, 64, 64), Tensor.randn(3, 3, 96, 160), Tensor.randn(1, 3, 50, 70))) {
                    var expected = net.apply(images).toFloats();
                    assertArrayEquals(expected, plan.run(images).toFloats(), 1e-4f); // folded norms
                    OnnxCheck.of(file, graph, Map.of("images", images))
                            .forEach((name, difference) -> assertEquals(0, difference.relative(), 1e-4, name));
                }
            }
        }
    }

    /** Smaller than any stride, with one class or more. */
    @ParameterizedTest
    @MethodSource("networks")
    void onePixel_hasLogits_andNoClassesAreRefused(Architecture architecture) {
        for (int classes : new int[] {1, 3})
            try (var scope = new NativeScope();
                    var noGrad = Ops.noGrad();
                    var net = architecture.withClasses(classes).build()) {
                net.train(false);
                for (int side : new int[] {1, 5})
                    assertArrayEquals(
                            new long[] {1, classes, side, 1},
                            net.apply(Tensor.randn(1, 3, side, 1)).shape());
            }
        var refused = assertThrows(IllegalArgumentException.class, () -> architecture.withClasses(0));
        assertEquals("classes: expected at least 1, got 0", refused.getMessage());
    }

    /** As in PyTorch: a mean of the whole map is one value a channel then. */
    @Test
    void deepLab_trainsOnMoreThanOnePictureAtOnce() {
        for (var architecture :
                List.of(DeepLabV3Plus.of("resnet18"), SegmentationConfig.of(Head.DEEPLABV3, "resnet18")))
            try (var scope = new NativeScope();
                    var net = architecture.build()) {
                net.outputs(Tensor.randn(2, 3, 32, 32));
                var one = Tensor.randn(1, 3, 32, 32);
                var refused = assertThrows(IllegalArgumentException.class, () -> net.outputs(one));
                assertTrue(
                        refused.getMessage()
                                .startsWith("batch norm: expected more than one value a channel in training, got an"
                                        + " input of [1, 256, 1, 1]; "),
                        refused.getMessage());
                assertTrue(refused.getMessage().contains("another batch size, or leave out the last"));
            }
    }

    static List<Function<BackboneConfig, Architecture>> overABackbone() {
        return List.of(
                body -> new UNet(body, List.of(32, 32, 16, 16, 8), 2),
                body -> new DeepLabV3Plus(body, 2),
                body -> new SegmentationConfig(Head.FCN, body, 2, true),
                body -> new SegmentationConfig(Head.DEEPLABV3, body, 2, true));
    }

    @ParameterizedTest
    @MethodSource("overABackbone")
    void whatStandsOnABackbone_hasItsNorm_andLearnsBesideAFrozenOne(Function<BackboneConfig, Architecture> network) {
        var body = BackboneConfig.of("resnet18");
        try (var batch = network.apply(body).build();
                var group =
                        network.apply(body.withNorm(new Norm.Group(8, 1e-5))).build();
                var frozen =
                        network.apply(body.withNorm(new Norm.FrozenBatch(1e-5))).build()) {
            assertEquals(List.of(), statistics(group));
            assertEquals(statistics(batch), statistics(frozen));
            assertEquals(learned(batch), learned(frozen));
            assertTrue(learned(batch).size() > 8);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 32})
    void groupsThatDoNotDivideTheChannels_areRefused(int groups) {
        var body = BackboneConfig.of("resnet18").withNorm(new Norm.Group(groups, 1e-5));
        var architecture = new UNet(body, List.of(256, 128, 64, 32, 16), 2);
        var e = assertThrows(IllegalArgumentException.class, () -> Net.whole(architecture::build));
        assertTrue(e.getMessage().matches("groups: expected a divisor of \\d+ channels, got " + groups), e::getMessage);
    }

    private static List<String> statistics(Net net) {
        return net.state().keySet().stream()
                .filter(name -> name.endsWith("running_mean"))
                .toList();
    }

    /** But for the backbone's. */
    private static List<String> learned(Net net) {
        return net.parameters().keySet().stream()
                .filter(name -> !name.matches("(encoder|backbone)\\..*"))
                .toList();
    }

    @Test
    void aPictureTooSmallForTheBackbone_isRefused() {
        var body = BackboneConfig.of("resnetblur18");
        for (var architecture : List.of(
                UNet.of("resnetblur18"), new DeepLabV3Plus(body, 2), new SegmentationConfig(Head.FCN, body, 2, true)))
            try (var scope = new NativeScope();
                    var net = architecture.build()) {
                var small = Tensor.randn(2, 3, 16, 40);
                var refused = assertThrows(IllegalArgumentException.class, () -> net.outputs(small));
                assertTrue(refused.getMessage().startsWith("input: expected at least 17x17 pixels"));
                net.outputs(Tensor.randn(2, 3, 17, 40));
            }
    }
}
