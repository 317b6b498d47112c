package resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Score;
import resnet4j.image.Decoding;
import resnet4j.image.Target;
import resnet4j.nn.Net;
import resnet4j.report.Words;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.tensor.Device;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.train.Checkpoint.Position;

/** One run: a recipe and pictures in, a run folder with a model and a report out. What is learned is its task's. */
public final class Trainer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Trainer.class.getName());

    /**
     * What a run does not depend on: the same bits come out whatever these are.
     *
     * @param loaderThreads     how many threads prepare batches
     * @param checkpointSeconds time between checkpoints inside an epoch; each epoch ends with one
     * @param stop              asked after each update and each measured batch: whether to save and end
     */
    public record Options(Device device, int loaderThreads, double checkpointSeconds, BooleanSupplier stop) {
        public static final Options DEFAULT = new Options(Device.CPU, 1, 120, () -> false);

        Machine machine() {
            return new Machine(device, loaderThreads);
        }
    }

    /** Ends an evaluation early. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Hears how a run goes. */
    public interface Log {
        default void start(Net net, long steps, int epochs) {}

        /**
         * Work besides steps: {@code features} of the training pictures that a head is solved for, {@code solve},
         * {@code validation}, {@code test}, or {@code rates} that a search tries.
         *
         * @param unit what is counted, several of them
         */
        default void besides(String work, long done, long of, String unit) {}

        default void step(Line.Step step) {}

        default void epoch(Line.Epoch epoch) {}
    }

    /**
     * What a run leaves behind.
     *
     * @param best    the best headline on the validation split; absent where nothing is held out
     * @param test    of the best model on the split that {@link DataSource#measured} names; absent when the run was
     *                stopped before its end
     * @param notes   what to know before one believes {@code test}, a sentence each
     * @param stopped whether the run was stopped and can be resumed
     */
    public record Outcome(
            RunFolder run,
            int epochs,
            long steps,
            double seconds,
            Optional<Double> best,
            Optional<Score> test,
            List<String> notes,
            boolean stopped) {}

    private static final int LOOKED = 32; // pictures, evenly through all, before they are said to be alike

    private final Recipe recipe;
    private final DataSource<?> data;
    private final RunAccount account;
    private final RunFolder run;
    private final Options options;
    private final Log log;
    private final Precision precision;
    private final Learner<?> learner;
    private long total; // updates of the whole run
    private Position at = Position.START;

    /** @param data the recipe's, already read; its validation split is made here if the recipe asks for one */
    public Trainer(Recipe recipe, DataSource<?> data, RunFolder run, Options options, Log log) throws IOException {
        this.recipe = recipe;
        this.data = recipe.of(data);
        requireUnlike(this.data.train());
        account = new RunAccount(recipe, this.data, this.data.train().digest());
        this.run = run;
        this.options = options;
        this.log = log;
        precision = recipe.precisionOn(options.device());
        if (recipe.patience() > 0 && this.data.val().isEmpty())
            throw new IllegalArgumentException("patience: early stopping chooses by a validation split, and "
                    + data.name() + " has none; give validation a share such as 0.1");
        learner = new Learner<>(recipe, recipe.learn().task(recipe, this.data, options.machine()));
    }

    /** Looks until two pictures differ: from those that are all alike nothing can be learned. */
    private static void requireUnlike(Dataset<?> pictures) {
        var some = pictures.limit(LOOKED);
        if (some.size() == 1) return;
        try {
            var first = some.picture(0).decode(Decoding.STORED);
            for (int i = 1; i < some.size(); i++)
                if (!Arrays.equals(
                        first.rgb(), some.picture(i).decode(Decoding.STORED).rgb())) return;
        } catch (IOException unreadable) {
            return; // epochs skip it and say so
        }
        throw new IllegalArgumentException("data: expected pictures that differ, got " + pictures.size() + " of which "
                + some.size() + " were looked at and are all alike, such as " + some.name(0) + " and " + some.name(1));
    }

    /** The pictures as this run sees them: as many as the recipe says, with its validation split. */
    public DataSource<?> data() {
        return data;
    }

    /** Trains from the folder's checkpoint, or from the start, to the end or to a stop. */
    public Outcome train() throws IOException {
        try (var owner = run.own()) {
            if (!run.begun()) run.begin(recipe);
            else if (!Recipe.of(run).equals(recipe)) // of one that began while this one was made ready, perhaps
            throw new IOException(run.path() + ": there is a run of another recipe already; give another --run folder");
            if (Files.exists(run.checkpoint()))
                at = Checkpoint.restore(run.checkpoint(), learner.tensors(), recipe, account.dataDigest());
            run.rewind(at.equals(Position.START) ? -1 : at.epoch(), at.step()); // epoch 0 is a head that was solved for
            return train(learner);
        }
    }

    private <T extends Target<T>> Outcome train(Learner<T> learner) throws IOException {
        try (var mode = Ops.precision(precision)) {
            var net = learner.task().net();
            var loader = learner.task().loader();
            total = (loader.batchesPerEpoch() + recipe.accumulate() - 1L) / recipe.accumulate() * recipe.epochs();
            log.start(net, total, epochs());
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
            if (at.equals(Position.START) && !solve()) return stopped();
            while (at.epoch() < epochs() && !outOfPatience()) if (!epoch(learner, loader)) return stopped();
            return finished();
        }
    }

    private int epochs() {
        return recipe.learn().epochs(recipe);
    }

    /** Solves for a head, if there is one to solve for: all of a probe, epoch 0 of others. False if the run was stopped. */
    private boolean solve() throws IOException {
        var clock = new EpochClock(at);
        Optional<Solved> solved;
        try {
            solved = learner.solve(this::besides);
        } catch (Stopped e) {
            return false;
        }
        if (solved.isEmpty()) return true;
        at = Position.of(solved.get(), clock.seconds());
        return endEpoch(clock, 0);
    }

    /** One epoch, from where {@link #at} is in it. Gives false if the run was stopped in it. */
    private <T extends Target<T>> boolean epoch(Learner<T> learner, Loader<T> loader) throws IOException {
        learner.begin(at.epoch());
        var clock = new EpochClock(at);
        int gathered = 0, together = 0; // batches since the last update, and up to the next one
        try (var batches = loader.epoch(at.epoch(), at.batch())) {
            for (var batch : batches) {
                if (gathered++ == 0) together = Math.min(recipe.accumulate(), loader.batchesPerEpoch() - at.batch());
                boolean update = gathered == together || !batches.hasNext();
                var now = new Moment(at.epoch(), at.step(), at.batch(), (double) at.step() / total, rate(at.step()));
                var sums = learner.step(batch, now, together);
                // fewer than together where the last batches of an epoch could not be read
                if (update) learner.update(now, (double) together / gathered);
                at = at.after(batches.position(), update, sums, batch.size(), clock.skipped(batches), clock.seconds());
                if (!update) continue;
                gathered = 0;
                var line = new Line.Step(at.step(), at.epoch() + 1, at.means(), now.lr(), clock.imagesPerSecond(at));
                if (at.step() % 20 == 0 || at.step() == 1 || !batches.hasNext()) run.append(line);
                log.step(line);
                if (options.stop().getAsBoolean()) {
                    save();
                    return false;
                }
                if (clock.sinceSaved() > options.checkpointSeconds()) {
                    save();
                    clock.saved();
                }
            }
            at = at.with(clock.skipped(batches));
            return endEpoch(clock, batches.waitNanos());
        }
    }

    private double rate(long step) {
        return recipe.optimizer().lr() * recipe.schedule().at(Math.max(0.0, step) / total);
    }

    /** Measures, saves and logs. Gives false if the run was stopped in it. */
    private boolean endEpoch(EpochClock clock, long waitNanos) throws IOException {
        double trained = clock.own();
        checkFinite();
        checkAlive();
        Optional<Score> validation = Optional.empty();
        try {
            if (data.val().isPresent())
                validation = Optional.of(learner.task()
                        .validate(
                                learner.best(),
                                watched("validation", data.val().get().size())));
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
                clock.own(),
                waitNanos / 1e9 / trained,
                clock.seen(at) / trained,
                at.skipped());
        at = at.next(better ? value : at.best(), better ? at.epoch() + 1 : at.bestEpoch(), clock.seconds());
        run.requireWhole();
        if (better)
            learner.task()
                    .save(run.model(), learner.best(), RunAccount.metrics(line, validation), account.provenance(line));
        // before the checkpoint: a resumed run forgets what was logged after it, but cannot add what was not
        run.append(line);
        save();
        log.epoch(line);
        return true;
    }

    /** Tells how far work is, and ends it when the run is stopped. */
    private void besides(String work, long done, long of, String unit) {
        if (options.stop().getAsBoolean()) throw new Stopped();
        log.besides(work, done, of, unit);
    }

    private IntConsumer watched(String work, long of) {
        var done = new long[1];
        return pictures -> besides(work, done[0] += pictures, of, "images");
    }

    private boolean outOfPatience() {
        return recipe.patience() > 0 && at.epoch() - at.bestEpoch() >= recipe.patience();
    }

    private Outcome stopped() {
        return new Outcome(run, at.epoch(), at.step(), at.seconds(), at.best(), Optional.empty(), List.of(), true);
    }

    private Outcome finished() throws IOException {
        Score test;
        long begun = System.nanoTime();
        try {
            test = learner.task()
                    .test(
                            run.model(),
                            watched("test", data.split(data.measured()).size()));
        } catch (Stopped e) {
            return stopped();
        }
        run.keepEvaluation(test);
        double seconds = at.seconds() + (System.nanoTime() - begun) / 1e9;
        account.report(run, learner.task(), test, options.device(), seconds);
        LOG.log(
                System.Logger.Level.INFO,
                "trained {0} in {1} s: {2} {3}",
                Words.count(at.epoch(), "epoch"),
                Math.round(seconds),
                test.headline(),
                test.value());
        return new Outcome(
                run,
                at.epoch(),
                at.step(),
                at.seconds() + (System.nanoTime() - begun) / 1e9,
                at.best(),
                Optional.of(test),
                account.notes(test),
                false);
    }

    private void save() throws IOException {
        checkFinite();
        run.requireWhole();
        new Checkpoint(learner.tensors(), recipe, account.dataDigest(), at).write(run.checkpoint());
    }

    /** A head that was solved for knew something: an early epoch that knows nothing has broken the network. */
    private void checkAlive() {
        if (!recipe.solveHead() || at.epoch() < 0 || at.epoch() >= 3) return;
        double loss = at.means().get(Losses.TOTAL), guess = learner.task().guess();
        if (loss > guess) throw DivergedException.ofGuess(loss, guess, at.step(), rate(at.step() - 1));
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
