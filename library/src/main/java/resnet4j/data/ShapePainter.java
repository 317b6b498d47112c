package resnet4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import resnet4j.data.Things.Thing;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;

/** One picture in the making; values from 0 to 255, not yet rounded. */
final class ShapePainter {
    /** Samples of a pixel, each way. */
    private static final int SAMPLES = 3;

    private static final double[] AREAS =
            Arrays.stream(ShapeKind.values()).mapToDouble(ShapePainter::area).toArray();

    private final int side;
    private final RandomGenerator random;
    private final float[] canvas;
    private final float[][] ground; // the two colours that the background runs between
    private final List<Integer> labels = new ArrayList<>();
    private final List<boolean[]> masks = new ArrayList<>();
    private final List<Double> areas = new ArrayList<>(); // of the whole shapes, in pixels

    ShapePainter(int side, RandomGenerator random) {
        this.side = side;
        this.random = random;
        ground = new float[][] {colour(), colour()};
        canvas = new float[3 * side * side];
    }

    Shapes.Scene paint(int label) {
        background();
        for (int lines = random.nextInt(4); lines > 0; lines--) line();
        for (int small = random.nextInt(4); small > 0; small--)
            shape(
                    random.nextInt(Shapes.CLASSES.size()),
                    uniform(0, side),
                    uniform(0, side),
                    side * uniform(0.07, 0.12));
        double radius = side * uniform(0.24, 0.38), room = side / 2.0 - 0.8 * radius;
        int main = masks.size();
        double x = side / 2.0 + uniform(-room, room), y = side / 2.0 + uniform(-room, room);
        shape(label, x, y, radius);
        if (random.nextInt(2) == 0) { // over the outline of the large shape
            double angle = uniform(0, 2 * Math.PI);
            shape(
                    random.nextInt(Shapes.CLASSES.size()),
                    x + radius * StrictMath.cos(angle),
                    y + radius * StrictMath.sin(angle),
                    side * uniform(0.07, 0.11));
        }
        noise(uniform(2, 14));
        Collections.swap(labels, 0, main);
        Collections.swap(masks, 0, main);
        Collections.swap(areas, 0, main);
        return scene();
    }

    /** From one colour to another across the picture, with blotches a quarter of it wide. */
    private void background() {
        double angle = uniform(0, 2 * Math.PI), dx = StrictMath.cos(angle) / side, dy = StrictMath.sin(angle) / side;
        var blotch = new float[6 * 6];
        for (int i = 0; i < blotch.length; i++) blotch[i] = (float) uniform(-25, 25);
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++) {
                double t = Math.max(0, Math.min(1, 0.5 + (x - side / 2.0) * dx + (y - side / 2.0) * dy));
                double u = 4.0 * x / side, v = 4.0 * y / side;
                int i = (int) u, j = (int) v;
                double fu = u - i, fv = v - j;
                double top = blotch[6 * j + i] * (1 - fu) + blotch[6 * j + i + 1] * fu;
                double bottom = blotch[6 * j + 6 + i] * (1 - fu) + blotch[6 * j + 6 + i + 1] * fu;
                for (int c = 0; c < 3; c++)
                    canvas[3 * (y * side + x) + c] =
                            (float) (ground[0][c] * (1 - t) + ground[1][c] * t + top * (1 - fv) + bottom * fv);
            }
    }

    /** A line through the picture, one pixel wide at 32, half covering. */
    private void line() {
        double angle = uniform(0, Math.PI), dx = StrictMath.cos(angle), dy = StrictMath.sin(angle);
        double offset = uniform(0, side) * dx + uniform(0, side) * dy, halfWidth = side / 64.0;
        var colour = colour();
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
                if (Math.abs((x + 0.5) * dx + (y + 0.5) * dy - offset) <= halfWidth)
                    blend(3 * (y * side + x), colour, 0.5f);
    }

    /** Of a kind of radius 1, by a grid of points. */
    private static double area(ShapeKind kind) {
        int n = 200, inside = 0;
        double edge = 1.2; // further than any reaches
        for (int i = 0; i < n * n; i++)
            if (kind.covers(edge * (2 * (i % n + 0.5) / n - 1), edge * (2 * (i / n + 0.5) / n - 1))) inside++;
        return 4 * edge * edge * inside / (n * n);
    }

    private void shape(int label, double centreX, double centreY, double radius) {
        var kind = ShapeKind.values()[label];
        double angle = uniform(0, 2 * Math.PI);
        double cos = StrictMath.cos(angle) / radius, sin = StrictMath.sin(angle) / radius;
        var colour = contrasting(100);
        var second = contrasting(70);
        int texture = random.nextInt(4);
        double repeats = radius / (side * uniform(0.1, 0.2));
        var mask = new boolean[side * side];
        double reach = 1.15 * radius; // the corners of a square lie outside the unit circle
        int fromX = Math.max(0, (int) (centreX - reach)), toX = Math.min(side, (int) (centreX + reach) + 1);
        int fromY = Math.max(0, (int) (centreY - reach)), toY = Math.min(side, (int) (centreY + reach) + 1);
        for (int y = fromY; y < toY; y++)
            for (int x = fromX; x < toX; x++) {
                int covered = 0;
                for (int s = 0; s < SAMPLES * SAMPLES; s++) {
                    double px = x + (s % SAMPLES + 0.5) / SAMPLES - centreX;
                    double py = y + (s / SAMPLES + 0.5) / SAMPLES - centreY;
                    if (kind.covers(cos * px + sin * py, cos * py - sin * px)) covered++;
                }
                if (covered == 0) continue;
                int pixel = y * side + x;
                blend(
                        3 * pixel,
                        textured(
                                        texture,
                                        (cos * (x - centreX) + sin * (y - centreY)) * repeats,
                                        (cos * (y - centreY) - sin * (x - centreX)) * repeats)
                                ? second
                                : colour,
                        covered / (float) (SAMPLES * SAMPLES));
                if (2 * covered > SAMPLES * SAMPLES) {
                    for (var below : masks) below[pixel] = false;
                    mask[pixel] = true;
                }
            }
        labels.add(label);
        masks.add(mask);
        areas.add(AREAS[label] * radius * radius);
    }

    /** Whether a point has the second colour: plain, stripes, a chessboard, dots; each repeats after 1. */
    private static boolean textured(int texture, double u, double v) {
        u -= Math.floor(u);
        v -= Math.floor(v);
        return switch (texture) {
            case 0 -> false;
            case 1 -> v < 0.5;
            case 2 -> u < 0.5 ^ v < 0.5;
            default -> (u - 0.5) * (u - 0.5) + (v - 0.5) * (v - 0.5) < 0.08;
        };
    }

    /** Near enough to a normal distribution of this standard deviation: four uniform numbers added. */
    private void noise(double deviation) {
        double scale = deviation / (65536 / Math.sqrt(3)); // the variance of each is 65536^2 / 12
        for (int i = 0; i < canvas.length; i++) {
            long bits = random.nextLong();
            long sum = (bits & 65535) + (bits >>> 16 & 65535) + (bits >>> 32 & 65535) + (bits >>> 48);
            canvas[i] += (float) (scale * (sum - 2 * 65535));
        }
    }

    private Image image() {
        var rgb = new byte[canvas.length];
        for (int i = 0; i < rgb.length; i++) rgb[i] = (byte) Math.max(0, Math.min(255, Math.round(canvas[i])));
        return new Image(side, side, rgb);
    }

    private Shapes.Scene scene() {
        var things = new ArrayList<Thing>();
        var shares = new ArrayList<Double>();
        for (int t = 0; t < masks.size(); t++) {
            var seen = masks.get(t);
            var mask = new byte[seen.length];
            int x1 = side, y1 = side, x2 = 0, y2 = 0, count = 0;
            for (int i = 0; i < mask.length; i++)
                if (seen[i]) {
                    mask[i] = 1;
                    count++;
                    x1 = Math.min(x1, i % side);
                    x2 = Math.max(x2, i % side + 1);
                    y1 = Math.min(y1, i / side);
                    y2 = Math.max(y2, i / side + 1);
                }
            if (x2 == 0) continue; // it is hidden
            var map = new LabelMap(side, side, mask, 0);
            things.add(new Thing(labels.get(t), new Box(x1, y1, x2, y2), Optional.of(map), List.of(), false));
            shares.add(count / areas.get(t));
        }
        return new Shapes.Scene(image(), new Things(things), shares);
    }

    private void blend(int at, float[] colour, float share) {
        for (int c = 0; c < 3; c++) canvas[at + c] += share * (colour[c] - canvas[at + c]);
    }

    private float[] colour() {
        return new float[] {random.nextInt(256), random.nextInt(256), random.nextInt(256)};
    }

    /** A colour at least {@code distance} from both of the background: no two colours leave no room for a third. */
    private float[] contrasting(double distance) {
        while (true) {
            var colour = colour();
            if (distance2(colour, ground[0]) >= distance * distance
                    && distance2(colour, ground[1]) >= distance * distance) return colour;
        }
    }

    private static double distance2(float[] a, float[] b) {
        double sum = 0;
        for (int c = 0; c < 3; c++) sum += (a[c] - b[c]) * (a[c] - b[c]);
        return sum;
    }

    private double uniform(double from, double to) {
        return from + (to - from) * random.nextDouble();
    }
}
