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
import resnet4j.eval.Score;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
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

        default void step(Line.Step step) {}

        default void epoch(Line.Epoch epoch) {}
    }

    /**
     * What a run leaves behind.
     *
     * @param best    the best headline on the validation split; absent where nothing is held out
     * @param test    of the best model on the split that {@link DataSource#measured} names; absent when the run was
     *                stopped before its end
     * @param stopped whether the run was stopped and can be resumed
     */
    public record Outcome(
            RunFolder run,
            int epochs,
            long steps,
            double seconds,
            Optional<Double> best,
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
        try (var owner = run.own()) {
            if (!run.begun()) run.begin(recipe);
            else requireOwnRecipe();
            if (Files.exists(run.checkpoint()))
                at = Checkpoint.restore(run.checkpoint(), learner.tensors(), recipe, dataDigest);
            run.rewind(at.epoch(), at.step());
            return run();
        }
    }

    /** @throws IOException if the folder is of another run: one that began while this one was made ready */
    private void requireOwnRecipe() throws IOException {
        if (!Recipe.of(run).equals(recipe))
            throw new IOException(run.path() + ": there is a run of another recipe already; give another --run folder");
    }

    private Outcome run() throws IOException {
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
                        sums(done, batch.size()),
                        at.seen() + batch.size(),
                        joined(skippedBefore, batches.skipped()),
                        at.best(),
                        at.bestEpoch(),
                        secondsBefore + (System.nanoTime() - begun) / 1e9);
                if (!update) continue;
                pending = 0;
                var line = new Line.Step(
                        at.step(),
                        at.epoch() + 1,
                        at.means(),
                        lr,
                        (at.seen() - seenBefore) / (at.seconds() - secondsBefore));
                if (at.step() % 20 == 0 || at.step() == 1 || !batches.hasNext()) run.append(line);
                log.step(line);
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

    /** This epoch's sums with a batch more. */
    private Map<String, Double> sums(Learner.Stepped done, int size) {
        var sums = new LinkedHashMap<>(at.sums());
        sums.merge("loss", done.loss() * size, Double::sum);
        done.sums().forEach((name, value) -> sums.merge(name, value, Double::sum));
        return sums;
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
        Optional<Score> validation;
        try {
            validation = data.val().map(held -> learner.validate(this::watchStop));
        } catch (Stopped e) {
            save();
            return false;
        }
        var value = validation.map(Score::value);
        boolean better = value.isEmpty()
                || at.best().isEmpty()
                || value.get() > at.best().get();
        var line = new Line.Epoch(
                at.epoch() + 1,
                at.step(),
                at.means(),
                validation.map(Score::numbers).orElse(Map.of()),
                rate(at.step() - 1),
                (System.nanoTime() - begun) / 1e9,
                waitNanos / 1e9 / trained,
                (at.seen() - seenBefore) / trained,
                skipped);
        at = new Position(
                at.epoch() + 1,
                0,
                at.step(),
                Map.of(),
                0,
                List.of(),
                better ? value : at.best(),
                better ? at.epoch() + 1 : at.bestEpoch(),
                secondsBefore + (System.nanoTime() - begun) / 1e9);
        run.requireWhole();
        if (better) describe(line).save(run.model(), learner.best());
        // before the checkpoint: a resumed run forgets what was logged after it, but cannot add what was not
        run.append(line);
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
        run.keepEvaluation(evaluation);
        LOG.log(
                System.Logger.Level.INFO,
                "trained {0} epochs in {1} s: {2} of {3} right",
                at.epoch(),
                Math.round(at.seconds()),
                evaluation.correct(),
                evaluation.samples());
        return new Outcome(run, at.epoch(), at.step(), at.seconds(), at.best(), Optional.of(evaluation), false);
    }

    private ModelFile describe(Line.Epoch line) {
        var metrics = new LinkedHashMap<String, Double>();
        metrics.put("trainLoss", line.train().get("loss"));
        for (var name : List.of("top1", "loss"))
            if (line.validation().containsKey(name))
                metrics.put(name, line.validation().get(name));
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
        run.requireWhole();
        new Checkpoint(learner.tensors(), recipe, dataDigest, at).write(run.checkpoint());
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
