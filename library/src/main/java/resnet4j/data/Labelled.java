package resnet4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
