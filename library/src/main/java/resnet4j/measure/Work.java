package resnet4j.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import resnet4j.data.DataSource;
import resnet4j.data.Labelled;
import resnet4j.data.Loader;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Views;
import resnet4j.graph.Inference.Way;
import resnet4j.model.ModelFile;
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

    /** @param mistakes the places of the pictures that were taken for another class */
    record Judged(Compared.Accuracy accuracy, int[] mistakes) {}

    /** How often the network is right on the part of the data that is for that. */
    record Judging(String model, Optional<Path> weights, int threads, String data, Optional<Integer> limit, Bench bench)
            implements Work<Work.Judged> {
        private static final int BATCH = 64;

        @Override
        public Judged run() throws IOException {
            Engine.threads(threads);
            var source = DataSource.parse(data);
            var measured = source.split(source.measured());
            var opened = opened(model, weights).classifier();
            var known =
                    Labelled.as(opened.file().classNames(), limit.isPresent() ? measured.limit(limit.get()) : measured);
            int loaders = Runtime.getRuntime().availableProcessors();
            var loader = Loader.inOrder(known, BATCH)
                    .withPreprocess(opened.file().preprocess())
                    .withThreads(loaders, 2 * loaders);
            var found = Evaluator.evaluate(
                    opened, loader, Views.ONE, bench.device(), bench.precision(), Integer.MAX_VALUE, n -> {});
            return new Judged(
                    new Compared.Accuracy(found.top1(), found.interval(), found.top5(), found.samples()),
                    found.mistakes().stream()
                            .mapToInt(Evaluation.Mistake::index)
                            .toArray());
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
