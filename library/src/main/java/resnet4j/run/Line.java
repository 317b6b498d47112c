package resnet4j.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import resnet4j.config.Records;
import resnet4j.data.Skipped;

/** A line of a run's history, a JSON object in {@code metrics.jsonl}. Numbers go by the names that the task gives them. */
public sealed interface Line {
    /** Updates done when it was written. */
    long step();

    /** Counted from 1. */
    int epoch();

    /**
     * One update.
     *
     * @param train           means over this epoch's training pictures so far, as {@code loss}
     * @param imagesPerSecond of this epoch so far
     */
    record Step(long step, int epoch, Map<String, Double> train, double lr, double imagesPerSecond) implements Line {
        public Step {
            train = copy(train);
        }
    }

    /**
     * One epoch.
     *
     * @param train      means over its training pictures
     * @param validation of the pictures held out; none where nothing is held out
     * @param waitShare  share of the time in which the loop waited for the loader
     * @param skipped    training pictures that could not be read
     */
    record Epoch(
            int epoch,
            long step,
            Map<String, Double> train,
            Map<String, Double> validation,
            double lr,
            double seconds,
            double waitShare,
            double imagesPerSecond,
            List<Skipped> skipped)
            implements Line {
        public Epoch {
            train = copy(train);
            validation = copy(validation);
            skipped = List.copyOf(skipped);
        }
    }

    private static Map<String, Double> copy(Map<String, Double> numbers) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    }

    /** The line in a text; empty where it is none: cut short by a kill, damaged, or of a kind that is not known here. */
    static Optional<Line> read(String text) {
        try {
            var json = Records.parse(text);
            return json.has("kind") ? Former.read(json) : Optional.of(Records.read(json, Line.class));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

/** Lines as they were written before tasks had names for their numbers: of classifiers. */
final class Former {
    private Former() {}

    static Optional<Line> read(JsonNode line) {
        return switch (line.path("kind").asText()) {
            case "step" ->
                Optional.of(new Line.Step(
                        line.path("step").asLong(),
                        line.path("epoch").asInt(),
                        numbers(named(line, "loss", "loss", "accuracy", "accuracy")),
                        number(line.path("lr")),
                        number(line.path("imagesPerSecond"))));
            case "epoch" ->
                Optional.of(new Line.Epoch(
                        line.path("epoch").asInt(),
                        line.path("step").asLong(),
                        numbers(named(line, "trainLoss", "loss", "trainAccuracy", "accuracy")),
                        numbers(line.path("validation")),
                        number(line.path("lr")),
                        number(line.path("seconds")),
                        number(line.path("waitShare")),
                        number(line.path("imagesPerSecond")),
                        skipped(line.path("skipped"))));
            default -> Optional.empty();
        };
    }

    private static ObjectNode named(JsonNode line, String... fromTo) {
        var named = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < fromTo.length; i += 2)
            if (line.has(fromTo[i])) named.set(fromTo[i + 1], line.get(fromTo[i]));
        return named;
    }

    private static Map<String, Double> numbers(JsonNode object) {
        var numbers = new LinkedHashMap<String, Double>();
        for (var field : object.properties()) numbers.put(field.getKey(), number(field.getValue()));
        return numbers;
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.asDouble() : Double.NaN;
    }

    private static List<Skipped> skipped(JsonNode list) {
        var skipped = new ArrayList<Skipped>();
        for (var one : list) skipped.add(Records.read(one, Skipped.class));
        return skipped;
    }
}
