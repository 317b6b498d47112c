package resnet4j.explain;

import java.util.List;
import resnet4j.data.Skipped;
import resnet4j.eval.Neighbours;
import resnet4j.eval.Outputs;

/**
 * Pictures as a network sees them: for each, the numbers that its last layer decides by. Pictures that are alike to the
 * network lie in one direction. Plain Java; needs no network to be asked.
 */
public final class Embedding {
    private final Neighbours rows;
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
        if (features.logits().isEmpty())
            throw new IllegalArgumentException("features: expected at least one picture, got none");
        int width = features.logits().get(0).length, at = 0;
        var values = new float[Math.multiplyExact(width, features.logits().size())];
        for (var row : features.logits()) System.arraycopy(row, 0, values, width * at++, width);
        rows = new Neighbours(values, width);
        indices = features.indices().clone();
        skipped = features.skipped();
    }

    /** How many pictures there are; those that could not be read are {@link #skipped}. */
    public int size() {
        return rows.size();
    }

    /** How many numbers each has. */
    public int width() {
        return rows.width();
    }

    /** The numbers of the picture at {@code place} of those that could be read, as a vector of length 1. */
    public float[] row(int place) {
        return rows.row(place);
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
        return rows.nearest(features, k).stream()
                .map(near -> new Near(indices[near.place()], near.cosine()))
                .toList();
    }
}
