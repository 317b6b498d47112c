package resnet4j.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class Conv2dTest {
    /**
     * torch 2.10: torch.manual_seed(7); c = nn.Conv2d(4, 2, (3, 1), stride=(2, 1), padding=(1, 0), groups=2);
     * c(torch.randn(1, 4, 3, 2))
     */
    @Test
    void startingWeightsAndOutput_arePyTorchsFromTheSameSeed() {
        Ops.seed(7);
        var op = new Op.Conv2d(new Size(2, 1), new Size(1, 0), Size.of(1), 2);
        try (var scope = new NativeScope();
                var conv = new Conv2d(4, 2, new Size(3, 1), op, true)) {
            var y = conv.apply(Tensor.randn(1, 4, 3, 2));
            assertArrayEquals(new long[] {1, 2, 2, 2}, y.shape());
            assertArrayEquals(
                    new float[] {
                        -0.3844561f,
                        -0.2710117f,
                        -0.7694906f,
                        -0.34275f,
                        -0.909145f,
                        0.08487546f,
                        -0.7030805f,
                        -0.2357367f
                    },
                    y.toFloats(),
                    1e-6f);
            assertEquals(List.of("weight", "bias"), List.copyOf(conv.state().keySet()));
        }
    }

    @Test
    void groupsThatDoNotDivide_areRejected() {
        var e = assertThrows(IllegalArgumentException.class, () -> Conv2d.of(6, 4, 3, 1, 4));
        assertEquals("groups: expected a divisor of 6 channels in and 4 out, got 4", e.getMessage());
    }

    @Test
    void imagesOfOtherChannels_areRefusedWithTheirShape() {
        try (var scope = new NativeScope();
                var conv = Conv2d.of(3, 4, 3)) {
            var e = assertThrows(RuntimeException.class, () -> conv.apply(Tensor.zeros(1, 2, 5, 5)));
            assertTrue(e.getMessage().contains("F32[1, 2, 5, 5]"), e::getMessage);
        }
    }

    /** Filters of mean 0 and variance 1 (arXiv:1903.10520): any that differ by a factor and a sum give the same. */
    @Test
    void standardizedFilters_forgetScaleAndShift() {
        Ops.seed(7);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var conv = Norm.BIT.convolution(Conv2d.of(3, 4, 3))) {
            var x = Tensor.randn(1, 3, 5, 5);
            var before = conv.apply(x).toFloats();
            conv.weight().set(Ops.affine(conv.weight(), 3, 2));
            assertArrayEquals(before, conv.apply(x).toFloats(), 1e-4f);
        }
    }
}
