package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.Classifier;
import resnet4j.Predictor;
import resnet4j.array.DType;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Loader;
import resnet4j.data.PictureFiles;
import resnet4j.eval.Timing;
import resnet4j.graph.Inference;
import resnet4j.graph.Inference.Way;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.Engine;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/**
 * Times one network on this machine. Networks that are given are taken over, and closed.
 *
 * @param batch   pictures at a time
 * @param size    side of the input; the network's own where absent
 * @param seconds how long to measure, after a third of it to warm up
 * @param seed    of random weights and pictures
 */
public record Bench(Device device, Precision precision, int batch, Optional<Integer> size, double seconds, long seed) {
    private static final int SHOWN_LOGITS = 10;

    public Bench {
        if (batch < 1) throw new IllegalArgumentException("batch: expected at least 1, got " + batch);
        if (!(seconds > 0 && seconds <= 86_400))
            throw new IllegalArgumentException("seconds: expected more than 0 and at most a day, got " + seconds);
        precision = precision.on(device);
    }

    /** One picture at a time on the CPU in 32-bit floats, for ten seconds. */
    public Bench() {
        this(Device.CPU, Precision.FP32, 1, Optional.empty(), 10, 0);
    }

    public Bench withBatch(int batch) {
        return new Bench(device, precision, batch, size, seconds, seed);
    }

    public Bench withSize(int size) {
        return new Bench(device, precision, batch, Optional.of(size), seconds, seed);
    }

    public Bench withSeconds(double seconds) {
        return new Bench(device, precision, batch, size, seconds, seed);
    }

    /** From normalised images in memory to logits in a Java array. @param name what the network is called in the result */
    public Speed infer(String name, ModelFile.Opened opened, Way way) {
        int side = size.orElse(Tracer.side(opened.file().preprocess().cropHeight()));
        boolean eightBits = eightBits(opened);
        try (var network = Inference.of(way, opened.net(), device, precision, batch, side, side);
                var scope = new NativeScope()) {
            var images = images(batch, side).channelsLast().to(device);
            var logits = logits(network, images);
            var timing = Timing.of(seconds, () -> logits(network, images));
            var first = IntStream.range(0, Math.min(SHOWN_LOGITS, logits.length / batch))
                    .mapToObj(i -> logits[i])
                    .toList();
            return new Measured(this, name, way, Speed.Mode.INFER, precision, eightBits, side, timing)
                    .speed(timing.perSecond(batch), Timing.peakRssBytes(), null, first, null);
        }
    }

    private static boolean eightBits(ModelFile.Opened opened) {
        return opened.net().state().values().stream().anyMatch(t -> t.dtype() == DType.I8);
    }

    private static float[] logits(Inference network, Tensor images) {
        try (var scope = new NativeScope()) {
            return network.run(images).toFloats();
        }
    }

    /** Numbers in [-1,1), [N,3,H,W], that a program in any language can make to compare its logits. */
    public static Tensor images(int batch, int side) {
        var values = new float[batch * 3 * side * side];
        for (int i = 0; i < values.length; i++) values[i] = (float) (i * 7919L % 1000 / 500.0 - 1);
        return Tensor.of(values, batch, 3, side, side);
    }

    /**
     * The loop of a training run on random pictures in memory, loader and all.
     *
     * @param model   a name of the registry
     * @param changes of the recipe, as in {@code checkpointing=true}; not of its model and batch
     */
    public Speed train(String model, List<String> changes) throws IOException {
        var entry = Models.get(model);
        int side = size.orElse(entry.inputSize());
        var fields = new ArrayList<>(List.of(
                "model=" + model,
                "batch=" + batch,
                "precision=" + precision.name().toLowerCase(Locale.ROOT),
                "seed=" + seed,
                "validation=0",
                "preprocess=" + Records.line(Preprocess.of(new Resize.None(), side))));
        if (entry.architecture().perPixel()) fields.add("learn=segment");
        fields.addAll(changes);
        var recipe = Records.parse("{}");
        for (var change : fields) recipe = Records.set(recipe, change);
        return train(Records.overlay(new Recipe(), recipe), model, side);
    }

    private Speed train(Recipe recipe, String model, int side) throws IOException {
        if (recipe.batch() != batch || !recipe.model().equals(model))
            throw new IllegalArgumentException(
                    "changes: expected neither model nor batch, got " + recipe.model() + " and " + recipe.batch());
        var architecture = Models.get(model).architecture();
        int classes = architecture.classes();
        DataSource<?> source = architecture.perPixel()
                ? RandomPictures.source(RandomPictures.mapped(batch, side, classes))
                : RandomPictures.source(RandomPictures.labelled(batch, side, classes));
        var folder = Files.createTempDirectory("resnet4j-bench");
        try (var stopwatch = new Stopwatch(seconds)) {
            var options = new Trainer.Options(device, 1, Double.POSITIVE_INFINITY, stopwatch::done);
            try (var trainer =
                    new Trainer(recipe, source, RunFolder.create(folder.resolve("run")), options, stopwatch)) {
                trainer.train();
            }
            var timing = stopwatch.timing();
            var computed = recipe.precisionOn(device);
            return new Measured(this, model, Way.EAGER, Speed.Mode.TRAIN, computed, false, side, timing)
                    .speed(timing.perSecond(batch), stopwatch.peakRssBytes(), stopwatch.outside(), null, null);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    /**
     * From picture files to a file of answers, beside decoding alone and the network alone.
     *
     * @param pictures      the files, at least one
     * @param loaderThreads that decode and resize
     * @param fastDecode    whether large JPEGs are decoded at reduced size
     */
    public Speed folder(
            String name, ModelFile.Opened opened, List<Path> pictures, int loaderThreads, boolean fastDecode)
            throws IOException {
        if (pictures.isEmpty()) throw new IllegalArgumentException("pictures: expected at least one, got none");
        boolean eightBits = eightBits(opened);
        var options = new Predictor.Options().withDevice(device).withPrecision(precision);
        try (var classifier = new Classifier(opened, options)) {
            var preprocess = classifier.card().preprocess();
            var again = IntStream.range(0, FolderRounds.MOST_PICTURES) // one epoch is enough for all
                    .map(i -> i % pictures.size())
                    .toArray();
            var loader = Loader.inOrder(PictureFiles.unlabelled(pictures).subset(again), batch)
                    .withPreprocess(preprocess)
                    .withFastDecoding(fastDecode)
                    .withThreads(loaderThreads, 2 * loaderThreads);
            var rounds = new FolderRounds(classifier, loader);
            rounds.run(seconds);
            double decode = rounds.decode(), network = rounds.network(), whole = rounds.whole();
            var parts = new Speed.Folder(
                    pictures.size(), loaderThreads, fastDecode, decode, network, whole / Math.min(decode, network));
            return new Measured(
                            this,
                            name,
                            Way.best(device),
                            Speed.Mode.FOLDER,
                            precision,
                            eightBits,
                            preprocess.cropHeight(),
                            rounds.timing())
                    .speed(whole, Timing.peakRssBytes(), null, null, parts);
        }
    }

    /** What all results have. */
    private record Measured(
            Bench bench,
            String name,
            Way way,
            Speed.Mode mode,
            Precision precision,
            boolean eightBits,
            int side,
            Timing timing) {
        Speed speed(
                double imagesPerSecond, long peakRssBytes, Double outside, List<Float> logits, Speed.Folder folder) {
            return new Speed(
                    name,
                    way,
                    mode,
                    eightBits ? Precision.FP32 : precision, // a plan in eight bits knows no bf16
                    eightBits,
                    bench.batch,
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
    }
}
