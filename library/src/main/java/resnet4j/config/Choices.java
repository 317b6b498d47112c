package resnet4j.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which records an interface has, and what they are called in JSON. */
final class Choices {
    private static final Map<Class<?>, List<Class<?>>> PERMITTED = new ConcurrentHashMap<>(); // by interface

    private Choices() {}

    /** @see Records#permit */
    static void permit(Class<?> open, Class<? extends Record> choice) {
        if (open.isSealed() || !open.isAssignableFrom(choice))
            throw new IllegalArgumentException(
                    "choice: expected a record of " + open.getSimpleName() + ", got " + choice.getSimpleName());
        PERMITTED.merge(open, List.of(choice), (known, one) -> {
            if (known.contains(choice)) return known;
            for (var other : known)
                if (name(other).equals(name(choice)))
                    throw new IllegalArgumentException(
                            "choice: expected a new name, but " + name(other) + " is " + other.getName());
            var all = new ArrayList<Class<?>>(known);
            all.add(choice);
            return List.copyOf(all);
        });
    }

    /** The records of a sealed interface by name, those of sealed interfaces inside it too. */
    static Map<String, Class<?>> variants(Class<?> type) {
        var variants = new LinkedHashMap<String, Class<?>>();
        for (Class<?> permitted : type.isSealed() ? List.of(type.getPermittedSubclasses()) : PERMITTED.get(type)) {
            if (permitted.isRecord()) variants.put(name(permitted), permitted);
            else if (permitted.isSealed()) variants.putAll(variants(permitted));
        }
        return variants;
    }

    /** Whether a type is one of several records, which say their names. */
    static boolean isChoice(Class<?> type) {
        return type.isSealed() || PERMITTED.containsKey(type);
    }

    static boolean isVariant(Class<?> type) {
        return Arrays.stream(type.getInterfaces()).anyMatch(Choices::isChoice);
    }

    /** The sealed interface that a record is a choice of, or the record's own class. */
    static Class<?> variantParent(Class<?> type) {
        return Arrays.stream(type.getInterfaces())
                .filter(Choices::isChoice)
                .findFirst()
                .<Class<?>>map(Choices::variantParent)
                .orElse(type);
    }

    static String name(Class<?> type) {
        String name = type.getSimpleName();
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    /** {@code CHANNELS_LAST} is channelsLast. */
    static String name(Enum<?> constant) {
        String[] words = constant.name().toLowerCase(Locale.ROOT).split("_");
        var name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++)
            name.append(words[i].substring(0, 1).toUpperCase(Locale.ROOT)).append(words[i].substring(1));
        return name.toString();
    }
}
