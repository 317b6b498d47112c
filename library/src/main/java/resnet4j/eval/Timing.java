package resnet4j.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How long a piece of work took, each of the times that it was done after it had become warm. The one stopwatch of all
 * measurements, so that what is compared was measured alike.
 *
 * @param nanos one entry for each time, or for evenly spread ones where there were very many
 * @param runs  how many times there were
 */
public record Timing(long[] nanos, long runs) {
    private static final double MOST_WARM_UP_SECONDS = 20;
    private static final int WARM_UP_RUNS = 3, LEAST_RUNS = 5;

    public Timing {
        if (nanos.length == 0) throw new IllegalArgumentException("nanos: expected at least one time, got none");
        nanos = nanos.clone();
        Arrays.sort(nanos);
    }

    /** Every one of the times. */
    public Timing(long[] nanos) {
        this(nanos, nanos.length);
    }

    /** How long to warm up for a measurement of {@code seconds}: a third of them, and 20 at most. */
    public static double warmUp(double seconds) {
        return Math.min(seconds / 3, MOST_WARM_UP_SECONDS);
    }

    /** Does the work to {@link #warmUp warm up} (3 times at least), then for {@code seconds} (5 times at least). */
    public static Timing of(double seconds, Runnable work) {
        repeat(warmUp(seconds), WARM_UP_RUNS, work);
        return repeat(seconds, LEAST_RUNS, work).timing();
    }

    private static Samples repeat(double seconds, int least, Runnable work) {
        var samples = new Samples();
        long start = System.nanoTime(), before = start;
        for (int n = 1; ; n++, before = System.nanoTime()) {
            work.run();
            long now = System.nanoTime();
            samples.add(now - before);
            if (n >= least && now - start >= seconds * 1e9) return samples;
        }
    }

    /**
     * Times in memory that does not grow, however long it goes on: when it is full, every second time is given up, and
     * from there on only every second one is kept.
     */
    public static final class Samples {
        private static final int MOST = 1 << 18; // 2,621 of them are beyond the 99th percentile

        private final long[] kept = new long[MOST];
        private int size;
        private long runs, stride = 1;

        public void add(long nanos) {
            if (runs++ % stride != 0) return;
            if (size == MOST) {
                for (size = 0; size < MOST / 2; size++) kept[size] = kept[2 * size];
                stride *= 2;
            }
            kept[size++] = nanos;
        }

        public Timing timing() {
            return new Timing(Arrays.copyOf(kept, size), runs);
        }
    }

    /** Half of the times were shorter. */
    public double medianMillis() {
        return (nanos[(nanos.length - 1) / 2] + nanos[nanos.length / 2]) / 2e6;
    }

    /** 99 of 100 times were no longer; the longest where there are fewer. */
    public double p99Millis() {
        return nanos[(int) Math.ceil(nanos.length * 0.99) - 1] / 1e6;
    }

    /** How far the slow ones stand out. */
    public double p99OverMedian() {
        return p99Millis() / medianMillis();
    }

    /** At the median's pace. */
    public double perSecond(int batch) {
        return batch / medianMillis() * 1000;
    }

    /** The most physical memory that this process has had so far, natives included; -1 where the system does not tell. */
    public static long peakRssBytes() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10) // kB
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }
}
