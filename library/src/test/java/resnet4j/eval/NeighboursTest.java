package resnet4j.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.eval.Neighbours.Near;

class NeighboursTest {
    // by hand: the cosines of (1, 1) with these are 0, 1/sqrt(2), 1, -1, 1/sqrt(2), and 0 of what has no direction
    private static final Neighbours ROWS = new Neighbours(new float[] {1, -1, 0, 3, 2, 2, -1, -1, 5, 0, 0, 0}, 2);

    @Test
    void nearest_areThoseOfTheLargestCosine() {
        var near = ROWS.nearest(new float[] {1, 1}, 3);
        assertEquals(List.of(2, 1, 4), places(near));
        assertEquals(1, near.get(0).cosine(), 1e-6);
        assertEquals(Math.sqrt(.5), near.get(1).cosine(), 1e-6);
        assertEquals(6, ROWS.nearest(new float[] {1, 1}, 100).size());
    }

    @Test
    void nearestOfEach_answersEachRow() {
        var both = ROWS.nearestOfEach(new float[] {1, 1, 0, -7}, 1);
        assertEquals(
                List.of(List.of(2), List.of(0)),
                both.stream().map(NeighboursTest::places).toList());
    }

    @Test
    void others_leaveTheRowItselfOut() {
        var others = ROWS.others(1).stream().map(NeighboursTest::places).toList();
        assertEquals(List.of(4), others.get(0));
        assertEquals(List.of(2), others.get(1));
        assertEquals(List.of(1), others.get(2));
        assertEquals(5, ROWS.others(9).get(0).size());
    }

    @Test
    void wrongRows_areRefused() {
        var narrow = assertThrows(IllegalArgumentException.class, () -> ROWS.nearest(new float[3], 1));
        assertTrue(narrow.getMessage().contains("expected 2 numbers"), narrow.getMessage());
        assertThrows(IllegalArgumentException.class, () -> ROWS.nearestOfEach(new float[3], 1));
        var damaged = assertThrows(IllegalArgumentException.class, () -> ROWS.nearest(new float[] {1, Float.NaN}, 1));
        assertTrue(damaged.getMessage().contains("NaN"), damaged.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Neighbours(new float[0], 2));
    }

    private static List<Integer> places(List<Near> near) {
        return near.stream().map(Near::place).toList();
    }
}
