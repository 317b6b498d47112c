package resnet4j.detect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Things;
import resnet4j.image.Point;
import resnet4j.image.Target;

/** {@code coco:PATH}: pictures with the things that COCO's json says. */
final class CocoSource {
    private CocoSource() {}

    private static final List<String> TRAINING = List.of("train", "train2017"),
            VALIDATION = List.of("val", "val2017", "valid"),
            TEST = List.of("test", "test2017");

    /**
     * A folder with {@code train.json}, or {@code instances_train.json}, and {@code val} or {@code test}, in it or in its
     * {@code annotations}; or one such file, whose pictures are then for training.
     */
    static DataSource<Things> read(String path) throws IOException {
        return read(path, CocoSource::dataset);
    }

    /** Makes a dataset of a file. */
    interface Reader<T extends Target<T>> {
        /** @param classes those of the training split, if this is another one */
        Dataset<T> of(Path file, List<String> classes) throws IOException;
    }

    /** The same of whatever targets. */
    static <T extends Target<T>> DataSource<T> read(String path, Reader<T> reader) throws IOException {
        if (path.isEmpty())
            throw new IllegalArgumentException("data: expected coco:DIR or coco:FILE, got coco: without a path");
        var root = Path.of(path);
        if (Files.notExists(root))
            throw new IOException(root + ": expected COCO's annotations, or their folder; there is no such file");
        var name = "coco:" + path;
        if (!Files.isDirectory(root))
            return new DataSource<>(name, reader.of(root, List.of()), Optional.empty(), Optional.empty());
        var train = split(root, TRAINING);
        if (train.isEmpty())
            throw new IOException(root + ": expected train.json or instances_train.json, there is neither; name one"
                    + " file, as in coco:" + root + "/FILE.json");
        var first = reader.of(train.get(), List.of());
        return new DataSource<>(
                name,
                first,
                other(root, VALIDATION, first.classes(), reader),
                other(root, TEST, first.classes(), reader));
    }

    private static <T extends Target<T>> Optional<Dataset<T>> other(
            Path root, List<String> names, List<String> classes, Reader<T> reader) throws IOException {
        var file = split(root, names);
        return file.isEmpty() ? Optional.empty() : Optional.of(reader.of(file.get(), classes));
    }

    private static Optional<Path> split(Path root, List<String> names) {
        for (var folder : List.of(root, root.resolve("annotations")))
            for (var name : names)
                for (var start : List.of("", "instances_", "person_keypoints_")) {
                    var file = folder.resolve(start + name + ".json");
                    if (Files.isRegularFile(file)) return Optional.of(file);
                }
        return Optional.empty();
    }

    /**
     * Its categories as classes.
     *
     * @param labels the class of a category's id
     */
    record Categories(List<String> names, Map<Long, Integer> labels) {
        /** @param classes those of the training split, if this is another one */
        static Categories of(Path file, Coco coco, List<String> classes) throws IOException {
            if (coco.pictures().isEmpty()) throw new IOException(file + ": expected at least one picture, got none");
            if (coco.categories().isEmpty()) throw new IOException(file + ": expected at least one category, got none");
            var labels = new HashMap<Long, Integer>();
            var names = new ArrayList<String>(classes);
            for (var category : coco.categories()) {
                var name = category.name().isEmpty() ? "category " + category.id() : category.name();
                int label = classes.isEmpty() ? names.size() : names.indexOf(name);
                if (label < 0)
                    throw new IOException(
                            file + ": expected the categories of the training split, " + classes + ", got " + name);
                if (classes.isEmpty()) names.add(name);
                labels.put(category.id(), label);
            }
            return new Categories(names, labels);
        }
    }

    private static Dataset<Things> dataset(Path file, List<String> classes) throws IOException {
        var coco = Coco.read(file, true);
        var faults = new Faults(file.toString());
        coco.skipped().forEach(faults::add);
        var categories = Categories.of(file, coco, classes);
        var things = new HashMap<Long, List<ThingFiles.Known>>();
        var byId = coco.byId();
        for (var thing : coco.things()) add(things, thing, byId, categories.labels(), faults);
        var pictures = new ArrayList<ThingFiles.Pictured>();
        for (var picture : coco.pictures())
            pictures.add(new ThingFiles.Pictured(
                    CocoFolder.place(file, picture),
                    picture.width(),
                    picture.height(),
                    things.getOrDefault(picture.id(), List.of())));
        faults.say();
        return new ThingFiles(categories.names(), pictures);
    }

    private static void add(
            Map<Long, List<ThingFiles.Known>> things,
            Coco.Thing thing,
            Map<Long, Coco.Picture> pictures,
            Map<Long, Integer> labels,
            Faults faults) {
        var picture = pictures.get(thing.picture());
        double[] b = thing.box();
        var box = faults.box(
                "annotation " + thing.id(), b[0], b[1], b[0] + b[2], b[1] + b[3], picture.width(), picture.height());
        if (box.isEmpty()) return;
        var points = new ArrayList<Point>();
        for (int i = 0; i < thing.keypoints().length; i += 3)
            points.add(new Point(thing.keypoints()[i], thing.keypoints()[i + 1]));
        things.computeIfAbsent(thing.picture(), id -> new ArrayList<>())
                .add(new ThingFiles.Known(
                        labels.get(thing.category()), box.get(), thing.mask(), points, thing.crowd()));
    }
}
