package resnet4j.certainty;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import resnet4j.data.Label;
import resnet4j.eval.Outputs;

/**
 * What a classifier said of pictures, beside what is true of them.
 *
 * @param logits a row a picture, finite
 * @param labels the true class of each
 */
public record Answered(List<float[]> logits, int[] labels) {
    public Answered {
        logits = List.copyOf(logits);
        if (logits.isEmpty())
            throw new IllegalArgumentException("data: expected pictures that can be read, found none");
        if (logits.size() != labels.length)
            throw new IllegalArgumentException(
                    "labels: expected one for each of " + logits.size() + " pictures, got " + labels.length);
    }

    public static Answered of(Outputs<Label> outputs) {
        return new Answered(
                outputs.logits(),
                outputs.targets().stream().mapToInt(Label::index).toArray());
    }

    public int size() {
        return labels.length;
    }

    public int classes() {
        return logits.get(0).length;
    }

    /** The pictures at these places. */
    public Answered subset(int[] places) {
        var rows = new ArrayList<float[]>();
        for (int place : places) rows.add(logits.get(place));
        return new Answered(
                rows, IntStream.of(places).map(place -> labels[place]).toArray());
    }

    /** Of all classes of a picture, at this temperature. */
    double[] probabilities(int picture, double temperature) {
        var row = logits.get(picture);
        double largest = row[best(picture)], sum = 0;
        var p = new double[row.length];
        for (int c = 0; c < p.length; c++) sum += p[c] = Math.exp((row[c] - largest) / temperature);
        for (int c = 0; c < p.length; c++) p[c] /= sum;
        return p;
    }

    /** The likeliest class of a picture; of equal ones the first. */
    int best(int picture) {
        var row = logits.get(picture);
        int best = 0;
        for (int c = 1; c < row.length; c++) if (row[c] > row[best]) best = c;
        return best;
    }

    boolean right(int picture) {
        return best(picture) == labels[picture];
    }
}
