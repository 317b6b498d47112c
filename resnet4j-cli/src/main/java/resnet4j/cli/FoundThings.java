package resnet4j.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import resnet4j.data.Skipped;
import resnet4j.detect.CocoScore;
import resnet4j.detect.ThingScore;

/** How well a detector finds things: the keys of its score, with the model and the data before them. */
record FoundThings(
        String model,
        String data,
        int samples,
        int things,
        int found,
        double boxMap,
        double boxMap50,
        double boxMap75,
        Optional<Double> maskMap,
        Optional<Double> maskMap50,
        Optional<Double> maskMap75,
        Map<String, Double> boxes,
        Map<String, Double> masks,
        List<CocoScore.OfCategory> classes,
        List<Skipped> skipped) {
    static FoundThings of(String model, String data, ThingScore s) {
        return new FoundThings(
                model,
                data,
                s.samples(),
                s.things(),
                s.found(),
                s.boxMap(),
                s.boxMap50(),
                s.boxMap75(),
                s.maskMap(),
                s.maskMap50(),
                s.maskMap75(),
                s.boxes(),
                s.masks(),
                s.classes(),
                s.skipped());
    }

    String text() {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s on %s: box AP %.4f, at .50 %.4f, at .75 %.4f; %d things in %d pictures",
                model,
                data,
                boxMap,
                boxMap50,
                boxMap75,
                things,
                samples));
        maskMap.ifPresent(ap -> text.append(String.format(Locale.ROOT, "; mask AP %.4f", ap)));
        var table = new Table("class", "AP", "AP50", "recall");
        for (var c : classes) table.row(c.name(), number(c.ap()), number(c.ap50()), number(c.ar()));
        return text + System.lineSeparator() + table;
    }

    private static String number(double value) {
        return value < 0 ? "" : String.format(Locale.ROOT, "%.3f", value);
    }
}
