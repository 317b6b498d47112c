package resnet4j.selfsup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.train.Features;

class ProbingTest {
    /** Directions by their angle, in degrees. */
    private static Features at(int[] labels, double... degrees) {
        var values = new float[2 * degrees.length];
        for (int i = 0; i < degrees.length; i++) {
            values[2 * i] = (float) Math.cos(Math.toRadians(degrees[i]));
            values[2 * i + 1] = (float) Math.sin(Math.toRadians(degrees[i]));
        }
        return new Features(values, labels, 2, List.of());
    }

    /**
     * Angles 0, 10, 26 of one class, 40, 72 of another. The nearest of 26 and of 40 is the other: 3 of 5 are found. Pairs of
     * one class are 10, 26, 16, 32 apart, of two 40, 72, 30, 62, 14, 46: nearer in 6, 5, 5 and 4 of 6 comparisons.
     */
    @Test
    void retrieval_isWhatOneCountsByHand() {
        var asked = at(new int[] {0, 0, 0, 1, 1}, 0, 10, 26, 40, 72);
        var labelled = at(new int[] {0, 0, 0, 1, 1, 1}, 5, 12, 20, 50, 60, 80);
        var found = Probing.of(labelled, asked, 1);
        assertEquals(3 / 5.0, found.recall(), 1e-12);
        assertEquals(20 / 24.0, found.verification(), 1e-12);
        assertTrue(found.linear().get("100 %") >= 0.8, () -> "linear " + found.linear());
        assertEquals(List.of("1 %", "10 %", "100 %"), List.copyOf(found.linear().keySet()));
    }

    @Test
    void share_takesOneOfEachClassAtLeast_andAllOfAll() {
        var all = at(new int[] {0, 0, 0, 0, 1, 1}, 0, 1, 2, 3, 4, 5);
        assertArrayEquals(new int[] {0, 1}, all.share(0.01, 3).labels());
        assertArrayEquals(new int[] {0, 0, 1}, all.share(0.5, 3).labels());
        assertArrayEquals(all.values(), all.share(1, 3).values());
    }
}
