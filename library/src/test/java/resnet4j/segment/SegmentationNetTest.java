package resnet4j.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import resnet4j.model.BackboneConfig;
import resnet4j.nn.Net;
import resnet4j.segment.SegmentationConfig.Head;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class SegmentationNetTest {
    /** Beside torchvision 0.25, from the same seed: scripts/parity/segmentation_golden.py. */
    @ParameterizedTest
    @CsvFileSource(resources = "networks.csv", numLinesToSkip = 1)
    void named_isTorchvisions(
            String name,
            boolean auxiliary,
            int classes,
            long parameters,
            int tensors,
            String names,
            double sum,
            String values)
            throws Exception {
        Ops.seed(7);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = SegmentationConfig.named(name)
                        .withClasses(classes)
                        .withAuxiliary(auxiliary)
                        .build()) {
            net.train(false);
            assertEquals(parameters, net.parameterCount());
            assertEquals(tensors, net.state().size());
            assertEquals(names, digest(net));
            var images = Tensor.rand(1, 3, 40, 56);
            var outputs = net.outputs(images);
            assertEquals(auxiliary ? List.of("out", "aux") : List.of("out"), List.copyOf(outputs.keySet()));
            var flat = new float[outputs.size() * classes * 40 * 56];
            int at = 0;
            for (var output : outputs.values()) {
                float[] some = output.toFloats();
                System.arraycopy(some, 0, flat, at, some.length);
                at += some.length;
            }
            double total = 0, largest = 0;
            for (float v : flat) {
                total += Math.abs(v);
                largest = Math.max(largest, Math.abs(v));
            }
            assertEquals(sum, total, 1e-4 * sum);
            int step = flat.length / 12, i = 0;
            for (var value : values.split(" "))
                assertEquals(Double.parseDouble(value), flat[step * i++], 1e-4 * largest);
        }
    }

    @Test
    void anyResidualBackbone_carriesAHead() {
        var config = SegmentationConfig.of(
                        Head.FCN, BackboneConfig.of("resnet18").withOutputStride(32))
                .withClasses(3)
                .withAuxiliary(true);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = config.build()) {
            var out = net.outputs(Tensor.randn(2, 3, 33, 47));
            for (var output : out.values()) assertEquals(List.of(2L, 3L, 33L, 47L), shape(output));
        }
    }

    @Test
    void unknownNames_proposeTheNearest() {
        var e = assertThrows(IllegalArgumentException.class, () -> SegmentationConfig.named("deeplab_resnet50"));
        assertTrue(e.getMessage().contains("deeplabv3_resnet50"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> SegmentationConfig.named("fcn_resnet50")
                .withClasses(0));
    }

    private static List<Long> shape(Tensor t) {
        return List.of(t.size(0), t.size(1), t.size(2), t.size(3));
    }

    /** Of the names of all weights and statistics, in PyTorch's order. */
    static String digest(Net net) throws Exception {
        var names = String.join("\n", net.state().keySet()).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(names))
                .substring(0, 16);
    }
}
