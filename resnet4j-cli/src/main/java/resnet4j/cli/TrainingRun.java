package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Score;
import resnet4j.nn.Net;
import resnet4j.report.Words;
import resnet4j.run.Line;
import resnet4j.run.RunFolder;
import resnet4j.train.Finetune;
import resnet4j.train.Recipe;
import resnet4j.train.Trainer;

/** A training run on a terminal: its progress bar, its end by Ctrl-C, its result in words. */
final class TrainingRun {
    private final Command<?> command;
    private final int loaderThreads;
    private final double checkpointSeconds;

    TrainingRun(Command<?> command) {
        this(command, 1, Trainer.Options.DEFAULT.checkpointSeconds());
    }

    TrainingRun(Command<?> command, int loaderThreads, double checkpointSeconds) {
        Bounds.threads("--loader-threads", 0, loaderThreads);
        if (!(checkpointSeconds >= 0))
            throw new IllegalArgumentException("--checkpoint-seconds: expected 0 or more, got " + checkpointSeconds);
        this.command = command;
        this.loaderThreads = loaderThreads;
        this.checkpointSeconds = checkpointSeconds;
    }

    /**
     * @param test  absent from a run that was stopped
     * @param split what {@code test} was measured on: {@code test}, or {@code val} or {@code train} where there is none
     * @param notes what to know before one believes {@code test}
     */
    record Result(
            Path run,
            int epochs,
            long steps,
            double seconds,
            Best best,
            Optional<Score> test,
            String split,
            List<String> notes) {
        /** @param top1 on the validation split; absent where nothing is held out */
        record Best(Optional<Double> top1) {}

        String text() {
            if (test.isEmpty())
                return "Stopped after " + Words.count(steps, "step") + "; go on with: ./resnet4j train --resume " + run;
            return String.format(
                    Locale.ROOT,
                    "%s in %s. %s: %s.%n%sModel:  %s%nReport: %s%s",
                    Words.count(epochs, "epoch"),
                    Progress.clock(seconds),
                    split.equals("test") ? "Test" : split.equals("val") ? "Validation" : "Training pictures",
                    words(test.get()),
                    notes.stream()
                            .map(note -> "Note: " + note + "." + System.lineSeparator())
                            .collect(Collectors.joining()),
                    new RunFolder(run).model(),
                    new RunFolder(run).report(),
                    test.get() instanceof Evaluation ? next() : "");
        }

        private String next() {
            return String.format(
                    "%nGo on:  ./resnet4j predict %s PICTURE, or ./resnet4j export %s --out model.onnx", run, run);
        }

        private static String words(Score score) {
            return score instanceof Evaluation t
                    ? String.format(
                            Locale.ROOT,
                            "%.2f %% (%d of %d), loss %.4f",
                            100 * t.top1(),
                            t.correct(),
                            t.samples(),
                            t.loss())
                    : String.format(Locale.ROOT, "%s %.4f", score.headline(), score.value());
        }
    }

    Result train(Recipe recipe, DataSource<?> data, RunFolder folder) throws IOException {
        Trainer.Outcome outcome;
        String split;
        try (var stop = new StopSignal();
                var bar = new Bar(recipe.learn().headline());
                var trainer = new Trainer(recipe, data, folder, options(stop), bar)) {
            outcome = trainer.train();
            split = trainer.data().measured();
            if (outcome.stopped()) bar.say("Stopped; the run is saved at step " + outcome.steps() + ".");
        } finally {
            folder.deleteIfEmpty();
        }
        return new Result(
                outcome.run().path(),
                outcome.epochs(),
                outcome.steps(),
                outcome.seconds(),
                new Result.Best(outcome.best()),
                outcome.test(),
                split,
                outcome.notes());
    }

    /** Whether a run came to its end. */
    boolean teach(Recipe recipe, DataSource<?> data, RunFolder folder) throws IOException {
        return train(recipe, data, folder).test().isPresent();
    }

    Trainer.Options options(BooleanSupplier stop) {
        return new Trainer.Options(command.common.device(), loaderThreads, checkpointSeconds, stop);
    }

    /** A plan with the rate that a search finds, where there is to be one. */
    Finetune.Plan withRate(Finetune.Plan plan, DataSource<Label> data) throws IOException {
        try (var bar = new Bar(plan.recipe().learn().headline())) {
            return plan.withRate(data, options(() -> false), bar);
        }
    }

    /** One line for the steps, with the validation between them, and one each for what comes before and after. */
    private final class Bar implements Trainer.Log, AutoCloseable {
        private final String headline;
        private Progress progress;
        private String work = ""; // what the line is about
        private long steps, step;
        private int epochs, epoch;

        Bar(String headline) {
            this.headline = headline;
        }

        @Override
        public void start(Net net, long steps, int epochs) {
            this.steps = steps;
            this.epochs = epochs;
        }

        private Progress line(String now, long total, String unit) {
            if (!now.equals(work)) {
                close();
                progress = command.progress(now, total, unit);
                work = now;
            }
            return progress;
        }

        @Override
        public void besides(String now, long done, long of, String unit) {
            if (now.equals("validation") && work.equals("train"))
                progress.at(
                        step, String.format(Locale.ROOT, "epoch %d/%d, validation %d of %d", epoch, epochs, done, of));
            else line(now, of, unit).at(done, "");
        }

        @Override
        public void step(Line.Step s) {
            step = s.step();
            epoch = s.epoch();
            line("train", steps, "steps")
                    .at(
                            step,
                            String.format(
                                    Locale.ROOT,
                                    "epoch %d/%d, loss %.3f%s, %.0f images/s",
                                    epoch,
                                    epochs,
                                    s.train().get("loss"),
                                    percent(", accuracy %.1f %%", s.train().get("accuracy")),
                                    s.imagesPerSecond()));
        }

        void say(String line) {
            if (progress == null) command.say(line);
            else progress.say(line);
        }

        @Override
        public void epoch(Line.Epoch e) {
            say(String.format(
                    Locale.ROOT,
                    "Epoch [%d/%d], Loss: %.4f%s%s, %.0f images/s, waiting for data %.1f %%%s",
                    e.epoch(),
                    epochs,
                    e.train().get("loss"),
                    percent(", accuracy: %.2f %%", e.train().get("accuracy")),
                    validation(e),
                    e.imagesPerSecond(),
                    100 * e.waitShare(),
                    e.skipped().isEmpty() ? "" : ", " + Words.count(e.skipped().size(), "picture") + " skipped"));
        }

        private String validation(Line.Epoch e) {
            var value = e.validation().get(headline);
            if (value == null) return "";
            return headline.equals("top1")
                    ? percent(", validation: %.2f %%", value)
                    : String.format(Locale.ROOT, ", validation: %s %.4f", headline, value);
        }

        /** A share in words, where there is one. */
        private static String percent(String words, Double share) {
            return share == null ? "" : String.format(Locale.ROOT, words, 100 * share);
        }

        @Override
        public void close() {
            if (progress != null) progress.close();
            progress = null;
            work = "";
        }
    }
}
