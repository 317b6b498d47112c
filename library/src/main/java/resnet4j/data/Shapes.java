package resnet4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import resnet4j.config.Checks;
import resnet4j.files.Digest;
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

    static final List<String> CLASSES = Arrays.stream(ShapeKind.values())
            .map(kind -> kind.name().toLowerCase(Locale.ROOT))
            .toList();

    /**
     * A picture and what is in it, the large shape first: of each, the box and the mask of the pixels that are seen.
     *
     * @param shares of each, how much of it is seen: the rest is under another or outside the picture; about 1 for all of it
     */
    public record Scene(Image image, Things things, List<Double> shares) {
        /** The kinds that can be told: of which at least half of one is seen. */
        Labels labels() {
            return new Labels(IntStream.range(0, shares.size())
                    .filter(i -> shares.get(i) >= 0.5)
                    .map(i -> things.things().get(i).label())
                    .sorted()
                    .distinct()
                    .boxed()
                    .toList());
        }

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
            implements Derived<T> {
        @Override
        public T target(int index) {
            return target.apply(of.scene(index));
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

    /** With the kinds of shape of which at least half is seen. */
    public Dataset<Labels> labels() {
        return new Seen<>(this, CLASSES, "labels", Scene::labels);
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
        int side = target == Things.class || target == Labels.class ? 96 : 32;
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
        return how -> scene(index).image;
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
        return new ShapePainter(side, Seeds.random(seed, Seeds.SCENE, index))
                .paint(target(index).index());
    }
}
