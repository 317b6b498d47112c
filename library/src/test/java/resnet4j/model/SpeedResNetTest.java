package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class SpeedResNetTest {
    private static ClassificationNet small() {
        return new SpeedResNet(List.of(32, 8), new Norm.ShiftedBatch(0.2, 1e-12), 10).build();
    }

    /** The second moments of what the stem gives for the pictures that it was fitted to: ones, and -1 for opposites. */
    @Test
    void whitening_givesUncorrelatedChannelsOfVarianceOne() {
        Ops.seed(3);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = small()) {
            // neighbouring pixels and colours that are alike, as in photographs
            var noise = Tensor.randn(16, 1, 33, 33);
            var blurred = Ops.add(noise.narrow(2, 0, 32), noise.narrow(2, 1, 32));
            blurred = Ops.add(blurred.narrow(3, 0, 32), blurred.narrow(3, 1, 32));
            var images = Ops.add(
                    Ops.cat(List.of(blurred, blurred, blurred), 1), Losses.scale(Tensor.randn(16, 3, 32, 32), 0.3));
            net.calibrate(() -> images);
            var whiten = (Layer) net.nets().get("whiten");
            var rows = whiten.apply(images).permute(1, 0, 2, 3).reshape(24, -1);
            var moments = Losses.scale(Ops.linear(rows, rows, null), 1.0 / rows.size(1))
                    .toFloats();
            for (int i = 0; i < 24; i++)
                for (int j = 0; j < 24; j++) {
                    double expected = i == j ? 1 : i % 12 == j % 12 ? -1 : 0;
                    // the variances are at least 0.09, and 0.0005 is added to each: half a percent
                    assertEquals(expected, moments[24 * i + j], 0.01, i + " and " + j);
                }
        }
    }

    @Test
    void convolutions_beginAsTheIdentity_andScalesAreNotTrained() {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = small()) {
            var x = Tensor.rand(1, 24, 5, 5);
            var conv = (Layer) net.nets().get("layers.0.conv1");
            assertArrayEquals(x.toFloats(), conv.apply(x).narrow(1, 0, 24).toFloats());
            assertFalse(net.parameters().containsKey("layers.0.norm1.weight"));
            assertFalse(net.parameters().containsKey("whiten.weight"));
            assertEquals(1, net.state().get("layers.0.norm1.weight").toFloats()[0]);
        }
    }
}
