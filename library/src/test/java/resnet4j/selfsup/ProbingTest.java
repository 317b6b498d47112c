package resnet4j.selfsup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
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
        return new Features(values, labels, 3, List.of());
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

    /** People whom nobody has labelled cannot be told; one of three who can be. */
    @Test
    void classesWithoutLabels_areNotToldAndNotCountedAsWrong() {
        var labelled = at(new int[] {0, 0, 0}, 5, 12, 20);
        var strangers = Probing.of(labelled, at(new int[] {1, 1}, 40, 50), 1);
        assertEquals(Optional.empty(), strangers.knn());
        assertTrue(strangers.linear().isEmpty());
        assertEquals(1, strangers.recall());
        assertEquals(2, strangers.strangers());
        var some = Probing.of(at(new int[] {0, 0, 0, 2}, 5, 12, 20, 80), at(new int[] {0, 1, 1}, 10, 40, 50), 1);
        assertEquals(1 / 3.0, some.knn().orElseThrow(), 1e-12);
        assertEquals(2, some.strangers());
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> LearningCurve.of(
                        at(new int[] {0, 0, 0, 0}, 5, 12, 20, 30),
                        at(new int[] {1, 1}, 40, 50),
                        List.of("low", "high"),
                        1));
        assertTrue(e.getMessage().contains("classes that have labelled ones"), e.getMessage());
    }

    /** Errors of .4, .2 and .1 with 10, 40 and 160 pictures: half as many with four times the pictures. */
    @Test
    void errors_fallByAPowerOfThePictures() {
        var points = List.of(
                new LearningCurve.Point(10, 0.6, 0),
                new LearningCurve.Point(40, 0.8, 0),
                new LearningCurve.Point(160, 0.9, 0));
        var curve = new LearningCurve(points, LearningCurve.Power.of(points), List.of());
        assertEquals(0.5, curve.power().orElseThrow().power(), 1e-9);
        assertEquals(640, curve.halvesAt().getAsDouble(), 1e-6);
        assertEquals(0.95, curve.power().orElseThrow().at(640), 1e-9);
        assertEquals(Optional.empty(), LearningCurve.Power.of(List.of(new LearningCurve.Point(10, 1, 0))));
    }

    @Test
    void curve_hasAllPicturesHalfAndAQuarter_andNamesTheClassThatGained() {
        var labelled = at(
                new int[] {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1},
                0,
                5,
                9,
                14,
                18,
                25,
                28,
                33,
                50,
                55,
                61,
                64,
                70,
                77,
                80,
                88);
        var asked = at(new int[] {0, 0, 1, 1}, 3, 22, 58, 75);
        var curve = LearningCurve.of(labelled, asked, List.of("low", "high"), 1);
        assertEquals(
                List.of(4.0, 8.0, 16.0),
                curve.points().stream().map(LearningCurve.Point::pictures).toList());
        assertEquals(1, curve.points().get(2).linear(), 1e-12);
        assertEquals(2, curve.classes().size());
        assertTrue(curve.toString().contains("16"), curve::toString);
        var e = assertThrows(
                IllegalArgumentException.class, () -> LearningCurve.of(asked, asked, List.of("low", "high"), 1));
        assertTrue(e.getMessage().contains("4 labelled pictures of each class"), e.getMessage());
    }

    @Test
    void share_takesOneOfEachClassAtLeast_andAllOfAll() {
        var all = at(new int[] {0, 0, 0, 0, 1, 1}, 0, 1, 2, 3, 4, 5);
        assertArrayEquals(new int[] {0, 1}, all.share(0.01, 3).labels());
        assertArrayEquals(new int[] {0, 0, 1}, all.share(0.5, 3).labels());
        assertArrayEquals(all.values(), all.share(1, 3).values());
    }
}
