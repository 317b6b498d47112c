package resnet4j.detect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was found in pictures, in COCO's results format (https://cocodataset.org/#format-results). */
public final class CocoResults {
    private CocoResults() {}

    /**
     * One thing found.
     *
     * @param box       x and y of the upper left corner, width and height, in pixels
     * @param area      in square pixels
     * @param mask      absent where only a box was found
     * @param keypoints x, y and a score of each; empty where there are none
     */
    public record Found(
            long picture,
            long category,
            double score,
            double[] box,
            double area,
            Optional<Rle> mask,
            double[] keypoints) {}

    /**
     * Reads a file of results for the pictures of {@code truth}. Like COCO's tools it takes the first result for the
     * kind of all: where that has a box, areas are those of boxes, and a box without a mask is its own mask.
     *
     * @throws IOException in one sentence with the file, if it is not such a file or names a picture that the truth lacks
     */
    public static List<Found> read(Path file, Coco truth, boolean masks) throws IOException {
        var pictures = truth.byId();
        var found = new ArrayList<Found>();
        var kind = new Kind[1];
        Coco.each(file, null, node -> {
            if (kind[0] == null) kind[0] = kind(node);
            found.add(found(node, kind[0], pictures, masks));
        });
        return found;
    }

    /** What of {@code found} does not count, since the truth has no such category; and what the truth itself left out. */
    public static List<String> skipped(List<Found> found, Coco truth) {
        var known = truth.categories().stream().map(Coco.Category::id).collect(Collectors.toSet());
        var skipped = new ArrayList<>(truth.skipped());
        found.stream()
                .filter(one -> !known.contains(one.category))
                .collect(Collectors.groupingBy(Found::category, TreeMap::new, Collectors.counting()))
                .forEach((category, n) ->
                        skipped.add(n + " detections: there is no category " + category + " in the truth"));
        return skipped;
    }

    /**
     * A detector's answers in COCO's results format, an object for each thing: {@code image_id, category_id, bbox, score},
     * and {@code segmentation} or {@code keypoints} where it says them.
     *
     * @param ids        of the pictures, in the order of their answers
     * @param categories by label
     */
    public static List<Map<String, Object>> json(List<List<Detection>> found, List<Long> ids, List<Long> categories) {
        var all = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < found.size(); i++)
            for (var detection : found.get(i)) {
                var one = found(detection, ids.get(i), categories.get(detection.label()));
                var result = new LinkedHashMap<String, Object>();
                result.put("image_id", one.picture);
                result.put("category_id", one.category);
                result.put("bbox", one.box);
                result.put("score", one.score);
                one.mask.ifPresent(mask -> result.put(
                        "segmentation", Map.of("size", List.of(mask.height(), mask.width()), "counts", mask.text())));
                if (one.keypoints.length > 0) result.put("keypoints", one.keypoints);
                all.add(result);
            }
        return all;
    }

    /** A detector's answer as a result. */
    static Found found(Detection one, long picture, long category) {
        var b = one.box();
        var points = new double[3 * one.keypoints().size()];
        for (int i = 0; i < one.keypoints().size(); i++) {
            points[3 * i] = one.keypoints().get(i).x();
            points[3 * i + 1] = one.keypoints().get(i).y();
            points[3 * i + 2] = one.keypoints().get(i).score();
        }
        return new Found(
                picture,
                category,
                one.score(),
                new double[] {b.x1(), b.y1(), b.x2() - b.x1(), b.y2() - b.y1()},
                b.area(),
                one.mask().map(m -> Rle.ofPixels(m.height(), m.width(), m.labels())),
                points);
    }

    private enum Kind {
        BOX,
        MASK,
        KEYPOINTS
    }

    private static Kind kind(JsonNode first) {
        if (first.has("bbox") && !first.get("bbox").isEmpty()) return Kind.BOX;
        if (first.has("segmentation")) return Kind.MASK;
        if (first.has("keypoints")) return Kind.KEYPOINTS;
        throw new IllegalArgumentException("expected bbox, segmentation or keypoints, got none of them");
    }

    private static Found found(JsonNode node, Kind kind, Map<Long, Coco.Picture> pictures, boolean masks) {
        long picture = Coco.id(node, "image_id"), category = Coco.id(node, "category_id");
        var of = pictures.get(picture);
        if (of == null) throw new IllegalArgumentException("image_id: expected a picture of the truth, got " + picture);
        double score = Coco.number(node.path("score"), "score");
        Optional<Rle> mask = masks || kind == Kind.MASK ? Coco.mask(node.path("segmentation"), of) : Optional.empty();
        double[] keypoints = node.has("keypoints") ? Coco.numbers(node.get("keypoints"), "keypoints") : new double[0];
        double[] box =
                switch (kind) {
                    case BOX -> Coco.box(node.path("bbox"));
                    case MASK ->
                        mask.map(Rle::box)
                                .orElseThrow(
                                        () -> new IllegalArgumentException("segmentation: expected a mask, got none"));
                    case KEYPOINTS -> around(keypoints);
                };
        if (masks && mask.isEmpty() && kind == Kind.BOX && of.height() > 0)
            mask = Optional.of(Rle.ofBox(of.height(), of.width(), box));
        double area = kind == Kind.MASK ? mask.orElseThrow().area() : box[2] * box[3];
        return new Found(picture, category, score, box, area, mask, keypoints);
    }

    /** The box around all keypoints. */
    private static double[] around(double[] keypoints) {
        if (keypoints.length == 0 || keypoints.length % 3 != 0)
            throw new IllegalArgumentException(
                    "keypoints: expected x, y and a score of each, got " + keypoints.length + " numbers");
        double left = keypoints[0], right = left, top = keypoints[1], bottom = top;
        for (int i = 0; i < keypoints.length; i += 3) {
            left = Math.min(left, keypoints[i]);
            right = Math.max(right, keypoints[i]);
            top = Math.min(top, keypoints[i + 1]);
            bottom = Math.max(bottom, keypoints[i + 1]);
        }
        return new double[] {left, top, right - left, bottom - top};
    }
}
