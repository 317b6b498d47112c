package resnet4j.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.config.Records;
import resnet4j.files.Digest;
import resnet4j.image.ImageFile;
import resnet4j.image.LabelMap;
import resnet4j.image.Picture;
import resnet4j.weights.ClassList;

/**
 * Picture files with a PNG of labels each, decoded when asked for.
 *
 * @param root the folder that pictures are named from
 */
public record Masks(List<String> classes, List<Path> pictures, List<Path> masks, Numbering numbering, Path root)
        implements Dataset<LabelMap> {
    private static final List<String> LABELS = List.of("masks", "labels", "annotations");

    public Masks {
        classes = List.copyOf(classes);
        pictures = List.copyOf(pictures);
        masks = List.copyOf(masks);
    }

    /**
     * Which class a number in a PNG stands for.
     *
     * @param classes by number: the class's index, {@link LabelMap#IGNORED}, or -1 for a number that stands for nothing
     */
    public record Numbering(int[] classes) {
        /** Of black and white masks. */
        private static Numbering blackAndWhite() {
            var numbers = nothing();
            numbers[0] = 0;
            numbers[255] = 1;
            return new Numbering(numbers);
        }

        /** Classes from 0 on; 255 does not count. */
        private static Numbering of(int classes) {
            var numbers = nothing();
            for (int c = 0; c < classes; c++) numbers[c] = c;
            numbers[LabelMap.IGNORED] = LabelMap.IGNORED;
            return new Numbering(numbers);
        }

        private static int[] nothing() {
            var numbers = new int[256];
            Arrays.fill(numbers, -1);
            return numbers;
        }

        private LabelMap of(LabelMap map, Path file) throws IOException {
            var out = new byte[map.labels().length];
            for (int i = 0; i < out.length; i++) {
                int number = map.labels()[i] & 255;
                if (classes[number] < 0)
                    throw new IOException(file + ": expected " + this + " in each pixel, got " + number + " at x "
                            + i % map.width() + ", y " + i / map.width()
                            + "; name all classes in classes.json or classes.txt");
                out[i] = (byte) classes[number];
            }
            return new LabelMap(map.width(), map.height(), out);
        }

        @Override
        public String toString() {
            var known = new ArrayList<String>();
            for (int n = 0; n < 256; n++) {
                int from = n;
                while (n < 255 && classes[from] >= 0 && classes[n + 1] >= 0) n++;
                if (classes[from] >= 0) known.add(from == n ? "" + n : from + " to " + n);
            }
            return String.join(" or ", known);
        }
    }

    private record Classes(List<String> names, Numbering numbering) {}

    /**
     * A folder with {@code images} and {@code masks} (or {@code labels}, {@code annotations}), whose files have the same
     * names but for their endings; or with {@code train} and {@code val} or {@code test} (by the names that {@link
     * PictureFiles#folder} knows), each of which has both; or
     * Pascal VOC's. Masks are PNGs with a number for each pixel: grey, or of a palette.
     *
     * <p>{@code classes.json} holds a list of names, or objects with {@code id}, {@code name} and {@code ignored};
     * {@code classes.txt} has a name in each line. Pixels of 255 do not count. Without either file masks are black and
     * white, background and foreground.
     *
     * @throws IOException where a picture has no mask
     */
    public static DataSource<LabelMap> read(Path root) throws IOException {
        if (!Files.isDirectory(root))
            throw new IOException(root + ": there is no such folder; expected one with images and masks");
        var lists = root.resolve("ImageSets/Segmentation");
        if (Files.isDirectory(lists)) {
            var names = ClassList.named("voc-21");
            var classes = classes(root, new Classes(names, Numbering.of(names.size())));
            var train = voc(root, lists.resolve("train.txt"), classes)
                    .orElseThrow(() -> new IOException(lists + ": expected train.txt, there is none"));
            var val = voc(root, lists.resolve("val.txt"), classes);
            return new DataSource<>("masks:" + root, train, val, voc(root, lists.resolve("test.txt"), classes));
        }
        var classes = classes(root, new Classes(List.of("background", "foreground"), Numbering.blackAndWhite()));
        var train = PictureFiles.split(root, PictureFiles.TRAINING);
        if (train.isEmpty())
            return new DataSource<>("masks:" + root, pairs(root, root, classes), Optional.empty(), Optional.empty());
        var val = PictureFiles.split(root, PictureFiles.VALIDATION);
        var test = PictureFiles.split(root, PictureFiles.TEST);
        return new DataSource<>(
                "masks:" + root,
                pairs(root, train.get(), classes),
                val.isPresent() ? Optional.of(pairs(root, val.get(), classes)) : Optional.empty(),
                test.isPresent() ? Optional.of(pairs(root, test.get(), classes)) : Optional.empty());
    }

    private static Dataset<LabelMap> pairs(Path root, Path folder, Classes classes) throws IOException {
        var images = folder.resolve("images");
        var found =
                LABELS.stream().map(folder::resolve).filter(Files::isDirectory).findFirst();
        if (!Files.isDirectory(images) || found.isEmpty())
            throw new IOException(folder + ": expected the folders images and masks, found "
                    + (Files.isDirectory(images) ? "no masks" : "no images")
                    + "; put the pictures in one and their masks under the same names in the other");
        var byName = new HashMap<String, Path>();
        for (var mask : PictureFiles.pictures(found.get())) byName.put(name(found.get(), mask), mask);
        var pictures = PictureFiles.pictures(images);
        if (pictures.isEmpty()) throw new IOException(images + ": expected pictures, found none");
        var masks = new ArrayList<Path>();
        for (var picture : pictures) masks.add(mask(picture, byName.get(name(images, picture)), found.get()));
        return new Masks(classes.names, pictures, masks, classes.numbering, root);
    }

    private static Path mask(Path picture, Path mask, Path folder) throws IOException {
        if (mask == null || !Files.exists(mask))
            throw new IOException(picture + ": expected its mask under the same name in " + folder
                    + ", there is none; add it, or remove the picture");
        return mask;
    }

    /** The path without its ending. */
    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replaceFirst("\\.[^.]*$", "");
    }

    private static Optional<Dataset<LabelMap>> voc(Path root, Path list, Classes classes) throws IOException {
        if (!Files.exists(list)) return Optional.empty();
        var pictures = new ArrayList<Path>();
        var masks = new ArrayList<Path>();
        var folder = root.resolve("SegmentationClass");
        for (var line : Files.readAllLines(list)) {
            if (line.isBlank()) continue;
            var picture = root.resolve("JPEGImages/" + line.strip() + ".jpg");
            if (!Files.exists(picture)) throw new IOException(list + ": expected " + picture + ", there is none");
            pictures.add(picture);
            masks.add(mask(picture, folder.resolve(line.strip() + ".png"), folder));
        }
        return Optional.of(new Masks(classes.names, pictures, masks, classes.numbering, root));
    }

    private static Classes classes(Path root, Classes otherwise) throws IOException {
        var json = root.resolve("classes.json");
        var text = root.resolve("classes.txt");
        if (Files.exists(json)) return described(json, Records.parse(json));
        if (Files.exists(text)) {
            var names = Files.readAllLines(text).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            return known(text, names);
        }
        return otherwise;
    }

    private static Classes known(Path file, List<String> names) throws IOException {
        if (names.size() < 2 || names.size() > LabelMap.IGNORED)
            throw new IOException(file + ": expected 2 to " + LabelMap.IGNORED + " classes, got " + names.size());
        return new Classes(names, Numbering.of(names.size()));
    }

    private static Classes described(Path file, JsonNode json) throws IOException {
        var list = json.isArray() ? json : json.path("classes");
        if (!list.isArray())
            throw new IOException(file + ": expected a list of classes, got "
                    + list.getNodeType().toString().toLowerCase(Locale.ROOT));
        var names = new ArrayList<String>();
        var numbers = Numbering.nothing();
        numbers[LabelMap.IGNORED] = LabelMap.IGNORED;
        for (int i = 0; i < list.size(); i++) {
            var entry = list.get(i);
            int id = entry.path("id").asInt(i);
            if (id < 0 || id > 255) throw new IOException(file + ": id: expected 0 to 255, got " + id);
            boolean ignored = entry.path("ignored").asBoolean(false);
            numbers[id] = ignored ? LabelMap.IGNORED : names.size();
            if (!ignored)
                names.add(
                        entry.isTextual() ? entry.asText() : entry.path("name").asText("class " + id));
        }
        return new Classes(known(file, names).names, new Numbering(numbers));
    }

    @Override
    public int size() {
        return pictures.size();
    }

    /** @throws IOException from reading it, where it has another size than its mask */
    @Override
    public Picture picture(int index) {
        return how -> {
            var image = ImageFile.read(pictures.get(index), how);
            int[] size = ImageFile.size(masks.get(index)); // its numbers are decoded in target
            if (image.width() != size[0] || image.height() != size[1])
                throw new IOException(masks.get(index) + ": expected the size of its picture, " + image.width() + "x"
                        + image.height() + ", got " + size[0] + "x" + size[1]);
            return image;
        };
    }

    @Override
    public LabelMap target(int index) throws IOException {
        return numbering.of(ImageFile.readLabels(masks.get(index)), masks.get(index));
    }

    @Override
    public double aspect(int index) throws IOException {
        return ImageFile.aspect(pictures.get(index));
    }

    @Override
    public String name(int index) {
        return PictureFiles.name(root, pictures.get(index));
    }

    /** Of names and sizes of pictures and masks, and of what their numbers stand for. */
    @Override
    public String digest() {
        var digest = new Digest();
        for (int number : numbering.classes) digest.add(number);
        for (var files : List.of(pictures, masks))
            for (var file : files) digest.add(file.getFileName().toString()).addSize(file);
        return digest.hex();
    }
}
