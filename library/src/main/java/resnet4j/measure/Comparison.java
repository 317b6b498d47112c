package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import resnet4j.config.Checks;
import resnet4j.data.DataSource;
import resnet4j.graph.Costs;
import resnet4j.graph.Tracer;
import resnet4j.model.ModelFile;
import resnet4j.run.Watcher;
import resnet4j.tensor.Engine;
import resnet4j.weights.Catalogue;

/**
 * Several networks, measured alike: every measurement is a process of its own, and the networks take turns, so that none
 * has the quiet hour. Needs a Java that can be started from here ({@code java.home}) with this class path.
 *
 * @param data     {@code KIND:PATH}, the pictures to measure on how right they are
 * @param limit    how many of them; all where absent
 * @param rounds   how often each is measured
 * @param maxBatch batches tried: 1, 2, 4... up to it
 * @param bench    how: where, in which precision, how long; its batch and size are not looked at
 */
public record Comparison(
        List<Entrant> entrants, Optional<String> data, Optional<Integer> limit, int rounds, int maxBatch, Bench bench) {
    public Comparison {
        entrants = List.copyOf(entrants);
        if (entrants.isEmpty()) throw new IllegalArgumentException("entrants: expected at least one, got none");
        Checks.positive("rounds", rounds);
        Checks.positive("maxBatch", maxBatch);
        limit.ifPresent(n -> Checks.positive("limit", n));
    }

    /** Speed, memory and size alone: three rounds of batches up to 32. */
    public Comparison(List<Entrant> entrants) {
        this(entrants, Optional.empty(), Optional.empty(), 3, 32, new Bench().withSeconds(5));
    }

    /**
     * A network that takes part.
     *
     * @param model   a saved model, a run folder, or a name of the registry
     * @param weights for a name; random ones where absent, which have no accuracy
     */
    public record Entrant(String model, Optional<Path> weights) {
        /** With what is in {@code folder} for a name: the newest published file, or one that is called like the network. */
        public static Entrant newestIn(Path folder, String model) {
            if (Files.exists(Path.of(model))) return new Entrant(model, Optional.empty());
            var published = published(model).map(Catalogue.Entry::fileName);
            return new Entrant(
                    model,
                    Stream.concat(Stream.of(model + ".safetensors", model + ".pth"), published)
                            .map(folder::resolve)
                            .filter(Files::isRegularFile)
                            .reduce((older, newer) -> newer));
        }

        /** Classifiers; there are files with the body alone too, which have no accuracy. */
        private static Stream<Catalogue.Entry> published(String model) {
            return Catalogue.of(model).stream().filter(entry -> entry.metrics().containsKey("top1"));
        }

        private Optional<Catalogue.Entry> card() {
            return weights.isEmpty()
                    ? published(model).reduce((older, newer) -> newer)
                    : published(model)
                            .filter(entry -> weights.get().endsWith(entry.fileName()))
                            .findFirst();
        }

        /** The file with its weights: the one given, or its own. */
        private Optional<Path> file() {
            var path = Path.of(model);
            if (!Files.exists(path)) return weights;
            return Optional.of(Files.isDirectory(path) ? path.resolve(ModelFile.NAME) : path);
        }
    }

    /** How many processes there will be at most, each a unit for the watcher; those for accuracy come on top. */
    public int processes() {
        int powers = 32 - Integer.numberOfLeadingZeros(maxBatch); // 1, 2, 4... <= maxBatch
        return Math.multiplyExact(entrants.size(), powers + 2 * (rounds - 1));
    }

    /** Measures. All networks are read before any is measured, so that errors come at once. */
    public Compared run(Watcher watcher) throws IOException, InterruptedException {
        var candidates = new ArrayList<Candidate>();
        for (var entrant : entrants) candidates.add(new Candidate(entrant));
        var judged = candidates.stream()
                .filter(c -> data.isPresent() && c.file.isPresent())
                .toList();
        for (var c : judged) if (c.classes.isPresent()) requireEnough(c.classes.getAsInt(), c.model());
        for (var c : judged) {
            watcher.say("accuracy of " + c.model());
            c.judge();
        }
        for (int batch = 1; batch <= maxBatch; batch *= 2)
            for (var c : candidates) {
                if (c.measured.containsKey(batch / 2) || batch == 1) firstRound(c, batch, watcher);
                watcher.add(1);
            }
        for (int round = 1; round < rounds; round++)
            for (var c : candidates)
                for (int batch : c.best == 1 ? new int[] {1} : new int[] {1, c.best}) {
                    c.bench(batch);
                    watcher.add(1);
                }
        var rows = new ArrayList<Compared.Row>();
        for (var c : candidates) rows.add(c.row());
        var first = candidates.get(0).measured.get(1).get(0);
        return new Compared(
                Runtime.getRuntime().availableProcessors(),
                first.threads(),
                "libtorch " + Engine.version() + ", " + lower(first.engine()),
                lower(first.precision()),
                rounds,
                data,
                rows,
                pairs(candidates));
    }

    private void requireEnough(int classes, String model) throws IOException {
        int pictureClasses = DataSource.parse(data.get()).train().classes().size();
        if (classes < pictureClasses)
            throw new IllegalArgumentException("data: " + data.get() + " has " + pictureClasses + " classes, and "
                    + model + " only " + classes + "; leave the network out, or the data");
    }

    private static List<Compared.Against> pairs(List<Candidate> candidates) {
        var told = candidates.stream().filter(c -> c.judged.isPresent()).toList();
        var pairs = new ArrayList<Compared.Against>();
        for (int i = 0; i < told.size(); i++)
            for (int j = i + 1; j < told.size(); j++) {
                Work.Judged one = told.get(i).judged.get(),
                        other = told.get(j).judged.get();
                if (one.answersAs(other))
                    pairs.add(
                            one.against(other, told.get(i).model(), told.get(j).model()));
            }
        return pairs;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** A batch that does not fit ends the search for the best one; that not even one picture fits is a failure. */
    private static void firstRound(Candidate c, int batch, Watcher watcher) throws IOException, InterruptedException {
        try {
            c.bench(batch);
        } catch (FreshProcess.Failed e) {
            if (batch == 1 || !e.outOfMemory()) throw e;
            watcher.say("no larger batches for " + c.model() + ": " + e.getMessage());
        }
    }

    /** A network on its way through the measurements: its speeds by batch, one for each round. */
    private final class Candidate {
        private final Entrant entrant;
        private final Optional<Path> file;
        private final int size;
        private final OptionalInt classes; // of a network that names one
        private final long parameters, macs;
        private final Map<Integer, List<Speed>> measured = new TreeMap<>();
        private Optional<Work.Judged> judged = Optional.empty();
        private int best = 1;

        Candidate(Entrant entrant) throws IOException {
            this.entrant = entrant;
            file = entrant.file();
            try (var opened = ModelFile.open(entrant.model, entrant.weights, OptionalInt.empty())) {
                size = Tracer.side(opened.file().preprocess().cropHeight());
                classes = Scoring.namesOneClass(opened)
                        ? OptionalInt.of(opened.file().classNames().size())
                        : OptionalInt.empty();
                var costs = Costs.of(Tracer.trace(opened.net(), 1, 3, size, size));
                parameters = costs.parameters();
                macs = costs.macs();
            }
        }

        String model() {
            return entrant.model;
        }

        void bench(int batch) throws IOException, InterruptedException {
            var work = new Work.Answering(
                    entrant.model,
                    entrant.weights,
                    Engine.threads(),
                    bench.withSize(size).withBatch(batch));
            measured.computeIfAbsent(batch, b -> new ArrayList<>()).add(FreshProcess.run(work));
            if (rate(batch) > rate(best)) best = batch;
        }

        private double rate(int batch) {
            return measured.get(batch).get(0).imagesPerSecond();
        }

        void judge() throws IOException, InterruptedException {
            judged = Optional.of(FreshProcess.run(new Work.Judging(
                    entrant.model, entrant.weights, Engine.threads(), data.orElseThrow(), limit, bench)));
        }

        Compared.Row row() throws IOException {
            var speeds = new LinkedHashMap<Integer, Compared.Pace>();
            measured.forEach((batch, rounds) -> speeds.put(batch, Compared.Pace.of(batch, rounds)));
            return new Compared.Row(
                    entrant.model,
                    file,
                    size,
                    parameters,
                    macs,
                    file.isPresent() ? Optional.of(Files.size(file.get())) : Optional.empty(),
                    judged.flatMap(Work.Judged::accuracy),
                    judged.flatMap(Work.Judged::score),
                    entrant.card().map(entry -> entry.metrics().get("top1")),
                    speeds.get(1),
                    speeds.get(best),
                    List.copyOf(speeds.values()));
        }
    }
}
