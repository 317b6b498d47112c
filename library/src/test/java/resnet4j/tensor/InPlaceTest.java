package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class InPlaceTest {
    @Test
    void inPlaceResults_outliveTheirArguments() {
        try (var scope = new NativeScope()) {
            var x = Tensor.of(new float[] {-1, 2}, 2);
            var y = Ops.relu_(x);
            var z = Ops.add_(y, Tensor.full(1, 2));
            x.close();
            y.close();
            assertArrayEquals(new float[] {1, 3}, z.toFloats());
        }
    }
}
