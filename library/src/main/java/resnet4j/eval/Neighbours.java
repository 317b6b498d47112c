package resnet4j.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Rows of numbers, such as what a network makes of pictures, to be searched for those that point the same way. Search is
 * exact: the cosine with every row. Plain Java.
 */
public final class Neighbours {
    private final int width;
    private final float[] rows; // of length 1, or 0

    /**
     * A row, and how alike it is.
     *
     * @param place  which row, from 0
     * @param cosine of the angle between them: 1 for the same direction, 0 where one of them is 0 everywhere
     */
    public record Near(int place, double cosine) {}

    /** @param rows one after another, {@code width} numbers each; copied */
    public Neighbours(float[] rows, int width) {
        if (width < 1 || rows.length == 0 || rows.length % width != 0)
            throw new IllegalArgumentException(
                    "rows: expected at least one of " + width + " numbers, got " + rows.length + " numbers");
        this.width = width;
        this.rows = rows.clone();
        for (int from = 0; from < rows.length; from += width) unit(this.rows, from, width);
    }

    /** How many rows there are. */
    public int size() {
        return rows.length / width;
    }

    /** How many numbers each has. */
    public int width() {
        return width;
    }

    /** Row {@code place} with the length 1, or 0 everywhere. */
    public float[] row(int place) {
        var row = new float[width];
        System.arraycopy(rows, place * width, row, 0, width);
        return row;
    }

    /** The {@code k} rows that are most alike to {@code asked}, most alike first; of equal ones the first first. */
    public List<Near> nearest(float[] asked, int k) {
        if (asked.length != width)
            throw new IllegalArgumentException(
                    "asked: expected " + width + " numbers, as the rows to compare with have," + " got " + asked.length
                            + "; take them from the same network");
        if (k < 1) throw new IllegalArgumentException("k: expected at least 1, got " + k);
        var query = asked.clone();
        unit(query, 0, width);
        var order = Comparator.comparingDouble(Near::cosine).thenComparing(Near::place, Comparator.reverseOrder());
        var best = new PriorityQueue<>(order); // the least alike first
        for (int place = 0, at = 0; at < rows.length; place++) {
            double cosine = 0;
            for (int c = 0; c < width; c++) cosine += rows[at++] * query[c];
            if (best.size() == k && cosine <= best.peek().cosine) continue;
            best.add(new Near(place, cosine));
            if (best.size() > k) best.remove();
        }
        var nearest = new ArrayList<>(best);
        nearest.sort(order.reversed());
        return nearest;
    }

    private static void unit(float[] values, int from, int width) {
        double squares = 0;
        for (int i = from; i < from + width; i++) squares += (double) values[i] * values[i];
        if (squares == 0) return;
        float length = (float) Math.sqrt(squares);
        for (int i = from; i < from + width; i++) values[i] /= length;
    }
}
