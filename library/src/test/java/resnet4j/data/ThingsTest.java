package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.image.Box;
import resnet4j.image.LabelMap;
import resnet4j.image.Point;
import resnet4j.image.Step;

class ThingsTest {
    private static final int SIDE = 64, RADIUS = 10;

    /** A disc about (40, 24), with the box around it. */
    private static Things.Thing disc(boolean masked) {
        var mask = new byte[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) if (Math.hypot(x + 0.5 - 40, y + 0.5 - 24) < RADIUS) mask[y * SIDE + x] = 1;
        var map = Optional.of(new LabelMap(SIDE, SIDE, mask, 0)).filter(m -> masked);
        return new Things.Thing(0, new Box(30, 14, 50, 34), map, List.of(), false);
    }

    private static void assertBox(Box expected, Box box) {
        assertEquals(expected.x1(), box.x1(), 1.01, box::toString);
        assertEquals(expected.y1(), box.y1(), 1.01, box::toString);
        assertEquals(expected.x2(), box.x2(), 1.01, box::toString);
        assertEquals(expected.y2(), box.y2(), 1.01, box::toString);
    }

    /** A disc is as wide whichever way it is turned; the box around its turned box is up to 1.4 times as wide. */
    @ParameterizedTest
    @ValueSource(doubles = {20, 45, 110, -160})
    void turnedMasks_haveBoxesAroundThem(double degrees) {
        var turn = new Step.Turn(SIDE, SIDE, degrees);
        var centre = turn.on(new Point(40, 24));
        var turned =
                new Things(List.of(disc(true))).after(List.of(turn)).things().get(0);
        assertBox(
                new Box(centre.x() - RADIUS, centre.y() - RADIUS, centre.x() + RADIUS, centre.y() + RADIUS),
                turned.box());
        assertEquals(turned.mask().orElseThrow().box().orElseThrow(), turned.box());
    }

    /** The disc's half-width along x - 0.5 y is r sqrt(1 + 0.25). */
    @Test
    void slantedMasks_haveBoxesAroundThem() {
        var slanted = new Things(List.of(disc(true)))
                .after(List.of(new Step.Slant(SIDE, SIDE, 0.5, 0, 0, 0)))
                .things()
                .get(0);
        double half = RADIUS * Math.sqrt(1.25);
        assertBox(new Box(28 - half, 14, 28 + half, 34), slanted.box());
    }

    @Test
    void boxesWithoutMasks_becomeThoseAroundTurnedCorners() {
        var turn = new Step.Turn(SIDE, SIDE, 45);
        var centre = turn.on(new Point(40, 24));
        double half = RADIUS * Math.sqrt(2);
        var box = new Things(List.of(disc(false)))
                .after(List.of(turn))
                .things()
                .get(0)
                .box();
        assertEquals(centre.x() - half, box.x1(), 1e-9);
        assertEquals(centre.y() + half, box.y2(), 1e-9);
    }

    @Test
    void whatIsTurnedOutOfThePicture_isGone() {
        var corner = new byte[SIDE * SIDE];
        corner[0] = 1;
        var thing = new Things.Thing(
                0, new Box(0, 0, 1, 1), Optional.of(new LabelMap(SIDE, SIDE, corner, 0)), List.of(), false);
        var turned = new Things(List.of(thing)).after(List.of(new Step.Turn(SIDE, SIDE, 45)));
        assertTrue(turned.things().isEmpty());
    }
}
