package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import resnet4j.certainty.Paired;
import resnet4j.certainty.PairedDraws;
import resnet4j.data.Reading;
import resnet4j.data.Skipped;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Score;
import resnet4j.eval.Views;
import resnet4j.graph.Inference.Way;
import resnet4j.model.ModelFile;
import resnet4j.run.Watcher;
import resnet4j.segment.PixelViews;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Ops;
import resnet4j.train.Recipe;

/** One measurement of one network, as a record that another process can be given. */
sealed interface Work<R extends Record> {
    R run() throws Exception;

    Class<R> result();

    /** {@code bench} of the network that a person means by {@code model}. */
    record Answering(String model, Optional<Path> weights, int threads, Bench bench) implements Work<Speed> {
        @Override
        public Speed run() throws IOException {
            Engine.threads(threads);
            Ops.seed(bench.seed());
            return bench.infer(model, opened(model, weights), Way.best(bench.device()));
        }

        @Override
        public Class<Speed> result() {
            return Speed.class;
        }

        @Override
        public String toString() {
            return model + " in batches of " + bench.batch();
        }
    }

    /**
     * How right a network is.
     *
     * @param accuracy of one that names a class
     * @param score    of another
     * @param drawn    the numbers by which it is compared, where pictures were drawn for them
     * @param mistakes the places of the pictures that were taken for another class
     */
    record Judged(
            Optional<Compared.Accuracy> accuracy,
            Optional<Compared.Scored> score,
            Map<String, Drawn> drawn,
            int[] mistakes,
            List<Skipped> skipped) {
        /** A number of all pictures, and of each draw. */
        record Drawn(double value, List<Double> draws) {}

        static Judged of(Score score) {
            var drawn = new LinkedHashMap<String, Drawn>();
            for (var name : score.compared()) {
                var interval = score.intervals().get(name);
                if (interval != null && !interval.draws().isEmpty())
                    drawn.put(name, new Drawn(score.numbers().get(name), interval.draws()));
            }
            if (!(score instanceof Evaluation found))
                return new Judged(
                        Optional.empty(), Optional.of(Compared.Scored.of(score)), drawn, new int[0], score.skipped());
            var accuracy = new Compared.Accuracy(found.top1(), found.interval(), found.top5(), found.samples());
            var mistakes = found.mistakes().stream().mapToInt(Evaluation.Mistake::index);
            return new Judged(Optional.of(accuracy), Optional.empty(), drawn, mistakes.toArray(), found.skipped());
        }

        /** Whether the same numbers say how right another is. */
        boolean answersAs(Judged other) {
            return score.map(Compared.Scored::headline).equals(other.score.map(Compared.Scored::headline));
        }

        /** @param second which the other is called */
        Compared.Against against(Judged other, String first, String second) {
            if (!skipped.equals(other.skipped))
                return new Compared.Against(first, second, Optional.empty(), List.of()); // other pictures
            var test = accuracy.map(a -> Paired.ofMistakes(a.samples(), mistakes, other.mistakes));
            var tests = new ArrayList<PairedDraws>();
            drawn.forEach((name, own) -> {
                var its = other.drawn.get(name);
                if (its != null) tests.add(PairedDraws.of(name, own.value, own.draws, its.value, its.draws));
            });
            return new Compared.Against(first, second, test, tests);
        }
    }

    /** How right the network is on the part of the data that is for that. */
    record Judging(String model, Optional<Path> weights, int threads, String data, Optional<Integer> limit, Bench bench)
            implements Work<Work.Judged> {
        private static final int BATCH = 64;

        @Override
        public Judged run() throws IOException {
            Engine.threads(threads);
            var scoring = new Scoring(
                    data,
                    Optional.empty(),
                    limit.map(OptionalInt::of).orElse(OptionalInt.empty()),
                    BATCH,
                    Views.ONE,
                    new PixelViews(),
                    bench.device(),
                    bench.precision());
            var reading = Reading.ahead(Runtime.getRuntime().availableProcessors());
            return Judged.of(scoring.run(opened(model, weights), model, reading, n -> Watcher.NONE)
                    .score());
        }

        @Override
        public Class<Judged> result() {
            return Judged.class;
        }

        @Override
        public String toString() {
            return model + " on " + data;
        }
    }

    private static ModelFile.Opened opened(String model, Optional<Path> weights) throws IOException {
        new Recipe(); // makes known what packages add: networks and kinds of data
        return ModelFile.open(model, weights, OptionalInt.empty());
    }
}
