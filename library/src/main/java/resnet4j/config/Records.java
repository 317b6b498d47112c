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
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

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
    private static final JsonNodeFactory NODES = JSON.getNodeFactory();
    private static final DefaultPrettyPrinter PRETTY = new DefaultPrettyPrinter()
            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
            .withSeparators(Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
    private static final String TYPE = "type";

    private static final Map<Class<?>, List<Class<?>>> PERMITTED = new ConcurrentHashMap<>();

    private Records() {}

    /** Makes a record known as a choice of an interface that is not sealed, by its simple name. */
    public static void permit(Class<?> open, Class<? extends Record> choice) {
        if (open.isSealed() || !open.isAssignableFrom(choice))
            throw new IllegalArgumentException(
                    "choice: expected a record of " + open.getSimpleName() + ", got " + choice.getSimpleName());
        PERMITTED.merge(open, List.of(choice), (known, one) -> {
            var all = new ArrayList<>(known);
            if (!all.contains(choice)) all.add(choice);
            return List.copyOf(all);
        });
    }

    // ---- JSON text

    /** The JSON in a text. Rejects repeated fields and anything after the first value. */
    public static JsonNode parse(String json) {
        try {
            JsonNode node = JSON.readTree(json);
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
        if (value instanceof Enum<?> e) return NODES.textNode(name(e));
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
        Class<?> type = value.getClass();
        RecordComponent[] components = type.getRecordComponents();
        if (isVariant(type) && components.length == 0) return NODES.textNode(name(type));
        ObjectNode object = NODES.objectNode();
        if (isVariant(type)) object.put(TYPE, name(type));
        for (RecordComponent component : components) {
            Object field = get(value, component);
            if (!Optional.empty().equals(field)) object.set(component.getName(), tree(field));
        }
        return object;
    }

    // ---- JSON to values

    /** The record that a JSON text describes. */
    public static <T> T read(String json, Class<T> type) {
        return read(parse(json), type);
    }

    /** The record that JSON describes. */
    public static <T> T read(JsonNode json, Class<T> type) {
        if (json.isNull()) throw expected("", "the fields of " + name(type), json);
        return type.cast(value(json, type, null, ""));
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
        Class<T> type = (Class<T>) variantParent(base.getClass());
        return type.cast(value(changes, type, base, ""));
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
        if (!found) throw new IllegalArgumentException(name(record.getClass()) + " has no component " + component);
        @SuppressWarnings("unchecked")
        R made = (R) construct(record.getClass(), components, values, "");
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
            int index = index(step, array.size(), join(path, depth));
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

    /** Reads a node as a type; {@code base}, if any, gives what the node does not say. */
    private static Object value(JsonNode node, Type type, Object base, String path) {
        if (type instanceof ParameterizedType generic) return container(node, generic, base, path);
        if (!(type instanceof Class<?> c))
            throw new IllegalArgumentException(at(path) + "records cannot hold a " + type.getTypeName());
        if (node.isNull() && !c.isPrimitive() && c != JsonNode.class) return null;
        if (c == JsonNode.class) return node;
        if (c == boolean.class || c == Boolean.class) {
            if (!node.isBoolean()) throw expected(path, "true or false", node);
            return node.booleanValue();
        }
        if (c.isPrimitive() || Number.class.isAssignableFrom(c)) return number(node, c, path);
        if (c == String.class) return text(node, "a string", path);
        if (c == Path.class) return Path.of(text(node, "a path", path));
        if (c == URI.class) return uri(node, path);
        if (c.isEnum()) return constant(node, c, path);
        if (c.isArray()) {
            List<Object> items = items(node, c.getComponentType(), List.of(), path);
            Object array = Array.newInstance(c.getComponentType(), items.size());
            for (int i = 0; i < items.size(); i++) Array.set(array, i, items.get(i));
            return array;
        }
        if (c.isRecord()) return record(node, c, base, path);
        if (isChoice(c)) return variant(node, c, base, path);
        throw new IllegalArgumentException(at(path) + "records cannot hold a " + c.getName());
    }

    private static Object container(JsonNode node, ParameterizedType type, Object base, String path) {
        Type[] of = type.getActualTypeArguments();
        if (type.getRawType() == Optional.class) {
            Object inner = base instanceof Optional<?> optional ? optional.orElse(null) : null;
            return node.isNull() ? Optional.empty() : Optional.of(value(node, of[0], inner, path));
        }
        if (node.isNull()) return null;
        if (type.getRawType() == List.class)
            return items(node, of[0], base instanceof List<?> list ? list : List.of(), path);
        if (type.getRawType() == Map.class && of[0] == String.class) {
            if (!node.isObject()) throw expected(path, "an object", node);
            var map = new LinkedHashMap<String, Object>();
            if (base instanceof Map<?, ?> old) old.forEach((key, item) -> map.put((String) key, item));
            node.properties()
                    .forEach(field -> map.put(
                            field.getKey(),
                            value(field.getValue(), of[1], map.get(field.getKey()), dot(path, field.getKey()))));
            return map;
        }
        throw new IllegalArgumentException(at(path) + "records cannot hold a " + type.getTypeName());
    }

    private static List<Object> items(JsonNode node, Type type, List<?> base, String path) {
        var items = new ArrayList<Object>();
        if (node.isObject() && !base.isEmpty()) { // {"0": 3}: some items of the list
            items.addAll(base);
            node.properties().forEach(field -> {
                int index = index(field.getKey(), items.size(), path);
                Object old = index < items.size() ? items.get(index) : null;
                Object item = value(field.getValue(), type, old, path + "[" + index + "]");
                if (index < items.size()) items.set(index, item);
                else items.add(item);
            });
            return items;
        }
        if (!node.isArray()) throw expected(path, "a list", node);
        for (int i = 0; i < node.size(); i++) items.add(value(node.get(i), type, null, path + "[" + i + "]"));
        return items;
    }

    /** A list index, or the size of the list to append to it. */
    private static int index(String step, int size, String path) {
        try {
            int index = Integer.parseInt(step);
            if (index >= 0 && index <= size) return index;
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                at(path) + "expected a list index from 0 to " + size + ", got '" + step + "'.");
    }

    private static Object record(JsonNode node, Class<?> type, Object base, String path) {
        boolean variant = isVariant(type);
        JsonNode told = node.isTextual() && variant ? NODES.objectNode().set(TYPE, node) : node;
        if (!told.isObject()) throw expected(path, "an object (" + name(type) + ")", node);
        JsonNode named = today(type, (ObjectNode) told);
        if (variant && named.has(TYPE)) { // told, though the field can hold nothing else
            String given = text(named.get(TYPE), "a name", dot(path, TYPE));
            if (!given.equals(name(type)))
                throw unknown(dot(path, TYPE), "type '" + given + "'", given, List.of(name(type)));
        }
        RecordComponent[] components = type.getRecordComponents();
        List<String> known = Stream.concat(
                        variant ? Stream.of(TYPE) : Stream.of(),
                        Arrays.stream(components).map(RecordComponent::getName))
                .toList();
        for (var field : named.properties())
            if (!known.contains(field.getKey()))
                throw unknown(dot(path, field.getKey()), "field", field.getKey(), known);

        Object defaults = type.isInstance(base) ? base : defaults(type);
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String name = component.getName();
            Object old = defaults == null ? null : get(defaults, component);
            if (named.has(name)) values[i] = value(named.get(name), component.getGenericType(), old, dot(path, name));
            else if (defaults != null) values[i] = old;
            else if (component.getType() == Optional.class) values[i] = Optional.empty();
            else
                throw new IllegalArgumentException(at(path) + "the field '" + name + "' ("
                        + describe(component.getType()) + ") is missing; " + name(type) + " has "
                        + String.join(", ", known) + ".");
        }
        return construct(type, components, values, path);
    }

    private static Object variant(JsonNode node, Class<?> type, Object base, String path) {
        Map<String, Class<?>> variants = variants(type);
        String kinds = "one of " + String.join(", ", variants.keySet());
        JsonNode named = node.isTextual() ? NODES.objectNode().set(TYPE, node) : node;
        if (!named.isObject()) throw expected(path, kinds, node);
        JsonNode given = named.get(TYPE);
        if (given == null && base == null)
            throw new IllegalArgumentException(at(path) + "the field 'type' is missing; expected " + kinds + ".");
        String name = given == null ? name(base.getClass()) : text(given, kinds, dot(path, TYPE));
        if (!variants.containsKey(name))
            throw unknown(path, "type '" + name + "'", name, List.copyOf(variants.keySet()));
        return record(named, variants.get(name), base, path);
    }

    private static Object construct(Class<?> type, RecordComponent[] components, Object[] values, String path) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException said)
                throw new IllegalArgumentException(sentence(said.getMessage(), components, path), said);
            if (e.getCause() instanceof NullPointerException nothing)
                throw new IllegalArgumentException(
                        at(path) + "expected a value for every field of " + name(type) + ", got "
                                + nulls(components, values) + ".",
                        nothing);
            throw new IllegalStateException(at(path) + "cannot make " + type.getName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(at(path) + "cannot make " + type.getName(), e);
        }
    }

    /** {@code model} and {@code depths: expected ...} give {@code model.depths: expected ...}. */
    private static String sentence(String said, RecordComponent[] components, String path) {
        boolean named =
                Arrays.stream(components).anyMatch(c -> String.valueOf(said).startsWith(c.getName() + ":"));
        return named ? dot(path, said) : at(path) + said;
    }

    private static String nulls(RecordComponent[] components, Object[] values) {
        var names = new ArrayList<String>();
        for (int i = 0; i < values.length; i++) if (values[i] == null) names.add(components[i].getName() + " = null");
        return names.isEmpty() ? "null inside one" : String.join(", ", names);
    }

    private static Object defaults(Class<?> type) {
        if (type.getRecordComponents().length == 0) return null;
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            return null;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make the default " + type.getName(), e);
        }
    }

    private static Object get(Object value, RecordComponent component) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    // ---- scalars

    private static Object number(JsonNode node, Class<?> type, String path) {
        if (type == double.class || type == Double.class || type == float.class || type == Float.class) {
            double d = node.isNumber() ? node.doubleValue() : notFinite(node, path);
            return type == double.class || type == Double.class ? (Object) d : (Object) (float) d;
        }
        if (type != int.class && type != Integer.class && type != long.class && type != Long.class)
            throw new IllegalArgumentException(at(path) + "records cannot hold a " + type.getName());
        if (!node.isNumber()) throw expected(path, "a whole number", node);
        boolean asInt = type == int.class || type == Integer.class;
        try {
            long whole = node.decimalValue().longValueExact();
            return asInt ? (Object) Math.toIntExact(whole) : (Object) whole;
        } catch (ArithmeticException | NumberFormatException e) {
            throw expected(path, "a whole number of " + (asInt ? 32 : 64) + " bits", node);
        }
    }

    /** JSON has no NaN and no infinities; they are written as strings. */
    private static double notFinite(JsonNode node, String path) {
        return switch (node.asText()) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw expected(path, "a number", node);
        };
    }

    private static String text(JsonNode node, String what, String path) {
        if (!node.isTextual()) throw expected(path, what, node);
        return node.textValue();
    }

    private static URI uri(JsonNode node, String path) {
        try {
            return URI.create(text(node, "an address", path));
        } catch (IllegalArgumentException e) {
            throw expected(path, "an address (URI)", node);
        }
    }

    private static Object constant(JsonNode node, Class<?> type, String path) {
        var names = new LinkedHashMap<String, Object>();
        for (Object constant : type.getEnumConstants()) names.put(name((Enum<?>) constant), constant);
        String given = text(node, "one of " + String.join(", ", names.keySet()), path);
        Object found = names.get(given);
        if (found == null) throw unknown(path, "value '" + given + "'", given, List.copyOf(names.keySet()));
        return found;
    }

    // ---- names

    /** The records of a sealed interface by name, those of sealed interfaces inside it too. */
    private static Map<String, Class<?>> variants(Class<?> type) {
        var variants = new LinkedHashMap<String, Class<?>>();
        for (Class<?> permitted : type.isSealed() ? List.of(type.getPermittedSubclasses()) : PERMITTED.get(type)) {
            if (permitted.isRecord()) variants.put(name(permitted), permitted);
            else if (permitted.isSealed()) variants.putAll(variants(permitted));
        }
        return variants;
    }

    /** Whether a type is one of several records, which say their names. */
    private static boolean isChoice(Class<?> type) {
        return type.isSealed() || PERMITTED.containsKey(type);
    }

    private static boolean isVariant(Class<?> type) {
        return Arrays.stream(type.getInterfaces()).anyMatch(Records::isChoice);
    }

    private static JsonNode today(Class<?> type, ObjectNode json) {
        try {
            var today = type.getDeclaredMethod("today", ObjectNode.class);
            today.setAccessible(true);
            return (JsonNode) today.invoke(null, json.deepCopy());
        } catch (NoSuchMethodException e) {
            return json;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException said) throw said;
            throw new IllegalStateException("cannot read a former " + type.getName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read a former " + type.getName(), e);
        }
    }

    /** The sealed interface that a record is a choice of, or the record's own class. */
    private static Class<?> variantParent(Class<?> type) {
        return Arrays.stream(type.getInterfaces())
                .filter(Records::isChoice)
                .findFirst()
                .<Class<?>>map(Records::variantParent)
                .orElse(type);
    }

    private static String name(Class<?> type) {
        String name = type.getSimpleName();
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    /** {@code CHANNELS_LAST} is channelsLast. */
    private static String name(Enum<?> constant) {
        String[] words = constant.name().toLowerCase(Locale.ROOT).split("_");
        var name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++)
            name.append(words[i].substring(0, 1).toUpperCase(Locale.ROOT)).append(words[i].substring(1));
        return name.toString();
    }

    // ---- sentences

    private static String dot(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private static String at(String path) {
        return path.isEmpty() ? "" : path + ": ";
    }

    private static IllegalArgumentException expected(String path, String what, JsonNode got) {
        return new IllegalArgumentException(at(path) + "expected " + what + ", got " + shorten(got.toString()) + ".");
    }

    private static IllegalArgumentException unknown(String path, String what, String given, List<String> known) {
        return new IllegalArgumentException(at(path) + "unknown " + what + "." + Nearest.hint(given, known) + " Known: "
                + String.join(", ", known) + ".");
    }

    private static String shorten(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    private static String describe(Class<?> type) {
        if (type.isArray() || type == List.class) return "a list";
        if (type == boolean.class || type == Boolean.class) return "true or false";
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class)
            return "a whole number";
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) return "a number";
        if (type == String.class) return "a string";
        if (type.isEnum() || isChoice(type)) return "a choice";
        return "an object";
    }
}
