package resnet4j.data;

import java.util.List;
import resnet4j.files.Digest;
import resnet4j.image.Target;

/**
 * The pictures of another dataset with targets of their own.
 *
 * @param classes what the targets speak of: the names of labels, or of numbers
 * @param groups  the group of each picture; empty where there are none
 */
record Targeted<T extends Target<T>>(Dataset<?> of, List<String> classes, List<T> targets, List<String> groups)
        implements Derived<T> {
    Targeted {
        classes = List.copyOf(classes);
        targets = List.copyOf(targets);
        groups = List.copyOf(groups);
        if (targets.size() != of.size())
            throw new IllegalArgumentException(
                    "targets: expected one for each of " + of.size() + " pictures, got " + targets.size());
    }

    @Override
    public T target(int index) {
        return targets.get(index);
    }

    @Override
    public String group(int index) {
        return groups.isEmpty() ? of.group(index) : groups.get(index);
    }

    @Override
    public String digest() {
        return new Digest()
                .add(of.digest())
                .add(targets.toString())
                .add(groups.toString())
                .hex();
    }
}
