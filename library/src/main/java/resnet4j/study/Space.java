package resnet4j.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import resnet4j.config.Records;

/** The values that a search tries for one field of a recipe. */
public sealed interface Space {
    /** A value, of equal chances in the space's own measure. */
    JsonNode draw(RandomGenerator random);

    /** The values that are most likely to be wrong: what a recipe refuses shows here, before any run begins. */
    List<JsonNode> edges();

    /** Numbers in [low, high). */
    record Uniform(double low, double high) implements Space {
        public Uniform {
            ordered(low, high);
        }

        @Override
        public JsonNode draw(RandomGenerator random) {
            return Records.tree(low + random.nextDouble() * (high - low));
        }

        @Override
        public List<JsonNode> edges() {
            return List.of(Records.tree(low), Records.tree(high));
        }
    }

    /** Numbers in [low, high) whose logarithms are uniform: each factor of ten is as likely as any other. */
    record LogUniform(double low, double high) implements Space {
        public LogUniform {
            ordered(low, high);
            if (low <= 0) throw new IllegalArgumentException("low: expected more than 0, got " + low);
        }

        @Override
        public JsonNode draw(RandomGenerator random) {
            return Records.tree(low * Math.pow(high / low, random.nextDouble()));
        }

        @Override
        public List<JsonNode> edges() {
            return List.of(Records.tree(low), Records.tree(high));
        }
    }

    /** Whole numbers from {@code low} to {@code high}, both included. */
    record Int(int low, int high) implements Space {
        public Int {
            ordered(low, high);
        }

        @Override
        public JsonNode draw(RandomGenerator random) {
            return Records.tree(random.nextLong(low, high + 1L));
        }

        @Override
        public List<JsonNode> edges() {
            return List.of(Records.tree(low), Records.tree(high));
        }
    }

    /** One of some values: numbers, names, or whole records, such as {@code {"type":"cosine","warmup":0.1}}. */
    record Choice(List<JsonNode> values) implements Space {
        public Choice {
            values = List.copyOf(values);
            if (values.isEmpty()) throw new IllegalArgumentException("values: expected at least one, got none");
        }

        @Override
        public JsonNode draw(RandomGenerator random) {
            return values.get(random.nextInt(values.size()));
        }

        @Override
        public List<JsonNode> edges() {
            return values;
        }
    }

    /** The spaces of an object from paths of recipe fields, as {@code --set} takes them, to spaces. */
    static Map<String, Space> parse(JsonNode json) {
        if (!json.isObject() || json.isEmpty())
            throw new IllegalArgumentException("space: expected an object from fields to spaces, such as"
                    + " {\"optimizer.lr\": {\"type\": \"logUniform\", \"low\": 0.001, \"high\": 1}}, got " + json);
        var spaces = new LinkedHashMap<String, Space>();
        for (var field : json.properties()) {
            try {
                spaces.put(field.getKey(), Records.read(field.getValue(), Space.class));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(field.getKey() + ": " + e.getMessage(), e);
            }
        }
        return spaces;
    }

    private static void ordered(double low, double high) {
        if (!(low <= high && Double.isFinite(low) && Double.isFinite(high)))
            throw new IllegalArgumentException(
                    "low: expected a finite number, at most high, got " + low + " with high " + high);
    }
}
