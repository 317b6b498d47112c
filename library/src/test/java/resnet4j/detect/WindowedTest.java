package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Windows;

/** On a large canvas of grey rectangles, each of its own grey, with a finder that sees small ones in small pictures alone. */
class WindowedTest {
    private static final int WIDTH = 300, HEIGHT = 170, WINDOW = 64;

    private static final List<Box> RECTANGLES = List.of(
            new Box(3, 2, 13, 12), // at the picture's own edge, which cuts nothing
            new Box(58, 40, 70, 50), // over the edge of the first window, and within the second
            new Box(64, 64, 90, 94), // begins where a window does
            new Box(120, 20, 280, 150), // larger than any window
            new Box(285, 160, 300, 170)); // in the last corner

    private static Image canvas() {
        var rgb = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < RECTANGLES.size(); i++) {
            var box = RECTANGLES.get(i);
            for (int y = (int) box.y1(); y < box.y2(); y++)
                for (int x = (int) box.x1(); x < box.x2(); x++)
                    for (int c = 0; c < 3; c++) rgb[3 * (y * WIDTH + x) + c] = (byte) (i + 1);
        }
        return new Image(WIDTH, HEIGHT, rgb);
    }

    /** What of each rectangle is seen, cut or not; small ones in a window alone. The score falls with what is cut. */
    private static List<Detection> find(Image seen) {
        var found = new ArrayList<Detection>();
        for (int i = 1; i <= RECTANGLES.size(); i++) {
            int left = Integer.MAX_VALUE, top = Integer.MAX_VALUE, right = 0, bottom = 0;
            var mask = new byte[seen.width() * seen.height()];
            for (int y = 0; y < seen.height(); y++)
                for (int x = 0; x < seen.width(); x++)
                    if (seen.rgb()[3 * (y * seen.width() + x)] == i) {
                        mask[y * seen.width() + x] = 1;
                        left = Math.min(left, x);
                        top = Math.min(top, y);
                        right = Math.max(right, x + 1);
                        bottom = Math.max(bottom, y + 1);
                    }
            boolean small = (right - left) * (bottom - top) * 20 < seen.width() * seen.height();
            if (right == 0 || seen.width() > WINDOW && small) continue;
            var box = new Box(left, top, right, bottom);
            found.add(new Detection(
                    1,
                    0.5 + box.area() / (WIDTH * HEIGHT) / 2,
                    box,
                    Optional.of(new LabelMap(seen.width(), seen.height(), mask, 0)),
                    List.of(new Detection.Keypoint(left, top, 1))));
        }
        return found;
    }

    @Test
    void eachThingIsFoundOnceAndWhole_smallOrLarge() {
        var found = Windowed.find(canvas(), new Windows(WINDOW), 0.5, WindowedTest::find);
        var boxes = found.stream()
                .map(Detection::box)
                .sorted(Comparator.comparing(Box::x1))
                .toList();
        assertEquals(RECTANGLES, boxes);
        for (var one : found) {
            var mask = one.mask().orElseThrow();
            assertEquals(WIDTH, mask.width());
            assertEquals(HEIGHT, mask.height());
            int area = 0;
            for (byte label : mask.labels()) area += label;
            assertEquals(one.box().area(), area);
            assertEquals(1, mask.at((int) one.box().x1(), (int) one.box().y1()));
            assertEquals(
                    new Detection.Keypoint(one.box().x1(), one.box().y1(), 1),
                    one.keypoints().get(0));
        }
        for (int i = 1; i < found.size(); i++)
            assertTrue(found.get(i).score() <= found.get(i - 1).score());
    }

    @Test
    void aPictureThatIsNoLarger_isSeenOnce() {
        var seen = new ArrayList<Image>();
        Windowed.find(new Image(64, 40, new byte[3 * 64 * 40]), new Windows(64), 0.5, image -> {
            seen.add(image);
            return List.of();
        });
        assertEquals(1, seen.size());
    }

    @Test
    void windowsOverlapByHalf_andCoverAll() {
        var windows = new Windows(64).over(100, 33);
        assertEquals(3, windows.size());
        assertEquals("[0, 32, 36]", windows.stream().map(w -> w.x()).toList().toString());
        var covered = new HashSet<Integer>();
        for (var one : windows)
            for (int y = one.y(); y < one.y() + one.height(); y++)
                for (int x = one.x(); x < one.x() + one.width(); x++) covered.add(y * 100 + x);
        assertEquals(100 * 33, covered.size());
    }
}
