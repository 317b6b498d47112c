package resnet4j.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Recipes as they were written before: in run folders, saved models and people's files. */
final class FormerRecipe {
    /** What a probe has no use for, as it takes no steps, and did not refuse. */
    private static final List<String> STEPPED =
            List.of("augment", "mix", "progressive", "labelSmoothing", "ema", "lookahead");

    private FormerRecipe() {}

    /**
     * JSON with names of before put in those of today: a probe was a strategy once, and a recipe with all of its fields and
     * no word on the last batch of an epoch left it out.
     */
    static ObjectNode today(ObjectNode json) {
        var strategy = json.path("strategy");
        if (strategy.asText().equals("linearProbe")
                || strategy.path("type").asText().equals("linearProbe")) {
            json.put("learn", "probe");
            json.put("strategy", "all");
            json.remove(STEPPED);
        }
        if (json.has("biasScale") && json.has("seed") && json.has("ema") && !json.has("dropLast"))
            json.put("dropLast", true);
        average(json);
        return json;
    }

    /** {@code ema} and {@code lookahead} were two fields, of which one had to be 0. */
    private static void average(ObjectNode json) {
        var ema = json.remove("ema");
        var lookahead = json.remove("lookahead");
        boolean followed = ema != null && ema.asDouble() != 0;
        boolean ahead = lookahead != null && lookahead.path("every").asInt(1) != 0;
        if (followed && ahead)
            throw new IllegalArgumentException("lookahead: expected one average of the weights, got ema too");
        if (followed) json.putObject("average").put("type", "ema").set("decay", ema);
        else if (ahead) json.putObject("average").put("type", "lookahead").setAll((ObjectNode) lookahead);
        else if (ema != null || lookahead != null) json.put("average", "none");
    }
}
