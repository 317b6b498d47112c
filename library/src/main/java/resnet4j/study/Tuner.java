package resnet4j.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.files.AtomicFile;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.train.DivergedException;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/** A {@link Search} at work, one trial at a time. It sees no test picture: it chooses by the validation split alone. */
public final class Tuner {
    private final Search search;
    private final SearchFolder folder;
    private final DataSource<?> data;
    private final Trainer.Options options;
    private final double seconds;
    private final Consumer<Search.Result> heard;

    /**
     * @param data    the base recipe's; its validation split is made here, the same for all trials
     * @param seconds how long the search may take in all, over resumptions; infinite for as long as it takes
     * @param heard   hears each result
     */
    public Tuner(
            SearchFolder folder,
            DataSource<?> data,
            Trainer.Options options,
            double seconds,
            Consumer<Search.Result> heard)
            throws IOException {
        this.folder = folder;
        this.search = folder.search();
        this.options = options;
        this.seconds = seconds;
        this.heard = heard;
        var base = search.base();
        checkValidation(base, data);
        this.data = base.of(data).withoutTest();
    }

    /** @throws IllegalArgumentException if there is nothing to choose by */
    public static void checkValidation(Recipe base, DataSource<?> data) {
        if (data.val().isEmpty() && base.validation() == 0)
            throw new IllegalArgumentException("validation: a search chooses by a validation split, and " + data.name()
                    + " has none; give validation a share such as 0.1");
    }

    /** Works until all is done, the time is over, or it is stopped; leaves a page in the folder. */
    public Tuned run() throws IOException {
        var results = work();
        new SearchPage(search, results).report().write(folder.report());
        var best = search.best(results);
        return new Tuned(
                folder.path(),
                search.rungs(),
                search.next(results).isEmpty(),
                results.stream().mapToDouble(Search.Result::seconds).sum(),
                best,
                best.map(b -> folder.best()),
                search.ranking(results));
    }

    /** All results, those of before among them. */
    private List<Search.Result> work() throws IOException {
        var results = new ArrayList<>(folder.results());
        double spent = results.stream().mapToDouble(Search.Result::seconds).sum();
        long begun = System.nanoTime();
        Trainer.Options until = new Trainer.Options(
                options.device(),
                options.loaderThreads(),
                options.checkpointSeconds(),
                () -> options.stop().getAsBoolean() || spent + since(begun) > seconds);
        while (!until.stop().getAsBoolean()) {
            var job = search.next(results);
            if (job.isEmpty()) break;
            var result = work(job.get(), until);
            if (result.isEmpty()) break;
            results.add(result.get());
            folder.write(results);
            var best = search.best(results);
            if (best.isPresent())
                AtomicFile.write(
                        folder.best(), Records.write(search.recipe(best.get().trial())) + "\n");
            heard.accept(result.get());
        }
        return results;
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    /** Brings a trial to a rung; nothing, if it was stopped before. */
    private Optional<Search.Result> work(Search.Job job, Trainer.Options until) throws IOException {
        long begun = System.nanoTime();
        var recipe = search.recipe(job.trial());
        int rung = Math.min(search.rungs().get(job.rung()), recipe.epochs());
        var run = new RunFolder(folder.trial(job.trial()));
        boolean over = false;
        Optional<String> failure = Optional.empty();
        if (run.epochs().size() < rung) {
            var pause = new Pause(rung);
            var options = new Trainer.Options(
                    until.device(),
                    until.loaderThreads(),
                    until.checkpointSeconds(),
                    () -> pause.now && rung < recipe.epochs() || until.stop().getAsBoolean());
            try (var trainer = new Trainer(recipe, data, run, options, pause)) {
                over = !trainer.train().stopped();
            } catch (DivergedException e) {
                failure = Optional.of(e.getMessage());
            }
        }
        var epochs = run.epochs();
        if (failure.isEmpty() && !over && epochs.size() < rung) return Optional.empty();
        var done = epochs.subList(0, Math.min(rung, epochs.size()));
        var best = done.stream().max(Comparator.comparingDouble(this::value)); // the first of equals
        return Optional.of(new Search.Result(
                job.trial(),
                job.rung(),
                done.size(),
                failure.isPresent() ? 0 : best.map(this::value).orElse(0.0),
                best.map(epoch -> epoch.validation().getOrDefault("loss", Double.NaN))
                        .orElse(Double.NaN),
                since(begun),
                over || failure.isPresent() || rung == recipe.epochs(),
                failure,
                search.fields(job.trial())));
    }

    private double value(Line.Epoch epoch) {
        return epoch.validation().getOrDefault(search.base().learn().headline(), 0.0);
    }

    /** Ends a run after some epochs; it goes on from its checkpoint. */
    private static final class Pause implements Trainer.Log {
        private final int epochs;
        private boolean now;

        Pause(int epochs) {
            this.epochs = epochs;
        }

        @Override
        public void epoch(Line.Epoch line) {
            now = line.epoch() >= epochs;
        }
    }
}
