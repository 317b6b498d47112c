package resnet4j.detect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The true things of a set of pictures, as COCO's {@code instances_*.json} and {@code person_keypoints_*.json} hold them
 * (https://cocodataset.org/#format-data).
 *
 * @param things  in the order of the file, which breaks ties
 * @param skipped why annotations were passed over, a sentence each with the annotation's id
 */
public record Coco(List<Picture> pictures, List<Category> categories, List<Thing> things, List<String> skipped) {
    /** A picture; height and width are 0 where the file does not say them. */
    public record Picture(long id, String file, int height, int width) {}

    public record Category(long id, String name) {}

    /**
     * A thing in a picture.
     *
     * @param box       x and y of the upper left corner, width and height, in pixels
     * @param area      in square pixels, as annotated; the mask's where the file does not say it, or else the box's
     * @param crowd     whether it is a group of which the single things are not told apart
     * @param mask      absent where only a box is known
     * @param keypoints x, y and visibility of each (0 not labelled, 1 hidden, 2 visible); empty where there are none
     * @param visible   how many keypoints are labelled
     */
    public record Thing(
            long id,
            long picture,
            long category,
            double[] box,
            double area,
            boolean crowd,
            Optional<Rle> mask,
            double[] keypoints,
            int visible) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads such a file, annotation by annotation. Those of a picture or a category that the file does not have are
     * passed over, as COCO's tools do, and said.
     *
     * @param masks whether masks are wanted
     * @throws IOException in one sentence with the file and the annotation, if it is not such a file
     */
    public static Coco read(Path file, boolean masks) throws IOException {
        var pictures = new HashMap<Long, Picture>();
        var order = new ArrayList<Picture>();
        var categories = new ArrayList<Category>();
        var things = new ArrayList<Thing>();
        var skipped = new ArrayList<String>();
        each(file, "images", node -> {
            var picture = new Picture(
                    id(node, "id"), node.path("file_name").asText(""), side(node, "height"), side(node, "width"));
            if (pictures.put(picture.id, picture) != null)
                throw new IllegalArgumentException("images: expected each id once, got " + picture.id + " twice");
            order.add(picture);
        });
        var known = new HashSet<Long>();
        each(file, "categories", node -> {
            var category = new Category(id(node, "id"), node.path("name").asText(""));
            if (!known.add(category.id))
                throw new IllegalArgumentException("categories: expected each id once, got " + category.id + " twice");
            categories.add(category);
        });
        var ids = new HashSet<Long>();
        each(file, "annotations", node -> {
            long id = id(node, "id"), picture = id(node, "image_id"), category = id(node, "category_id");
            if (!ids.add(id)) throw new IllegalArgumentException("expected each id once, got it twice");
            if (!pictures.containsKey(picture))
                skipped.add("annotation " + id + ": there is no image " + picture + " in the file");
            else if (!known.contains(category))
                skipped.add("annotation " + id + ": there is no category " + category + " in the file");
            else things.add(thing(node, id, pictures.get(picture), category, masks));
        });
        return new Coco(List.copyOf(order), List.copyOf(categories), List.copyOf(things), List.copyOf(skipped));
    }

    private static Thing thing(JsonNode node, long id, Picture picture, long category, boolean masks) {
        var segmentation = node.path("segmentation");
        Optional<Rle> mask = masks ? mask(segmentation, picture) : Optional.empty();
        double[] keypoints = node.has("keypoints") ? numbers(node.get("keypoints"), "keypoints") : new double[0];
        if (keypoints.length % 3 != 0)
            throw new IllegalArgumentException(
                    "keypoints: expected x, y and visibility of each, got " + keypoints.length + " numbers");
        int labelled = 0;
        for (int i = 2; i < keypoints.length; i += 3) if (keypoints[i] > 0) labelled++;
        double[] box = node.has("bbox")
                ? box(node.get("bbox"))
                : mask.map(Rle::box).orElseThrow(() -> new IllegalArgumentException("bbox: expected a box, got none"));
        double area = node.has("area")
                ? number(node.get("area"), "area")
                : mask.map(m -> (double) m.area()).orElse(box[2] * box[3]);
        return new Thing(
                id,
                picture.id,
                category,
                box,
                area,
                flag(node.path("iscrowd")),
                mask,
                keypoints,
                node.path("num_keypoints").asInt(labelled));
    }

    /** A mask of any of COCO's three forms: polygons, run lengths as numbers, or as text. */
    static Optional<Rle> mask(JsonNode segmentation, Picture picture) {
        if (segmentation.isMissingNode() || segmentation.isNull()) return Optional.empty();
        if (segmentation.isArray()) {
            if (segmentation.isEmpty()) return Optional.empty();
            if (picture.height == 0 || picture.width == 0)
                throw new IllegalArgumentException(
                        "segmentation: expected height and width of image " + picture.id + ", got none");
            var polygons = new ArrayList<double[]>();
            for (var polygon : segmentation) polygons.add(numbers(polygon, "segmentation"));
            return Optional.of(Rle.ofPolygons(picture.height, picture.width, polygons));
        }
        var size = segmentation.path("size");
        var counts = segmentation.path("counts");
        if (size.size() != 2 || !(counts.isArray() || counts.isTextual()))
            throw new IllegalArgumentException(
                    "segmentation: expected polygons, or size and counts, got " + start(segmentation));
        int height = size.get(0).asInt(), width = size.get(1).asInt();
        if (picture.height != 0 && (height != picture.height || width != picture.width))
            throw new IllegalArgumentException("segmentation: expected " + picture.height + "x" + picture.width
                    + " pixels as image " + picture.id + " has, got " + height + "x" + width);
        if (counts.isTextual()) return Optional.of(Rle.parse(height, width, counts.asText()));
        int[] runs = new int[counts.size()];
        for (int i = 0; i < runs.length; i++) {
            if (!counts.get(i).isIntegralNumber() || !counts.get(i).canConvertToInt())
                throw new IllegalArgumentException("counts: expected whole numbers, got " + counts.get(i));
            runs[i] = counts.get(i).intValue();
        }
        return Optional.of(Rle.of(height, width, runs));
    }

    static double[] box(JsonNode node) {
        double[] box = numbers(node, "bbox");
        if (box.length != 4)
            throw new IllegalArgumentException("bbox: expected x, y, width and height, got " + start(node));
        return box;
    }

    static double[] numbers(JsonNode node, String field) {
        if (!node.isArray())
            throw new IllegalArgumentException(field + ": expected a list of numbers, got " + start(node));
        double[] numbers = new double[node.size()];
        for (int i = 0; i < numbers.length; i++) numbers[i] = number(node.get(i), field);
        return numbers;
    }

    static double number(JsonNode node, String field) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue()))
            throw new IllegalArgumentException(field + ": expected a number, got " + start(node));
        return node.doubleValue();
    }

    static long id(JsonNode node, String field) {
        var id = node.path(field);
        if (!id.isNumber() || id.doubleValue() != Math.rint(id.doubleValue()))
            throw new IllegalArgumentException(field + ": expected a whole number, got " + start(id));
        return id.longValue();
    }

    private static int side(JsonNode node, String field) {
        int side = node.path(field).asInt(0);
        if (side < 0 || side > 1 << 16)
            throw new IllegalArgumentException(field + ": expected 0 to " + (1 << 16) + " pixels, got " + side);
        return side;
    }

    private static boolean flag(JsonNode node) {
        return node.asInt(node.asBoolean() ? 1 : 0) != 0;
    }

    private static String start(JsonNode node) {
        if (node.isMissingNode()) return "none";
        String text = node.toString();
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }

    /** What takes an element of a list. */
    interface Each {
        void of(JsonNode element);
    }

    /** Hands over the elements of the list {@code name} of a file, or those of the file itself if the name is null. */
    static void each(Path file, String name, Each each) throws IOException {
        try (var in = Files.newInputStream(file);
                var json = new JsonFactory(JSON).createParser(in)) {
            if (!find(json, name))
                throw new IOException(file + ": expected a list"
                        + (name == null ? " of results" : " '" + name + "' as COCO's files have") + ", got none");
            for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
                JsonNode element = json.readValueAsTree();
                try {
                    if (!element.isObject())
                        throw new IllegalArgumentException("expected an object, got " + start(element));
                    each.of(element);
                } catch (IllegalArgumentException e) {
                    String which = name == null
                            ? "result " + i
                            : element.path("id").isNumber() ? id(name, element) : name + " " + i;
                    throw new IOException(file + ": " + which + ": " + e.getMessage(), e);
                }
            }
        } catch (JsonProcessingException e) {
            throw new IOException(
                    file + ": expected JSON, got something else at line "
                            + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
                    e);
        }
    }

    private static String id(String list, JsonNode element) {
        return list.substring(0, list.length() - (list.equals("categories") ? 3 : 1))
                + (list.equals("categories") ? "y " : " ")
                + element.get("id").asText();
    }

    /** Goes to the beginning of the list. */
    private static boolean find(JsonParser json, String name) throws IOException {
        var first = json.nextToken();
        if (name == null) return first == JsonToken.START_ARRAY;
        if (first != JsonToken.START_OBJECT) return false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean it = json.currentName().equals(name);
            var token = json.nextToken();
            if (it) return token == JsonToken.START_ARRAY;
            json.skipChildren();
        }
        return false;
    }

    /** The pictures by their ids. */
    Map<Long, Picture> byId() {
        var byId = new HashMap<Long, Picture>();
        for (var picture : pictures) byId.put(picture.id, picture);
        return byId;
    }
}
