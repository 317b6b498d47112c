package resnet4j.data;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import resnet4j.image.Image;

/** Pictures with a class each, by index. Immutable, and safe to read from many threads. */
public interface Dataset {
    int size();

    /** The class names; a label is an index into them. */
    List<String> classes();

    /** The class of a picture, without decoding it. */
    int label(int index);

    /** @throws IOException if the picture cannot be read, naming the file */
    Image image(int index) throws IOException;

    /** Where the picture comes from, for people: a path, or {@code test_batch.bin#17}. */
    String name(int index);

    /** SHA-256, in hex, of what identifies the content: equal data, equal digest, on every machine. */
    String digest();

    /** The same, with photographs turned by their EXIF orientation or not; data without EXIF is what it is. */
    default Dataset upright(boolean applyExif) {
        return this;
    }

    /**
     * The same for a network that needs no more than {@code shortSide} pixels across: large JPEGs are decoded, faster
     * and not quite the same, at a half, a quarter or an eighth of the size that is no smaller. 0 for full size.
     */
    default Dataset reduced(int shortSide) {
        return this;
    }

    /** The pictures at {@code indices}, in that order. */
    default Dataset subset(int... indices) {
        return new Subset(this, indices.clone());
    }

    /** {@code n} pictures evenly spaced through all of them, so that data sorted by class keeps its classes; or all. */
    default Dataset limit(int n) {
        if (n < 1) throw new IllegalArgumentException("limit: expected at least one picture, got " + n);
        if (n >= size()) return this;
        return new Subset(
                this,
                IntStream.range(0, n).map(i -> (int) ((long) i * size() / n)).toArray());
    }

    /**
     * Two disjoint parts that hold all pictures, each in this order. Stratified: of every class about {@code fraction}
     * is held out, and at least one picture on each side where the class has two.
     *
     * @param fraction in (0, 1)
     */
    default Split split(double fraction, long seed) {
        if (!(fraction > 0 && fraction < 1))
            throw new IllegalArgumentException("fraction: expected more than 0 and less than 1, got " + fraction);
        var held = new boolean[size()];
        for (var members : Stratum.of(this, seed)) {
            int n = members.length;
            int take = n < 2 ? 0 : (int) Math.max(1, Math.min(n - 1, Math.round(fraction * n)));
            for (int i = 0; i < take; i++) held[members[i]] = true;
        }
        return Split.by(this, held);
    }

    /** {@code k} stratified splits whose held-out parts are disjoint and together hold all pictures: cross-validation. */
    default List<Split> folds(int k, long seed) {
        if (k < 2 || k > size())
            throw new IllegalArgumentException("folds: expected 2 to " + size() + " (one a picture), got " + k);
        var fold = new int[size()];
        int next = 0; // runs on from class to class, so that small classes do not all start in the first fold
        for (var members : Stratum.of(this, seed)) for (int index : members) fold[index] = next++ % k;
        return IntStream.range(0, k)
                .mapToObj(f -> {
                    var held = new boolean[size()];
                    for (int i = 0; i < held.length; i++) held[i] = fold[i] == f;
                    return Split.by(this, held);
                })
                .toList();
    }

    /** How many pictures each class has. */
    default int[] classCounts() {
        var counts = new int[classes().size()];
        for (int i = 0; i < size(); i++) counts[label(i)]++;
        return counts;
    }

    /** What is left, and what was taken out of it. */
    record Split(Dataset rest, Dataset held) {
        private static Split by(Dataset data, boolean[] held) {
            return new Split(
                    data.subset(IntStream.range(0, held.length)
                            .filter(i -> !held[i])
                            .toArray()),
                    data.subset(
                            IntStream.range(0, held.length).filter(i -> held[i]).toArray()));
        }
    }
}

/** The pictures of each class, in an order drawn from a seed. */
final class Stratum {
    private Stratum() {}

    static List<int[]> of(Dataset data, long seed) {
        var counts = data.classCounts();
        var members = Arrays.stream(counts).mapToObj(int[]::new).toList();
        var filled = new int[counts.length];
        for (int i = 0; i < data.size(); i++) {
            int label = data.label(i);
            members.get(label)[filled[label]++] = i;
        }
        for (int label = 0; label < counts.length; label++)
            Seeds.shuffle(members.get(label), Seeds.random(seed, Seeds.SPLIT, label));
        return members;
    }
}

record Subset(Dataset of, int[] indices) implements Dataset {
    Subset {
        for (int index : indices)
            if (index < 0 || index >= of.size())
                throw new IllegalArgumentException(
                        "subset: expected indices from 0 to " + (of.size() - 1) + ", got " + index);
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public List<String> classes() {
        return of.classes();
    }

    @Override
    public int label(int index) {
        return of.label(indices[index]);
    }

    @Override
    public Image image(int index) throws IOException {
        return of.image(indices[index]);
    }

    @Override
    public String name(int index) {
        return of.name(indices[index]);
    }

    @Override
    public Dataset upright(boolean applyExif) {
        return new Subset(of.upright(applyExif), indices);
    }

    @Override
    public Dataset reduced(int shortSide) {
        return new Subset(of.reduced(shortSide), indices);
    }

    @Override
    public String digest() {
        var digest = new Digest().add(of.digest());
        for (int index : indices) digest.add(index);
        return digest.hex();
    }
}
