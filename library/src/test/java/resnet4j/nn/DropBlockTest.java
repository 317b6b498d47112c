package resnet4j.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** DropBlock of arXiv:1810.12890. */
class DropBlockTest {
    @Test
    void dropBlock_zeroesSquares_andKeepsTheMean() {
        Ops.seed(3);
        try (var scope = new NativeScope();
                var layer = new DropBlock(0.2, 3, 1)) {
            var x = Tensor.full(1, 8, 16, 20, 20);
            var y = layer.apply(x);
            float[] values = y.toFloats();
            double mean = 0, zeros = 0, inSquares = 0;
            for (int i = 0; i < values.length; i++) {
                mean += values[i] / values.length;
                if (values[i] != 0) continue;
                zeros++;
                int column = i % 20;
                if (column > 0 && values[i - 1] == 0 || column < 19 && values[i + 1] == 0) inSquares++;
            }
            assertEquals(1, mean, 1e-3);
            assertEquals(0.2, zeros / values.length, 0.03); // squares overlap
            assertEquals(zeros, inSquares);
            layer.train(false);
            assertArrayEquals(x.toFloats(), layer.apply(x).toFloats());
        }
    }
}
