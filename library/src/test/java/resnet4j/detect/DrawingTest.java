package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Rectangle;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;

class DrawingTest {
    private static final Image BLACK = new Image(100, 80, new byte[3 * 100 * 80]);

    private static Optional<Rectangle> place(Rectangle box, List<Rectangle> others, List<Rectangle> written) {
        return Drawing.place(box, 30, 10, BLACK, others, written);
    }

    @Test
    void words_standAboveTheirBox_orBelow_orInIt() {
        assertEquals(
                new Rectangle(20, 20, 30, 10),
                place(new Rectangle(20, 30, 20, 20), List.of(), List.of()).get());
        assertEquals(
                new Rectangle(20, 26, 30, 10),
                place(new Rectangle(20, 5, 20, 20), List.of(), List.of()).get());
        assertEquals(
                new Rectangle(70, 5, 30, 10),
                place(new Rectangle(80, 5, 20, 70), List.of(), List.of()).get());
    }

    @Test
    void words_coverNoOthers_andNoSmallThing() {
        var box = new Rectangle(20, 30, 20, 20);
        var above = new Rectangle(40, 25, 30, 10);
        assertEquals(
                new Rectangle(20, 51, 30, 10),
                place(box, List.of(), List.of(above)).get());
        assertEquals(
                new Rectangle(20, 51, 30, 10),
                place(box, List.of(new Rectangle(30, 22, 6, 6)), List.of()).get());
        // a large thing may be covered in part
        assertEquals(
                new Rectangle(20, 20, 30, 10),
                place(box, List.of(new Rectangle(0, 0, 90, 28)), List.of()).get());
        var below = new Rectangle(20, 55, 30, 10);
        assertTrue(place(box, List.of(new Rectangle(22, 32, 5, 5)), List.of(above, below))
                .isEmpty());
    }

    /** A picture of 100x80 six times as large, whose thing is tinted where its mask is. */
    @Test
    void smallPictures_areEnlarged() {
        var mask = new byte[100 * 80];
        mask[40 * 100 + 50] = 1;
        var thing =
                new Detection(1, 0.5, new Box(40, 30, 60, 50), Optional.of(new LabelMap(100, 80, mask, 0)), List.of());
        var drawn = Drawing.of(BLACK, List.of(thing), List.of("background", "cell"));
        assertEquals(600, drawn.width());
        assertEquals(480, drawn.height());
        int tinted = 3 * (243 * 600 + 303), beside = 3 * (243 * 600 + 308);
        assertTrue(drawn.rgb()[tinted] != 0 || drawn.rgb()[tinted + 1] != 0);
        assertEquals(0, drawn.rgb()[beside]);
    }
}
