package resnet4j.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class BatchNorm2dTest {
    /** PyTorch: "Expected more than 1 value per channel when training". */
    @Test
    void oneValueAChannel_isRefusedInTrainingAlone() {
        try (var scope = new NativeScope();
                var norm = Norm.BATCH.of(3)) {
            var one = Tensor.randn(1, 3, 1, 1);
            var e = assertThrows(IllegalArgumentException.class, () -> norm.apply(one));
            assertTrue(
                    e.getMessage().contains("more than one value a channel in training, got an input of [1, 3, 1, 1]"));
            assertEquals(6, norm.apply(Tensor.randn(2, 3, 1, 1)).elements());
            assertEquals(6, norm.apply(Tensor.randn(1, 3, 1, 2)).elements());
            norm.train(false);
            assertEquals(3, norm.apply(one).elements());
        }
    }

    /** torch 2.10: torch.manual_seed(7); b = nn.BatchNorm2d(2); x = torch.randn(2, 2, 1, 2); b(x); b.eval(); b(x) */
    @Test
    void outputsAndStatistics_arePyTorchsInBothModes() {
        Ops.seed(7);
        try (var scope = new NativeScope();
                var norm = Norm.BATCH.of(2)) {
            var x = Tensor.randn(2, 2, 1, 2);
            assertArrayEquals(
                    new float[] {
                        -0.5198484f, 0.4393371f, 0.8047068f, -1.350729f, 1.369439f, -1.288928f, -0.5573092f, 1.103332f
                    },
                    norm.apply(x).toFloats(),
                    1e-6f);
            var state = norm.state();
            assertArrayEquals(
                    new float[] {0.03588271f, 0.01773096f},
                    state.get("running_mean").toFloats(),
                    1e-7f);
            assertArrayEquals(
                    new float[] {1.026134f, 1.021924f}, state.get("running_var").toFloats(), 1e-6f);
            norm.train(false);
            assertArrayEquals(
                    new float[] {
                        -0.1803357f, 0.7406393f, 0.919066f, -1.11986f, 1.63369f, -0.9187778f, -0.3693275f, 1.201549f
                    },
                    norm.apply(x).toFloats(),
                    2e-6f);
        }
    }

    /** torch 2.10: num_batches_tracked is 2 after two batches in training, and stays so in evaluation. */
    @Test
    void batchesOfTraining_areCounted() {
        try (var scope = new NativeScope();
                var norm = Norm.BATCH.of(2)) {
            var x = Tensor.randn(2, 2, 3, 3);
            for (int i = 0; i < 2; i++) norm.apply(x);
            norm.train(false);
            norm.apply(x);
            assertEquals(
                    2, norm.state().get("num_batches_tracked").toHost().data().getLong(0));
            ((BatchNorm2d) norm).freezeStatistics();
            norm.train(true);
            norm.apply(x);
            assertEquals(
                    2, norm.state().get("num_batches_tracked").toHost().data().getLong(0));
        }
    }

    @Test
    void whatIsTrained_dependsOnTheNorm() {
        try (var both = Norm.BATCH.of(2);
                var shift = new Norm.ShiftedBatch(0.1, 1e-5).of(2);
                var neither = new Norm.FrozenBatch(1e-5).of(2)) {
            assertEquals(Set.of("weight", "bias"), both.parameters().keySet());
            assertEquals(Set.of("bias"), shift.parameters().keySet());
            assertEquals(Set.of(), neither.parameters().keySet());
        }
    }

    @Test
    void frozenStatistics_stayInTraining() {
        Ops.seed(7);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var norm = new Norm.FrozenBatch(0).of(2)) {
            var x = Tensor.randn(2, 2, 3, 3);
            assertArrayEquals(x.toFloats(), norm.apply(x).toFloats(), 0); // mean 0 and variance 1 from the start
            assertArrayEquals(new float[2], norm.state().get("running_mean").toFloats(), 0);
        }
    }
}
