package resnet4j.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import resnet4j.data.DataSource;
import resnet4j.eval.Score;
import resnet4j.report.RunReport;
import resnet4j.report.RunSummary;
import resnet4j.run.Build;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.Engine;

/**
 * What a run says of itself, in its model file and in its report.
 *
 * @param data       as the run sees it, with its validation split
 * @param dataDigest of the training pictures
 */
public record RunAccount(Recipe recipe, DataSource<?> data, String dataDigest) {
    /** That accuracy on pictures which were trained on, or chosen by, is no test; and what the score says of itself. */
    public List<String> notes(Score test) {
        var notes = new ArrayList<>(test.notes());
        switch (data.measured()) {
            case "train" -> notes.add("these are the training pictures themselves, as there are no others: no test");
            case "val" ->
                notes.add(
                        recipe.learn().epochs(recipe) > 1 || recipe.solveHead()
                                ? "these are the validation pictures, by which the best epoch was chosen: no test"
                                : "these are the validation pictures; nothing was chosen by them");
            default -> {}
        }
        return notes;
    }

    /** The page of a run that is done, after {@code seconds} of training. */
    void report(RunFolder run, Task<?> task, Score test, Device device, double seconds) throws IOException {
        var computed = recipe.precisionOn(device).name().toLowerCase(Locale.ROOT);
        var provenance = new LinkedHashMap<String, String>();
        provenance.put("Seed", Long.toString(recipe.seed()));
        provenance.put("Precision", computed);
        provenance.put("Data digest", dataDigest);
        Build.facts().forEach((name, value) -> provenance.put("ResNet4J " + name, value));
        provenance.put("libtorch", Engine.version());
        provenance.put("Java", System.getProperty("java.version"));
        var part =
                switch (data.measured()) {
                    case "test" -> ", test pictures";
                    case "val" -> ", validation pictures";
                    default -> ", training pictures";
                };
        var summary = new RunSummary(
                recipe.model(),
                data.name() + part,
                task.net().parameterCount(),
                0,
                device + ", " + computed,
                seconds,
                notes(test),
                provenance);
        RunReport.write(run, summary, test, task.sections(run.model(), test));
    }

    /** What stands in the model file about how good it is. */
    static Map<String, Double> metrics(Line.Epoch line, Optional<Score> validation) {
        var metrics = new LinkedHashMap<String, Double>();
        metrics.put("trainLoss", line.train().get(Losses.TOTAL));
        validation.ifPresent(score -> metrics.put(score.headline(), score.value()));
        if (line.validation().containsKey(Losses.TOTAL))
            metrics.put(Losses.TOTAL, line.validation().get(Losses.TOTAL));
        return metrics;
    }

    /** What stands in the model file about where it comes from. */
    Map<String, String> provenance(Line.Epoch line) {
        var provenance = new LinkedHashMap<>(Build.facts());
        provenance.put("data", data.name());
        provenance.put("dataDigest", dataDigest);
        provenance.put("engine", Engine.version());
        provenance.put("java", System.getProperty("java.version"));
        provenance.put("epoch", Integer.toString(line.epoch()));
        provenance.put("seed", Long.toString(recipe.seed()));
        return provenance;
    }
}
