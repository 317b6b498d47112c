package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.image.Box;
import resnet4j.image.Step;

class ThingSectionsTest {
    private static final int SIDE = 256;

    @Test
    void smallThings_areShownWithWhatIsAround() {
        // 64 pixels about the middle (105, 105)
        assertEquals(new Step.Crop(73, 73, 64, 64), view(new Box(100, 100, 110, 110)));
        // 4 x 30 about (115, 105), of both boxes
        assertEquals(new Step.Crop(55, 45, 120, 120), view(new Box(100, 100, 110, 110), new Box(110, 100, 130, 110)));
    }

    @Test
    void whatIsShown_endsWithThePicture() {
        assertEquals(new Step.Crop(0, 192, 64, 64), view(new Box(0, 250, 4, 256)));
        assertEquals(new Step.Crop(0, 0, SIDE, SIDE), view(new Box(20, 30, 120, 80)));
        assertEquals(new Step.Crop(0, 0, 30, 72), ThingSections.view(30, 100, List.of(new Box(3, 2, 9, 20))));
    }

    private static Step.Crop view(Box... boxes) {
        return ThingSections.view(SIDE, SIDE, List.of(boxes));
    }
}
