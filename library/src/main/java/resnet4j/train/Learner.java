package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Inputs;
import resnet4j.eval.Metrics;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.nn.BatchNorm2d;
import resnet4j.nn.Checkpointing;
import resnet4j.nn.Layer;
import resnet4j.nn.LayerListener;
import resnet4j.tensor.DType;
import resnet4j.tensor.Device;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.tensor.Updates;
import resnet4j.weights.WeightFile;

/** A network that learns by a recipe: what a batch is to it, its loss, its updates, and how good it has become. */
final class Learner implements AutoCloseable {
    private static final int CALIBRATION_PICTURES = 2000;

    /** What one batch showed: its mean loss, and sums over its pictures, as of those that were classified right. */
    record Stepped(double loss, Map<String, Double> sums) {}

    private final Recipe recipe;
    private final DataSource data;
    private final Device device;
    private final int loaderThreads;
    private final Precision precision;
    private final ClassificationNet net;
    private final ClassificationNet averaged; // null where no average is kept
    private final Optimizer optimizer;
    private final Tensor classWeights; // null where all pictures count the same
    private final Map<String, Integer> stageOf = new HashMap<>(); // of each trained weight, counted from the head
    private Feed feed;

    /** @param data what the recipe makes of its pictures: see {@link Recipe#of} */
    Learner(Recipe recipe, DataSource data, Device device, int loaderThreads) throws IOException {
        this.recipe = recipe;
        this.data = data;
        this.device = device;
        this.loaderThreads = loaderThreads;
        precision = Precision.parse(recipe.precision()).on(device);
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
        averaged = recipe.ema() > 0 || recipe.lookahead().every() > 0 ? build() : null;
        if (averaged != null) copy(net, averaged);
        if (recipe.freezeNorms())
            for (var layer : net.nets().values()) if (layer instanceof BatchNorm2d norm) norm.freezeStatistics();
        optimizer = new Optimizer(recipe.optimizer(), net.parameters());
        var stages = net.stages();
        for (int i = 0; i < stages.size(); i++) for (var name : stages.get(i)) stageOf.put(name, i);
        classWeights = recipe.classBalance() ? balance(data.train()) : null;
    }

    private ClassificationNet build() {
        var architecture = recipe.architectureFor(data.train().classes().size());
        architecture.requireInput(
                recipe.preprocess().cropHeight(), recipe.preprocess().cropWidth());
        var small = recipe.progressive();
        if (small.share() > 0) architecture.requireInput(small.size(), small.size());
        var built = architecture.build();
        built.channelsLast();
        built.to(device);
        return built;
    }

    private Tensor calibrationImages() {
        var few = data.train().limit(CALIBRATION_PICTURES);
        try (var batches = Loader.inOrder(few, few.size())
                .withPreprocess(recipe.preprocess()::apply)
                .epoch(0)) {
            return images(batches.next());
        }
    }

    /** Weights that make each class count the same: samples / (classes * samples of the class). */
    private Tensor balance(Dataset train) {
        var counts = train.classCounts();
        var weights = new float[counts.length];
        for (int i = 0; i < counts.length; i++)
            weights[i] = counts[i] == 0 ? 0 : (float) train.size() / (counts.length * (float) counts[i]);
        try (var scope = new NativeScope()) {
            return Tensor.of(weights, weights.length).to(device).own();
        }
    }

    private static void copy(Layer from, Layer to) {
        var target = to.state();
        from.state().forEach((name, t) -> target.get(name).set(t));
    }

    // ---- what a batch is to the network ----

    /** From batches to logits: a linear probe's go another way. */
    private interface Feed {
        /** Training batches. */
        Loader loader();

        /** What a step's loss is made of: the head's logits first. */
        List<ClassificationNet.Output> outputs(Batch batch, double progress);

        /** How good {@code network} is on the pictures held out. */
        Evaluation validate(ClassificationNet network, IntConsumer progress);
    }

    /** Pictures, through the whole network. */
    private final class Pictures implements Feed {
        @Override
        public Loader loader() {
            return Loader.shuffled(data.train(), recipe.batch(), recipe.seed())
                    .withOrder(recipe.order(), recipe.seed())
                    .withPreprocess(recipe.preprocess()::apply)
                    .withAugments(recipe.augment())
                    .withMix(recipe.mix())
                    .withThreads(loaderThreads, 4);
        }

        @Override
        public List<ClassificationNet.Output> outputs(Batch batch, double progress) {
            return net.outputs(recipe.progressive().resize(images(batch), progress));
        }

        @Override
        public Evaluation validate(ClassificationNet network, IntConsumer progress) {
            return evaluate(network, data.val().orElseThrow(), 0, progress);
        }
    }

    /** What the body makes of each picture, computed once, through the head alone. */
    private final class Probe implements Feed {
        private final Features train = features(data.train());
        private final Features held = data.val().map(this::features).orElse(null);

        private Features features(Dataset pictures) {
            return Features.of(net, pictures, recipe.preprocess(), device, loaderThreads);
        }

        @Override
        public Loader loader() {
            return Loader.shuffled(train.data(), recipe.batch(), recipe.seed())
                    .withOrder(recipe.order(), recipe.seed());
        }

        @Override
        public List<ClassificationNet.Output> outputs(Batch batch, double progress) {
            return List.of(new ClassificationNet.Output(logits(net, train, batch), 1));
        }

        private Tensor logits(ClassificationNet network, Features features, Batch batch) {
            return network.head().apply(features.rows(batch.indices(), device));
        }

        @Override
        public Evaluation validate(ClassificationNet network, IntConsumer progress) {
            network.train(false);
            var classes = held.data().classes();
            var metrics = new Metrics(classes.size(), 0);
            try (var batches = Loader.inOrder(held.data(), recipe.batch()).epoch(0);
                    var noGrad = Ops.noGrad()) {
                for (var batch : batches) {
                    try (var scope = new NativeScope()) {
                        var logits = logits(network, held, batch);
                        metrics.add(
                                logits.toFloats(), batch.size(), (int) logits.size(1), batch.labels(), batch.indices());
                    }
                    progress.accept(batch.size());
                }
            }
            return metrics.evaluation(classes, held.data()::name, List.of());
        }
    }

    /** Made when it is first asked for, when the weights are those to go on from: a probe looks at all pictures once. */
    private Feed feed() {
        if (feed == null) feed = recipe.strategy() instanceof Strategy.LinearProbe ? new Probe() : new Pictures();
        return feed;
    }

    private Tensor images(Batch batch) {
        return Inputs.images(batch, recipe.preprocess(), device);
    }

    /** Training batches of every epoch. */
    Loader loader() {
        return feed().loader();
    }

    // ---- a step ----

    /** What convolutions and linear layers are to be computed in: the caller sets it for all that follows. */
    Precision precision() {
        return precision;
    }

    /** Makes ready for the steps of an epoch. */
    void begin(int epoch) {
        net.train(true);
        optimizer.scaleRates(name -> recipe.strategy().lrScale(stageOf.get(name), epoch)
                * (name.endsWith(".bias") ? recipe.biasScale() : 1));
    }

    /**
     * One batch, forward and back.
     *
     * @param step     updates before it; with {@code number}, the batch's number in its epoch, it decides what is random
     * @param progress share of the run's updates that are done
     * @param together how many batches make one update, whose gradient is their mean
     * @param update   whether to move the weights by the gradients gathered since the last update
     * @throws DivergedException if the loss is not finite; the weights have not moved then
     */
    Stepped step(Batch batch, long step, int number, double progress, double lr, int together, boolean update) {
        try (var scope = new NativeScope(); // frees every tensor this step makes
                var checkpointing = Checkpointing.of(net, recipe.checkpointing())) {
            Ops.seed(stepSeed(step, number));
            var outputs = feed().outputs(batch, progress);
            var loss = loss(outputs, batch);
            double value = loss.item();
            if (!Double.isFinite(value)) {
                Ops.seed(stepSeed(step, number));
                throw DivergedException.ofLoss(value, firstNotFinite(batch, progress), step + 1, lr);
            }
            checkpointing.backward(together == 1 ? loss : Losses.scale(loss, 1.0 / together));
            if (update) {
                if (recipe.clipNorm() > 0) Updates.clipGradNorm(optimizer.weights(), recipe.clipNorm());
                optimizer.step(lr);
                if (averaged != null) average(step, progress);
            }
            return new Stepped(value, Map.of("accuracy", correct(outputs.get(0).logits(), batch)));
        }
    }

    /** Seeds dropout and stochastic depth by place, so that nothing has to be saved. */
    private long stepSeed(long step, int number) {
        long z = recipe.seed() * 0x9E3779B97F4A7C15L + step * 0xBF58476D1CE4E5B9L + number;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private Tensor loss(List<ClassificationNet.Output> outputs, Batch batch) {
        var sum = loss(outputs.get(0).logits(), batch);
        for (var auxiliary : outputs.subList(1, outputs.size()))
            sum = Ops.add(sum, Losses.scale(loss(auxiliary.logits(), batch), auxiliary.weight()));
        return sum;
    }

    private Tensor loss(Tensor logits, Batch batch) {
        var first = crossEntropy(logits, batch.labels());
        if (!batch.mixed()) return first;
        var second = crossEntropy(logits, batch.labels2());
        return Ops.add(Losses.scale(first, batch.lambda()), Losses.scale(second, 1 - batch.lambda()));
    }

    private Tensor crossEntropy(Tensor logits, int[] labels) {
        return Losses.crossEntropy(logits, Inputs.labels(labels, device), classWeights, recipe.labelSmoothing());
    }

    private static double correct(Tensor logits, Batch batch) {
        var guesses = logits.argmax(1).toLongs();
        long right = 0;
        for (int i = 0; i < guesses.length; i++) if (guesses[i] == batch.labels()[i]) right++;
        return right;
    }

    private void average(long step, double progress) {
        var lookahead = recipe.lookahead();
        if (lookahead.every() == 0) {
            // a young average leans on new weights more: Tarvainen and Valpola 2017, arXiv:1703.01780 section 3
            follow(Math.min(recipe.ema(), (1.0 + step) / (10.0 + step)));
        } else if ((step + 1) % lookahead.every() == 0) {
            follow(lookahead.decay() * progress * progress * progress);
            copy(averaged, net);
        }
    }

    /** Moves the average to the weights and statistics of now, but for this share. */
    private void follow(double decay) {
        var from = new ArrayList<Tensor>();
        var to = new ArrayList<Tensor>();
        var averages = averaged.state();
        net.state().forEach((name, t) -> {
            if (t.dtype() != DType.F32) {
                averages.get(name).set(t); // counts
                return;
            }
            from.add(t.detach());
            to.add(averages.get(name).detach());
        });
        Updates.lerp_(to, from, 1 - decay);
    }

    /** Runs the batch again to find where the numbers break. */
    private String firstNotFinite(Batch batch, double progress) {
        var paths = net.paths();
        var found = new ArrayList<String>();
        var listener = new LayerListener() {
            @Override
            public void exit(Layer layer, Tensor out) {
                if (found.isEmpty() && !out.isFinite()) found.add(paths.getOrDefault(layer, ""));
            }
        };
        try (var listening = Ops.listen(listener);
                var noGrad = Ops.noGrad()) {
            feed().outputs(batch, progress);
        }
        return found.isEmpty() ? "the loss itself" : found.get(0).isEmpty() ? "the network" : found.get(0);
    }

    // ---- what has been learned ----

    ClassificationNet net() {
        return net;
    }

    /** The network that is measured and saved: the average, where there is one. */
    ClassificationNet best() {
        return averaged == null ? net : averaged;
    }

    /** How good {@link #best} is on the pictures held out. @param progress told how many pictures each batch had */
    Evaluation validate(IntConsumer progress) {
        return feed().validate(best(), progress);
    }

    /** How good a network is on other pictures. */
    Evaluation evaluate(ClassificationNet network, Dataset pictures, int keptMistakes, IntConsumer progress) {
        network.train(false);
        var loader = Loader.inOrder(pictures, recipe.batch())
                .withPreprocess(recipe.preprocess()::apply)
                .withThreads(loaderThreads, 4);
        var views = recipe.views().of(network::apply);
        return new Evaluator(views, pictures.classes(), recipe.preprocess(), device, keptMistakes)
                .evaluate(loader, progress);
    }

    /** All that steps change, by name, to be saved and set. */
    Map<String, Tensor> tensors() {
        var all = new LinkedHashMap<String, Tensor>();
        net.state().forEach((name, t) -> all.put("net." + name, t));
        if (averaged != null) averaged.state().forEach((name, t) -> all.put("ema." + name, t));
        optimizer.state().forEach((name, t) -> all.put("optimizer." + name, t));
        return all;
    }

    @Override
    public void close() {
        optimizer.close();
        net.close();
        if (averaged != null) averaged.close();
        if (classWeights != null) classWeights.close();
    }
}
