package resnet4j.measure;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import resnet4j.measure.Compared.Row;
import resnet4j.report.Chart;
import resnet4j.report.Page;
import resnet4j.report.Section;

/** Networks side by side as a page: accuracy against latency, speed by batch, the table. */
final class ComparisonPage {
    private ComparisonPage() {}

    static Page of(Compared r) {
        var accuracy = new Chart(
                "Accuracy against latency",
                Chart.Axis.of("Milliseconds for one picture").logarithmic(),
                Chart.Axis.of("Top-1 accuracy").inPercent(),
                Stream.of(
                                points(r, "Measured here", m -> m.accuracy().map(Compared.Accuracy::top1)),
                                points(r, "Published, ImageNet", Row::publishedTop1))
                        .filter(series -> !series.points().isEmpty())
                        .toList());
        var speed = new Chart(
                "Speed by batch",
                Chart.Axis.of("Pictures at a time").doubling(),
                Chart.Axis.of("Pictures per second").logarithmic(),
                r.models().stream()
                        .map(m -> new Chart.Series(
                                m.model(),
                                Chart.Mark.LINE_AND_POINTS,
                                m.batches().stream()
                                        .map(s -> new Chart.Point(
                                                s.batch(), s.imagesPerSecond().median()))
                                        .toList()))
                        .toList());
        var section = new Section(
                "Measured",
                r.circumstances()
                        + ". Each figure comes from a process of its own; memory is the most physical memory that the"
                        + " process has had, by the operating system's account.",
                List.of(accuracy, speed),
                Compared.COLUMNS.stream()
                        .map(c -> c.equals("model") ? c : "#" + c)
                        .toList(),
                r.table());
        var names = r.models().stream().map(Row::model).collect(Collectors.joining(", "));
        return new Page("Comparison", "Networks side by side", names, List.of(section));
    }

    private static Chart.Series points(Compared r, String name, Function<Row, Optional<Double>> top1) {
        return new Chart.Series(
                name,
                Chart.Mark.POINTS,
                r.models().stream()
                        .filter(m -> top1.apply(m).isPresent())
                        .map(m -> new Chart.Point(
                                m.single().medianMillis().median(),
                                top1.apply(m).get(),
                                m.model()))
                        .toList());
    }
}
