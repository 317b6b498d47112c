package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.data.Skipped;
import resnet4j.data.Things;
import resnet4j.image.Image;
import resnet4j.image.Windows;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;

/** How well a detector finds the things of a dataset. */
public final class Measure {
    private Measure() {}

    /**
     * The score of a saved model on a dataset of the same classes, on its own limits.
     *
     * @param windows  through which each picture is seen besides the whole, for large ones
     * @param progress told how many pictures each batch had
     */
    public static ThingScore of(
            ModelFile.Opened model,
            Dataset<Things> data,
            int batch,
            Optional<Windows> windows,
            Device device,
            IntConsumer progress) {
        requireKnown(model.file(), data);
        var net = (DetectionNet) model.net();
        try (var finder = Finder.of(net, device, Precision.FP32)) {
            return of(net, looking(finder, windows, net.limits()), loader(model.file(), data, batch), progress);
        }
    }

    /** Throws an {@link IllegalArgumentException} for pictures of other classes than the model knows. */
    static void requireKnown(ModelFile file, Dataset<Things> data) {
        var known = file.classNames();
        if (!known.subList(1, known.size()).equals(data.classes()))
            throw new IllegalArgumentException("data: expected the classes of the model, "
                    + String.join(", ", known.subList(1, known.size())) + ", got "
                    + String.join(", ", data.classes()));
    }

    /** The pictures as they lie, as a detector resizes them by itself. */
    static Loader<Things> loader(ModelFile file, Dataset<Things> data, int batch) {
        return Loader.inOrder(data, batch).withPreprocess(file.preprocess().unresized());
    }

    /**
     * The score of a network that knows background and then the dataset's classes. Crowds are neither to be found nor
     * wrong to find; areas, for COCO's sizes, are those of masks where there are masks.
     *
     * @param loader   of the pictures as they lie, in their order
     * @param progress told how many pictures each batch had
     */
    static ThingScore of(DetectionNet net, Loader<Things> loader, Limits limits, Device device, IntConsumer progress) {
        try (var finder = Finder.eager(net, device)) {
            return of(net, looking(finder, Optional.empty(), limits), loader, progress);
        }
    }

    /** How pictures are looked at: what is found in each. */
    interface Looking {
        List<List<Detection>> find(List<Image> pictures);
    }

    static Looking looking(Finder finder, Optional<Windows> windows, Limits limits) {
        return windows.<Looking>map(through -> pictures -> pictures.stream()
                        .map(picture -> finder.find(picture, through, limits))
                        .toList())
                .orElse(pictures -> finder.find(pictures, limits));
    }

    static ThingScore of(DetectionNet net, Looking looking, Loader<Things> loader, IntConsumer progress) {
        boolean masks = net.config.detail() == Method.Detail.MASKS;
        var seen = seen(looking, masks, loader, progress);
        return ThingScore.of(seen.truth, seen.found, masks, seen.skipped);
    }

    /** What is in pictures and what was found in them; a picture's id is its index and one. */
    record Seen(Coco truth, List<CocoResults.Found> found, List<Skipped> skipped) {}

    static Seen seen(Looking looking, boolean masks, Loader<Things> loader, IntConsumer progress) {
        var pictures = new ArrayList<Coco.Picture>();
        var things = new ArrayList<Coco.Thing>();
        var found = new ArrayList<CocoResults.Found>();
        try (var batches = loader.epoch(0)) {
            for (var batch : batches) {
                var images = batch.pixels().images();
                var answers = looking.find(images);
                for (int i = 0; i < images.size(); i++) {
                    long id = batch.indices()[i] + 1;
                    pictures.add(new Coco.Picture(
                            id, "", images.get(i).height(), images.get(i).width()));
                    for (var thing : batch.targets().get(i).things())
                        things.add(thing(thing, things.size() + 1, id, images.get(i), masks));
                    for (var one : answers.get(i)) found.add(CocoResults.found(one, id, one.label()));
                }
                progress.accept(batch.size());
            }
            var categories = new ArrayList<Coco.Category>();
            for (var name : loader.data().classes()) categories.add(new Coco.Category(categories.size() + 1, name));
            return new Seen(new Coco(pictures, categories, things, List.of()), found, batches.skipped());
        }
    }

    private static Coco.Thing thing(Things.Thing thing, long id, long picture, Image image, boolean masks) {
        var b = thing.box();
        var box = new double[] {b.x1(), b.y1(), b.x2() - b.x1(), b.y2() - b.y1()};
        thing.mask().ifPresent(m -> ImageBatch.requireSize(m, image));
        var mask = thing.mask().map(m -> Rle.ofPixels(m.height(), m.width(), m.labels()));
        double area = mask.map(m -> (double) m.area()).orElse(b.area());
        if (masks && mask.isEmpty() && thing.crowd()) mask = Optional.of(Rle.ofBox(image.height(), image.width(), box));
        if (masks && mask.isEmpty())
            throw new IllegalArgumentException(
                    "data: expected a mask of each thing, got a thing with a box alone; use a"
                            + " network that finds boxes");
        return new Coco.Thing(
                id,
                picture,
                thing.label() + 1,
                box,
                area,
                thing.crowd(),
                masks ? mask : Optional.empty(),
                new double[0],
                0);
    }
}
