package resnet4j.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

class ViewsTest {
    private static final float[] PICTURE = {
        1, 20, 3, //
        4, 5, 6, //
        7, 8, 9
    };

    /** A network whose only logit is the pixel of the second row and third column. */
    private static final UnaryOperator<Tensor> PIXEL =
            images -> images.narrow(2, 1, 1).narrow(3, 2, 1).reshape(1, 1);

    private static float logit(Views views) {
        try (var scope = new NativeScope()) {
            return views.of(PIXEL).apply(Tensor.of(PICTURE, 1, 1, 3, 3)).toFloats()[0];
        }
    }

    @Test
    void views_areAveraged() {
        assertArrayEquals(new float[] {6, (6 + 4) / 2f}, new float[] {logit(Views.ONE), logit(Views.MIRROR)});
        // with mirrored edges, one pixel up and left: rows 5 4 5, 20 1 20, 5 4 5; down and right: 5 6 5, 8 9 8, 5 6 5
        assertArrayEquals(new float[] {5 / 2f + (20 + 8) / 4f}, new float[] {logit(Views.SHIFTS)});
    }
}
