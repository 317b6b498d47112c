package resnet4j.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import resnet4j.array.Npy;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class DeepLabV3PlusTest {
    /** scripts/parity/deeplabv3plus_golden.py: segmentation_models_pytorch 0.5.0, every fourth pixel. */
    @Test
    void network_equalsThatOfSegmentationModelsPyTorchFromTheSeed() throws Exception {
        var golden =
                Path.of(DeepLabV3PlusTest.class.getResource("deeplabv3plus.npy").toURI());
        Ops.seed(0);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = DeepLabV3Plus.of("resnet50").withClasses(3).build()) {
            net.train(false);
            assertEquals(26678099L, net.parameterCount());
            assertEquals(379, net.state().size());
            assertEquals("6ec6e666e78401d4", SegmentationNetTest.digest(net));
            var logits = net.apply(Tensor.rand(1, 3, 64, 96));
            var some = Ops.slice(Ops.slice(logits, 2, 0, 64, 4), 3, 0, 96, 4);
            assertArrayEquals(Npy.read(golden).floats(), some.contiguous().toFloats(), 1e-4f); // sums in another order
        }
    }
}
