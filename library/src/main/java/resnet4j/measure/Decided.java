package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import resnet4j.data.Skipped;
import resnet4j.eval.Interval;
import resnet4j.eval.Operating;
import resnet4j.report.Chart;
import resnet4j.report.Page;
import resnet4j.report.Section;
import resnet4j.report.Words;

/**
 * What a threshold on a class's probability is worth.
 *
 * @param chosenOn   the split that it was chosen on
 * @param measuredOn the split that it was measured on
 */
public record Decided(
        String model,
        String data,
        String positive,
        String chosenOn,
        String measuredOn,
        Operating operating,
        List<Skipped> skipped) {
    private static final List<String> COLUMNS = List.of(
            "Pictures",
            "#Of",
            "#Positives",
            "#ROC area",
            "#Sensitivity",
            "#Specificity",
            "#Precision",
            "#Negative predictive value");

    private String lead() {
        return String.format(
                Locale.ROOT,
                "%s is said from a probability of %.4f on, chosen on %s and measured on %s%s",
                positive,
                operating.threshold(),
                chosenOn,
                measuredOn,
                chosenOn.equals(measuredOn) ? ", the same pictures, so that it looks better than it is" : "");
    }

    private Stream<Operating.Part> parts() {
        return Stream.concat(Stream.of(operating.all()), operating.groups().stream());
    }

    private static List<String> row(Operating.Part part) {
        return List.of(
                part.name(),
                Integer.toString(part.samples()),
                Integer.toString(part.positives()),
                Double.isNaN(part.auc()) ? "" : String.format(Locale.ROOT, "%.3f", part.auc()),
                share(part.sensitivity(), part.sensitivityInterval()),
                share(part.specificity(), part.specificityInterval()),
                share(part.precision(), part.precisionInterval()),
                share(part.absence(), part.absenceInterval()));
    }

    private static String share(double value, Interval interval) {
        return Double.isNaN(value)
                ? ""
                : String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", value, interval.low(), interval.high());
    }

    /** Writes what it says, with the decision curve. */
    public void write(Path file) throws IOException {
        var curve = new Chart(
                "Net benefit by threshold",
                Chart.Axis.of("threshold"),
                Chart.Axis.of("true positives a picture"),
                List.of(
                        line("by the network", Operating.Benefit::model),
                        line("all are said to be", Operating.Benefit::everyone),
                        line("none is said to be", b -> 0)));
        var sections = List.of(
                new Section(
                        "At the threshold",
                        "In brackets: 95 % intervals (Wilson).",
                        List.of(),
                        COLUMNS,
                        parts().map(Decided::row).toList()),
                new Section(
                        "Decision curve",
                        "Right decisions less wrong ones, the wrong ones times the odds of the threshold (Vickers and Elkin"
                                + " 2006). A network is of use where it is above the other two.",
                        List.of(curve),
                        List.of(),
                        List.of()));
        new Page("operating point", model + ": " + positive, lead() + ", of " + data + ".", sections).write(file);
    }

    private Chart.Series line(String name, ToDoubleFunction<Operating.Benefit> of) {
        double least = -0.1 * operating.all().positives() / operating.all().samples(); // what is far below says nothing
        var points = operating.curve().stream()
                .filter(b -> of.applyAsDouble(b) >= least)
                .map(b -> new Chart.Point(b.threshold(), of.applyAsDouble(b)))
                .toList();
        return new Chart.Series(name, Chart.Mark.LINE, points);
    }

    /** In lines, for people. */
    @Override
    public String toString() {
        var lines = new ArrayList<String>();
        lines.add(model + " on " + data + ": " + lead() + ".");
        parts().forEach(part -> {
            var row = row(part);
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-20.200s %s, %d of them %s; ROC area %s%n    sensitivity %s, specificity %s%n    precision %s,"
                            + " negative predictive value %s",
                    part.name(),
                    Words.count(part.samples(), "picture"),
                    part.positives(),
                    positive,
                    row.get(3),
                    row.get(4),
                    row.get(5),
                    row.get(6),
                    row.get(7)));
        });
        skipped.forEach(s -> lines.add("skipped " + Words.shown(s.file()) + ": " + Words.sentence(s.reason())));
        return lines.stream().collect(Collectors.joining(System.lineSeparator()));
    }
}
