package resnet4j.bench;

import java.util.ArrayList;

/**
 * What other programs, or the machine under a virtual one, take from threads that do nothing but read the clock. A 99th
 * percentile of a network that needs all cores cannot be better than this.
 *
 * @param lost        share of the time in which the clock jumped by more than 0.2 ms
 * @param longGaps    jumps of more than 4 ms, a second and core
 * @param longestMillis the longest jump
 */
record Stillness(double lost, double longGaps, double longestMillis) {
    private static final long NOTICED = 200_000, LONG = 4_000_000; // ns

    /** @param cores how many threads look at once, each for {@code seconds} */
    static Stillness of(int cores, double seconds) throws InterruptedException {
        var gaps = new ArrayList<Long>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < cores; i++) {
            var thread = new Thread(() -> {
                long start = System.nanoTime(), last = start;
                while (last - start < seconds * 1e9) {
                    long now = System.nanoTime();
                    if (now - last > NOTICED)
                        synchronized (gaps) {
                            gaps.add(now - last);
                        }
                    last = now;
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (var thread : threads) thread.join();
        double watched = cores * seconds;
        return new Stillness(
                gaps.stream().mapToLong(Long::longValue).sum() / (watched * 1e9),
                gaps.stream().filter(gap -> gap > LONG).count() / watched,
                gaps.stream().mapToLong(Long::longValue).max().orElse(0) / 1e6);
    }
}
