package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class ShrinkTest {
    /** Image.fromarray((np.arange(20.0) ** 2).reshape(4, 5).astype("f")).resize((3, 3), Image.BILINEAR) in Pillow 12. */
    private static final float[] PILLOW = {
        9.2142859f, 17.944445f, 31.214287f, 69.357139f, 96.944443f, 129.07143f, 199.5f, 245.94446f, 296.92856f
    };

    @Test
    void shrinking_isPillows() {
        var squares = new float[20];
        for (int i = 0; i < squares.length; i++) squares[i] = i * i;
        try (var scope = new NativeScope()) {
            var small = Pixels.shrink(Tensor.of(squares, 1, 1, 4, 5), 3, 3);
            assertArrayEquals(PILLOW, small.toFloats(), 1e-4f);
        }
    }
}
