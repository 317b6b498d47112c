package resnet4j.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.files.Digest;
import resnet4j.image.Box;
import resnet4j.image.Decoding;

class ShapesTest {
    private static String hash(Shapes shapes) {
        var digest = new Digest();
        for (int i = 0; i < shapes.size(); i++)
            digest.add(shapes.scene(i).image().rgb()).add(shapes.target(i).index());
        return digest.hex();
    }

    /** A change here changes everyone's data: {@link Shapes#digest} must then change with it. */
    @Test
    void pictures_areTheSameOnEveryMachine() {
        assertEquals("1762956d313de368afdc5a1b4930c1829bce49ec27aa1375956aabc2a8fe7f54", hash(new Shapes(64, 32, 0)));
    }

    @Test
    void pictures_areTheSameInAnyOrderAndOnAnyThread() {
        var shapes = new Shapes(48, 32, 5);
        var expected = IntStream.range(0, 48)
                .mapToObj(i -> shapes.scene(i).image().rgb())
                .toList();
        var other = new Shapes(1000, 32, 5); // a picture does not depend on how many there are
        var parallel = IntStream.range(0, 48)
                .parallel()
                .mapToObj(i -> other.scene(47 - i).image().rgb())
                .toList();
        for (int i = 0; i < 48; i++) assertArrayEquals(expected.get(i), parallel.get(47 - i), "picture " + i);
    }

    @Test
    void seedsAndIndices_differ() {
        var images = IntStream.range(0, 40)
                .mapToObj(i -> Arrays.hashCode(
                        new Shapes(20, 32, i / 20).scene(i % 20).image().rgb()))
                .distinct();
        assertEquals(40, images.count());
        assertEquals(new Shapes(20, 32, 1).digest(), new Shapes(20, 32, 1).digest());
        assertNotEquals(new Shapes(20, 32, 1).digest(), new Shapes(20, 32, 2).digest());
        assertNotEquals(new Shapes(20, 32, 1).digest(), new Shapes(21, 32, 1).digest());
    }

    @Test
    void everyEightPictures_haveAllEightClasses() {
        var shapes = new Shapes(800, 16, 3);
        assertEquals(
                List.of("circle", "ring", "crescent", "triangle", "square", "bar", "cross", "star"), shapes.classes());
        for (int i = 0; i < 800; i += 8) {
            int at = i;
            assertEquals(
                    8,
                    IntStream.range(at, at + 8)
                            .map(n -> shapes.target(n).index())
                            .distinct()
                            .count());
        }
        // in an order of their own: each class comes first about as often, 100 draws of 1/8
        var first = new int[8];
        for (int i = 0; i < 800; i += 8) first[shapes.target(i).index()]++;
        for (int n : first) assertEquals(12.5, n, 4 * 3.3);
    }

    @ParameterizedTest
    @CsvSource({"16", "32", "50"})
    void boxes_areTightAndMasksDisjoint(int side) {
        var shapes = new Shapes(60, side, 9);
        int small = 0;
        for (int index = 0; index < shapes.size(); index++) {
            var scene = shapes.scene(index);
            assertArrayEquals(shapes.scene(index).image().rgb(), scene.image().rgb());
            var things = scene.things().things();
            assertEquals(shapes.target(index).index(), things.get(0).label());
            var owners = new int[side * side];
            for (var thing : things) {
                int x1 = side, y1 = side, x2 = 0, y2 = 0, area = 0;
                for (int y = 0; y < side; y++)
                    for (int x = 0; x < side; x++)
                        if (thing.mask().orElseThrow().at(x, y) == 1) {
                            owners[y * side + x]++;
                            area++;
                            x1 = Math.min(x1, x);
                            y1 = Math.min(y1, y);
                            x2 = Math.max(x2, x + 1);
                            y2 = Math.max(y2, y + 1);
                        }
                assertTrue(area > 0);
                assertEquals(new Box(x1, y1, x2, y2), thing.box());
                if (thing != things.get(0)) small++;
            }
            assertTrue(Arrays.stream(owners).allMatch(n -> n <= 1), "a pixel of picture " + index + " has two owners");
            // the thinnest shape, a bar of 2 x 0.6 radii: at a radius of 0.24, 7 % of the picture, a part of it outside
            long area = IntStream.range(0, side * side)
                    .filter(i -> things.get(0).mask().orElseThrow().labels()[i] == 1)
                    .count();
            assertTrue(area > 0.02 * side * side, "picture " + index + " shows only " + area + " pixels of its class");
        }
        assertTrue(small > 60, small + " small shapes in 60 pictures"); // up to three beneath and half a one above
    }

    /** The same scenes drawn four times as fine, where counting pixels is near to measuring areas; of the large shape. */
    @Test
    void shares_areThoseOfAFinerDrawing() throws IOException {
        int hidden = 0;
        for (int i = 0; i < 40; i++) {
            var scene = new Shapes(40, 96, 3).scene(i);
            double fine = new Shapes(40, 384, 3).scene(i).shares().get(0);
            assertEquals(fine, scene.shares().get(0), 0.02, "picture " + i);
            var told = new Shapes(40, 96, 3).labels().target(i).indices();
            for (int t = 0; t < scene.shares().size(); t++) {
                assertTrue(scene.shares().get(t) < 1.06, "picture " + i); // small ones are of a hundred pixels
                int label = scene.things().things().get(t).label();
                if (scene.shares().get(t) >= 0.5) assertTrue(told.contains(label), "picture " + i);
                else if (!told.contains(label)) hidden++;
            }
        }
        assertTrue(hidden > 4, hidden + " kinds that are hidden");
    }

    /** What each kind covers of the plane, by its geometry. */
    @Test
    void kinds_haveTheirAreas() {
        double tenth = Math.PI / 5; // of a pentagram: a triangle between the centre, a tip and a notch
        double pentagram = 5 * Math.sin(tenth) * Math.cos(2 * tenth) / Math.cos(tenth);
        double[] expected = {
            Math.PI,
            0.7 * Math.PI,
            Math.PI - lens(1, Math.sqrt(0.6), 0.5),
            3 * Math.sqrt(3) / 4,
            1.6 * 1.6,
            2 * 0.6,
            2 * 2 * 0.6 - 0.6 * 0.6,
            pentagram
        };
        int n = 1200;
        for (var kind : ShapeKind.values()) {
            int inside = 0;
            for (int i = 0; i < n * n; i++)
                if (kind.covers(-1.2 + 2.4 * (i % n + 0.5) / n, -1.2 + 2.4 * (i / n + 0.5) / n)) inside++;
            assertEquals(expected[kind.ordinal()], inside * 2.4 * 2.4 / n / n, 0.01, kind.toString());
        }
    }

    /** Area that two circles of radii r and s, d apart, have in common. */
    private static double lens(double r, double s, double d) {
        double a = (d * d + r * r - s * s) / (2 * d), b = d - a;
        return r * r * Math.acos(a / r)
                - a * Math.sqrt(r * r - a * a)
                + s * s * Math.acos(b / s)
                - b * Math.sqrt(s * s - b * b);
    }

    /** The claim of the class: 12.5 % is chance. Softmax regression on 32x32x3 pixels, standardised, by gradient descent. */
    @Test
    void linearModelsOfThePixels_failHere() {
        var train = new Shapes(1500, 32, 0);
        var test = new Shapes(500, 32, 1);
        var weights = new float[8][3073];
        float[][] x = pixels(train), y = pixels(test);
        var scores = new double[8];
        for (int epoch = 0; epoch < 12; epoch++)
            for (int i = 0; i < x.length; i++) {
                softmax(weights, x[i], scores);
                for (int k = 0; k < 8; k++) {
                    float step = (float) (1e-4 * ((k == train.target(i).index() ? 1 : 0) - scores[k]));
                    for (int j = 0; j < 3073; j++) weights[k][j] += step * x[i][j];
                }
            }
        double seen = accuracy(weights, x, train), unseen = accuracy(weights, y, test);
        assertTrue(seen > 0.4, "the model has learned its own pictures, " + seen);
        assertTrue(unseen < 0.6, "a linear model is right on " + unseen);
    }

    private static float[][] pixels(Shapes shapes) {
        var all = new float[shapes.size()][3073];
        for (int i = 0; i < all.length; i++) {
            var rgb = shapes.scene(i).image().rgb();
            for (int j = 0; j < 3072; j++) all[i][j] = ((rgb[j] & 255) - 127.5f) / 70;
            all[i][3072] = 1;
        }
        return all;
    }

    private static void softmax(float[][] weights, float[] x, double[] out) {
        double most = Double.NEGATIVE_INFINITY, sum = 0;
        for (int k = 0; k < 8; k++) {
            float score = 0;
            for (int j = 0; j < x.length; j++) score += weights[k][j] * x[j];
            out[k] = score;
            most = Math.max(most, score);
        }
        for (int k = 0; k < 8; k++) sum += out[k] = Math.exp(out[k] - most);
        for (int k = 0; k < 8; k++) out[k] /= sum;
    }

    private static double accuracy(float[][] weights, float[][] x, Shapes shapes) {
        int right = 0;
        var scores = new double[8];
        for (int i = 0; i < x.length; i++) {
            softmax(weights, x[i], scores);
            int best = 0;
            for (int k = 1; k < 8; k++) if (scores[k] > scores[best]) best = k;
            if (best == shapes.target(i).index()) right++;
        }
        return right / (double) x.length;
    }

    @Test
    void source_hasItsNumberAndOtherPicturesToTestOn() throws IOException {
        var source = DataSource.parse("shapes:24");
        assertEquals(24, source.train().size());
        assertEquals(2000, source.test().orElseThrow().size());
        assertFalse(Arrays.equals(
                source.train().picture(0).decode(Decoding.STORED).rgb(),
                source.test().orElseThrow().picture(0).decode(Decoding.STORED).rgb()));
        assertEquals(8000, DataSource.parse("shapes").train().size());
    }

    @Test
    void wrongSizes_areNamed() {
        var e = assertThrows(IllegalArgumentException.class, () -> new Shapes(0, 32, 0));
        assertEquals("size: expected at least 1, got 0", e.getMessage());
        e = assertThrows(IllegalArgumentException.class, () -> new Shapes(8, 15, 0));
        assertEquals("side: expected 16 to 4096, got 15", e.getMessage());
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> new Shapes(8, 32, 0).scene(8).image());
    }
}
