package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.Classifier;
import resnet4j.config.Records;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.data.PictureFiles;
import resnet4j.graph.Inference;
import resnet4j.graph.Inference.Way;
import resnet4j.image.Image;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.model.Models;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Engine;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/** {@code bench}: how fast a network runs, or trains, on this machine. */
@CommandLine.Command(
        name = "bench",
        description = {
            "Measure how fast a network runs or trains on this machine.",
            "infer: from normalised images in memory to logits in a Java array. train: the loop of 'train' on random"
                    + " pictures in memory, loader and all. folder: what 'predict FOLDER --out FILE' does, beside its"
                    + " decoding alone and its network alone."
        })
final class BenchCommand extends Command<BenchCommand.Result> {
    private static final int SHOWN_LOGITS = 10, LEAST_STEPS = 3, ROUNDS = 3, TOP = 5, MOST_PICTURES = 1 << 22;

    @Mixin
    private ModelArgument model;

    @Option(names = "--mode", paramLabel = "infer|train|folder", description = "What to measure (default: infer).")
    private Mode mode = Mode.INFER;

    @Option(
            names = "--engine",
            paramLabel = "eager|plan",
            description = "infer: layer by layer, or by the fused plan (default: plan on a CPU). Training is eager.")
    private Way engine;

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at a time (default: 1; folder: 16).")
    private Integer givenBatch;

    @Option(names = "--size", paramLabel = "PIXELS", description = "Side of the input (default: the network's).")
    private Integer size;

    @Option(names = "--seconds", paramLabel = "S", description = "How long to measure (default: 10).")
    private double seconds = 10;

    @Option(names = "--pictures", paramLabel = "FOLDER", description = "folder: where the pictures are.")
    private Path pictures;

    @Mixin
    private Decoding decoding;

    private int batch;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "train: change a field of the recipe, as in --set checkpointing=true.")
    private List<String> sets = new ArrayList<>();

    enum Mode {
        INFER,
        TRAIN,
        FOLDER
    }

    /**
     * @param runs                  how many times the work was done and timed
     * @param imagesPerSecond       at the pace of the median
     * @param p99OverMedian         how far the slow ones stand out
     * @param peakRssBytes          the most memory that the process has had, natives included; -1 where nobody knows
     * @param outsideLibtorchShare  training: the share of the loop's work that is not libtorch's
     * @param logits                inference: the first ones of the first image of {@link #images}
     * @param folder                a folder of pictures: what its parts can do
     */
    record Result(
            String model,
            Way engine,
            Mode mode,
            Precision precision,
            int batch,
            int size,
            int threads,
            long runs,
            double imagesPerSecond,
            double medianMillis,
            double p99Millis,
            double p99OverMedian,
            long peakRssBytes,
            Optional<Double> outsideLibtorchShare,
            Optional<List<Float>> logits,
            Optional<Folder> folder) {}

    /**
     * Pictures a second of the parts of the work, in the same rounds, each with the machine to itself.
     *
     * @param decode  files to resized and cropped pixels
     * @param network pixels to the likeliest classes, on one batch again and again
     * @param share   of the slower of these two that the whole reaches
     */
    record Folder(int pictures, int loaderThreads, boolean fastDecode, double decode, double network, double share) {}

    @Override
    Result run() throws Exception {
        batch = givenBatch != null ? givenBatch : mode == Mode.FOLDER ? 16 : 1;
        Bounds.batch("--batch", batch);
        if (!(seconds > 0 && seconds <= 86_400))
            throw new IllegalArgumentException("--seconds: expected more than 0 and at most a day, got " + seconds);
        if (size != null) {
            Bounds.pixels("--size", size);
            Bounds.batch("--batch", batch, size, size);
        }
        if (mode != Mode.TRAIN && !sets.isEmpty())
            throw new IllegalArgumentException("--set: expected with --mode train, got " + sets);
        Ops.seed(common.seed().orElse(0));
        return switch (mode) {
            case INFER -> infer();
            case TRAIN -> train();
            case FOLDER -> folder();
        };
    }

    private Result infer() throws IOException {
        var device = common.device();
        var precision = common.precision("fp32");
        var way = engine != null ? engine : Way.best(device);
        if (way == Way.PLAN && device.cuda())
            throw new IllegalArgumentException("--engine: a plan is for a CPU, got --device " + device);
        var opened = model.evenRandom();
        int side = size != null ? size : opened.file().preprocess().cropHeight();
        try (var network = Inference.of(way, opened.net(), device, precision, batch, side, side);
                var scope = new NativeScope()) {
            var images = images(batch, side).channelsLast().to(device);
            var logits = logits(network, images);
            var timing = Timing.of(seconds, () -> logits(network, images));
            var first = IntStream.range(0, Math.min(SHOWN_LOGITS, logits.length / batch))
                    .mapToObj(i -> logits[i])
                    .toList();
            return result(way, precision, side, timing, Timing.peakRssBytes(), null, first);
        }
    }

    private static float[] logits(Inference network, Tensor images) {
        try (var scope = new NativeScope()) {
            return network.run(images).toFloats();
        }
    }

    /** Numbers in [-1,1), [N,3,H,W], that a program in any language can make to compare its logits. */
    static Tensor images(int batch, int side) {
        var values = new float[batch * 3 * side * side];
        for (int i = 0; i < values.length; i++) values[i] = (float) (i * 7919L % 1000 / 500.0 - 1);
        return Tensor.of(values, batch, 3, side, side);
    }

    private Result train() throws IOException {
        if (engine == Way.PLAN)
            throw new IllegalArgumentException("--engine: a plan has no gradients, training is eager");
        var entry = Models.get(model.model);
        int side = size != null ? size : entry.inputSize();
        var changes = new ArrayList<>(List.of(
                "model=" + model.model,
                "batch=" + batch,
                "precision=" + (common.precision() == null ? "fp32" : common.precision()),
                "seed=" + common.seed().orElse(0),
                "validation=0",
                "preprocess=" + Records.line(Preprocess.of(new Resize.None(), side))));
        changes.addAll(sets);
        var fields = Records.parse("{}");
        for (var change : changes) fields = Records.set(fields, change);
        var recipe = Records.overlay(new Recipe(), fields);
        if (recipe.batch() != batch || !recipe.model().equals(model.model))
            throw new IllegalArgumentException("--set: model and batch have options of their own, got " + sets);
        var pictures = new RandomPictures(batch, side, entry.architecture().classes());
        var source = new DataSource<>("random", pictures, Optional.empty(), Optional.empty());
        var folder = Files.createTempDirectory("resnet4j-bench");
        try (var stopwatch = new Stopwatch(seconds)) {
            var options = new Trainer.Options(common.device(), 1, Double.POSITIVE_INFINITY, stopwatch::done);
            try (var trainer =
                    new Trainer(recipe, source, RunFolder.create(folder.resolve("run")), options, stopwatch)) {
                trainer.train();
            }
            return result(
                    Way.EAGER,
                    Precision.parse(recipe.precision()).on(common.device()),
                    side,
                    stopwatch.timing(),
                    stopwatch.peakRssBytes,
                    stopwatch.outside,
                    null);
        } finally {
            delete(folder);
        }
    }

    private Result folder() throws IOException {
        if (pictures == null)
            throw new IllegalArgumentException("--pictures: expected the folder to measure, got none");
        if (engine != null || size != null)
            throw new IllegalArgumentException(
                    "--mode folder: expected neither --engine nor --size, as it does what 'predict' does");
        decoding.check(batch);
        var device = common.device();
        var precision = common.precision("fp32");
        var files = PictureFiles.pictures(pictures);
        if (files.isEmpty())
            throw new IllegalArgumentException("--pictures: expected pictures in " + pictures + ", found none");
        var csv = Files.createTempFile("resnet4j-bench", ".csv");
        try (var classifier = new Classifier(model.evenRandom(), common.predictor());
                var table = PredictionWriter.to(csv)) {
            var preprocess = classifier.card().preprocess();
            int n = files.size();
            var again = IntStream.range(0, MOST_PICTURES).map(i -> i % n).toArray(); // one epoch is enough for all
            var loader = decoding.loader(PictureFiles.unlabelled(files).subset(again), preprocess, batch);
            Batch<Label> some;
            try (var batches = loader.epoch(0)) {
                some = batches.next();
            }
            var samples = new Timing.Samples();
            var decode = new double[ROUNDS];
            var network = new double[ROUNDS];
            var whole = new double[ROUNDS];
            for (int round = -1; round < ROUNDS; round++) { // the first is to warm up
                int r = Math.max(round, 0);
                double time = seconds / ROUNDS;
                decode[r] = perSecond(loader, time, batch -> {}, new Timing.Samples());
                network[r] = perSecond(some, time, classifier);
                whole[r] = perSecond(
                        loader,
                        time,
                        batch -> {
                            var answers = classifier.classify(batch, TOP);
                            for (int i = 0; i < answers.size(); i++) {
                                var file = files.get(batch.indices()[i] % n).toString();
                                table.write(new PredictCommand.Predicted(file, answers.get(i)));
                            }
                            table.flush();
                        },
                        round < 0 ? new Timing.Samples() : samples);
            }
            var parts = new Folder(
                    n,
                    decoding.threads,
                    decoding.fast,
                    median(decode),
                    median(network),
                    median(whole) / Math.min(median(decode), median(network)));
            return result(
                    Way.best(device),
                    precision,
                    preprocess.cropHeight(),
                    samples.timing(),
                    median(whole),
                    Timing.peakRssBytes(),
                    null,
                    null,
                    parts);
        } finally {
            Files.delete(csv);
        }
    }

    private interface Work {
        void on(Batch<Label> batch) throws IOException;
    }

    private static double perSecond(Loader<Label> loader, double seconds, Work work, Timing.Samples samples)
            throws IOException {
        try (var batches = loader.epoch(0)) {
            long start = System.nanoTime(), before = start, pictures = 0;
            while (true) {
                var batch = batches.next();
                work.on(batch);
                pictures += batch.size();
                long now = System.nanoTime();
                samples.add(now - before);
                before = now;
                if (now - start >= seconds * 1e9) return pictures / ((now - start) / 1e9);
            }
        }
    }

    private static double perSecond(Batch<Label> batch, double seconds, Classifier classifier) {
        long start = System.nanoTime(), pictures = 0, now;
        do {
            classifier.classify(batch, TOP);
            pictures += batch.size();
            now = System.nanoTime();
        } while (now - start < seconds * 1e9);
        return pictures / ((now - start) / 1e9);
    }

    private static double median(double[] values) {
        return Arrays.stream(values)
                .sorted()
                .skip(values.length / 2)
                .findFirst()
                .orElseThrow();
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    private Result result(
            Way way,
            Precision precision,
            int side,
            Timing timing,
            long peakRssBytes,
            Double outside,
            List<Float> logits) {
        return result(way, precision, side, timing, timing.perSecond(batch), peakRssBytes, outside, logits, null);
    }

    private Result result(
            Way way,
            Precision precision,
            int side,
            Timing timing,
            double imagesPerSecond,
            long peakRssBytes,
            Double outside,
            List<Float> logits,
            Folder folder) {
        return new Result(
                model.model,
                way,
                mode,
                precision,
                batch,
                side,
                Engine.threads(),
                timing.runs(),
                imagesPerSecond,
                timing.medianMillis(),
                timing.p99Millis(),
                timing.p99OverMedian(),
                peakRssBytes,
                Optional.ofNullable(outside),
                Optional.ofNullable(logits),
                Optional.ofNullable(folder));
    }

    /** Hears a run's steps: some to warm up, some to time, some to sample; then the run is to stop. */
    private static final class Stopwatch implements Trainer.Log, AutoCloseable {
        private enum Phase {
            WARM_UP,
            TIMED,
            SAMPLED,
            DONE
        }

        private final double seconds;
        private final List<Long> nanos = new ArrayList<>();
        private Phase phase = Phase.WARM_UP;
        private long stepsOfPhase, phaseBegun = System.nanoTime(), stepBegun;
        private NativeShare share; // while sampling
        private long peakRssBytes;
        private double outside;

        Stopwatch(double seconds) {
            this.seconds = seconds;
        }

        @Override
        public void step(Line.Step step) {
            long now = System.nanoTime();
            if (phase == Phase.TIMED) nanos.add(now - stepBegun);
            double spent = (now - phaseBegun) / 1e9;
            boolean over = ++stepsOfPhase >= LEAST_STEPS
                    && switch (phase) {
                        case WARM_UP -> spent >= Timing.warmUp(seconds);
                        case TIMED -> spent >= seconds;
                        case SAMPLED, DONE -> spent >= seconds / 2;
                    };
            if (over) nextPhase();
            stepBegun = System.nanoTime();
        }

        private void nextPhase() {
            if (phase == Phase.TIMED) {
                peakRssBytes = Timing.peakRssBytes(); // before the run saves itself
                share = new NativeShare();
            } else if (phase == Phase.SAMPLED) {
                outside = share.outside();
            }
            phase = Phase.values()[phase.ordinal() + 1];
            stepsOfPhase = 0;
            phaseBegun = System.nanoTime();
        }

        boolean done() {
            return phase == Phase.DONE;
        }

        Timing timing() {
            return new Timing(nanos.stream().mapToLong(Long::longValue).toArray());
        }

        @Override
        public void close() {
            if (share != null) share.close();
        }
    }

    /** Noise with random classes, made once; an epoch of it is longer than any measurement. */
    private static final class RandomPictures implements Dataset<Label> {
        private static final int BATCHES = 10_000;
        private final List<Image> images;
        private final List<String> classes;
        private final int batch;

        RandomPictures(int batch, int side, int classes) {
            var random = new Random(0);
            this.batch = batch;
            this.classes =
                    IntStream.range(0, classes).mapToObj(Integer::toString).toList();
            images = IntStream.range(0, batch)
                    .mapToObj(i -> {
                        var rgb = new byte[side * side * 3];
                        random.nextBytes(rgb);
                        return new Image(side, side, rgb);
                    })
                    .toList();
        }

        @Override
        public int size() {
            return Math.multiplyExact(batch, BATCHES);
        }

        @Override
        public List<String> classes() {
            return classes;
        }

        @Override
        public Label target(int index) {
            return new Label(index % batch * 7919 % classes.size());
        }

        @Override
        public Picture picture(int index) {
            return Picture.of(images.get(index % batch));
        }

        @Override
        public String name(int index) {
            return "random#" + index;
        }

        @Override
        public String digest() {
            return "random";
        }
    }

    @Override
    String text(Result r) {
        return String.format(
                        Locale.ROOT,
                        "%s, %s %s in %s, batch %d of %dx%d, %d threads: %.1f images/s; median %.2f ms, 99th percentile"
                                + " %.2f ms of %d; peak memory %d MiB",
                        r.model,
                        r.engine.name().toLowerCase(Locale.ROOT),
                        r.mode.name().toLowerCase(Locale.ROOT),
                        r.precision.name().toLowerCase(Locale.ROOT),
                        r.batch,
                        r.size,
                        r.size,
                        r.threads,
                        r.imagesPerSecond,
                        r.medianMillis,
                        r.p99Millis,
                        r.runs,
                        r.peakRssBytes >> 20)
                + r.outsideLibtorchShare
                        .map(share -> String.format(Locale.ROOT, "; %.1f %% of the loop outside libtorch", 100 * share))
                        .orElse("")
                + r.folder
                        .map(f -> String.format(
                                Locale.ROOT,
                                "; decoding alone %.1f images/s on %d threads, network alone %.1f: %.2f of the slower",
                                f.decode,
                                f.loaderThreads,
                                f.network,
                                f.share))
                        .orElse("");
    }
}
