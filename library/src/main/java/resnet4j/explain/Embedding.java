package resnet4j.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import resnet4j.data.Skipped;
import resnet4j.eval.Outputs;

/**
 * Pictures as a network sees them: for each, the numbers that its last layer decides by. Pictures that are alike to the
 * network lie in one direction. Plain Java; needs no network to be asked.
 */
public final class Embedding {
    private final float[][] rows;
    private final int[] indices;
    private final List<Skipped> skipped;

    /**
     * A picture, and how alike it is.
     *
     * @param index  in its dataset
     * @param cosine of the angle between what the network decides by: 1 for the same picture
     */
    public record Near(int index, double cosine) {}

    /** @param features what {@link Explainer#embedding} or {@link Outputs#of} got from a network's body */
    public Embedding(Outputs<?> features) {
        rows = features.logits().toArray(float[][]::new);
        indices = features.indices().clone();
        skipped = features.skipped();
        if (rows.length == 0) throw new IllegalArgumentException("features: expected at least one picture, got none");
    }

    /** How many pictures there are; those that could not be read are {@link #skipped}. */
    public int size() {
        return rows.length;
    }

    /** How many numbers each has. */
    public int width() {
        return rows[0].length;
    }

    /** The numbers of the picture at {@code place} of those that could be read; not a copy. */
    public float[] row(int place) {
        return rows[place];
    }

    /** Where the picture at {@code place} stands in its dataset. */
    public int index(int place) {
        return indices[place];
    }

    public List<Skipped> skipped() {
        return skipped;
    }

    /**
     * The {@code k} pictures that are most alike to {@code features}, most alike first; of equal ones the first first.
     *
     * @param features of the same network, {@link #width} of them
     */
    public List<Near> nearest(float[] features, int k) {
        if (features.length != width())
            throw new IllegalArgumentException("features: expected " + width()
                    + " numbers, as the pictures to compare with have, got " + features.length
                    + "; take them from the same network");
        if (k < 1) throw new IllegalArgumentException("k: expected at least 1, got " + k);
        var order = Comparator.comparingDouble(Near::cosine).thenComparing(Near::index, Comparator.reverseOrder());
        var best = new PriorityQueue<>(order); // the least alike first
        for (int i = 0; i < rows.length; i++) {
            best.add(new Near(indices[i], cosine(rows[i], features)));
            if (best.size() > k) best.remove();
        }
        var nearest = new ArrayList<>(best);
        nearest.sort(order.reversed());
        return nearest;
    }

    /** 0 where one of them is 0 everywhere. */
    static double cosine(float[] a, float[] b) {
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return aa == 0 || bb == 0 ? 0 : ab / Math.sqrt(aa * bb);
    }
}
