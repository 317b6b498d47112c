package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.model.ModelFile;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/** Weights that are held at zero. */
class SparsityTest {
    private static final String RAMP = "{\"type\":\"smallest\",\"share\":0.75,\"ramp\":0.5}",
            TWO_OF_FOUR = "{\"type\":\"ofNeighbours\",\"n\":2,\"m\":4}";

    @TempDir
    Path folder;

    /** Zhu and Gupta 2017, equation 1, from 0 on: 0.8 (1 - (1 - t)^3). */
    @ParameterizedTest
    @CsvSource({"0, 0", "0.125, 0.4625", "0.25, 0.7", "0.5, 0.8", "1, 0.8"})
    void theShare_growsByTheCubeOfWhatIsLeft(double progress, double share) {
        assertEquals(share, new Sparsity.Smallest(0.8, 0.5).at(progress), 1e-12);
        assertEquals(0.8, new Sparsity.Smallest(0.8, 0).at(progress), 0);
    }

    @Test
    void theSmallestWeights_areZero() {
        try (var scope = new NativeScope()) {
            var weight = Tensor.of(new float[] {3, -1, 2, -4, 0.5f, 6}, 2, 3, 1, 1);
            new Sparsity.Smallest(0.5, 0).cut(weight, 0);
            assertArrayEquals(new float[] {3, 0, 0, -4, 0, 6}, weight.toFloats(), 1e-9f);
        }
    }

    /** Along input channels, at each place of the kernel by itself. */
    @Test
    void ofFourInputChannels_theTwoSmallestAreZero() {
        try (var scope = new NativeScope()) {
            var weight = Tensor.of(new float[] {1, 8, -2, 7, 3, -6, -4, 5}, 1, 4, 1, 2);
            new Sparsity.OfNeighbours().cut(weight, 0);
            assertArrayEquals(new float[] {0, 8, 0, 7, 3, 0, -4, 0}, weight.toFloats(), 1e-9f);
            var first = Tensor.of(new float[] {1, 2, 3}, 1, 3, 1, 1);
            new Sparsity.OfNeighbours().cut(first, 0);
            assertArrayEquals(new float[] {1, 2, 3}, first.toFloats());
        }
    }

    /** Momentum and decay would move a weight that has no gradient. */
    @Test
    void whatIsZero_staysZero_whateverTheStep() {
        try (var scope = new NativeScope()) {
            var weight = Tensor.of(new float[] {1, -2, 3, -4}, 2, 2);
            var bias = Tensor.of(new float[] {0.1f}, 1);
            new Sparsity.Smallest(0.5, 0).around(List.of(weight, bias), 0, () -> {
                weight.set(Tensor.full(5, 2, 2));
                bias.set(Tensor.full(0, 1));
            });
            assertArrayEquals(new float[] {0, 0, 5, 5}, weight.toFloats(), 1e-9f);
            assertArrayEquals(new float[] {0}, bias.toFloats());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {RAMP, TWO_OF_FOUR})
    void aRun_endsWithTheZeros_andGoesOnToTheBit(String sparsity) throws IOException {
        var recipe = Runs.recipe("sparsity=" + sparsity, "optimizer.weightDecay=0.01");
        var whole = Runs.train(recipe, Squares.source(60), folder.resolve("whole"));
        var parts = folder.resolve("parts");
        while (Runs.train(recipe, Squares.source(60), parts, 1, 5).stopped()) {}
        assertEquals(Runs.result(folder.resolve("whole")), Runs.result(parts));
        try (var opened = ModelFile.open(whole.run().model())) {
            opened.net().parameters().forEach((name, weight) -> {
                if (weight.dim() < 2) return;
                int zeros = 0;
                for (float w : weight.toFloats()) if (w == 0) zeros++;
                boolean first = weight.size(1) == 3;
                double share = sparsity.equals(RAMP) ? 0.75 : first ? 0 : 0.5;
                assertEquals(Math.round(share * weight.elements()), zeros, name);
            });
        }
    }

    @Test
    void averages_haveNoZeros_andAreRefused() {
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> Runs.recipe("sparsity=smallest", "average={\"type\":\"ema\",\"decay\":0.5}"));
        assertTrue(e.getMessage().contains("average"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Sparsity.Smallest(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Sparsity.OfNeighbours(4, 4));
    }
}
