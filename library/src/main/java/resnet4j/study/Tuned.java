package resnet4j.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a search found so far.
 *
 * @param done   whether nothing is left to do
 * @param best   the best trial of those that came furthest; absent while there is none
 * @param recipe the file with its recipe
 * @param trials each trial's last result, best first
 */
public record Tuned(
        Path folder,
        List<Integer> rungs,
        boolean done,
        double seconds,
        Optional<Search.Result> best,
        Optional<Path> recipe,
        List<Search.Result> trials) {
    /** What stands above the cells of {@link #table}. */
    public List<String> columns() {
        var columns = new ArrayList<>(List.of("trial", "epochs", "validation"));
        if (!trials.isEmpty()) columns.addAll(trials.get(0).fields().keySet());
        return columns;
    }

    /** For people: a row for each trial, best first. */
    public List<List<String>> table() {
        return trials.stream()
                .map(trial -> {
                    var row = new ArrayList<>(List.of(
                            "" + trial.trial(),
                            "" + trial.epochs(),
                            trial.failure().isPresent() ? "diverged" : percent(trial.top1(), "%.2f%%")));
                    for (var value : trial.fields().values()) row.add(shown(value));
                    return List.copyOf(row);
                })
                .toList();
    }

    static String percent(double share, String format) {
        return String.format(Locale.ROOT, format, 100 * share);
    }

    static String shown(JsonNode value) {
        return value.isDouble() ? String.format(Locale.ROOT, "%.3g", value.asDouble()) : value.toString();
    }
}
