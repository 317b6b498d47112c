package resnet4j.detect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Things;
import resnet4j.image.Box;

/** {@code voc:DIR}: pictures with the boxes that Pascal VOC's files say. Everingham et al. 2010. */
final class VocSource {
    private VocSource() {}

    /** A file of annotations, read. */
    private record Annotated(Path picture, int width, int height, List<Named> things) {}

    /** @param crowd what VOC calls difficult: neither learned nor counted */
    private record Named(String name, Box box, boolean crowd) {}

    /**
     * A folder with {@code Annotations}, {@code JPEGImages} and the lists {@code ImageSets/Main/train.txt}, {@code val.txt},
     * {@code test.txt}; without lists all are for training. Classes are the names of the training pictures, sorted.
     */
    static DataSource<Things> read(String path) throws IOException {
        if (path.isEmpty()) throw new IllegalArgumentException("data: expected voc:DIR, got voc: without a path");
        var root = Path.of(path);
        var annotations = root.resolve("Annotations");
        if (!Files.isDirectory(annotations))
            throw new IOException(root + ": expected a folder with Annotations and JPEGImages, as Pascal VOC has");
        var lists = root.resolve("ImageSets/Main");
        var faults = new Faults(root.toString());
        var train = names(annotations, lists.resolve("train.txt"));
        if (train.isEmpty()) throw new IOException(annotations + ": expected files of annotations (xml), got none");
        var learned = annotated(root, train, faults);
        var classes = new TreeSet<String>();
        for (var one : learned) for (var thing : one.things) classes.add(thing.name);
        if (classes.isEmpty()) throw new IOException(annotations + ": expected at least one object, got none");
        var names = List.copyOf(classes);
        var source = new DataSource<>(
                "voc:" + path,
                dataset(names, learned, faults),
                other(root, lists.resolve("val.txt"), names, faults),
                other(root, lists.resolve("test.txt"), names, faults));
        faults.say();
        return source;
    }

    private static Optional<Dataset<Things>> other(Path root, Path list, List<String> classes, Faults faults)
            throws IOException {
        return Files.isRegularFile(list)
                ? Optional.of(
                        dataset(classes, annotated(root, names(root.resolve("Annotations"), list), faults), faults))
                : Optional.empty();
    }

    /** What a list says, or all that there is where there is no list. */
    private static List<String> names(Path annotations, Path list) throws IOException {
        if (Files.isRegularFile(list))
            return Files.readAllLines(list).stream()
                    .map(line -> line.strip().split("\\s+")[0])
                    .filter(name -> !name.isEmpty())
                    .toList();
        try (var files = Files.list(annotations)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".xml"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .sorted()
                    .toList();
        }
    }

    private static Dataset<Things> dataset(List<String> classes, List<Annotated> all, Faults faults) {
        var pictures = new ArrayList<ThingFiles.Pictured>();
        for (var one : all) {
            var things = new ArrayList<ThingFiles.Known>();
            for (var thing : one.things) {
                int label = classes.indexOf(thing.name);
                if (label < 0) faults.add(one.picture.getFileName() + ": nothing is learned of a " + thing.name);
                else things.add(new ThingFiles.Known(label, thing.box, Optional.empty(), List.of(), thing.crowd));
            }
            pictures.add(new ThingFiles.Pictured(one.picture, one.width, one.height, things));
        }
        return new ThingFiles(classes, pictures);
    }

    private static List<Annotated> annotated(Path root, List<String> names, Faults faults) throws IOException {
        var all = new ArrayList<Annotated>();
        var reader = reader();
        for (var name : names) {
            var file = root.resolve("Annotations/" + name + ".xml");
            if (!Files.isRegularFile(file)) throw new IOException(file + ": expected a file of annotations, got none");
            try {
                all.add(annotated(root, name, reader.parse(file.toFile()).getDocumentElement(), faults));
            } catch (SAXException | IllegalArgumentException e) {
                throw new IOException(file + ": expected Pascal VOC's annotations: " + e.getMessage(), e);
            }
        }
        return all;
    }

    private static Annotated annotated(Path root, String name, Element annotation, Faults faults) {
        var picture =
                root.resolve("JPEGImages").resolve(text(annotation, "filename").orElse(name + ".jpg"));
        if (!Files.isRegularFile(picture)) picture = root.resolve("JPEGImages/" + name + ".jpg");
        int width = (int) number(annotation, "width", 0), height = (int) number(annotation, "height", 0);
        var things = new ArrayList<Named>();
        var objects = annotation.getElementsByTagName("object");
        for (int i = 0; i < objects.getLength(); i++) {
            var object = (Element) objects.item(i);
            var kind =
                    text(object, "name").orElseThrow(() -> new IllegalArgumentException("expected a name, got none"));
            // counted from 1, and the last pixel is inside
            var box = faults.box(
                    name + ": " + kind,
                    number(object, "xmin", Double.NaN) - 1,
                    number(object, "ymin", Double.NaN) - 1,
                    number(object, "xmax", Double.NaN),
                    number(object, "ymax", Double.NaN),
                    width,
                    height);
            boolean difficult = number(object, "difficult", 0) != 0;
            box.ifPresent(b -> things.add(new Named(kind, b, difficult)));
        }
        return new Annotated(picture, width, height, things);
    }

    private static Optional<String> text(Element element, String tag) {
        var found = element.getElementsByTagName(tag);
        return found.getLength() == 0
                ? Optional.empty()
                : Optional.of(found.item(0).getTextContent().strip());
    }

    private static double number(Element element, String tag, double otherwise) {
        var text = text(element, tag);
        try {
            return text.map(Double::parseDouble).orElse(otherwise);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(tag + ": expected a number, got " + text.get(), e);
        }
    }

    /** Reads nothing but the file: no other files that it names. */
    private static DocumentBuilder reader() {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setXIncludeAware(false);
            var reader = factory.newDocumentBuilder();
            reader.setErrorHandler(null); // it would print
            return reader;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}
