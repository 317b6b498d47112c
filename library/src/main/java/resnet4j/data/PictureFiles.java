package resnet4j.data;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import resnet4j.files.Digest;
import resnet4j.image.ImageFile;
import resnet4j.image.Picture;

/**
 * Picture files with a class each, decoded when asked for.
 *
 * @param root the folder that pictures are named from, so that a report says the same wherever it lies; files elsewhere
 *             are named by their path
 */
public record PictureFiles(List<String> classes, List<Path> files, int[] labels, Path root) implements Dataset<Label> {
    private static final List<String> ENDINGS = List.of(
            "jpg", "jpeg", "jpe", "jfif", "png", "webp", "tif", "tiff", "bmp", "gif", "pnm", "ppm", "pgm", "pbm",
            "dcm");
    /** Pictures too, which no decoder here reads: they are listed, so that whoever reads them says what was skipped. */
    private static final List<String> UNREAD = List.of("avif", "heic", "heif", "jxl", "jp2", "svg", "raw", "dng");

    static final List<String> TRAINING = List.of("train", "training");
    static final List<String> VALIDATION = List.of("val", "valid", "validation", "dev");
    static final List<String> TEST = List.of("test", "testing");
    /** Folders beside pictures that operating systems, notebooks and storage devices make. */
    private static final List<String> LEFT_BEHIND =
            List.of("__macosx", "@eadir", "$recycle.bin", "lost+found", "__pycache__");

    public PictureFiles {
        classes = List.copyOf(classes);
        files = List.copyOf(files);
    }

    /** Files of which nobody says what they show: all are of one class, and named from {@code root}. */
    public static PictureFiles unlabelled(List<Path> files, Path root) {
        return new PictureFiles(List.of("unknown"), files, new int[files.size()], root);
    }

    /** The same, named by their paths. */
    public static PictureFiles unlabelled(List<Path> files) {
        return unlabelled(files, Path.of(""));
    }

    /**
     * A folder with a folder for each class; or with {@code train} and {@code val} or {@code test}, each of which has one.
     * The splits are known by their usual names ({@code training}, {@code valid}, {@code validation}, {@code dev},
     * {@code testing}) in upper or lower case.
     *
     * @throws IOException if a folder is missing or empty, or if there is one class only
     */
    public static DataSource<Label> folder(Path root) throws IOException {
        if (!Files.isDirectory(root))
            throw new IOException(root + ": there is no such folder; expected one with a folder of pictures per class");
        var train = split(root, TRAINING);
        if (train.isEmpty()) {
            var all = classFolders(root);
            if (all.stream()
                    .map(PictureFiles::lower)
                    .allMatch(name -> TEST.contains(name) || VALIDATION.contains(name)))
                throw new IOException(root + ": expected a folder train beside " + String.join(" and ", all));
            refuseFoldersOfFolders(root, all);
            return new DataSource<>("folder:" + root, read(root, root, all), Optional.empty(), Optional.empty());
        }
        var classes = classFolders(train.get());
        refuseFoldersOfFolders(train.get(), classes);
        var val = split(root, VALIDATION);
        var test = split(root, TEST);
        return new DataSource<>(
                "folder:" + root,
                read(root, train.get(), classes),
                val.isPresent() ? Optional.of(read(root, val.get(), classes)) : Optional.empty(),
                test.isPresent() ? Optional.of(read(root, test.get(), classes)) : Optional.empty());
    }

    /** The one folder with such a name. */
    static Optional<Path> split(Path root, List<String> names) throws IOException {
        var found = folders(root).stream()
                .filter(name -> names.contains(lower(name)))
                .toList();
        if (found.size() > 1)
            throw new IOException(root + ": expected one folder of " + String.join(", ", names) + ", got "
                    + String.join(" and ", found) + "; keep one of them");
        return found.stream().findFirst().map(root::resolve);
    }

    /** Folders that hold folders alone are not classes: the path is a level too high. */
    private static void refuseFoldersOfFolders(Path root, List<String> classes) throws IOException {
        for (var name : classes) {
            var folder = root.resolve(name);
            var inside = folders(folder);
            if (inside.isEmpty() || !Files.isReadable(folder)) return;
            try (var all = Files.list(folder)) {
                if (all.anyMatch(PictureFiles::isPicture)) return;
            }
        }
        var first = root.resolve(classes.get(0));
        throw new IOException(root + ": expected a folder of pictures for each class, found only folders of folders ("
                + String.join(", ", classes.subList(0, Math.min(4, classes.size())))
                + "); give the folder whose folders are the classes, such as folder:" + first
                + ", or call its parts train, val and test");
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The names of the folders in a folder that people made, sorted. */
    private static List<String> folders(Path root) throws IOException {
        List<String> names;
        try (var inside = Files.list(root)) {
            names = inside.filter(Files::isDirectory)
                    .map(p -> p.getFileName().toString())
                    .filter(name -> !leftBehind(name))
                    .sorted()
                    .toList();
        }
        for (var name : names) {
            var folder = root.resolve(name);
            if (Files.isSymbolicLink(folder) && root.toRealPath().startsWith(folder.toRealPath()))
                throw loop(folder, null);
        }
        return names;
    }

    private static IOException loop(Path link, IOException cause) {
        return new IOException(
                link + ": expected pictures, the link leads back to a folder around it; remove it", cause);
    }

    /** Whether a program left it behind: hidden ones, previews and copies. */
    private static boolean leftBehind(String name) {
        return name.startsWith(".") || LEFT_BEHIND.contains(lower(name));
    }

    private static List<String> classFolders(Path root) throws IOException {
        var classes = folders(root);
        if (classes.size() < 2)
            throw new IOException(root + ": expected a folder of pictures for each of two or more classes, found "
                    + (classes.isEmpty() ? "none" : "one, " + classes.get(0)));
        return classes;
    }

    private static PictureFiles read(Path top, Path root, List<String> classes) throws IOException {
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
                classes, files, labels.stream().mapToInt(Integer::intValue).toArray(), top);
    }

    /** Files as they are named, and the pictures of folders, in this order. @throws NoSuchFileException if one is not there */
    public static List<Path> found(List<Path> places) throws IOException {
        var files = new ArrayList<Path>();
        for (var place : places) {
            if (!Files.exists(place))
                throw new NoSuchFileException(place.toString(), null, "expected a picture or a folder, there is none");
            if (Files.isDirectory(place)) files.addAll(pictures(place));
            else files.add(place);
        }
        return files;
    }

    /**
     * The picture files in a folder and below, links followed, in the order of their paths. Those that nothing here can
     * read are among them (AVIF, HEIC, JPEG XL, links that lead nowhere, pipes): reading them says why they are skipped. What
     * programs leave behind ({@code .ipynb_checkpoints}, {@code __MACOSX}, {@code @eaDir}, {@code ._} files) is not.
     *
     * @throws IOException if a folder may not be read, or a link leads back to a folder around it
     */
    public static List<Path> pictures(Path folder) throws IOException {
        var found = new ArrayList<Path>();
        Files.walkFileTree(folder, Set.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path inside, BasicFileAttributes attributes) {
                boolean left = !inside.equals(folder)
                        && leftBehind(inside.getFileName().toString());
                return left ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (isPicture(file)) found.add(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                throw e instanceof FileSystemLoopException ? loop(file, e) : e;
            }
        });
        found.sort(null);
        return List.copyOf(found);
    }

    /** Whether a file's name says that it is a picture. */
    private static boolean isPicture(Path file) {
        var name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        if (dot < 1 || name.startsWith(".")) return false;
        var ending = lower(name.substring(dot + 1));
        return ENDINGS.contains(ending) || UNREAD.contains(ending);
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
    public double aspect(int index) throws IOException {
        return ImageFile.aspect(files.get(index));
    }

    @Override
    public String name(int index) {
        return name(root, files.get(index));
    }

    static String name(Path root, Path file) {
        return (file.startsWith(root) ? root.relativize(file) : file).toString();
    }

    /** Of names, sizes and labels: reading every picture would take longer than using them. */
    @Override
    public String digest() {
        var digest = new Digest();
        for (int i = 0; i < files.size(); i++) {
            var file = files.get(i);
            digest.add(file.getFileName().toString()).add(labels[i]).addSize(file);
        }
        return digest.hex();
    }
}
