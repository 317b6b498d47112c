package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

class LikelyTest {
    /** Two classes at 5,000 places, more than are read at once. */
    @Test
    void theSurest_areFound_whereverTheyAre() {
        var scores = new float[10_000];
        scores[3] = 0.2f;
        scores[8_191] = 0.9f; // the last that are read first
        scores[8_192] = 0.04f; // too low
        scores[9_999] = 0.5f;
        scores[17] = Float.NaN;
        try (var scope = new NativeScope()) {
            var all = Tensor.of(scores, 1, 5_000, 2);
            var likely = Likely.of(all, 0.05, 10);
            assertArrayEquals(new int[] {8_191, 9_999, 3}, likely.where());
            assertArrayEquals(new float[] {0.9f, 0.5f, 0.2f}, likely.scores());
            assertArrayEquals(new int[] {8_191, 9_999}, Likely.of(all, 0.05, 2).where());
            assertArrayEquals(new int[0], Likely.of(all, 0.95, 2).where());
        }
    }
}
