package resnet4j.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** From JSON to the values of records, and the sentences about what does not fit. */
final class Reading {
    private Reading() {}

    /** Reads a node as a type; {@code base}, if any, gives what the node does not say. */
    static Object value(JsonNode node, Type type, Object base, String path) {
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
        if (Choices.isChoice(c)) return variant(node, c, base, path);
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
    static int index(String step, int size, String path) {
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
        if (WrittenAs.class.isAssignableFrom(type)) return written(node, type, (WrittenAs<?>) base, path);
        boolean variant = Choices.isVariant(type);
        JsonNode told = node.isTextual() && variant ? Records.NODES.objectNode().set(Records.TYPE, node) : node;
        if (!told.isObject()) throw expected(path, "an object (" + Choices.name(type) + ")", node);
        JsonNode named = today(type, (ObjectNode) told);
        if (variant && named.has(Records.TYPE)) { // told, though the field can hold nothing else
            String given = text(named.get(Records.TYPE), "a name", dot(path, Records.TYPE));
            if (!given.equals(Choices.name(type)))
                throw unknown(dot(path, Records.TYPE), "type '" + given + "'", given, List.of(Choices.name(type)));
        }
        RecordComponent[] components = type.getRecordComponents();
        List<String> known = Stream.concat(
                        variant ? Stream.of(Records.TYPE) : Stream.of(),
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
            Object old = defaults == null ? null : Records.get(defaults, component);
            if (named.has(name)) values[i] = value(named.get(name), component.getGenericType(), old, dot(path, name));
            else if (defaults != null) values[i] = old;
            else if (component.getType() == Optional.class) values[i] = Optional.empty();
            else
                throw new IllegalArgumentException(at(path) + "the field '" + name + "' ("
                        + describe(component.getType()) + ") is missing; " + Choices.name(type) + " has "
                        + String.join(", ", known) + ".");
        }
        return construct(type, components, values, path);
    }

    private static Object written(JsonNode node, Class<?> type, WrittenAs<?> base, String path) {
        Class<?> as = Arrays.stream(type.getGenericInterfaces())
                .filter(i -> i instanceof ParameterizedType p && p.getRawType() == WrittenAs.class)
                .map(i -> (Class<?>) ((ParameterizedType) i).getActualTypeArguments()[0])
                .findFirst()
                .orElseThrow();
        Object fields = record(node, as, base == null ? null : base.written(), path);
        try {
            return ((Supplier<?>) fields).get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(sentence(e.getMessage(), as.getRecordComponents(), path), e);
        }
    }

    private static Object variant(JsonNode node, Class<?> type, Object base, String path) {
        Map<String, Class<?>> variants = Choices.variants(type);
        String kinds = "one of " + String.join(", ", variants.keySet());
        JsonNode named = node.isTextual() ? Records.NODES.objectNode().set(Records.TYPE, node) : node;
        if (!named.isObject()) throw expected(path, kinds, node);
        JsonNode given = named.get(Records.TYPE);
        if (given == null && base == null)
            throw new IllegalArgumentException(at(path) + "the field 'type' is missing; expected " + kinds + ".");
        String name = given == null ? Choices.name(base.getClass()) : text(given, kinds, dot(path, Records.TYPE));
        if (!variants.containsKey(name))
            throw unknown(path, "type '" + name + "'", name, List.copyOf(variants.keySet()));
        return record(named, variants.get(name), base, path);
    }

    static Object construct(Class<?> type, RecordComponent[] components, Object[] values, String path) {
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
                        at(path) + "expected a value for every field of " + Choices.name(type) + ", got "
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
        for (Object constant : type.getEnumConstants()) names.put(Choices.name((Enum<?>) constant), constant);
        String given = text(node, "one of " + String.join(", ", names.keySet()), path);
        Object found = names.get(given);
        if (found == null) throw unknown(path, "value '" + given + "'", given, List.copyOf(names.keySet()));
        return found;
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

    private static String dot(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private static String at(String path) {
        return path.isEmpty() ? "" : path + ": ";
    }

    static IllegalArgumentException expected(String path, String what, JsonNode got) {
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
        if (type.isEnum() || Choices.isChoice(type)) return "a choice";
        return "an object";
    }
}
