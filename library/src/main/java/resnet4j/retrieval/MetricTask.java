package resnet4j.retrieval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.eval.Retrieval;
import resnet4j.eval.Score;
import resnet4j.model.ClassificationNet;
import resnet4j.model.LinearHead;
import resnet4j.nn.Net;
import resnet4j.tensor.Ops;
import resnet4j.train.Features;
import resnet4j.train.Losses;
import resnet4j.train.Machine;
import resnet4j.train.Moment;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/** A {@link Metric} at work: the weight of the network's head has the centres of the classes. */
final class MetricTask implements Task<Label> {
    private static final int MOST_COMPARED = 5000; // pictures, each with each

    private final Metric.Loss loss;
    private final Recipe recipe;
    private final DataSource<Label> data;
    private final Machine machine;
    private final ClassificationNet net;

    MetricTask(Metric.Loss loss, Recipe recipe, DataSource<Label> data, Machine machine) throws IOException {
        this.loss = loss;
        this.recipe = recipe;
        this.data = data;
        this.machine = machine;
        check();
        Ops.seed(recipe.seed());
        net = twin();
        machine.begin(recipe, net, net, data.train());
    }

    private void check() {
        var counts = Labelled.classCounts(data.train());
        if (Arrays.stream(counts).filter(n -> n > 1).count() < 2)
            throw new IllegalArgumentException("data: expected two or more pictures of each of two or more classes, as"
                    + " those of a class are to lie together, got "
                    + data.train().size() + " pictures of "
                    + Arrays.stream(counts).filter(n -> n > 0).count() + " classes");
        if (data.val().isPresent()
                && Arrays.stream(Labelled.classCounts(data.val().get())).noneMatch(n -> n > 1))
            throw new IllegalArgumentException(
                    "validation: expected two or more pictures of some class, as those of a class are to find each other,"
                            + " got " + data.val().get().size()
                            + " with no two of one; hold out more, or set validation to 0");
        Objective.refuse(
                recipe,
                "as pictures are compared with each other",
                "mix",
                "progressive",
                "labelSmoothing",
                "classBalance",
                "solveHead",
                "rounding",
                "views");
    }

    @Override
    public ClassificationNet twin() {
        var built = machine.network(recipe, data.train().classes().size());
        if (LinearHead.of(built.head()).isPresent()) return built;
        built.close();
        throw new IllegalArgumentException(
                "model: expected a network with a linear head, whose features are compared; take a ResNet");
    }

    @Override
    public ClassificationNet net() {
        return net;
    }

    @Override
    public Loader<Label> loader() {
        return machine.training(recipe, data.train()).withDropLast(data.train().size() >= recipe.batch());
    }

    @Override
    public Losses losses(Batch<Label> batch, Moment at) {
        var features = Ops.flatten(net.features(Inputs.images(batch, recipe.preprocess(), machine.device())), 1);
        var centres = LinearHead.of(net.head()).orElseThrow().rows();
        return Losses.of(loss.of(features, Label.indices(batch.targets()), centres));
    }

    @Override
    public Score validate(Net network, IntConsumer progress) {
        try {
            return measure((ClassificationNet) network, data.val().orElseThrow(), progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Score test(Path model, IntConsumer progress) throws IOException {
        try (var opened = machine.open(model)) {
            return measure(opened.net(), data.split(data.measured()), progress);
        }
    }

    private Retrieval measure(ClassificationNet network, Dataset<Label> pictures, IntConsumer progress)
            throws IOException {
        var features = Features.pooled(network, pictures, recipe.preprocess(), machine, progress)
                .atMost(MOST_COMPARED, recipe.seed());
        return Retrieval.of(features.values(), features.labels(), features.skipped());
    }

    @Override
    public void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance)
            throws IOException {
        var known = new HashMap<>(provenance);
        known.put("head", "the centres of the classes: features are to be compared");
        recipe.modelFile(data.train().classes(), metrics, known).save(model, network);
    }

    @Override
    public void close() {
        net.close();
    }
}
