package resnet4j.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import resnet4j.config.Nearest;
import resnet4j.image.LabelMap;
import resnet4j.image.Target;

/**
 * The datasets behind one name, with one kind of target.
 *
 * @param name what was asked for, {@code kind:path}
 * @param val  held out of training to choose by; made from {@code train} where the source has none, by
 *             {@link #withValidation}
 * @param test looked at once, at the end
 */
public record DataSource<T extends Target<T>>(
        String name, Dataset<T> train, Optional<Dataset<T>> val, Optional<Dataset<T>> test) {
    private static final String KINDS = "cifar10:DIR, cifar100:DIR, folder:DIR, list:FILE, npz:FILE or shapes[:N]";

    public DataSource {
        for (var other : List.of(val, test))
            if (other.isPresent() && !other.get().classes().equals(train.classes()))
                throw new IllegalArgumentException(name + ": expected the same classes in all splits, got "
                        + train.classes() + " and " + other.get().classes());
    }

    /** A kind of data: what is read from the path behind its name. */
    public interface Reader {
        /** @param path what is said after {@code kind:}; empty where nothing is */
        DataSource<?> read(String path) throws IOException;
    }

    /** A kind's name, what its pictures have, and who reads it. */
    private record Kind(String name, Class<?> target, Reader reader) {}

    private static final List<Kind> REGISTERED = new CopyOnWriteArrayList<>(List.of(
            new Kind("masks", LabelMap.class, path -> Masks.read(given("masks:", path))),
            new Kind("list", Labels.class, path -> ListFile.labels(given("list:", path))),
            new Kind("list", Numbers.class, path -> ListFile.numbers(given("list:", path))),
            new Kind("npz", Labels.class, path -> Npz.labels(given("npz:", path))),
            new Kind("npz", Numbers.class, path -> Npz.numbers(given("npz:", path)))));
    private static final List<String> LABELLED = List.of("cifar10", "cifar100", "folder", "list", "npz", "shapes");

    /**
     * Adds a kind of data, which {@link #parse(String, Class)} then reads. One name may stand for several targets.
     *
     * @param target what its pictures have: {@code LabelMap.class} for segmentation
     */
    public static void register(String kind, Class<? extends Target<?>> target, Reader reader) {
        REGISTERED.add(new Kind(kind, target, reader));
    }

    /**
     * Pictures with a class each: {@code cifar10:DIR} or {@code cifar100:DIR}, where the path may be the official
     * archive, {@code folder:DIR}, {@code list:FILE}, {@code npz:FILE} or {@code shapes[:N]}, N generated pictures. CIFAR
     * without a path is what {@code ./resnet4j fetch} put into the cache.
     *
     * @throws IllegalArgumentException for an unknown kind
     * @throws IOException              for what is missing or damaged
     */
    public static DataSource<Label> parse(String spec) throws IOException {
        return parse(spec, Label.class);
    }

    /**
     * The same with another target: {@code shapes[:N]} has things and label maps too, {@code masks:DIR} label maps, and
     * {@link #register} adds kinds.
     */
    @SuppressWarnings("unchecked") // a kind's target is that of what it reads
    public static <T extends Target<T>> DataSource<T> parse(String spec, Class<T> target) throws IOException {
        int colon = spec.indexOf(':');
        var name = colon < 0 ? spec : spec.substring(0, colon);
        var path = colon < 0 ? "" : spec.substring(colon + 1);
        for (var kind : REGISTERED)
            if (kind.name.equals(name) && kind.target == target) return (DataSource<T>) kind.reader.read(path);
        if (name.equals("shapes") && target != Label.class)
            return Shapes.source(path.isEmpty() ? Shapes.DEFAULT_SIZE : number(spec, path), target);
        for (var kind : REGISTERED)
            if (kind.name.equals(name) && !LABELLED.contains(name))
                throw new IllegalArgumentException("data: expected pictures with " + called(target) + " each, got "
                        + spec + " with " + called(kind.target));
        if (target == Label.class) return (DataSource<T>) labelled(spec, name, path);
        throw new IllegalArgumentException(
                "data: expected pictures with " + called(target) + " each, got " + spec + "; "
                        + REGISTERED.stream()
                                .filter(kind -> kind.target == target)
                                .map(kind -> kind.name + ":PATH, ")
                                .collect(Collectors.joining())
                        + "or shapes");
    }

    /** What a picture has, in words. */
    private static String called(Class<?> target) {
        if (target == Label.class) return "a class";
        if (target == Labels.class) return "labels";
        if (target == Numbers.class) return "numbers";
        if (target == Things.class) return "things";
        return target == LabelMap.class ? "a label map" : target.getSimpleName();
    }

    /** The same where only the running program knows the target. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public static DataSource<?> read(String spec, Class<? extends Target<?>> target) throws IOException {
        return parse(spec, (Class) target);
    }

    private static DataSource<Label> labelled(String spec, String kind, String path) throws IOException {
        return switch (kind) {
            case "cifar10" -> Cifar.ten(path.isEmpty() ? cached("cifar10") : Path.of(path));
            case "cifar100" -> Cifar.hundred(path.isEmpty() ? cached("cifar100") : Path.of(path));
            case "folder" -> PictureFiles.folder(given(spec, path));
            case "list" -> ListFile.read(given(spec, path));
            case "shapes" -> Shapes.source(path.isEmpty() ? Shapes.DEFAULT_SIZE : number(spec, path), Label.class);
            case "npz" -> Npz.read(given(spec, path));
            default -> {
                if (Files.isDirectory(Path.of(spec)))
                    throw new IllegalArgumentException("data: expected " + KINDS + ", got " + spec
                            + ", a folder; did you mean folder:" + spec + "?");
                if (Files.isRegularFile(Path.of(spec)))
                    throw new IllegalArgumentException("data: expected " + KINDS + ", got " + spec
                            + ", a file; did you mean " + (spec.endsWith(".npz") ? "npz:" : "list:") + spec + "?");
                throw new IllegalArgumentException(
                        "data: expected " + KINDS + ", got " + spec + "." + Nearest.hint(kind, LABELLED));
            }
        };
    }

    private static Path given(String spec, String path) {
        if (path.isEmpty())
            throw new IllegalArgumentException("data: expected " + KINDS + ", got " + spec + " without a path");
        return Path.of(path);
    }

    private static Path cached(String kind) throws IOException {
        var file = Published.ALL.get(kind).cached();
        if (!Files.exists(file))
            throw new IOException(file + ": there is no copy of CIFAR; run './resnet4j fetch " + kind
                    + "' where there is a network, or say where it is, as in " + kind + ":DIR");
        return file;
    }

    private static int number(String spec, String text) {
        if (!text.matches("[1-9]\\d{0,6}"))
            throw new IllegalArgumentException("data: expected a number of pictures in shapes:N, got " + spec);
        return Integer.parseInt(text);
    }

    /** With a validation split: the source's own, or {@code fraction} of the training pictures, stratified. */
    public DataSource<T> withValidation(double fraction, long seed) {
        if (val.isPresent()) return this;
        var split = train.split(fraction, seed);
        return new DataSource<>(name, split.rest(), Optional.of(split.held()), test);
    }

    /** The same, known to have this target. @throws IllegalArgumentException if its pictures have another */
    @SuppressWarnings("unchecked")
    public <S extends Target<S>> DataSource<S> of(Class<S> target) {
        try {
            var got = train.target(0);
            if (target.isInstance(got)) return (DataSource<S>) this;
            throw new IllegalArgumentException("data: expected pictures with " + called(target) + " each, got " + name
                    + " with " + called(got.getClass()));
        } catch (IOException e) {
            return (DataSource<S>) this; // said when it is needed, with the file's name
        }
    }

    /** The split that is measured on where nobody says which: {@code test}, else {@code val}, else {@code train}. */
    public String measured() {
        return test.isPresent() ? "test" : val.isPresent() ? "val" : "train";
    }

    /** The split of that name: {@code train}, {@code val} or {@code test}. */
    public Dataset<T> split(String split) {
        var found =
                switch (split) {
                    case "train" -> Optional.of(train);
                    case "val" -> val;
                    case "test" -> test;
                    default -> throw new IllegalArgumentException("split: expected train, val or test, got " + split);
                };
        return found.orElseThrow(() -> new IllegalArgumentException("split: " + name + " has no split named " + split));
    }

    /** Without the pictures that are looked at once, at the end. */
    public DataSource<T> withoutTest() {
        return new DataSource<>(name, train, val, Optional.empty());
    }

    /** With at most {@code n} pictures in each split. */
    public DataSource<T> limit(int n) {
        return new DataSource<>(name, train.limit(n), val.map(d -> d.limit(n)), test.map(d -> d.limit(n)));
    }
}
