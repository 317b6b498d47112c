package resnet4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.files.Digest;
import resnet4j.image.Decoding;
import resnet4j.image.ImageFile;

/** What is true of pictures with one label each. */
public final class Labelled {
    private Labelled() {}

    /** The class of a picture, without decoding it. */
    public static int label(Dataset<Label> data, int index) {
        return ((Label) target(data, index)).index();
    }

    /** How many pictures each class has. */
    public static int[] classCounts(Dataset<Label> data) {
        var counts = new int[data.classes().size()];
        for (int i = 0; i < data.size(); i++) counts[label(data, i)]++;
        return counts;
    }

    /**
     * Writes a few pictures as PNG files, a folder for each class: as {@code folder:} reads them.
     *
     * @param each how many of each class, which have to be there
     * @return the first file
     */
    public static Path write(Dataset<Label> data, Path folder, int each) throws IOException {
        var written = new int[data.classes().size()];
        Path first = null;
        for (int i = 0; Arrays.stream(written).anyMatch(n -> n < each); i++) {
            int label = label(data, i);
            if (written[label]++ >= each) continue;
            var file = folder.resolve(data.classes().get(label)).resolve(i + ".png");
            Files.createDirectories(file.getParent());
            ImageFile.writePng(file, data.picture(i).decode(Decoding.STORED));
            if (first == null) first = file;
        }
        return first;
    }

    /**
     * The same pictures with their labels as indices into a network's class names: classes are matched by name, and by
     * place where either side has numbers for names.
     *
     * @throws IllegalArgumentException if the network does not know a class that has pictures
     */
    public static Dataset<Label> as(List<String> names, Dataset<Label> data) {
        var classes = data.classes();
        if (classes.equals(names)) return data;
        boolean unnamed = true;
        for (int i = 0; i < names.size(); i++) unnamed &= names.get(i).equals(Integer.toString(i));
        var to = new int[classes.size()];
        for (int i = 0; i < to.length; i++) {
            boolean sameName = i < names.size() && names.get(i).equals(classes.get(i));
            boolean byPlace = i < names.size() && (unnamed || classes.get(i).equals(Integer.toString(i)));
            int named = names.indexOf(classes.get(i));
            to[i] = sameName || named < 0 && byPlace ? i : named; // ImageNet has two cranes
        }
        var counts = classCounts(data);
        var unknown = IntStream.range(0, to.length)
                .filter(i -> to[i] < 0 && counts[i] > 0)
                .mapToObj(classes::get)
                .toList();
        if (!unknown.isEmpty())
            throw new IllegalArgumentException("data: the network does not know "
                    + (unknown.size() == 1 ? "the class " : unknown.size() + " of the classes, such as ")
                    + String.join(", ", unknown.subList(0, Math.min(3, unknown.size()))) + "; it knows "
                    + String.join(", ", names.subList(0, Math.min(5, names.size()))) + (names.size() > 5 ? ", ..." : "")
                    + "; give the pictures' classes the network's names");
        return new Renamed(data, List.copyOf(names), to);
    }

    /** @param to the place of each class of {@code of} among {@code classes} */
    private record Renamed(Dataset<Label> of, List<String> classes, int[] to) implements Derived<Label> {
        @Override
        public Label target(int index) throws IOException {
            return new Label(to[of.target(index).index()]);
        }

        @Override
        public String digest() {
            var digest = new Digest().add(of.digest());
            for (int place : to) digest.add(place);
            return digest.hex();
        }
    }

    /** The pictures of each class, in their order; empty where pictures have no label. */
    static Optional<List<int[]>> members(Dataset<?> data) {
        if (data.size() == 0 || !(target(data, 0) instanceof Label)) return Optional.empty();
        var labels = new int[data.size()];
        var counts = new int[data.classes().size()];
        for (int i = 0; i < labels.length; i++) counts[labels[i] = ((Label) target(data, i)).index()]++;
        var members = Arrays.stream(counts).mapToObj(int[]::new).toList();
        var filled = new int[counts.length];
        for (int i = 0; i < labels.length; i++) members.get(labels[i])[filled[labels[i]]++] = i;
        return Optional.of(members);
    }

    private static Object target(Dataset<?> data, int index) {
        try {
            return data.target(index);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
