package resnet4j.train;

import java.util.LinkedHashMap;
import java.util.Map;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What a batch says of a network.
 *
 * @param parts means over its pictures, by name, in their order; the gradient is that of their sum
 * @param sums  what else is counted, summed over its pictures: {@code accuracy}, how many were classified right
 */
public record Losses(Map<String, Tensor> parts, Map<String, Double> sums) {
    /** The name of the sum of all parts in a run's history. */
    static final String TOTAL = "loss";

    public Losses {
        if (parts.isEmpty()) throw new IllegalArgumentException("parts: expected at least one loss, got none");
    }

    /** One loss, and nothing else. */
    public static Losses of(Tensor loss) {
        return new Losses(Map.of(TOTAL, loss), Map.of());
    }

    /** The sum of all parts. */
    Tensor total() {
        return parts.values().stream().reduce(Ops::add).orElseThrow();
    }

    /** All that is counted, summed over {@code size} pictures; the total first. */
    Map<String, Double> counted(double total, int size) {
        var counted = new LinkedHashMap<String, Double>();
        counted.put(TOTAL, total * size);
        if (parts.size() > 1) parts.forEach((name, loss) -> counted.put(name, loss.item() * size));
        counted.putAll(sums);
        return counted;
    }
}
