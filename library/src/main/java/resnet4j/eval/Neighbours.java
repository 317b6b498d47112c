package resnet4j.eval;

import static resnet4j.tensor.Losses.unit;

import java.util.ArrayList;
import java.util.List;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Rows of numbers, such as what a network makes of pictures, to be searched for those that point the same way. Search is
 * exact: the cosine with every row.
 */
public final class Neighbours {
    private static final int AT_ONCE = 1 << 24; // cosines

    private final int width;
    private final float[] rows;

    /**
     * A row, and how alike it is.
     *
     * @param place  which row, from 0
     * @param cosine of the angle between them: 1 for the same direction, 0 where one of them is 0 everywhere
     */
    public record Near(int place, double cosine) {}

    /** Of what a network decides by on each of many pictures, in their order there. */
    public static Neighbours of(Outputs<?> features) {
        if (features.logits().isEmpty())
            throw new IllegalArgumentException("features: expected at least one picture, got none");
        return new Neighbours(features.flat(), features.logits().get(0).length);
    }

    /** @param rows one after another, {@code width} numbers each, of any length; stay the caller's, who changes none */
    public Neighbours(float[] rows, int width) {
        if (width < 1 || rows.length == 0 || rows.length % width != 0)
            throw new IllegalArgumentException(
                    "rows: expected at least one of " + width + " numbers, got " + rows.length + " numbers");
        requireFinite("rows", rows);
        this.width = width;
        this.rows = rows;
    }

    private static void requireFinite(String field, float[] rows) {
        for (float number : rows)
            if (!Float.isFinite(number))
                throw new IllegalArgumentException(field + ": expected finite numbers, got " + number
                        + "; the weights of the network that made them are damaged");
    }

    /** How many rows there are. */
    public int size() {
        return rows.length / width;
    }

    /** How many numbers each has. */
    public int width() {
        return width;
    }

    /** The {@code k} rows that are most alike to {@code asked}, most alike first; of equal ones the first first. */
    public List<Near> nearest(float[] asked, int k) {
        if (asked.length != width)
            throw new IllegalArgumentException(
                    "asked: expected " + width + " numbers, as the rows to compare with have," + " got " + asked.length
                            + "; take them from the same network");
        return nearestOfEach(asked, k).get(0);
    }

    /** The same for several at once. @param asked one after another, {@link #width} numbers each */
    public List<List<Near>> nearestOfEach(float[] asked, int k) {
        return search(asked, k, false);
    }

    /** The {@code k} other rows that are most alike to each row. */
    public List<List<Near>> others(int k) {
        return search(rows, k, true);
    }

    private List<List<Near>> search(float[] asked, int k, boolean themselves) {
        if (asked.length % width != 0)
            throw new IllegalArgumentException(
                    "asked: expected rows of " + width + " numbers, got " + asked.length + " numbers");
        requireFinite("asked", asked);
        if (k < 1) throw new IllegalArgumentException("k: expected at least 1, got " + k);
        int n = asked.length / width, m = size(), chunk = Math.max(1, AT_ONCE / m);
        var found = new ArrayList<List<Near>>(n);
        try (var all = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var keys = unit(Tensor.of(rows, m, width));
            var queries = themselves ? keys : unit(Tensor.of(asked, n, width));
            keys = Ops.permute(keys, 1, 0); // [width,m]
            for (int from = 0; from < n; from += chunk) {
                int size = Math.min(chunk, n - from);
                float[] cosines;
                try (var scope = new NativeScope()) {
                    cosines = Ops.matmul(queries.narrow(0, from, size), keys).toFloats();
                }
                for (int i = 0; i < size; i++) found.add(largest(cosines, i * m, m, themselves ? from + i : -1, k));
            }
        }
        return found;
    }

    private static List<Near> largest(float[] cosines, int at, int n, int without, int k) {
        var best = new ArrayList<Near>();
        double least = Double.NEGATIVE_INFINITY; // of k that are found
        for (int j = 0; j < n; j++) {
            float cosine = cosines[at + j];
            if (cosine <= least || j == without) continue;
            int place = best.size();
            while (place > 0 && best.get(place - 1).cosine < cosine) place--;
            best.add(place, new Near(j, cosine));
            if (best.size() > k) best.remove(k);
            if (best.size() == k) least = best.get(k - 1).cosine;
        }
        return best;
    }
}
