package resnet4j.detect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.PictureFiles;
import resnet4j.data.Things;
import resnet4j.image.ImageFile;

/** {@code yolo:DIR}: pictures with a text file each, of a line for each thing, as YOLO and its kin take them. */
final class YoloSource {
    private YoloSource() {}

    /**
     * A folder with {@code images/train} and {@code labels/train} (and {@code val}, {@code test}), or {@code train/images} and
     * {@code train/labels}; or with {@code images} and {@code labels} alone, which are for training. A line holds the number
     * of the class, then the box's centre, width and height, or a polygon's points, all as shares of the picture. The
     * classes are the lines of {@code classes.txt}, or the {@code names} of a {@code data.yaml}.
     */
    static DataSource<Things> read(String path) throws IOException {
        if (path.isEmpty()) throw new IllegalArgumentException("data: expected yolo:DIR, got yolo: without a path");
        var root = Path.of(path);
        if (!Files.isDirectory(root))
            throw new IOException(root + ": there is no such folder; expected one with images and labels");
        var classes = classes(root);
        var faults = new Faults(root.toString());
        var train = split(root, "train", classes, faults);
        if (train.isEmpty() && Files.isDirectory(root.resolve("images")))
            train = Optional.of(dataset(root.resolve("images"), root.resolve("labels"), classes, faults));
        if (train.isEmpty())
            throw new IOException(root + ": expected images/train and labels/train, there are neither");
        var val = split(root, "val", classes, faults);
        var source = new DataSource<>(
                "yolo:" + path,
                train.get(),
                val.isPresent() ? val : split(root, "valid", classes, faults),
                split(root, "test", classes, faults));
        faults.say();
        return source;
    }

    private static Optional<Dataset<Things>> split(Path root, String name, List<String> classes, Faults faults)
            throws IOException {
        for (var order : List.of("images/" + name + ":labels/" + name, name + "/images:" + name + "/labels")) {
            var folders = order.split(":");
            if (Files.isDirectory(root.resolve(folders[0])))
                return Optional.of(dataset(root.resolve(folders[0]), root.resolve(folders[1]), classes, faults));
        }
        return Optional.empty();
    }

    private static List<String> classes(Path root) throws IOException {
        var lines = root.resolve("classes.txt");
        if (Files.isRegularFile(lines))
            return Files.readAllLines(lines).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
        for (var name : List.of("data.yaml", "data.yml", "dataset.yaml"))
            if (Files.isRegularFile(root.resolve(name))) return names(root.resolve(name));
        throw new IOException(
                root + ": expected classes.txt, a class's name in each line, or data.yaml; there is neither");
    }

    /** {@code names: [a, b]}, or a line {@code - a} or {@code 0: a} for each: what such files hold, and no other YAML. */
    private static List<String> names(Path file) throws IOException {
        var names = new ArrayList<String>();
        boolean inside = false;
        for (var line : Files.readAllLines(file)) {
            var text = line.replaceAll("(^|\\s)#.*$", "").stripTrailing();
            if (text.startsWith("names:")) {
                inside = true;
                var list = text.substring("names:".length()).strip();
                if (list.startsWith("[") && list.endsWith("]"))
                    for (var name : list.substring(1, list.length() - 1).split(",")) names.add(plain(name));
            } else if (inside && text.matches("\\s*-\\s+.*|\\s+\\d+\\s*:.*")) {
                names.add(plain(text.replaceFirst("^\\s*(-\\s+|\\d+\\s*:)", "")));
            } else if (!text.isBlank()) inside = false;
        }
        if (names.isEmpty()) throw new IOException(file + ": expected the list names of the classes, got none");
        return names;
    }

    private static String plain(String name) {
        return name.strip().replaceAll("^(['\"])(.*)\\1$", "$2");
    }

    private static Dataset<Things> dataset(Path images, Path labels, List<String> classes, Faults faults)
            throws IOException {
        var pictures = new ArrayList<ThingFiles.Pictured>();
        for (var file : PictureFiles.pictures(images)) {
            var name = images.relativize(file).toString().replaceAll("\\.[^.]*$", "") + ".txt";
            var known = labels.resolve(name);
            var lines = Files.isRegularFile(known) ? Files.readAllLines(known) : List.<String>of();
            int[] size = lines.stream().allMatch(String::isBlank) ? new int[2] : ImageFile.size(file);
            pictures.add(new ThingFiles.Pictured(file, size[0], size[1], things(known, lines, size, classes, faults)));
        }
        if (pictures.isEmpty()) throw new IOException(images + ": expected at least one picture, got none");
        return new ThingFiles(classes, pictures);
    }

    private static List<ThingFiles.Known> things(
            Path labels, List<String> lines, int[] size, List<String> classes, Faults faults) throws IOException {
        var things = new ArrayList<ThingFiles.Known>();
        int number = 0;
        for (var line : lines) {
            number++;
            if (line.isBlank()) continue;
            var which = labels + ": line " + number;
            double[] n = numbers(which, line);
            if (n[0] != Math.rint(n[0]) || n[0] < 0 || n[0] >= classes.size())
                throw new IOException(which + ": expected a class from 0 to " + (classes.size() - 1) + ", got " + n[0]);
            add(things, which, n, size[0], size[1], faults);
        }
        return things;
    }

    private static double[] numbers(String which, String line) throws IOException {
        try {
            double[] n = Arrays.stream(line.strip().split("\\s+"))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            if (n.length == 5 || n.length >= 7 && n.length % 2 == 1) return n;
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IOException(which + ": expected a class and four numbers, or three points or more, got " + line);
    }

    private static void add(
            List<ThingFiles.Known> things, String which, double[] n, int width, int height, Faults faults) {
        if (n.length == 5) {
            double x = n[1] * width, y = n[2] * height, w = n[3] * width, h = n[4] * height;
            faults.box(which, x - w / 2, y - h / 2, x + w / 2, y + h / 2, width, height)
                    .ifPresent(box ->
                            things.add(new ThingFiles.Known((int) n[0], box, Optional.empty(), List.of(), false)));
            return;
        }
        var polygon = IntStream.range(1, n.length)
                .mapToDouble(i -> n[i] * (i % 2 == 1 ? width : height))
                .toArray();
        double x1 = Double.MAX_VALUE, y1 = x1, x2 = -x1, y2 = -x1;
        for (int i = 0; i < polygon.length; i += 2) {
            x1 = Math.min(x1, polygon[i]);
            x2 = Math.max(x2, polygon[i]);
            y1 = Math.min(y1, polygon[i + 1]);
            y2 = Math.max(y2, polygon[i + 1]);
        }
        var mask = Rle.ofPolygons(height, width, List.of(polygon));
        faults.box(which, x1, y1, x2, y2, width, height)
                .ifPresent(
                        box -> things.add(new ThingFiles.Known((int) n[0], box, Optional.of(mask), List.of(), false)));
    }
}
