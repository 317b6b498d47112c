package resnet4j.data;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import resnet4j.config.Checks;
import resnet4j.files.Digest;
import resnet4j.image.Decoding;
import resnet4j.image.Picture;
import resnet4j.image.Target;

/**
 * Pictures with what is known of each, by index. Immutable, and safe to read from many threads.
 *
 * @param <T> {@link Label}, {@link Things}, a {@link resnet4j.image.LabelMap} or another target
 */
public interface Dataset<T extends Target<T>> {
    int size();

    /** The class names; a label is an index into them. */
    List<String> classes();

    /** The picture, not yet read. */
    Picture picture(int index);

    /** What is known of the picture, as it lies in its file. @throws IOException if that cannot be read, naming the file */
    T target(int index) throws IOException;

    /**
     * Width by height of the picture as it is stored. It is decoded for this unless its annotations or its file's head say
     * it. @throws IOException if it cannot be read
     */
    default double aspect(int index) throws IOException {
        var image = picture(index).decode(Decoding.STORED);
        return (double) image.width() / image.height();
    }

    /** Where the picture comes from, for people: a path, or {@code test_batch.bin#17}. */
    String name(int index);

    /** What a picture belongs to, such as a patient: splits keep a group's pictures together. Empty for nothing. */
    default String group(int index) {
        return "";
    }

    /** SHA-256, in hex, of what identifies the content: equal data, equal digest, on every machine. */
    String digest();

    /** The pictures at {@code indices}, in that order. */
    default Dataset<T> subset(int... indices) {
        return new Subset<>(this, indices.clone());
    }

    /** {@code n} pictures evenly spaced through all of them, so that data sorted by class keeps its classes; or all. */
    default Dataset<T> limit(int n) {
        if (n < 1) throw new IllegalArgumentException("limit: expected at least one picture, got " + n);
        if (n >= size()) return this;
        return new Subset<>(
                this,
                IntStream.range(0, n).map(i -> (int) ((long) i * size() / n)).toArray());
    }

    /**
     * Two disjoint parts that hold all pictures, each in this order. Stratified, where pictures have one label: of every
     * class about {@code fraction} is held out, and at least one picture on each side where the class has two. Where they
     * have groups, these are held out whole.
     *
     * @param fraction in (0, 1)
     */
    default Split<T> split(double fraction, long seed) {
        Checks.insideUnit("fraction", fraction);
        var held = new boolean[size()];
        var groups = Groups.of(this);
        if (groups.isPresent()) groups.get().hold(fraction, seed, held);
        else
            for (var members : Strata.of(this, seed)) {
                int n = members.length;
                int take = n < 2 ? 0 : (int) Math.max(1, Math.min(n - 1, Math.round(fraction * n)));
                for (int i = 0; i < take; i++) held[members[i]] = true;
            }
        return Split.by(this, held);
    }

    /** {@code k} stratified splits whose held-out parts are disjoint and together hold all pictures: cross-validation. */
    default List<Split<T>> folds(int k, long seed) {
        if (k < 2 || k > size())
            throw new IllegalArgumentException("folds: expected 2 to " + size() + " (one a picture), got " + k);
        var fold = new int[size()];
        var groups = Groups.of(this);
        int next = 0; // runs on from class to class, so that small classes do not all start in the first fold
        if (groups.isPresent()) groups.get().deal(k, seed, fold);
        else for (var members : Strata.of(this, seed)) for (int index : members) fold[index] = next++ % k;
        return IntStream.range(0, k)
                .mapToObj(f -> {
                    var held = new boolean[size()];
                    for (int i = 0; i < held.length; i++) held[i] = fold[i] == f;
                    return Split.by(this, held);
                })
                .toList();
    }

    /** What is left, and what was taken out of it. */
    record Split<T extends Target<T>>(Dataset<T> rest, Dataset<T> held) {
        private static <T extends Target<T>> Split<T> by(Dataset<T> data, boolean[] held) {
            return new Split<>(
                    data.subset(IntStream.range(0, held.length)
                            .filter(i -> !held[i])
                            .toArray()),
                    data.subset(
                            IntStream.range(0, held.length).filter(i -> held[i]).toArray()));
        }
    }
}

/** The pictures of each class, in an order drawn from a seed; all together where they have no label. */
final class Strata {
    private Strata() {}

    static List<int[]> of(Dataset<?> data, long seed) {
        var members = Labelled.members(data)
                .orElseGet(() -> List.of(IntStream.range(0, data.size()).toArray()));
        for (int label = 0; label < members.size(); label++)
            Seeds.shuffle(members.get(label), Seeds.random(seed, Seeds.SPLIT, label));
        return members;
    }
}

record Subset<T extends Target<T>>(Dataset<T> of, int[] indices) implements Dataset<T> {
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
    public Picture picture(int index) {
        return of.picture(indices[index]);
    }

    @Override
    public T target(int index) throws IOException {
        return of.target(indices[index]);
    }

    @Override
    public double aspect(int index) throws IOException {
        return of.aspect(indices[index]);
    }

    @Override
    public String name(int index) {
        return of.name(indices[index]);
    }

    @Override
    public String group(int index) {
        return of.group(indices[index]);
    }

    @Override
    public String digest() {
        var digest = new Digest().add(of.digest());
        for (int index : indices) digest.add(index);
        return digest.hex();
    }
}
