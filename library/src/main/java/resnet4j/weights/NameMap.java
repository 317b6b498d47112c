package resnet4j.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import resnet4j.array.HostTensor;

/**
 * How somebody else's names become torchvision's: replacements, one after another, on every name. The maps are data,
 * in {@code name-maps.json}.
 */
record NameMap(String name, List<Rule> rules) {
    /** Replaces every match of {@code pattern}. */
    record Rule(Pattern pattern, String replacement) {}

    /** Every known map; the first changes nothing. */
    static final List<NameMap> ALL = load();

    String rename(String key) {
        for (Rule rule : rules) key = rule.pattern.matcher(key).replaceAll(rule.replacement);
        return key;
    }

    Map<String, HostTensor> rename(Map<String, HostTensor> tensors) {
        var renamed = new LinkedHashMap<String, HostTensor>();
        tensors.forEach((key, tensor) -> renamed.put(rename(key), tensor));
        return renamed.size() == tensors.size() ? renamed : tensors; // two names became one: not this map
    }

    private static List<NameMap> load() {
        var maps = new ArrayList<NameMap>();
        try (var in = NameMap.class.getResourceAsStream("name-maps.json")) {
            for (JsonNode map : new ObjectMapper().readTree(in)) {
                var rules = new ArrayList<Rule>();
                for (JsonNode rule : map.get("rules"))
                    rules.add(new Rule(
                            Pattern.compile(rule.get(0).asText()), rule.get(1).asText()));
                maps.add(new NameMap(map.get("name").asText(), List.copyOf(rules)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(maps);
    }
}
