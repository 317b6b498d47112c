package resnet4j.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TicksTest {
    @Test
    void linear_isStepsOf1_2_5() {
        assertEquals(
                List.of("0", "0.2", "0.4", "0.6", "0.8"),
                Ticks.linear(0.05, 0.71, 4, true).labels());
        assertEquals(
                List.of("\u221250", "0", "50", "100"),
                Ticks.linear(-50, 100, 3, false).labels());
    }

    @Test
    void log_beginsBelowAndEndsAboveWhatIsShown() {
        var ticks = Ticks.log(11.6, 186);
        assertEquals(List.of("10", "20", "50", "100", "200"), ticks.labels());
        assertEquals(0.5, ticks.place(Math.sqrt(10 * 200), true), 1e-9);
    }

    @Test
    void doubling_isPowersOfTwo() {
        var ticks = Ticks.doubling(1, 8);
        assertEquals(List.of("1", "2", "4", "8"), ticks.labels());
        assertEquals(2 / 3.0, ticks.place(4, true), 1e-9);
        assertEquals(
                List.of("0.25", "0.5", "1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "1024"),
                Ticks.doubling(0.3, 1000).labels());
        assertEquals(List.of("16", "32"), Ticks.doubling(16, 16).labels());
    }
}
