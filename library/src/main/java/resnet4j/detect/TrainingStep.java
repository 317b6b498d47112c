package resnet4j.detect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import resnet4j.config.Checks;
import resnet4j.config.Nearest;
import resnet4j.detect.Method.Detail;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.image.LabelMap;
import resnet4j.nn.Norm;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;

/**
 * One step of training a detector of the registry from random weights, as torchvision would take it with {@code
 * weights=None, weights_backbone=None}: a proof that both compute the same.
 *
 * @param name     torchvision's
 * @param classes  with background, which is 0; labels are the categories' ids
 * @param minSize  pixels of the shorter side after resizing
 * @param maxSize  pixels of the longer side at most
 * @param seed     of the weights
 * @param stepSeed of what the step draws
 */
public record TrainingStep(String name, int classes, int minSize, int maxSize, long seed, long stepSeed) {
    /** The detectors that can be trained. */
    public static final List<String> NAMES =
            List.copyOf(DetectorConfig.published().keySet());

    public TrainingStep {
        if (!NAMES.contains(name))
            throw new IllegalArgumentException("MODEL: expected a detector, one of " + String.join(", ", NAMES)
                    + ", got '" + name + "'." + Nearest.hint(name, NAMES));
        if (classes < 2)
            throw new IllegalArgumentException(
                    "classes: expected at least 2, of which the first is background, got " + classes);
        Checks.positive("minSize", minSize);
        Checks.positive("maxSize", maxSize);
    }

    /**
     * What a step computes, by torchvision's names.
     *
     * @param gradientNorms of every trained weight, the square root of the sum of squares
     */
    public record Result(Map<String, Double> losses, Map<String, Double> gradientNorms, List<String> skipped) {
        /** The losses a line each, what was skipped, and how many norms there are. */
        @Override
        public String toString() {
            var lines = new ArrayList<String>();
            losses.forEach((loss, value) -> lines.add(String.format(Locale.ROOT, "%-22s %.6f", loss, value)));
            for (var one : skipped) lines.add("skipped: " + one);
            lines.add(gradientNorms.size() + " norms of gradients");
            return String.join(System.lineSeparator(), lines);
        }
    }

    /**
     * Takes the step.
     *
     * @param data   COCO's annotations, or a folder with one such file called {@code instances_*.json}
     * @param images ids of the pictures of the batch; all of the file where there are none
     * @throws IOException if a file cannot be read, naming it
     */
    public Result on(Path data, List<Long> images) throws IOException {
        var file = CocoFolder.annotations(data);
        var coco = Coco.read(file, config().detail() == Detail.MASKS);
        var byId = coco.byId();
        var pictures = new ArrayList<Image>();
        var truth = new ArrayList<ImageBatch.Truth>();
        var skipped = new ArrayList<>(coco.skipped());
        var ids = images.isEmpty()
                ? coco.pictures().stream().map(Coco.Picture::id).toList()
                : images;
        if (ids.isEmpty()) throw new IOException(file + ": expected at least one picture, got none");
        for (long id : ids) {
            if (!byId.containsKey(id))
                throw new IllegalArgumentException("images: expected ids of " + file + ", which has no image " + id);
            var image = ImageFile.read(CocoFolder.picture(file, byId.get(id)));
            pictures.add(image);
            truth.add(truth(coco, id, image, skipped));
        }
        return step(pictures, truth, skipped);
    }

    private Result step(List<Image> pictures, List<ImageBatch.Truth> truth, List<String> skipped) {
        Ops.seed(seed);
        try (var net = config().net();
                var scope = new NativeScope()) {
            Ops.seed(stepSeed);
            var parts = net.losses(ImageBatch.of(pictures, truth, config().sizes(), Device.CPU));
            parts.values().stream().reduce(Ops::add).orElseThrow().backward();
            var losses = new TreeMap<String, Double>(); // the same order in every run
            parts.forEach((name, loss) -> losses.put(name, loss.item()));
            var norms = new LinkedHashMap<String, Double>();
            net.parameters()
                    .forEach(
                            (name, weight) -> norms.put(name, norm(weight.grad().toFloats())));
            return new Result(losses, norms, skipped);
        }
    }

    /** torchvision's with {@code weights=None}: all norms are trained. */
    private DetectorConfig config() {
        var published = DetectorConfig.published().get(name);
        return published
                .withBackbone(published.backbone().withNorm(Norm.BATCH))
                .withSizes(new Sizes(minSize, maxSize))
                .withClasses(classes);
    }

    private static double norm(float[] gradient) {
        double sum = 0;
        for (float g : gradient) sum += (double) g * g;
        return Math.sqrt(sum);
    }

    /** Things of a picture, without crowds, as far as they are inside; what has no area there is left out, and said. */
    private ImageBatch.Truth truth(Coco coco, long picture, Image image, List<String> skipped) {
        var detail = config().detail();
        var boxes = new Boxes(new float[0]);
        var labels = new ArrayList<Integer>();
        var masks = new ArrayList<LabelMap>();
        var keypoints = new ArrayList<float[]>();
        for (var thing : coco.things()) {
            if (thing.picture() != picture || thing.crowd()) continue;
            float x = (float) thing.box()[0], y = (float) thing.box()[1];
            var box = new Boxes(new float[] {x, y, (float) thing.box()[2] + x, (float) thing.box()[3] + y})
                    .clipped(image.height(), image.width());
            var fault = !(box.width(0) > 0 && box.height(0) > 0)
                    ? "the box has no area inside the picture"
                    : detail == Detail.MASKS && thing.mask().isEmpty()
                            ? "it has no mask"
                            : detail == Detail.KEYPOINTS && thing.category() >= classes
                                    ? "its category " + thing.category() + " is not among " + classes + " classes"
                                    : null;
            if (fault != null) {
                skipped.add("annotation " + thing.id() + ": " + fault);
                continue;
            }
            if (thing.category() < 1 || thing.category() >= classes)
                throw new IllegalArgumentException("classes: expected more than the ids of categories, got " + classes
                        + " and category " + thing.category());
            boxes = boxes.and(box);
            labels.add((int) thing.category());
            if (detail == Detail.MASKS)
                masks.add(new LabelMap(
                        image.width(), image.height(), thing.mask().get().pixels(), 0));
            if (detail == Detail.KEYPOINTS) keypoints.add(keypoints(thing));
        }
        return new ImageBatch.Truth(
                boxes, labels.stream().mapToInt(Integer::intValue).toArray(), masks, keypoints);
    }

    /** None of them seen where a person has none. */
    private static float[] keypoints(Coco.Thing thing) {
        var all = new float[3 * KeypointHead.KEYPOINTS];
        if (thing.keypoints().length != 0 && thing.keypoints().length != all.length)
            throw new IllegalArgumentException("annotation " + thing.id() + ": expected " + KeypointHead.KEYPOINTS
                    + " keypoints, got " + thing.keypoints().length / 3);
        for (int i = 0; i < thing.keypoints().length; i++) all[i] = (float) thing.keypoints()[i];
        return all;
    }
}
