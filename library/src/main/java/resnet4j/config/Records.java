package resnet4j.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * JSON to records and back, with nothing written on the records.
 *
 * <ul>
 *   <li>A record is an object with a field for each component, in the order of the components.
 *   <li>A record of a sealed interface has a field {@code "type"} before the others, its simple name in lower camel
 *       case: {@code {"type":"cosine","warmup":0.05}}. With nothing else to say, the name alone will do:
 *       {@code "constant"}.
 *   <li>An interface that is not sealed is read likewise, once its records are made known by {@link #permit}.
 *   <li>A record that has a static method {@code ObjectNode today(ObjectNode)} has JSON go through it first, to read what
 *       was written under names of before.
 *   <li>A record that is {@link WrittenAs} another has the JSON of that one.
 *   <li>Every component has to be there, unless it is an {@link Optional} or the record has a constructor without
 *       parameters: that constructor's values are then the defaults.
 *   <li>Components may be numbers, booleans, strings, enums (constants in lower camel case), {@link Path}, {@link URI},
 *       {@link Optional}, lists, arrays, maps from strings, {@link JsonNode}, records, and sealed interfaces of records.
 * </ul>
 *
 * Whatever does not fit is an {@link IllegalArgumentException} whose one sentence begins with the path of the field:
 * {@code model.stem.chanels: unknown field. Did you mean 'channels'? Known: type, channels.}
 */
public final class Records {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    static final JsonNodeFactory NODES = JSON.getNodeFactory();
    private static final DefaultPrettyPrinter PRETTY = new DefaultPrettyPrinter()
            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
            .withSeparators(Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
    static final String TYPE = "type";

    private Records() {}

    /**
     * Makes a record known as a choice of an interface that is not sealed, by its simple name.
     *
     * @throws IllegalArgumentException if another record of that interface has the name
     */
    public static void permit(Class<?> open, Class<? extends Record> choice) {
        Choices.permit(open, choice);
    }

    // ---- JSON text

    /** The JSON in a text. Rejects repeated fields and anything after the first value. */
    public static JsonNode parse(String json) {
        try {
            JsonNode node =
                    JSON.readTree(json.startsWith("\uFEFF") ? json.substring(1) : json); // editors mark UTF-8 so
            if (node.isMissingNode()) throw new IllegalArgumentException("expected JSON, got an empty text");
            return node;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String where = at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
            String what = e.getOriginalMessage().lines().findFirst().orElse("malformed");
            throw new IllegalArgumentException(where + "expected JSON, got: " + what, e);
        }
    }

    /** The JSON in a UTF-8 file; exceptions name the file. */
    public static JsonNode parse(Path file) throws IOException {
        try {
            return parse(Files.readString(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** Indented JSON for people, ending without a line feed. */
    public static String write(Object value) {
        try {
            return JSON.writer(PRETTY.createInstance()).writeValueAsString(tree(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** JSON on one line. */
    public static String line(Object value) {
        return tree(value).toString();
    }

    // ---- values to JSON

    /** The JSON of a value of the kinds that records may hold. Fields keep their order; empty optionals leave no field. */
    public static JsonNode tree(Object value) {
        if (value == null) return NODES.nullNode();
        if (value instanceof JsonNode node) return node;
        if (value instanceof Boolean b) return NODES.booleanNode(b);
        if (value instanceof Float f) return NODES.numberNode(f);
        if (value instanceof Double d) return NODES.numberNode(d);
        if (value instanceof Number n) return NODES.numberNode(n.longValue());
        if (value instanceof Enum<?> e) return NODES.textNode(Choices.name(e));
        if (value instanceof CharSequence || value instanceof Path || value instanceof URI)
            return NODES.textNode(value.toString());
        if (value instanceof Optional<?> optional) return tree(optional.orElse(null));
        if (value instanceof Collection<?> items) {
            ArrayNode array = NODES.arrayNode();
            items.forEach(item -> array.add(tree(item)));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = NODES.objectNode();
            map.forEach((key, item) -> object.set(String.valueOf(key), tree(item)));
            return object;
        }
        if (value.getClass().isArray()) {
            ArrayNode array = NODES.arrayNode();
            for (int i = 0; i < Array.getLength(value); i++) array.add(tree(Array.get(value, i)));
            return array;
        }
        if (value instanceof Record r) return tree(r);
        throw new IllegalArgumentException("expected a record or a value that a record may hold, got a "
                + value.getClass().getName());
    }

    private static JsonNode tree(Record value) {
        if (value instanceof WrittenAs<?> other) return tree(other.written());
        Class<?> type = value.getClass();
        if (Choices.isVariant(type) && type.getRecordComponents().length == 0)
            return NODES.textNode(Choices.name(type));
        ObjectNode object = NODES.objectNode();
        if (Choices.isVariant(type)) object.put(TYPE, Choices.name(type));
        fields(value).forEach((name, field) -> object.set(name, tree(field)));
        return object;
    }

    /** The fields of a record by name, in their order; empty optionals are left out. */
    public static Map<String, Object> fields(Record value) {
        var fields = new LinkedHashMap<String, Object>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            Object field = get(value, component);
            if (!Optional.empty().equals(field)) fields.put(component.getName(), field);
        }
        return fields;
    }

    // ---- JSON to values

    /** The record that a JSON text describes. */
    public static <T> T read(String json, Class<T> type) {
        return read(parse(json), type);
    }

    /** The record that JSON describes. */
    public static <T> T read(JsonNode json, Class<T> type) {
        if (json.isNull()) throw Reading.expected("", "the fields of " + Choices.name(type), json);
        return type.cast(Reading.value(json, type, null, ""));
    }

    /**
     * A value with some of its fields changed, and checked again.
     *
     * @param changes JSON with only the fields that differ, at any depth. A list is replaced as a whole, unless the
     *                change is an object of indices ({@code {"0": 3}}); entries of a map are added or replaced. Where
     *                a record of a sealed interface changes its type, none of the old one's fields stay
     */
    public static <T> T overlay(T base, JsonNode changes) {
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) Choices.variantParent(base.getClass());
        return type.cast(Reading.value(changes, type, base, ""));
    }

    /** A record with another value of one component, checked again. */
    public static <R extends Record> R with(R record, String component, Object value) {
        var components = record.getClass().getRecordComponents();
        var values = new Object[components.length];
        boolean found = false;
        for (int i = 0; i < values.length; i++) {
            boolean changed = components[i].getName().equals(component);
            values[i] = changed ? value : get(record, components[i]);
            found |= changed;
        }
        if (!found)
            throw new IllegalArgumentException(Choices.name(record.getClass()) + " has no component " + component);
        @SuppressWarnings("unchecked")
        R made = (R) Reading.construct(record.getClass(), components, values, "");
        return made;
    }

    /**
     * Changes with one more, for {@link #overlay}.
     *
     * @param changes    an object; not changed itself
     * @param assignment {@code path.to.field=value}, where a step of the path is a field or a list index from 0, and
     *                   the value is JSON, or else a string as it stands: {@code schedule.warmup=5},
     *                   {@code depths=[3,4,6,3]}, {@code depths.0=2}, {@code schedule=constant}
     */
    public static JsonNode set(JsonNode changes, String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) throw new IllegalArgumentException("expected path.to.field=value, got '" + assignment + "'");
        String[] path = assignment.substring(0, equals).strip().split("\\.", -1);
        if (Arrays.stream(path).anyMatch(String::isBlank))
            throw new IllegalArgumentException(
                    "expected path.to.field=value with a name between any two dots, got '" + assignment + "'");
        return put(changes, path, 0, literal(assignment.substring(equals + 1).strip()));
    }

    private static JsonNode literal(String text) {
        try {
            return parse(text);
        } catch (IllegalArgumentException notJson) {
            return NODES.textNode(text);
        }
    }

    private static JsonNode put(JsonNode node, String[] path, int depth, JsonNode value) {
        if (depth == path.length) return value;
        String step = path[depth];
        if (node instanceof ArrayNode array) {
            int index = Reading.index(step, array.size(), join(path, depth));
            ArrayNode copy = NODES.arrayNode().addAll(array);
            JsonNode old = index < array.size() ? array.get(index) : NODES.objectNode();
            JsonNode item = put(old, path, depth + 1, value);
            if (index < array.size()) copy.set(index, item);
            else copy.add(item);
            return copy;
        }
        ObjectNode copy = NODES.objectNode();
        if (node.isTextual()) copy.set(TYPE, node); // a bare "cosine" about to get a field
        if (node instanceof ObjectNode object) copy.setAll(object);
        JsonNode old = copy.has(step) ? copy.get(step) : NODES.objectNode();
        copy.set(step, put(old, path, depth + 1, value));
        return copy;
    }

    private static String join(String[] path, int length) {
        return String.join(".", Arrays.copyOf(path, length));
    }

    static Object get(Object value, RecordComponent component) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}
