package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import resnet4j.certainty.Paired;
import resnet4j.certainty.PairedDraws;
import resnet4j.eval.Interval;
import resnet4j.eval.Score;

/**
 * Networks side by side, in the order they were given.
 *
 * @param precision what they computed in
 * @param data      what it was measured on how right they are
 * @param pairs     each two networks that answer alike, where that was measured
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
     * @param weights       random where absent, and then neither {@code accuracy} nor {@code score} is there
     * @param macs          multiply-adds for one picture
     * @param fileBytes     size of that file
     * @param accuracy      of a network that names a class
     * @param score         of another
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
            Optional<Scored> score,
            Optional<Double> publishedTop1,
            Pace single,
            Pace best,
            List<Pace> batches) {
        private String right() {
            return accuracy.map(a -> percent(a.top1))
                    .or(() -> score.map(s -> String.format(Locale.ROOT, "%.4f", s.value())))
                    .orElse("-");
        }
    }

    /** Shares in [0,1] of {@code samples} pictures. */
    public record Accuracy(double top1, Interval top1Interval, double top5, int samples) {}

    /**
     * What a network that does not name a class is worth on the pictures.
     *
     * @param headline the number by which networks are compared
     */
    public record Scored(String headline, Map<String, Double> numbers, Map<String, Interval> intervals) {
        static Scored of(Score score) {
            return new Scored(score.headline(), score.numbers(), score.intervals());
        }

        double value() {
            return numbers.get(headline);
        }
    }

    /**
     * Whether one network is better than another, or that may be chance.
     *
     * @param test  of how often each names the right class
     * @param draws of other numbers
     */
    public record Against(String first, String second, Optional<Paired> test, List<PairedDraws> draws) {
        Stream<String> words() {
            if (test.isEmpty() && draws.isEmpty())
                return Stream.of(
                        first + " against " + second + ": no test, as these are not the same pictures, or too few"
                                + " or too many to be drawn a thousand times");
            return Stream.concat(
                    test.stream().map(t -> t.words(first, second)),
                    draws.stream().map(d -> d.words(first, second)));
        }
    }

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
    public List<String> columns() {
        return List.of(
                "model",
                right(),
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
    }

    /** The numbers that say how right they are. */
    private String right() {
        boolean others = models.stream().allMatch(m -> m.score.isPresent());
        return Stream.concat(others ? Stream.of() : Stream.of("top-1"), headlines().stream())
                .collect(Collectors.joining(" or "));
    }

    /** The headlines of the scores. */
    List<String> headlines() {
        return models.stream()
                .flatMap(m -> m.score.stream())
                .map(Scored::headline)
                .distinct()
                .toList();
    }

    /** For people: a row for each network, fastest first. */
    public List<List<String>> table() {
        return models.stream()
                .sorted(Comparator.comparingDouble(m -> m.single.medianMillis.median))
                .map(m -> List.of(
                        m.model,
                        m.right(),
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

    /** What was measured, and on what, in a line for people; and a line for each test of two networks. */
    public String circumstances() {
        return measuredOn()
                + pairs.stream()
                        .flatMap(Against::words)
                        .map(line -> System.lineSeparator() + line)
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
                data.map(d -> "; " + right() + " on " + d).orElse(""));
    }

    /** Writes a page with plots, which loads nothing. */
    public void writePage(Path file) throws IOException {
        ComparisonPage.of(this).write(file);
    }
}
