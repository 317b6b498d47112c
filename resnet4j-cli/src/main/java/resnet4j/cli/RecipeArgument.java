package resnet4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.config.Records;
import resnet4j.train.Recipe;

/** RECIPE and what may be changed in it. */
final class RecipeArgument {
    @Parameters(
            arity = "0..1",
            paramLabel = "RECIPE",
            description = "A JSON file with the fields that differ from the defaults, such as recipes/*.json.")
    private Path recipe;

    @Option(names = "--data", paramLabel = "KIND:PATH", description = "Pictures; in place of the recipe's.")
    private String data;

    @Option(names = "--set", paramLabel = "PATH=VALUE", description = "Change a field, as in --set optimizer.lr=0.05.")
    private List<String> sets = new ArrayList<>();

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures of each split.")
    private Integer limit;

    @Option(names = "--model", paramLabel = "NAME", description = "The network; in place of the recipe's.")
    private String model;

    @Option(names = "--epochs", paramLabel = "N", description = "In place of the recipe's.")
    private Integer epochs;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures of one update; in place of the recipe's.")
    private Integer batch;

    @Option(names = "--lr", paramLabel = "RATE", description = "The largest rate; in place of the recipe's.")
    private Double lr;

    /** Whether there is anything but data, which a run that is resumed may find elsewhere. */
    boolean givesAny() {
        return recipe != null || !sets.isEmpty() || limit != null || !changes().isEmpty();
    }

    Optional<String> data() {
        return Optional.ofNullable(data);
    }

    /** Whether neither a recipe nor a word about the pictures was given: what is trained on is then the default. */
    boolean trainsOnTheDefault() {
        return recipe == null && data == null && sets.stream().noneMatch(set -> set.startsWith("data="));
    }

    private List<String> changes() {
        var changes = new ArrayList<String>();
        if (model != null) changes.add("model=" + model);
        if (epochs != null) changes.add("epochs=" + epochs);
        if (batch != null) {
            Bounds.batch("--batch", batch);
            changes.add("batch=" + batch);
        }
        if (lr != null) changes.add("optimizer.lr=" + lr);
        return changes;
    }

    /** Defaults, then the file, then what the command line says. */
    Recipe read(CommonOptions common) throws IOException {
        JsonNode changes = recipe == null ? Records.parse("{}") : Records.parse(recipe);
        var all = new ArrayList<>(sets);
        all.addAll(changes());
        if (data != null) all.add("data=" + data);
        if (limit != null) all.add("limit=" + limit);
        if (common.precision() != null) all.add("precision=" + common.precision());
        if (common.seed().isPresent()) all.add("seed=" + common.seed().getAsLong());
        for (var set : all) changes = Records.set(changes, set);
        return Records.overlay(new Recipe(), changes);
    }

    /** What a run of it is called where nobody says. */
    String name() {
        return recipe == null ? "run" : recipe.getFileName().toString().replaceFirst("\\.json$", "");
    }
}
