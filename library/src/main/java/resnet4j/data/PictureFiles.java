package resnet4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.image.Picture;

/** Picture files with a class each, decoded when asked for. */
public record PictureFiles(List<String> classes, List<Path> files, int[] labels) implements Dataset<Label> {
    private static final List<String> ENDINGS =
            List.of("jpg", "jpeg", "jpe", "png", "bmp", "gif", "pnm", "ppm", "pgm", "pbm");
    private static final List<String> VALIDATION = List.of("val", "valid", "validation");

    public PictureFiles {
        classes = List.copyOf(classes);
        files = List.copyOf(files);
    }

    /** Files of which nobody says what they show: all are of one class. */
    public static PictureFiles unlabelled(List<Path> files) {
        return new PictureFiles(List.of("unknown"), files, new int[files.size()]);
    }

    /**
     * A folder with a folder for each class; or with {@code train} and {@code val} (or {@code valid}) or {@code test},
     * each of which has one.
     *
     * @throws IOException if a folder is missing or empty, or if there is one class only
     */
    public static DataSource<Label> folder(Path root) throws IOException {
        if (!Files.isDirectory(root))
            throw new IOException(root + ": there is no such folder; expected one with a folder of pictures per class");
        var train = root.resolve("train");
        if (!Files.isDirectory(train)) {
            var all = classFolders(root);
            if (all.stream().allMatch(name -> name.equals("test") || VALIDATION.contains(name)))
                throw new IOException(root + ": expected a folder train beside " + String.join(" and ", all));
            return new DataSource<>("folder:" + root, read(root, all), Optional.empty(), Optional.empty());
        }
        var classes = classFolders(train);
        var val = VALIDATION.stream()
                .map(root::resolve)
                .filter(Files::isDirectory)
                .findFirst();
        var test = Optional.of(root.resolve("test")).filter(Files::isDirectory);
        return new DataSource<>(
                "folder:" + root,
                read(train, classes),
                val.isPresent() ? Optional.of(read(val.get(), classes)) : Optional.empty(),
                test.isPresent() ? Optional.of(read(test.get(), classes)) : Optional.empty());
    }

    private static List<String> classFolders(Path root) throws IOException {
        try (var inside = Files.list(root)) {
            var classes = inside.filter(Files::isDirectory)
                    .map(p -> p.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
            if (classes.size() < 2)
                throw new IOException(root + ": expected a folder of pictures for each of two or more classes, found "
                        + (classes.isEmpty() ? "none" : "one, " + classes.get(0)));
            return classes;
        }
    }

    private static PictureFiles read(Path root, List<String> classes) throws IOException {
        for (var name : classFolders(root))
            if (!classes.contains(name))
                throw new IOException(root + ": the class " + name + " has no training pictures; expected " + classes);
        var files = new ArrayList<Path>();
        var labels = new ArrayList<Integer>();
        for (int label = 0; label < classes.size(); label++) {
            int before = files.size();
            var folder = root.resolve(classes.get(label));
            if (Files.isDirectory(folder)) files.addAll(pictures(folder));
            if (files.size() == before)
                throw new IOException(folder + ": expected pictures (" + String.join(", ", ENDINGS) + "), found none");
            while (labels.size() < files.size()) labels.add(label);
        }
        return new PictureFiles(
                classes, files, labels.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The picture files in a folder and below, links followed, in the order of their paths. */
    public static List<Path> pictures(Path folder) throws IOException {
        try (var inside = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return inside.filter(Files::isRegularFile)
                    .filter(PictureFiles::hasEnding)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause(); // a folder that may not be read, or links in a circle
        }
    }

    private static boolean hasEnding(Path file) {
        var name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0
                && !name.startsWith(".")
                && ENDINGS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public Label target(int index) {
        return new Label(labels[index]);
    }

    @Override
    public Picture picture(int index) {
        return Picture.of(files.get(index));
    }

    @Override
    public String name(int index) {
        return files.get(index).toString();
    }

    /** Of names, sizes and labels: reading every picture would take longer than using them. */
    @Override
    public String digest() {
        var digest = new Digest();
        for (int i = 0; i < files.size(); i++) {
            digest.add(files.get(i).getFileName().toString()).add(labels[i]);
            try {
                digest.add(Files.size(files.get(i)));
            } catch (IOException e) {
                digest.add(-1); // a file that went away is skipped when it is read
            }
        }
        return digest.hex();
    }
}
