package resnet4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import resnet4j.data.DataSource;
import resnet4j.graph.Costs;
import resnet4j.graph.Tracer;
import resnet4j.model.ModelFile;
import resnet4j.report.Chart;
import resnet4j.report.TableReport;
import resnet4j.tensor.Engine;
import resnet4j.weights.Catalogue;

/** {@code compare}: accuracy, speed and memory of several networks, measured alike. */
@CommandLine.Command(
        name = "compare",
        description = {
            "Compare networks on this machine: accuracy, speed, memory, size.",
            "Every measurement is a process of its own ('bench', 'eval'), and the networks take turns, so that none has"
                    + " the quiet hour. Figures are medians over the rounds, with the least and the most."
        })
final class CompareCommand extends Command<CompareCommand.Result> {
    @Parameters(
            arity = "1..*",
            paramLabel = "MODEL[=WEIGHTS]",
            description = "A saved model, a run folder, or a name, with a weight file or an id if it is not to be the"
                    + " newest in --weights-dir.")
    private List<String> models;

    @Option(names = "--data", paramLabel = "KIND:PATH", description = "Pictures to measure accuracy on.")
    private String data;

    @Option(names = "--weights-dir", paramLabel = "DIR", description = "Weight files, under the names they came with.")
    private Path weightsDir;

    @Option(names = "--limit", paramLabel = "N", description = "Use only so many pictures.")
    private Integer limit;

    @Option(names = "--rounds", paramLabel = "N", description = "How often each is measured (default: 3).")
    private int rounds = 3;

    @Option(names = "--seconds", paramLabel = "S", description = "Length of a measurement (default: 5).")
    private double seconds = 5;

    @Option(names = "--max-batch", paramLabel = "N", description = "Batches tried: 1, 2, 4... up to it (default: 32).")
    private int maxBatch = 32;

    @Option(names = "--out", paramLabel = "FILE", description = "Write an HTML page with plots here too.")
    private Path out;

    /**
     * @param precision what 'bench' computed in
     * @param data      what accuracy was measured on
     */
    record Result(
            int processors,
            int threads,
            String engine,
            String precision,
            int rounds,
            Optional<String> data,
            List<Row> models) {}

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
    record Row(
            String model,
            Optional<Path> weights,
            int size,
            long parameters,
            long macs,
            Optional<Long> fileBytes,
            Optional<Accuracy> accuracy,
            Optional<Double> publishedTop1,
            Speed single,
            Speed best,
            List<Speed> batches) {}

    /** Shares in [0,1] of {@code samples} pictures. */
    record Accuracy(double top1, double top5, int samples) {}

    /** @param peakRssBytes the most memory the process had in any round, by the operating system's account */
    record Speed(int batch, Spread imagesPerSecond, Spread medianMillis, Spread p99Millis, long peakRssBytes) {
        static Speed of(int batch, List<JsonNode> rounds) {
            return new Speed(
                    batch,
                    Spread.of(rounds, "imagesPerSecond"),
                    Spread.of(rounds, "medianMillis"),
                    Spread.of(rounds, "p99Millis"),
                    rounds.stream()
                            .mapToLong(r -> r.get("peakRssBytes").asLong())
                            .max()
                            .orElseThrow());
        }
    }

    /** A number measured once a round. */
    record Spread(double median, double least, double most) {
        static Spread of(List<JsonNode> rounds, String field) {
            var values = rounds.stream()
                    .mapToDouble(r -> r.get(field).asDouble())
                    .sorted()
                    .toArray();
            int n = values.length;
            return new Spread((values[(n - 1) / 2] + values[n / 2]) / 2, values[0], values[n - 1]);
        }
    }

    private Path fetched(String id) throws IOException {
        try (var download = download(id)) {
            return Catalogue.file(id, weightsDir, download);
        }
    }

    /** A network on its way through the measurements: what 'bench' said, by batch, once a round. */
    private final class Candidate {
        private final String model;
        private final Optional<Path> weights;
        private final Optional<Catalogue.Entry> card;
        private final int size, classes;
        private final long parameters, macs;
        private final Map<Integer, List<JsonNode>> measured = new TreeMap<>();
        private Optional<Accuracy> accuracy = Optional.empty();
        private int best = 1;

        Candidate(String given) throws IOException {
            int equals = given.indexOf('=');
            model = equals < 0 ? given : given.substring(0, equals);
            weights = equals < 0 ? newest(model) : Optional.of(fetched(given.substring(equals + 1)));
            var known = published(model).toList();
            card = weights.isEmpty()
                    ? known.stream().reduce((older, newer) -> newer)
                    : known.stream()
                            .filter(entry -> weights.get().endsWith(entry.fileName()))
                            .findFirst();
            try (var opened =
                    ModelFile.open(model, weights, OptionalInt.empty()).classifier()) {
                size = opened.file().preprocess().cropHeight();
                classes = opened.file().classNames().size();
                var costs = Costs.of(Tracer.trace(opened.net(), 1, 3, size, size));
                parameters = costs.parameters();
                macs = costs.macs();
            }
        }

        /** Classifiers; there are files with the body alone too, which have no accuracy. */
        private static Stream<Catalogue.Entry> published(String model) {
            return Catalogue.of(model).stream().filter(entry -> entry.metrics().containsKey("top1"));
        }

        /** What is in --weights-dir for a name: the newest published file, or one that is called like the network. */
        private Optional<Path> newest(String model) {
            if (weightsDir == null || Files.exists(Path.of(model))) return Optional.empty();
            var published = published(model).map(Catalogue.Entry::fileName);
            return Stream.concat(Stream.of(model + ".safetensors", model + ".pth"), published)
                    .map(weightsDir::resolve)
                    .filter(Files::isRegularFile)
                    .reduce((older, newer) -> newer);
        }

        /** The file with its weights: the one given, or its own. */
        private Optional<Path> file() {
            var path = Path.of(model);
            if (!Files.exists(path)) return weights;
            return Optional.of(Files.isDirectory(path) ? path.resolve(ModelFile.NAME) : path);
        }

        private List<String> command(String name, Object... options) {
            var line = new ArrayList<>(List.of(name, model));
            weights.ifPresent(file -> line.addAll(List.of("--weights", file.toString())));
            for (var option : options) line.add(option.toString());
            line.addAll(common.passedOn());
            return line;
        }

        void bench(int batch) throws IOException, InterruptedException {
            var result = FreshProcess.run(command("bench", "--batch", batch, "--seconds", seconds));
            measured.computeIfAbsent(batch, b -> new ArrayList<>()).add(result);
            if (rate(batch) > rate(best)) best = batch;
        }

        private double rate(int batch) {
            return measured.get(batch).get(0).get("imagesPerSecond").asDouble();
        }

        void eval() throws IOException, InterruptedException {
            var line = command("eval", "--data", data);
            if (limit != null) line.addAll(List.of("--limit", limit.toString()));
            var result = FreshProcess.run(line);
            accuracy = Optional.of(new Accuracy(
                    result.get("top1").asDouble(),
                    result.get("top5").asDouble(),
                    result.get("samples").asInt()));
        }

        Row row() throws IOException {
            var speeds = new LinkedHashMap<Integer, Speed>();
            measured.forEach((batch, results) -> speeds.put(batch, Speed.of(batch, results)));
            var file = file();
            return new Row(
                    model,
                    file,
                    size,
                    parameters,
                    macs,
                    file.isPresent() ? Optional.of(Files.size(file.get())) : Optional.empty(),
                    accuracy,
                    card.map(entry -> entry.metrics().get("top1")),
                    speeds.get(1),
                    speeds.get(best),
                    List.copyOf(speeds.values()));
        }

        JsonNode first() {
            return measured.get(1).get(0);
        }
    }

    @Override
    Result run() throws Exception {
        Bounds.atLeast("--rounds", 1, rounds);
        Bounds.batch("--max-batch", maxBatch);
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        int pictureClasses =
                data == null ? 0 : DataSource.parse(data).train().classes().size();
        var candidates = new ArrayList<Candidate>(); // all are read before any is measured: errors come at once
        for (var model : models) candidates.add(new Candidate(model));
        for (var c : candidates)
            if (c.file().isPresent() && c.classes < pictureClasses)
                throw new IllegalArgumentException("--data: " + data + " has " + pictureClasses + " classes, and "
                        + c.model + " only " + c.classes + "; leave the network out, or --data");
        int powers = 32 - Integer.numberOfLeadingZeros(maxBatch); // 1, 2, 4... <= maxBatch
        try (var progress = progress("compare", (long) candidates.size() * (powers + 2 * (rounds - 1)), "processes")) {
            if (data != null)
                for (var c : candidates)
                    if (c.file().isPresent()) {
                        progress.say("accuracy of " + c.model);
                        c.eval();
                    }
            for (int batch = 1; batch <= maxBatch; batch *= 2)
                for (var c : candidates) {
                    if (c.measured.containsKey(batch / 2) || batch == 1) firstRound(c, batch, progress);
                    progress.add(1);
                }
            for (int round = 1; round < rounds; round++)
                for (var c : candidates)
                    for (int batch : c.best == 1 ? new int[] {1} : new int[] {1, c.best}) {
                        c.bench(batch);
                        progress.add(1);
                    }
        }
        var rows = new ArrayList<Row>();
        for (var c : candidates) rows.add(c.row());
        var first = candidates.get(0).first();
        var result = new Result(
                Runtime.getRuntime().availableProcessors(),
                first.get("threads").asInt(),
                "libtorch " + Engine.version() + ", " + first.get("engine").asText(),
                first.get("precision").asText(),
                rounds,
                Optional.ofNullable(data),
                rows);
        if (out != null) page(result).write(out);
        return result;
    }

    /** A batch that does not fit ends the search for the best one; that not even one picture fits is a failure. */
    private static void firstRound(Candidate c, int batch, Progress progress) throws IOException, InterruptedException {
        try {
            c.bench(batch);
        } catch (FreshProcess.Failed e) {
            if (batch == 1 || !e.outOfMemory()) throw e;
            progress.say("no larger batches for " + c.model + ": " + e.getMessage());
        }
    }

    private static final List<String> COLUMNS = List.of(
            "model",
            "#top-1",
            "#published",
            "#ms",
            "#p99 ms",
            "#images/s",
            "#best batch",
            "#images/s at it",
            "#MiB at 1",
            "#MiB at it",
            "#parameters",
            "#MACs",
            "#file");

    /** Fastest first. */
    private static List<List<String>> table(Result r) {
        return r.models.stream()
                .sorted(Comparator.comparingDouble(m -> m.single.medianMillis.median))
                .map(m -> List.of(
                        m.model,
                        m.accuracy.map(a -> percent(a.top1)).orElse("-"),
                        m.publishedTop1.map(CompareCommand::percent).orElse("-"),
                        spread(m.single.medianMillis),
                        spread(m.single.p99Millis),
                        spread(m.single.imagesPerSecond),
                        "" + m.best.batch,
                        spread(m.best.imagesPerSecond),
                        "" + (m.single.peakRssBytes >> 20),
                        "" + (m.best.peakRssBytes >> 20),
                        String.format(Locale.ROOT, "%.2fM", m.parameters / 1e6),
                        String.format(Locale.ROOT, "%,dM", Math.round(m.macs / 1e6)),
                        m.fileBytes
                                .map(b -> String.format(Locale.ROOT, "%.1f MB", b / 1e6))
                                .orElse("-")))
                .toList();
    }

    private static String circumstances(Result r) {
        return String.format(
                Locale.ROOT,
                "%d %s, medians (least to most); %d of %d processors, %s, %s%s",
                r.rounds,
                r.rounds == 1 ? "round" : "rounds",
                r.threads,
                r.processors,
                r.engine,
                r.precision,
                r.data.map(d -> "; top-1 on " + d).orElse(""));
    }

    @Override
    String text(Result r) {
        var table = new Table(COLUMNS.stream().map(c -> c.replace("#", "")).toArray(String[]::new));
        for (var row : table(r)) table.row(row.toArray());
        return table + System.lineSeparator() + circumstances(r);
    }

    private static TableReport page(Result r) {
        var accuracy = new Chart(
                "Accuracy against latency",
                Chart.Axis.of("Milliseconds for one picture").logarithmic(),
                Chart.Axis.of("Top-1 accuracy").inPercent(),
                Stream.of(
                                points(r, "Measured here", m -> m.accuracy.map(Accuracy::top1)),
                                points(r, "Published, ImageNet", m -> m.publishedTop1))
                        .filter(series -> !series.points().isEmpty())
                        .toList());
        var speed = new Chart(
                "Speed by batch",
                Chart.Axis.of("Pictures at a time").doubling(),
                Chart.Axis.of("Pictures per second").logarithmic(),
                r.models.stream()
                        .map(m -> new Chart.Series(
                                m.model,
                                Chart.Mark.LINE_AND_POINTS,
                                m.batches.stream()
                                        .map(s -> new Chart.Point(s.batch, s.imagesPerSecond.median))
                                        .toList()))
                        .toList());
        var section = new TableReport.Section(
                "Measured",
                circumstances(r)
                        + ". Each figure comes from a process of its own; memory is the most physical memory that the"
                        + " process has had, by the operating system's account.",
                List.of(accuracy, speed),
                COLUMNS,
                table(r));
        return new TableReport("Comparison", "Networks side by side", names(r), List.of(section));
    }

    private static String names(Result r) {
        return r.models.stream().map(Row::model).collect(Collectors.joining(", "));
    }

    private static Chart.Series points(Result r, String name, Function<Row, Optional<Double>> top1) {
        return new Chart.Series(
                name,
                Chart.Mark.POINTS,
                r.models.stream()
                        .filter(m -> top1.apply(m).isPresent())
                        .map(m -> new Chart.Point(
                                m.single.medianMillis.median, top1.apply(m).get(), m.model))
                        .toList());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    private static String spread(Spread s) {
        var median = number(s.median);
        return s.least == s.most ? median : median + " (" + number(s.least) + " to " + number(s.most) + ")";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
