package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.Step;
import resnet4j.image.Windows;

/**
 * What is found in a large picture through windows, in which small things are as large as the network learned them, and in
 * the whole, in which large things are not cut. Windows overlap by half: what is at a window's edge inside the picture is
 * left to the others, as one of them sees all of it if it is not larger than half a window, and the whole does otherwise.
 * Of what is found twice the surest is kept, class by class. Akyon et al. 2022, arXiv:2202.06934.
 */
final class Windowed {
    /** Of a window's side: as near to its edge as the box of a thing that it cuts may end. */
    private static final double EDGE = 1.0 / 64;

    private Windowed() {}

    /** @param thing in the pixels of what was looked at */
    private record Seen(Detection thing, Step.Crop window) {}

    /** Surest first, in the picture's pixels; as many as there are. @param finder what is found in a picture at once */
    static List<Detection> find(
            Image picture, Windows windows, double overlap, Function<Image, List<Detection>> finder) {
        int width = picture.width(), height = picture.height();
        var all = new ArrayList<Seen>();
        var whole = new Step.Crop(0, 0, width, height);
        for (var thing : finder.apply(picture)) all.add(new Seen(thing, whole));
        for (var window : windows.over(width, height)) {
            if (window.equals(whole)) continue;
            for (var thing : finder.apply(window.on(picture)))
                if (!cut(thing.box(), window, picture)) all.add(new Seen(thing, window));
        }
        var boxes = new float[4 * all.size()];
        var scores = new float[all.size()];
        var labels = new int[all.size()];
        for (int i = 0; i < all.size(); i++) {
            var seen = all.get(i);
            var box = moved(seen.thing.box(), seen.window);
            boxes[4 * i] = (float) box.x1();
            boxes[4 * i + 1] = (float) box.y1();
            boxes[4 * i + 2] = (float) box.x2();
            boxes[4 * i + 3] = (float) box.y2();
            scores[i] = (float) seen.thing.score();
            labels[i] = seen.thing.label();
        }
        var found = new ArrayList<Detection>();
        for (int i : Nms.batched(new Boxes(boxes), scores, labels, overlap)) found.add(moved(all.get(i), picture));
        return found;
    }

    private static boolean cut(Box box, Step.Crop window, Image picture) {
        double across = EDGE * window.width(), down = EDGE * window.height();
        return box.x1() < across && window.x() > 0
                || box.y1() < down && window.y() > 0
                || box.x2() > window.width() - across && window.x() + window.width() < picture.width()
                || box.y2() > window.height() - down && window.y() + window.height() < picture.height();
    }

    private static Box moved(Box box, Step.Crop window) {
        int x = window.x(), y = window.y();
        return new Box(box.x1() + x, box.y1() + y, box.x2() + x, box.y2() + y);
    }

    private static Detection moved(Seen seen, Image picture) {
        int x = seen.window.x(), y = seen.window.y();
        var around = new Step.Crop(-x, -y, picture.width(), picture.height());
        var mask = seen.thing.mask().map(around::on);
        var points = seen.thing.keypoints().stream()
                .map(point -> new Detection.Keypoint(point.x() + x, point.y() + y, point.score()))
                .toList();
        return new Detection(
                seen.thing.label(), seen.thing.score(), moved(seen.thing.box(), seen.window), mask, points);
    }
}
