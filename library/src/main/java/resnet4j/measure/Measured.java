package resnet4j.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import resnet4j.eval.Score;
import resnet4j.report.Words;

/** How right a network is on pictures, with the names of both; as a string, what people read of it. */
public record Measured(String model, String data, Score score) {
    /** The names, and then what JSON has of the score. */
    public Map<String, Object> keys() {
        var keys = new LinkedHashMap<String, Object>();
        keys.put("model", model);
        keys.put("data", data);
        keys.putAll(score.keys());
        return keys;
    }

    @Override
    public String toString() {
        var notes = score.notes().stream().map(note -> "Note: " + Words.sentence(note) + ".");
        var lines = score.lines().stream().map(Words::line);
        var skipped = score.skipped().stream()
                .map(s -> "skipped " + Words.shown(s.file()) + ": " + Words.sentence(s.reason()));
        return Stream.of(Stream.of(model + " on " + data + ": " + score.words()), notes, lines, skipped)
                .flatMap(s -> s)
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
