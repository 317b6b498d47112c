package resnet4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import resnet4j.config.Checks;
import resnet4j.data.Things.Thing;
import resnet4j.files.Digest;
import resnet4j.image.Box;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Picture;
import resnet4j.image.Target;

/**
 * Pictures of shapes, drawn when asked for: one large shape, whose kind is the label, among small ones under and over
 * it, on an uneven background with lines and noise. Place, size, rotation, colours and texture are random, and say
 * nothing about the kind: a linear model of the pixels fails here, and a network that sees outlines does not.
 *
 * <p>A picture is a function of seed and index, to the bit, on every machine. Kinds are equally frequent.
 *
 * @param size how many pictures
 * @param side width and height in pixels, at least 16
 */
public record Shapes(int size, int side, long seed) implements Dataset<Label> {
    /** Pictures to train on where nobody says how many. */
    static final int DEFAULT_SIZE = 8000;

    private static final List<String> CLASSES = Arrays.stream(ShapeKind.values())
            .map(kind -> kind.name().toLowerCase(Locale.ROOT))
            .toList();

    /** A picture and what is in it, the large shape first: of each, the box and the mask of the pixels that are seen. */
    public record Scene(Image image, Things things) {
        /** Which class each pixel shows: 0 the background, and the others by their label and one. */
        public LabelMap labelMap() {
            var map = new byte[image.width() * image.height()];
            for (var thing : things.things()) {
                var mask = thing.mask().orElseThrow().labels();
                for (int i = 0; i < map.length; i++) if (mask[i] != 0) map[i] = (byte) (1 + thing.label());
            }
            return new LabelMap(image.width(), image.height(), map);
        }

        /** The share of the pixels that show the largest shape. */
        double largest() {
            int most = 0;
            for (var thing : things.things()) {
                int seen = 0;
                for (byte pixel : thing.mask().orElseThrow().labels()) seen += pixel;
                most = Math.max(most, seen);
            }
            return (double) most / (image.width() * image.height());
        }
    }

    /** The same pictures with another target. */
    private record Seen<T extends Target<T>>(Shapes of, List<String> classes, String kind, Function<Scene, T> target)
            implements Dataset<T> {
        @Override
        public int size() {
            return of.size;
        }

        @Override
        public Picture picture(int index) {
            return of.picture(index);
        }

        @Override
        public T target(int index) {
            return target.apply(of.scene(index));
        }

        @Override
        public String name(int index) {
            return of.name(index);
        }

        @Override
        public String digest() {
            return new Digest().add(of.digest()).add(kind).hex();
        }
    }

    /** With all that is in each picture. */
    public Dataset<Things> things() {
        return new Seen<>(this, CLASSES, "things", Scene::things);
    }

    /** With the class of each pixel; the background's is 0. */
    public Dataset<LabelMap> labelMaps() {
        var classes = new ArrayList<>(List.of("background"));
        classes.addAll(CLASSES);
        return new Seen<>(this, List.copyOf(classes), "label maps", Scene::labelMap);
    }

    /** With the kinds of shape that are there. */
    public Dataset<Labels> labels() {
        return new Seen<>(
                this,
                CLASSES,
                "labels",
                scene -> new Labels(scene.things().things().stream()
                        .map(Things.Thing::label)
                        .sorted()
                        .distinct()
                        .toList()));
    }

    /** With how much of the picture the largest shape covers, from 0 to 1. */
    public Dataset<Numbers> numbers() {
        return new Seen<>(this, List.of("largest"), "numbers", scene -> new Numbers(List.of(scene.largest())));
    }

    /** With nothing. */
    public Dataset<Nothing> unlabelled() {
        return new Seen<>(this, CLASSES, "nothing", scene -> new Nothing());
    }

    public Shapes {
        Checks.atLeast("size", 1, size);
        Checks.between("side", 16, 4096, side);
    }

    /** {@code n} pictures to train on and 2,000 to test on: of 32x32, or of 96x96 where the small ones are to be found too. */
    static <T extends Target<T>> DataSource<T> source(int n, Class<T> target) {
        int side = target == Things.class ? 96 : 32;
        return new DataSource<>(
                "shapes:" + n,
                with(new Shapes(n, side, 0), target),
                Optional.empty(),
                Optional.of(with(new Shapes(2000, side, 1), target)));
    }

    @SuppressWarnings("unchecked") // each branch has the target that it is chosen by
    private static <T extends Target<T>> Dataset<T> with(Shapes shapes, Class<T> target) {
        if (target == Label.class) return (Dataset<T>) shapes;
        if (target == Things.class) return (Dataset<T>) shapes.things();
        if (target == LabelMap.class) return (Dataset<T>) shapes.labelMaps();
        if (target == Nothing.class) return (Dataset<T>) shapes.unlabelled();
        if (target == Labels.class) return (Dataset<T>) shapes.labels();
        if (target == Numbers.class) return (Dataset<T>) shapes.numbers();
        throw new IllegalArgumentException(
                "shapes: expected labels, numbers, things, label maps or nothing of each picture, got "
                        + target.getSimpleName());
    }

    @Override
    public List<String> classes() {
        return CLASSES;
    }

    /** Every eight pictures in a row have all eight labels, in an order of their own. */
    @Override
    public Label target(int index) {
        int kinds = CLASSES.size();
        var order = new int[kinds];
        for (int i = 0; i < kinds; i++) order[i] = i;
        Seeds.shuffle(order, Seeds.random(seed, Seeds.LABELS, index / kinds));
        return new Label(order[index % kinds]);
    }

    @Override
    public Picture picture(int index) {
        return (upright, shortSide) -> scene(index).image;
    }

    @Override
    public String name(int index) {
        return "shapes-" + seed + "#" + index;
    }

    @Override
    public String digest() {
        return new Digest().add("shapes 1").add(size).add(side).add(seed).hex();
    }

    /** The picture at {@code index}, with the class, box and mask of everything in it. */
    public Scene scene(int index) {
        if (index < 0 || index >= size) throw new IndexOutOfBoundsException("picture " + index + " of " + size);
        return new Painter(side, Seeds.random(seed, Seeds.SCENE, index))
                .paint(target(index).index());
    }

    /** One picture in the making; values from 0 to 255, not yet rounded. */
    private static final class Painter {
        /** Samples of a pixel, each way. */
        private static final int SAMPLES = 3;

        private final int side;
        private final RandomGenerator random;
        private final float[] canvas;
        private final float[][] ground; // the two colours that the background runs between
        private final List<Integer> labels = new ArrayList<>();
        private final List<boolean[]> masks = new ArrayList<>();

        Painter(int side, RandomGenerator random) {
            this.side = side;
            this.random = random;
            ground = new float[][] {colour(), colour()};
            canvas = new float[3 * side * side];
        }

        Scene paint(int label) {
            background();
            for (int lines = random.nextInt(4); lines > 0; lines--) line();
            for (int small = random.nextInt(4); small > 0; small--)
                shape(random.nextInt(CLASSES.size()), uniform(0, side), uniform(0, side), side * uniform(0.07, 0.12));
            double radius = side * uniform(0.24, 0.38), room = side / 2.0 - 0.8 * radius;
            int main = masks.size();
            double x = side / 2.0 + uniform(-room, room), y = side / 2.0 + uniform(-room, room);
            shape(label, x, y, radius);
            if (random.nextInt(2) == 0) { // over the outline of the large shape
                double angle = uniform(0, 2 * Math.PI);
                shape(
                        random.nextInt(CLASSES.size()),
                        x + radius * StrictMath.cos(angle),
                        y + radius * StrictMath.sin(angle),
                        side * uniform(0.07, 0.11));
            }
            noise(uniform(2, 14));
            Collections.swap(labels, 0, main);
            Collections.swap(masks, 0, main);
            return new Scene(image(), things());
        }

        /** From one colour to another across the picture, with blotches a quarter of it wide. */
        private void background() {
            double angle = uniform(0, 2 * Math.PI),
                    dx = StrictMath.cos(angle) / side,
                    dy = StrictMath.sin(angle) / side;
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

        private Things things() {
            var things = new ArrayList<Thing>();
            for (int t = 0; t < masks.size(); t++) {
                var seen = masks.get(t);
                var mask = new byte[seen.length];
                int x1 = side, y1 = side, x2 = 0, y2 = 0;
                for (int i = 0; i < mask.length; i++)
                    if (seen[i]) {
                        mask[i] = 1;
                        x1 = Math.min(x1, i % side);
                        x2 = Math.max(x2, i % side + 1);
                        y1 = Math.min(y1, i / side);
                        y2 = Math.max(y2, i / side + 1);
                    }
                if (x2 == 0) continue; // it is hidden
                var map = new LabelMap(side, side, mask, 0);
                things.add(new Thing(labels.get(t), new Box(x1, y1, x2, y2), Optional.of(map), List.of(), false));
            }
            return new Things(things);
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
}
