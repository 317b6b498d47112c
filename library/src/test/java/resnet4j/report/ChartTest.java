package resnet4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChartTest {
    /** Both ends of the line, on both axes, in the unit that the ticks have. */
    @Test
    void description_saysSharesInPercentOnBothAxes() {
        var line = new Chart.Series(
                "net", Chart.Mark.LINE, List.of(new Chart.Point(0.1, 0.25), new Chart.Point(1, 0.875)));
        var chart = new Chart(
                "Gradient",
                Chart.Axis.of("Depth").inPercent(),
                Chart.Axis.of("Share").inPercent(),
                List.of(line));
        assertEquals("Gradient: Share against Depth. net: 25% at 10% to 87.5% at 100%.", chart.description());
    }

    @Test
    void description_saysNumbersAsTheyAre() {
        var line = new Chart.Series(
                "net", Chart.Mark.LINE, List.of(new Chart.Point(1, 0.00001), new Chart.Point(30, 2.34567)));
        var chart = new Chart("Loss", Chart.Axis.of("Epochs"), Chart.Axis.of("Loss"), List.of(line));
        assertEquals("Loss: Loss against Epochs. net: 0.00001 at 1 to 2.346 at 30.", chart.description());
    }

    @Test
    void description_saysWhereALineIsLeastAndMost() {
        var fall = new Chart.Series("fall", Chart.Mark.LINE, points(3, 1, 2));
        var rise = new Chart.Series("rise", Chart.Mark.LINE_AND_POINTS, points(1, 4, 2));
        var one = new Chart.Series("one", Chart.Mark.LINE, points(5));
        var chart = new Chart("Loss", Chart.Axis.of("Epochs"), Chart.Axis.of("Loss"), List.of(fall, rise, one));
        assertEquals(
                "Loss: Loss against Epochs. fall: 3 at 0 to 2 at 2, least 1 at 1. rise: 1 at 0 to 2 at 2, most 4 at 1."
                        + " one: 5 at 0.",
                chart.description());
    }

    private static List<Chart.Point> points(double... values) {
        return IntStream.range(0, values.length)
                .mapToObj(i -> new Chart.Point(i, values[i]))
                .toList();
    }
}
