package resnet4j.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TimingTest {
    @Test
    void timing_countsSortedTimes() {
        var nanos = new long[200];
        for (int i = 0; i < 200; i++) nanos[i] = (200 - i) * 1_000_000L; // 200 ms down to 1 ms
        var timing = new Timing(nanos);
        assertEquals(100.5, timing.medianMillis());
        assertEquals(198, timing.p99Millis()); // 198 of 200 are no longer
        assertEquals(198 / 100.5, timing.p99OverMedian());
        assertEquals(20, new Timing(new long[] {100_000_000}).perSecond(2));
    }

    /** As many as ten minutes of half-milliseconds: the kept ones are spread over all of them. */
    @Test
    void samples_areSpreadEvenly_inMemoryThatDoesNotGrow() {
        var samples = new Timing.Samples();
        int runs = 1_200_000;
        for (int i = 1; i <= runs; i++) samples.add(i * 1_000L); // 1 us to 1.2 s
        var timing = samples.timing();
        assertEquals(runs, timing.runs());
        assertTrue(timing.nanos().length > 1 << 17 && timing.nanos().length <= 1 << 18);
        assertEquals(600, timing.medianMillis(), 0.1);
        assertEquals(1188, timing.p99Millis(), 0.1);
    }
}
