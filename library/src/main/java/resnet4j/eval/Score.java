package resnet4j.eval;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import resnet4j.data.Skipped;

/** How good a network is, by the numbers of its task: {@link Evaluation} for classes. */
public interface Score {
    /** The name of the number by which networks are compared, {@code top1}: the first of {@link #numbers}. */
    default String headline() {
        return numbers().keySet().iterator().next();
    }

    /** All single numbers by name, in the order in which people read them. More of the headline's is better. */
    Map<String, Double> numbers();

    /** Where numbers lie, with 95 % confidence, by their names; none for what has no interval. */
    default Map<String, Interval> intervals() {
        return Map.of();
    }

    /** The numbers by whose draws two networks are compared on the same pictures. */
    default List<String> compared() {
        return List.of(headline());
    }

    /** Pictures that could not be read, and so are in no number. */
    List<Skipped> skipped();

    /** What to know before one believes the numbers, a sentence each: that guessing does as well. */
    default List<String> notes() {
        return List.of();
    }

    /** The numbers on one line. */
    default String words() {
        return numbers().entrySet().stream()
                .map(n -> String.format(Locale.ROOT, "%s %.4f", n.getKey(), n.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** What people read below that, such as a line for each class, if it is not too much. */
    default List<String> lines() {
        var intervals = intervals();
        var known = numbers().keySet().stream()
                .filter(intervals::containsKey)
                .map(name -> name + " " + intervals.get(name).words())
                .collect(Collectors.joining(", "));
        return known.isEmpty() ? List.of() : List.of("  with 95 % confidence: " + known);
    }

    /** What JSON has of it beside the names of the network and the pictures. */
    default Map<String, Object> keys() {
        return Map.of("score", this);
    }

    /** The number by which networks are compared. */
    default double value() {
        return numbers().get(headline());
    }
}
