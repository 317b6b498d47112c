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

/** Networks side by side as a page: how right they are against latency, speed by batch, the table. */
final class ComparisonPage {
    private ComparisonPage() {}

    static Page of(Compared r) {
        var accuracy = againstLatency(
                "Accuracy",
                Chart.Axis.of("Top-1 accuracy").inPercent(),
                points(r, "Measured here", m -> m.accuracy().map(Compared.Accuracy::top1)),
                points(r, "Published, ImageNet", Row::publishedTop1));
        var scores = r.headlines().stream()
                .map(name -> againstLatency(name, Chart.Axis.of(name), points(r, "Measured here", m -> m.score()
                        .filter(s -> s.headline().equals(name))
                        .map(Compared.Scored::value))));
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
                Stream.of(Stream.of(accuracy), scores, Stream.of(speed))
                        .flatMap(charts -> charts)
                        .filter(chart -> !chart.series().isEmpty())
                        .toList(),
                r.columns().stream().map(c -> c.equals("model") ? c : "#" + c).toList(),
                r.table());
        var names = r.models().stream().map(Row::model).collect(Collectors.joining(", "));
        return new Page("Comparison", "Networks side by side", names, List.of(section));
    }

    private static Chart againstLatency(String name, Chart.Axis axis, Chart.Series... series) {
        return new Chart(
                name + " against latency",
                Chart.Axis.of("Milliseconds for one picture").logarithmic(),
                axis,
                Stream.of(series).filter(s -> !s.points().isEmpty()).toList());
    }

    private static Chart.Series points(Compared r, String name, Function<Row, Optional<Double>> right) {
        return new Chart.Series(
                name,
                Chart.Mark.POINTS,
                r.models().stream()
                        .filter(m -> right.apply(m).isPresent())
                        .map(m -> new Chart.Point(
                                m.single().medianMillis().median(),
                                right.apply(m).get(),
                                m.model()))
                        .toList());
    }
}
