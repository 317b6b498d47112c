package resnet4j.shrink;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import resnet4j.report.Chart;
import resnet4j.report.Page;
import resnet4j.report.Section;

/**
 * What came of trying how small a network can be.
 *
 * @param candidates in the order in which they were tried
 * @param left       shares of the multiply-adds for which there was no time
 * @param report     a page with charts
 */
public record Shrunk(String model, List<Candidate> candidates, List<Double> left, Path report) {
    public Shrunk {
        candidates = List.copyOf(candidates);
        left = List.copyOf(left);
    }

    /**
     * A network that was tried.
     *
     * @param top1    on validation pictures
     * @param bytes   of its file
     * @param millis  for one picture, by a plan
     * @param onFront whether no other one is as good in all three and better in one
     */
    public record Candidate(String name, Path file, double top1, long bytes, double millis, boolean onFront) {
        private boolean beats(Candidate other) {
            boolean asGood = top1 >= other.top1 && bytes <= other.bytes && millis <= other.millis;
            return asGood && (top1 > other.top1 || bytes < other.bytes || millis < other.millis);
        }
    }

    /** The same, with those marked that no other one beats. */
    static List<Candidate> front(List<Candidate> all) {
        return all.stream()
                .map(c -> new Candidate(
                        c.name, c.file, c.top1, c.bytes, c.millis, all.stream().noneMatch(other -> other.beats(c))))
                .toList();
    }

    Page page(String data, int pictures) {
        var charts = List.of(
                chart("Size", Chart.Axis.of("Bytes of the file").logarithmic()),
                chart("Time", Chart.Axis.of("Milliseconds for a picture").logarithmic()));
        var section = new Section(
                "What was tried",
                "The front is those that no other one beats in accuracy, size and time at once. Accuracy is on "
                        + pictures + " validation pictures; no test picture was looked at.",
                charts,
                List.of("Network", "#Top-1", "#Bytes", "#Milliseconds", "On the front"),
                candidates.stream().map(Shrunk::row).toList());
        return new Page("How small it can be", model, "on " + data, List.of(section));
    }

    private Chart chart(String title, Chart.Axis x) {
        var series = new ArrayList<Chart.Series>();
        for (boolean front : List.of(true, false))
            series.add(new Chart.Series(
                    front ? "on the front" : "beaten",
                    Chart.Mark.POINTS,
                    candidates.stream()
                            .filter(c -> c.onFront == front)
                            .map(c -> new Chart.Point(title.equals("Size") ? c.bytes : c.millis, c.top1, c.name))
                            .toList()));
        return new Chart(title, x, Chart.Axis.of("Validation top-1").inPercent(), series);
    }

    private static List<String> row(Candidate c) {
        return List.of(
                c.name,
                String.format(Locale.ROOT, "%.2f%%", 100 * c.top1),
                String.format(Locale.ROOT, "%,d", c.bytes),
                String.format(Locale.ROOT, "%.2f", c.millis),
                c.onFront ? "yes" : "");
    }

    /** In lines, for people: the front, the best first, and what was left out. */
    @Override
    public String toString() {
        var lines = new ArrayList<String>();
        candidates.stream()
                .filter(Candidate::onFront)
                .sorted((a, b) -> Double.compare(b.top1, a.top1))
                .forEach(c -> lines.add(String.format(
                        Locale.ROOT,
                        "top-1 %.2f %%, %,d bytes, %.2f ms a picture: %s",
                        100 * c.top1,
                        c.bytes,
                        c.millis,
                        c.file)));
        if (!left.isEmpty()) lines.add("no time was left for shares of " + left);
        lines.add("Report: " + report);
        return String.join(System.lineSeparator(), lines);
    }
}
