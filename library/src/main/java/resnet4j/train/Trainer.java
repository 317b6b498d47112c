package resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Loader;
import resnet4j.data.Skipped;
import resnet4j.eval.Evaluation;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Ops;
import resnet4j.train.Checkpoint.Position;

/** One supervised run: a recipe and pictures in, a run folder out. */
public final class Trainer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Trainer.class.getName());
    private static final int KEPT_MISTAKES = 24;

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
    private final Learner learner;
    private long total; // updates of the whole run
    private Position at = Position.START;

    /** @param data the recipe's, already read; its validation split is made here if the recipe asks for one */
    public Trainer(Recipe recipe, DataSource data, RunFolder run, Options options, Log log) throws IOException {
        this.recipe = recipe;
        this.data = recipe.of(data);
        dataDigest = this.data.train().digest();
        this.run = run;
        this.options = options;
        this.log = log;
        if (recipe.patience() > 0 && this.data.val().isEmpty())
            throw new IllegalArgumentException("patience: early stopping chooses by a validation split, and "
                    + data.name() + " has none; give validation a share such as 0.1");
        learner = new Learner(recipe, this.data, options.device(), options.loaderThreads());
    }

    /** The pictures as this run sees them: as many as the recipe says, with its validation split. */
    public DataSource data() {
        return data;
    }

    /** Trains from the folder's checkpoint, or from the start, to the end or to a stop. */
    public Outcome train() throws IOException {
        run.begin(recipe);
        if (Files.exists(run.checkpoint())) at = Checkpoint.restore(run.checkpoint(), learner.tensors(), dataDigest);
        run.rewind(at.epoch(), at.step());
        try (var mode = Ops.precision(learner.precision())) {
            var loader = learner.loader();
            long updates = (loader.batchesPerEpoch() + recipe.accumulate() - 1L) / recipe.accumulate();
            total = updates * recipe.epochs();
            log.start(learner.net(), total, recipe.epochs());
            LOG.log(
                    System.Logger.Level.INFO,
                    "training {0} with {1} parameters on {2} pictures of {3}, {4}, libtorch {5} on {6}",
                    recipe.model(),
                    learner.net().parameterCount(),
                    data.train().size(),
                    data.name(),
                    learner.precision(),
                    Engine.version(),
                    options.device());
            while (at.epoch() < recipe.epochs() && !outOfPatience()) {
                if (!epoch(loader)) return stopped();
            }
            return finished();
        }
    }

    /** One epoch, from where {@link #at} is in it. Gives false if the run was stopped in it. */
    private boolean epoch(Loader loader) throws IOException {
        learner.begin(at.epoch());
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
                var done = learner.step(batch, at.step(), at.batch(), (double) at.step() / total, lr, together, update);
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

    private double rate(long step) {
        return recipe.optimizer().lr() * recipe.schedule().at((double) step / total);
    }

    private static List<Skipped> joined(List<Skipped> before, List<Skipped> now) {
        var all = new ArrayList<>(before);
        all.addAll(now);
        return all;
    }

    /** Measures, saves and logs. Gives false if the run was stopped in it. */
    private boolean endEpoch(List<Skipped> skipped, long begun, double secondsBefore, long seenBefore, long waitNanos)
            throws IOException {
        double trained = (System.nanoTime() - begun) / 1e9;
        checkFinite();
        Optional<Evaluation.Summary> validation;
        try {
            validation =
                    data.val().map(held -> learner.validate(this::watchStop).summary());
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
        if (better) describe(line).save(run.model(), learner.best());
        // before the checkpoint: a resumed run forgets what was logged after it, but cannot add what was not
        run.log(line);
        save();
        log.epoch(line);
        return true;
    }

    private void watchStop(int pictures) {
        if (options.stop().getAsBoolean()) throw new Stopped();
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
        try (var opened = ModelFile.open(run.model())) {
            opened.net().channelsLast();
            opened.net().to(options.device());
            evaluation = learner.evaluate(opened.net(), held, KEPT_MISTAKES, this::watchStop);
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
        new Checkpoint(learner.tensors(), dataDigest, at).write(run.checkpoint());
    }

    /** Neither measures nor keeps what is not finite: the folder stays as it was. */
    private void checkFinite() {
        learner.tensors().forEach((name, t) -> {
            if (!t.isFinite()) throw DivergedException.ofWeights(name, at.step(), rate(at.step() - 1));
        });
    }

    @Override
    public void close() {
        learner.close();
    }
}
