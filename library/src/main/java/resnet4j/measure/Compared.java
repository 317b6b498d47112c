package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import resnet4j.certainty.Paired;
import resnet4j.eval.Interval;

/**
 * Networks side by side, in the order they were given.
 *
 * @param precision what they computed in
 * @param data      what accuracy was measured on
 * @param pairs     each two networks on the same pictures, where accuracy was measured
 */
public record Compared(
        int processors,
        int threads,
        String engine,
        String precision,
        int rounds,
        Optional<String> data,
        List<Row> models,
        List<Against> pairs) {
    public Compared {
        models = List.copyOf(models);
        pairs = List.copyOf(pairs);
    }

    /**
     * One network.
     *
     * @param weights       the file behind {@code accuracy}; random where absent
     * @param macs          multiply-adds for one picture
     * @param fileBytes     size of that file
     * @param publishedTop1 what the publisher of the weights says, on ImageNet; where there is no file, of the newest
     *                      weights known
     * @param single        one picture at a time
     * @param best          the batch with the most pictures a second in the first round
     * @param batches       all batches tried
     */
    public record Row(
            String model,
            Optional<Path> weights,
            int size,
            long parameters,
            long macs,
            Optional<Long> fileBytes,
            Optional<Accuracy> accuracy,
            Optional<Double> publishedTop1,
            Pace single,
            Pace best,
            List<Pace> batches) {}

    /** Shares in [0,1] of {@code samples} pictures. */
    public record Accuracy(double top1, Interval top1Interval, double top5, int samples) {}

    /** Whether one network is right more often than another, or that may be chance. */
    public record Against(String first, String second, Paired test) {}

    /** @param peakRssBytes the most memory the process had in any round, by the operating system's account */
    public record Pace(int batch, Spread imagesPerSecond, Spread medianMillis, Spread p99Millis, long peakRssBytes) {
        static Pace of(int batch, List<Speed> rounds) {
            return new Pace(
                    batch,
                    spread(rounds, Speed::imagesPerSecond),
                    spread(rounds, Speed::medianMillis),
                    spread(rounds, Speed::p99Millis),
                    rounds.stream().mapToLong(Speed::peakRssBytes).max().orElseThrow());
        }

        private static Spread spread(List<Speed> rounds, ToDoubleFunction<Speed> number) {
            return Spread.of(rounds.stream().mapToDouble(number).toArray());
        }
    }

    /** A number measured once a round. */
    public record Spread(double median, double least, double most) {
        static Spread of(double... values) {
            var sorted = values.clone();
            Arrays.sort(sorted);
            int n = sorted.length;
            return new Spread((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1]);
        }

        @Override
        public String toString() {
            return least == most ? number(median) : number(median) + " (" + number(least) + " to " + number(most) + ")";
        }

        private static String number(double value) {
            return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
        }
    }

    /** What stands above the cells of {@link #table}. */
    public static final List<String> COLUMNS = List.of(
            "model",
            "top-1",
            "published",
            "ms",
            "p99 ms",
            "images/s",
            "best batch",
            "images/s at it",
            "MiB at 1",
            "MiB at it",
            "parameters",
            "MACs",
            "file");

    /** For people: a row for each network, fastest first. */
    public List<List<String>> table() {
        return models.stream()
                .sorted(Comparator.comparingDouble(m -> m.single.medianMillis.median))
                .map(m -> List.of(
                        m.model,
                        m.accuracy.map(a -> percent(a.top1)).orElse("-"),
                        m.publishedTop1.map(Compared::percent).orElse("-"),
                        m.single.medianMillis.toString(),
                        m.single.p99Millis.toString(),
                        m.single.imagesPerSecond.toString(),
                        "" + m.best.batch,
                        m.best.imagesPerSecond.toString(),
                        "" + (m.single.peakRssBytes >> 20),
                        "" + (m.best.peakRssBytes >> 20),
                        String.format(Locale.ROOT, "%.2fM", m.parameters / 1e6),
                        String.format(Locale.ROOT, "%,dM", Math.round(m.macs / 1e6)),
                        m.fileBytes
                                .map(b -> String.format(Locale.ROOT, "%.1f MB", b / 1e6))
                                .orElse("-")))
                .toList();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    /** What was measured, and on what, in a line for people; and a line for each two networks. */
    public String circumstances() {
        return measuredOn()
                + pairs.stream()
                        .map(pair -> System.lineSeparator() + pair.test.words(pair.first, pair.second))
                        .collect(Collectors.joining());
    }

    private String measuredOn() {
        return String.format(
                Locale.ROOT,
                "%d %s, medians (least to most); %d of %d processors, %s, %s%s",
                rounds,
                rounds == 1 ? "round" : "rounds",
                threads,
                processors,
                engine,
                precision,
                data.map(d -> "; top-1 on " + d).orElse(""));
    }

    /** Writes a page with plots, which loads nothing. */
    public void writePage(Path file) throws IOException {
        ComparisonPage.of(this).write(file);
    }
}
