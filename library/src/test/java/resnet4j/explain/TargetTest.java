package resnet4j.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

class TargetTest {
    /** Two classes at four pixels, by hand: the region is the second and the last. */
    @Test
    void region_addsUpItsPixels() {
        try (var scope = new NativeScope()) {
            var logits = Map.of("logits", Tensor.of(new float[] {0, 1, 2, 3, 5, 1, 7, 4}, 1, 2, 2, 2));
            var region = new Target.OfRegion(1, new float[] {0, 1, 0, 1});
            assertEquals(1 + 4, region.score(logits).toFloats()[0]);
            double sure = (1 / (1 + Math.exp(1 - 1)) + 1 / (1 + Math.exp(3 - 4))) / 2;
            assertEquals(sure, region.probability(logits).toFloats()[0], 1e-6);
            assertThrows(IllegalArgumentException.class, () -> new Target.OfRegion(1, new float[4]));
        }
    }

    @Test
    void box_isSureOfOneClassOrOfEachByItself() {
        try (var scope = new NativeScope()) {
            var logits = Map.of("logits", Tensor.of(new float[] {0, 1, -2}, 1, 3));
            assertEquals(1, new Target.OfBox(1, true).score(logits).toFloats()[0]);
            double all = 1 + Math.exp(1) + Math.exp(-2);
            assertEquals(
                    Math.exp(1) / all,
                    new Target.OfBox(1, true).probability(logits).toFloats()[0],
                    1e-6);
            assertEquals(
                    1 / (1 + Math.exp(-1)),
                    new Target.OfBox(1, false).probability(logits).toFloats()[0],
                    1e-6);
        }
    }
}
