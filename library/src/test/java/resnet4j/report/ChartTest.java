package resnet4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
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
}
