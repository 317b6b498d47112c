package resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import resnet4j.config.Records;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.data.Skipped;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Inputs;
import resnet4j.eval.Metrics;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.nn.BatchNorm2d;
import resnet4j.nn.Checkpointing;
import resnet4j.nn.Layer;
import resnet4j.tensor.DType;
import resnet4j.tensor.Device;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Listener;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.train.Checkpoint.Position;
import resnet4j.weights.WeightFile;

/** One supervised run: a recipe and pictures in, a run folder out. */
public final class Trainer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Trainer.class.getName());
    private static final int KEPT_MISTAKES = 24;
    private static final int CALIBRATION_PICTURES = 2000;

    /**
     * What a run does not depend on: the same bits come out whatever these are.
     *
     * @param loaderThreads     how many threads prepare batches
     * @param checkpointSeconds time between checkpoints inside an epoch; each epoch ends with one
     * @param stop              asked after each update and each measured batch: whether to save and end
     */
    public record Options(Device device, int loaderThreads, double checkpointSeconds, BooleanSupplier stop) {
        public static final Options DEFAULT = new Options(Device.CPU, 1, 120, () -> false);
    }

    /** Ends an evaluation early. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Hears how a run goes. */
    public interface Log {
        default void start(ClassificationNet net, long steps, int epochs) {}

        default void step(Step step, long ofEpoch, long inEpoch) {}

        default void epoch(EpochLine epoch) {}
    }

    /** A line of the history: one update. Loss and accuracy are this epoch's so far. */
    public record Step(
            String kind, long step, int epoch, double loss, double accuracy, double lr, double imagesPerSecond) {}

    /**
     * A line of the history: one epoch.
     *
     * @param validation absent where nothing is held out
     * @param waitShare  share of the time in which the loop waited for the loader
     */
    public record EpochLine(
            String kind,
            int epoch,
            long step,
            double trainLoss,
            double trainAccuracy,
            Optional<Evaluation.Summary> validation,
            double lr,
            double seconds,
            double waitShare,
            double imagesPerSecond,
            List<Skipped> skipped) {}

    /**
     * What a run leaves behind.
     *
     * @param best    top-1 accuracy on the validation split, or -1 where nothing is held out
     * @param test    of the best model on the split that {@link DataSource#measured} names; absent when the run was
     *                stopped before its end
     * @param stopped whether the run was stopped and can be resumed
     */
    public record Outcome(
            RunFolder run,
            int epochs,
            long steps,
            double seconds,
            double best,
            Optional<Evaluation> test,
            boolean stopped) {}

    private final Recipe recipe;
    private final DataSource data;
    private final String dataDigest; // of the training pictures
    private final RunFolder run;
    private final Options options;
    private final Log log;
    private final Precision precision;
    private final ClassificationNet net;
    private final ClassificationNet averaged; // null without ema
    private final Optimizer optimizer;
    private final Tensor classWeights; // null where all pictures count the same
    private final Map<String, Integer> stageOf = new HashMap<>(); // of each trained weight, counted from the head
    private Features probed, probedHeld; // what a linear probe works on; null for every other strategy
    private long total; // updates of the whole run
    private Position at = Position.START;

    /** @param data the recipe's, already read; its validation split is made here if the recipe asks for one */
    public Trainer(Recipe recipe, DataSource data, RunFolder run, Options options, Log log) throws IOException {
        this.recipe = recipe;
        this.data = split(recipe, data);
        dataDigest = this.data.train().digest();
        this.run = run;
        this.options = options;
        this.log = log;
        precision = Precision.parse(recipe.precision());
        if (recipe.patience() > 0 && this.data.val().isEmpty())
            throw new IllegalArgumentException("patience: early stopping chooses by a validation split, and "
                    + data.name() + " has none; give validation a share such as 0.1");
        Ops.seed(recipe.seed());
        net = build();
        if (recipe.checkpointing() && !Checkpointing.fits(net))
            throw new IllegalArgumentException("checkpointing: expected a network that is a sequence of blocks, got "
                    + recipe.model() + "; set checkpointing to false");
        if (recipe.weights().isPresent()) {
            var path = Path.of(recipe.weights().get());
            ModelFile.loadBody(net, WeightFile.read(path).tensors(), path.toString());
        } else {
            try (var scope = new NativeScope()) {
                net.calibrate(this::calibrationImages);
            }
        }
        averaged = recipe.ema() > 0 ? build() : null;
        if (averaged != null) copy(net, averaged);
        if (recipe.freezeNorms())
            for (var layer : net.nets().values()) if (layer instanceof BatchNorm2d norm) norm.freezeStatistics();
        optimizer = new Optimizer(recipe.optimizer(), net.parameters());
        var stages = net.stages();
        for (int i = 0; i < stages.size(); i++) for (var name : stages.get(i)) stageOf.put(name, i);
        classWeights = recipe.classBalance() ? balance(this.data.train()) : null;
    }

    private static DataSource split(Recipe recipe, DataSource data) {
        data = data.upright(recipe.preprocess().applyExif());
        if (recipe.limit() > 0) data = data.limit(recipe.limit());
        return recipe.validation() > 0 ? data.withValidation(recipe.validation(), recipe.seed()) : data;
    }

    private ClassificationNet build() {
        var architecture = recipe.architectureFor(data.train().classes().size());
        architecture.requireInput(
                recipe.preprocess().cropHeight(), recipe.preprocess().cropWidth());
        var built = architecture.build();
        built.channelsLast();
        built.to(options.device());
        return built;
    }

    private Tensor calibrationImages() {
        var few = data.train().limit(CALIBRATION_PICTURES);
        try (var batches = Loader.inOrder(few, few.size())
                .withPreprocess(recipe.preprocess()::apply)
                .epoch(0)) {
            return Inputs.images(batches.next(), recipe.preprocess(), options.device());
        }
    }

    /** The pictures as this run sees them: as many as the recipe says, with its validation split. */
    public DataSource data() {
        return data;
    }

    /** Trains from the folder's checkpoint, or from the start, to the end or to a stop. */
    public Outcome train() throws IOException {
        run.begin(recipe);
        if (Files.exists(run.checkpoint())) at = Checkpoint.restore(run.checkpoint(), tensors(), dataDigest);
        run.rewind(at.epoch(), at.step());
        var loader = loader();
        long updates = (loader.batchesPerEpoch() + recipe.accumulate() - 1L) / recipe.accumulate();
        total = updates * recipe.epochs();
        log.start(net, total, recipe.epochs());
        LOG.log(
                System.Logger.Level.INFO,
                "training {0} with {1} parameters on {2} pictures of {3}, {4}, libtorch {5} on {6}",
                recipe.model(),
                net.parameterCount(),
                data.train().size(),
                data.name(),
                precision,
                Engine.version(),
                options.device());
        try (var mode = Ops.precision(precision)) {
            while (at.epoch() < recipe.epochs() && !outOfPatience()) {
                if (!epoch(loader)) return stopped();
            }
        }
        return finished();
    }

    private Loader loader() {
        if (recipe.strategy() instanceof Strategy.LinearProbe) {
            try (var mode = Ops.precision(precision)) {
                probed = features(data.train());
                probedHeld = data.val().map(this::features).orElse(null);
            }
            return Loader.shuffled(probed.data(), recipe.batch(), recipe.seed())
                    .withOrder(recipe.order(), recipe.seed());
        }
        return Loader.shuffled(data.train(), recipe.batch(), recipe.seed())
                .withOrder(recipe.order(), recipe.seed())
                .withPreprocess(recipe.preprocess()::apply)
                .withAugments(recipe.augment())
                .withMix(recipe.mix())
                .withThreads(options.loaderThreads(), 4);
    }

    /** A point of {@link #findRate}: the smoothed loss after a step at a rate. */
    public record RatePoint(double lr, double loss) {}

    /**
     * Trains with a rate that grows from {@code low} to {@code high} in {@code steps} steps, or until the loss is four
     * times its least. Smith 2017, arXiv:1506.01186 section 3.3. The network is of no use afterwards.
     */
    public List<RatePoint> findRate(double low, double high, int steps) {
        var points = new ArrayList<RatePoint>();
        double smooth = 0, least = Double.MAX_VALUE;
        var loader = loader();
        net.train(true);
        scaleRates(Integer.MAX_VALUE);
        try (var mode = Ops.precision(precision)) {
            for (int epoch = 0; points.size() < steps; epoch++) {
                try (var batches = loader.epoch(epoch)) {
                    for (var batch : batches) {
                        double lr = low * Math.pow(high / low, (double) points.size() / (steps - 1));
                        double loss = step(batch, lr, 1, true).loss();
                        int n = points.size() + 1;
                        smooth = 0.9 * smooth + 0.1 * loss;
                        double mean = smooth / (1 - Math.pow(0.9, n)); // arXiv:1412.6980 section 3
                        points.add(new RatePoint(lr, mean));
                        least = Math.min(least, mean);
                        if (n >= steps || mean > 4 * least) return points;
                    }
                } catch (DivergedException e) {
                    if (points.isEmpty()) throw e; // even the lowest rate is too high
                    return points;
                }
            }
        }
        return points;
    }

    /** The rate at which the loss falls fastest, in units of the logarithm of the rate. */
    public static double steepest(List<RatePoint> points) {
        int best = 0;
        double slope = 0;
        for (int i = 1; i + 1 < points.size(); i++) {
            double s = points.get(i + 1).loss() - points.get(i - 1).loss();
            if (s < slope) {
                slope = s;
                best = i;
            }
        }
        return points.get(best).lr();
    }

    private Features features(Dataset pictures) {
        return Features.of(net, pictures, recipe.preprocess(), options.device(), options.loaderThreads());
    }

    /** The batch through the network; a linear probe needs its head alone. */
    private Tensor logits(ClassificationNet network, Batch batch, Features features) {
        return features == null
                ? network.apply(Inputs.images(batch, recipe.preprocess(), options.device()))
                : network.head().apply(features.rows(batch.indices(), options.device()));
    }

    /** What a step's loss is made of: the head's logits first. */
    private List<ClassificationNet.Output> outputs(Batch batch) {
        return probed == null
                ? net.outputs(resized(Inputs.images(batch, recipe.preprocess(), options.device())))
                : List.of(new ClassificationNet.Output(logits(net, batch, probed), 1));
    }

    private Tensor resized(Tensor images) {
        var small = recipe.progressive();
        return at.step() < small.share() * total ? Ops.shrink(images, small.size(), small.size()) : images;
    }

    /** One epoch, from where {@link #at} is in it. Gives false if the run was stopped in it. */
    private boolean epoch(Loader loader) throws IOException {
        net.train(true);
        scaleRates(at.epoch());
        long begun = System.nanoTime(), saved = begun;
        double secondsBefore = at.seconds();
        long seenBefore = at.seen();
        var skippedBefore = at.skipped();
        int pending = 0, together = 0; // batches since the last update, and up to the next one
        try (var batches = loader.epoch(at.epoch(), at.batch())) {
            for (var batch : batches) {
                if (pending++ == 0) together = Math.min(recipe.accumulate(), loader.batchesPerEpoch() - at.batch());
                boolean update = pending == together || !batches.hasNext();
                double lr = rate(at.step());
                var done = step(batch, lr, together, update);
                at = new Position(
                        at.epoch(),
                        batches.position(),
                        at.step() + (update ? 1 : 0),
                        at.lossSum() + done.loss() * batch.size(),
                        at.correct() + done.correct(),
                        at.seen() + batch.size(),
                        joined(skippedBefore, batches.skipped()),
                        at.best(),
                        at.bestEpoch(),
                        secondsBefore + (System.nanoTime() - begun) / 1e9);
                if (!update) continue;
                pending = 0;
                var line = new Step(
                        "step",
                        at.step(),
                        at.epoch() + 1,
                        at.lossSum() / at.seen(),
                        (double) at.correct() / at.seen(),
                        lr,
                        (at.seen() - seenBefore) / (at.seconds() - secondsBefore));
                if (at.step() % 20 == 0 || at.step() == 1 || !batches.hasNext()) run.log(line);
                log.step(line, loader.batchesPerEpoch(), at.batch());
                if (options.stop().getAsBoolean()) {
                    save();
                    return false;
                }
                if (System.nanoTime() - saved > options.checkpointSeconds() * 1e9) {
                    save();
                    saved = System.nanoTime();
                }
            }
            var skipped = joined(skippedBefore, batches.skipped());
            return endEpoch(skipped, begun, secondsBefore, seenBefore, batches.waitNanos());
        }
    }

    private void scaleRates(int epoch) {
        optimizer.scaleRates(name -> recipe.strategy().lrScale(stageOf.get(name), epoch)
                * (name.endsWith(".bias") ? recipe.biasScale() : 1));
    }

    private double rate(long step) {
        return recipe.optimizer().lr() * recipe.schedule().at((double) step / total);
    }

    private static List<Skipped> joined(List<Skipped> before, List<Skipped> now) {
        var all = new ArrayList<>(before);
        all.addAll(now);
        return all;
    }

    /** What one batch showed: its mean loss, and how many of its pictures were classified right. */
    public record Stepped(double loss, long correct) {}

    /**
     * One batch, forward and back, on this run's network in training mode.
     *
     * @param together how many batches make one update, whose gradient is their mean
     * @param update   whether to move the weights by the gradients gathered since the last update
     * @throws DivergedException if the loss is not finite; the weights have not moved then
     */
    public Stepped step(Batch batch, double lr, int together, boolean update) {
        try (var scope = new NativeScope(); // frees every tensor this step makes
                var checkpointing = Checkpointing.of(net, recipe.checkpointing())) {
            Ops.seed(stepSeed(at.step(), at.batch()));
            var outputs = outputs(batch);
            var loss = loss(outputs, batch);
            double value = loss.item();
            if (!Double.isFinite(value))
                throw DivergedException.ofLoss(value, firstNotFinite(batch), at.step() + 1, lr);
            checkpointing.backward(together == 1 ? loss : Ops.scale(loss, 1.0 / together));
            if (update) {
                if (recipe.clipNorm() > 0) Ops.clipGradNorm(optimizer.weights(), recipe.clipNorm());
                optimizer.step(lr);
                if (averaged != null) average();
            }
            return new Stepped(value, correct(outputs.get(0).logits(), batch));
        }
    }

    /** Measures, saves and logs. Gives false if the run was stopped in it. */
    private boolean endEpoch(List<Skipped> skipped, long begun, double secondsBefore, long seenBefore, long waitNanos)
            throws IOException {
        double trained = (System.nanoTime() - begun) / 1e9;
        checkFinite();
        Optional<Evaluation.Summary> validation;
        try {
            validation = data.val().map(held -> validate(held).summary());
        } catch (Stopped e) {
            save();
            return false;
        }
        double top1 = validation.map(Evaluation.Summary::top1).orElse(-1.0);
        boolean better = validation.isEmpty() || top1 > at.best();
        var line = new EpochLine(
                "epoch",
                at.epoch() + 1,
                at.step(),
                at.lossSum() / at.seen(),
                (double) at.correct() / at.seen(),
                validation,
                rate(at.step() - 1),
                (System.nanoTime() - begun) / 1e9,
                waitNanos / 1e9 / trained,
                (at.seen() - seenBefore) / trained,
                skipped);
        at = new Position(
                at.epoch() + 1,
                0,
                at.step(),
                0,
                0,
                0,
                List.of(),
                better ? top1 : at.best(),
                better ? at.epoch() + 1 : at.bestEpoch(),
                secondsBefore + (System.nanoTime() - begun) / 1e9);
        if (better) describe(line).save(run.model(), best());
        // before the checkpoint: a resumed run forgets what was logged after it, but cannot add what was not
        run.log(line);
        save();
        log.epoch(line);
        return true;
    }

    private Tensor loss(List<ClassificationNet.Output> outputs, Batch batch) {
        var sum = loss(outputs.get(0).logits(), batch);
        for (var auxiliary : outputs.subList(1, outputs.size()))
            sum = Ops.add(sum, Ops.scale(loss(auxiliary.logits(), batch), auxiliary.weight()));
        return sum;
    }

    private Tensor loss(Tensor logits, Batch batch) {
        var first = Ops.crossEntropy(
                logits, Inputs.labels(batch.labels(), options.device()), classWeights, recipe.labelSmoothing());
        if (!batch.mixed()) return first;
        var second = Ops.crossEntropy(
                logits, Inputs.labels(batch.labels2(), options.device()), classWeights, recipe.labelSmoothing());
        return Ops.add(Ops.scale(first, batch.lambda()), Ops.scale(second, 1 - batch.lambda()));
    }

    private static long correct(Tensor logits, Batch batch) {
        var guesses = logits.argmax(1).toLongs();
        long right = 0;
        for (int i = 0; i < guesses.length; i++) if (guesses[i] == batch.labels()[i]) right++;
        return right;
    }

    /** The network that is measured and saved: the average, where there is one. */
    private ClassificationNet best() {
        return averaged == null ? net : averaged;
    }

    private void average() {
        var from = new ArrayList<Tensor>();
        var to = new ArrayList<Tensor>();
        var averages = averaged.state();
        net.state().forEach((name, t) -> {
            if (t.dtype() != DType.F32) return;
            from.add(t.detach());
            to.add(averages.get(name).detach());
        });
        // a young average leans on new weights more: Tarvainen and Valpola 2017, arXiv:1703.01780 section 3
        double decay = Math.min(recipe.ema(), (1.0 + at.step()) / (10.0 + at.step()));
        Ops.lerp_(to, from, 1 - decay);
    }

    private Evaluation validate(Dataset held) {
        if (probedHeld == null) return evaluate(best(), held, 0);
        best().train(false);
        var metrics = new Metrics(held.classes().size(), 0);
        try (var batches = Loader.inOrder(probedHeld.data(), recipe.batch()).epoch(0);
                var noGrad = Ops.noGrad()) {
            for (var batch : batches) {
                try (var scope = new NativeScope()) {
                    var logits = logits(best(), batch, probedHeld);
                    metrics.add(logits.toFloats(), batch.size(), (int) logits.size(1), batch.labels(), batch.indices());
                }
            }
        }
        return metrics.evaluation(held.classes(), probedHeld.data()::name, List.of());
    }

    private Evaluation evaluate(ClassificationNet network, Dataset dataset, int keptMistakes) {
        network.train(false);
        var loader = Loader.inOrder(dataset, recipe.batch())
                .withPreprocess(recipe.preprocess()::apply)
                .withThreads(options.loaderThreads(), 4);
        try {
            return new Evaluator(
                            recipe.views().of(network::apply),
                            dataset.classes(),
                            recipe.preprocess(),
                            options.device(),
                            keptMistakes)
                    .evaluate(loader, n -> {
                        if (options.stop().getAsBoolean()) throw new Stopped();
                    });
        } finally {
            network.train(true);
        }
    }

    private boolean outOfPatience() {
        return recipe.patience() > 0 && at.epoch() - at.bestEpoch() >= recipe.patience();
    }

    private Outcome stopped() {
        return new Outcome(run, at.epoch(), at.step(), at.seconds(), at.best(), Optional.empty(), true);
    }

    private Outcome finished() throws IOException {
        var held = data.split(data.measured());
        Evaluation evaluation;
        var opened = ModelFile.open(run.model());
        try (var model = opened.net();
                var mode = Ops.precision(precision)) {
            model.channelsLast();
            model.to(options.device());
            evaluation = evaluate(model, held, KEPT_MISTAKES);
        } catch (Stopped e) {
            return stopped();
        }
        RunFolder.replace(run.evaluation(), Records.write(evaluation) + "\n");
        LOG.log(
                System.Logger.Level.INFO,
                "trained {0} epochs in {1} s: {2} of {3} right",
                at.epoch(),
                Math.round(at.seconds()),
                evaluation.correct(),
                evaluation.samples());
        return new Outcome(run, at.epoch(), at.step(), at.seconds(), at.best(), Optional.of(evaluation), false);
    }

    private ModelFile describe(EpochLine line) {
        var metrics = new LinkedHashMap<String, Double>();
        metrics.put("trainLoss", line.trainLoss());
        line.validation().ifPresent(v -> {
            metrics.put("top1", v.top1());
            metrics.put("loss", v.loss());
        });
        return new ModelFile(
                recipe.model(),
                recipe.architectureFor(data.train().classes().size()),
                recipe.preprocess(),
                data.train().classes(),
                metrics,
                Records.line(recipe),
                Map.of(
                        "data", data.name(),
                        "dataDigest", dataDigest,
                        "engine", Engine.version(),
                        "java", System.getProperty("java.version"),
                        "epoch", Integer.toString(line.epoch()),
                        "seed", Long.toString(recipe.seed())));
    }

    private void save() throws IOException {
        checkFinite();
        new Checkpoint(tensors(), dataDigest, at).write(run.checkpoint());
    }

    private Map<String, Tensor> tensors() {
        var all = new LinkedHashMap<String, Tensor>();
        net.state().forEach((name, t) -> all.put("net." + name, t));
        if (averaged != null) averaged.state().forEach((name, t) -> all.put("ema." + name, t));
        optimizer.state().forEach((name, t) -> all.put("optimizer." + name, t));
        return all;
    }

    /** Neither measures nor keeps what is not finite: the folder stays as it was. */
    private void checkFinite() {
        tensors().forEach((name, t) -> {
            if (!t.isFinite()) throw DivergedException.ofWeights(name, at.step(), rate(at.step() - 1));
        });
    }

    /** Runs the batch again to find where the numbers break. */
    private String firstNotFinite(Batch batch) {
        var path = new ArrayDeque<String>();
        var found = new ArrayList<String>();
        var listener = new Listener() {
            @Override
            public void enter(String name) {
                path.addLast(name);
            }

            @Override
            public void exit(String name, Tensor out) {
                if (found.isEmpty() && !out.isFinite())
                    found.add(String.join(
                            ".", path.stream().filter(n -> !n.isEmpty()).toList()));
                path.removeLast();
            }
        };
        Ops.seed(stepSeed(at.step(), at.batch()));
        try (var listening = Ops.listen(listener);
                var noGrad = Ops.noGrad()) {
            logits(net, batch, probed);
        }
        return found.isEmpty() ? "the loss itself" : found.get(0).isEmpty() ? "the network" : found.get(0);
    }

    /** Weights that make each class count the same: samples / (classes * samples of the class). */
    private Tensor balance(Dataset train) {
        var counts = train.classCounts();
        var weights = new float[counts.length];
        for (int i = 0; i < counts.length; i++)
            weights[i] = counts[i] == 0 ? 0 : (float) train.size() / (counts.length * (float) counts[i]);
        try (var scope = new NativeScope()) {
            return Tensor.of(weights, weights.length).to(options.device()).own();
        }
    }

    private static void copy(Layer from, Layer to) {
        var target = to.state();
        from.state().forEach((name, t) -> target.get(name).set(t));
    }

    /** Seeds dropout and stochastic depth by place, so that nothing has to be saved. */
    private long stepSeed(long step, int batch) {
        long z = recipe.seed() * 0x9E3779B97F4A7C15L + step * 0xBF58476D1CE4E5B9L + batch;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public void close() {
        optimizer.close();
        net.close();
        if (averaged != null) averaged.close();
        if (classWeights != null) classWeights.close();
    }
}
