package resnet4j.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import resnet4j.certainty.Answered;
import resnet4j.certainty.Reliability;
import resnet4j.certainty.Selective;
import resnet4j.certainty.Temperature;
import resnet4j.eval.Interval;
import resnet4j.report.Amounts;
import resnet4j.report.Block;
import resnet4j.report.Chart;
import resnet4j.report.Chart.Axis;
import resnet4j.report.Chart.Mark;
import resnet4j.report.Chart.Point;
import resnet4j.report.Chart.Series;
import resnet4j.report.Section;

/**
 * Whether a classifier is as often right as it says, before and after its temperature is fitted on every other picture,
 * and what its answers are worth where the least sure ones are not given. All is measured on the other half.
 */
final class CertaintySection {
    private static final int LEAST = 40; // pictures; fewer say nothing
    private static final double[] GIVEN = {1, 0.95, 0.9, 0.8, 0.5};

    private CertaintySection() {}

    /** @param temperature that the model's file holds already; 1 for none */
    static List<Section> of(Answered all, double temperature) {
        if (all.size() < LEAST || all.classes() < 2) return List.of();
        var rest = all.subset(
                IntStream.range(0, all.size() / 2).map(i -> 2 * i + 1).toArray());
        var fitted = all.subset(
                IntStream.range(0, (all.size() + 1) / 2).map(i -> 2 * i).toArray());
        double scaled = Temperature.fit(fitted);
        var before = Reliability.of(rest, temperature);
        var after = Reliability.of(rest, scaled);
        var eceBefore = Reliability.eceInterval(rest, temperature);
        var eceAfter = Reliability.eceInterval(rest, scaled);
        var selective = Selective.of(rest, scaled);
        var blocks = List.<Block>of(
                new Block.Charts(List.of(reliability(before, after), risk(selective))),
                new Block.Beside(List.of(
                        new Block.Table(
                                "Before and after",
                                List.of(
                                        "Measure",
                                        "#As it is",
                                        "#At temperature " + String.format(Locale.ROOT, "%.3f", scaled)),
                                List.of(
                                        row(
                                                "Calibration error",
                                                Amounts.percent(before.ece()),
                                                Amounts.percent(after.ece())),
                                        row("its 95% interval", interval(eceBefore), interval(eceAfter)),
                                        row("Worst bin", Amounts.percent(before.mce()), Amounts.percent(after.mce())),
                                        row("Cross entropy", Amounts.number(before.nll()), Amounts.number(after.nll())),
                                        row(
                                                "Brier score",
                                                Amounts.number(before.brier()),
                                                Amounts.number(after.brier())))),
                        given(selective))));
        return List.of(new Section("How sure it is", note(before, scaled, temperature, rest.size()), blocks));
    }

    private static String note(Reliability before, double scaled, double temperature, int measured) {
        double said = 0, right = 0;
        for (var bin : before.bins()) {
            said += bin.said() * bin.pictures() / measured;
            right += bin.right() * bin.pictures() / measured;
        }
        return String.format(
                Locale.ROOT,
                "On the mean it says %.1f %% and is right on %.1f %%: it is %s. One number, fitted on every other picture,"
                        + " makes its probabilities %s; all here is measured on the other %,d. './resnet4j calibrate' keeps"
                        + " such a number in the model.",
                100 * said,
                100 * right,
                said > right ? "surer than it should be" : "less sure than it could be",
                scaled > temperature ? "smaller" : "larger",
                measured);
    }

    private static List<String> row(String... cells) {
        return List.of(cells);
    }

    private static String interval(Interval interval) {
        return String.format(Locale.ROOT, "%.2f to %.2f%%", 100 * interval.low(), 100 * interval.high());
    }

    private static Chart reliability(Reliability before, Reliability after) {
        return new Chart(
                "Right as often as it says",
                Axis.of("Probability that it says").inPercent(),
                Axis.of("Right").inPercent(),
                List.of(
                        new Series("As it is", Mark.LINE_AND_POINTS, points(before)),
                        new Series("At the temperature", Mark.LINE_AND_POINTS, points(after)),
                        new Series("As it should be", Mark.LINE, List.of(new Point(0, 0), new Point(1, 1)))));
    }

    private static List<Point> points(Reliability reliability) {
        return reliability.bins().stream()
                .filter(bin -> bin.pictures() > 0)
                .map(bin -> new Point(bin.said(), bin.right()))
                .toList();
    }

    private static Chart risk(Selective selective) {
        var points = selective.curve().stream()
                .map(point -> new Point(point.coverage(), point.risk()))
                .toList();
        return new Chart(
                "Wrong where the least sure are not answered",
                Axis.of("Pictures that are answered").inPercent(),
                Axis.of("Wrong of these").inPercent(),
                List.of(new Series("Wrong", Mark.LINE, points)));
    }

    private static Block given(Selective selective) {
        var rows = new ArrayList<List<String>>();
        for (double share : GIVEN) {
            var at = selective.curve().stream()
                    .filter(point -> point.coverage() >= share - 1e-9)
                    .findFirst()
                    .orElseThrow();
            rows.add(row(
                    Amounts.percent1(at.coverage()),
                    Amounts.percent1(at.probability()),
                    Amounts.percent(at.risk()),
                    interval(at.interval())));
        }
        return new Block.Table(
                "If only the surest are answered", List.of("Answered", "#From", "#Wrong", "#-95% interval"), rows);
    }
}
