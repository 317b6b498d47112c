package resnet4j.detect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.data.Things;
import resnet4j.eval.Score;
import resnet4j.model.NetWeights;
import resnet4j.nn.Net;
import resnet4j.report.Section;
import resnet4j.tensor.Ops;
import resnet4j.train.Losses;
import resnet4j.train.Machine;
import resnet4j.train.Moment;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;
import resnet4j.weights.WeightFile;

/** Things in pictures: what a batch of them is to a detector, and how good it has become. */
final class DetectionTask implements Task<Things> {
    private final Recipe recipe;
    private final DataSource<Things> data;
    private final Machine machine;
    private final DetectorConfig config;
    private final PyramidDetector net;

    DetectionTask(Recipe recipe, DataSource<Things> data, Machine machine) throws IOException {
        this.recipe = recipe;
        this.data = data;
        this.machine = machine;
        Objective.refuse(
                recipe,
                "as it is for networks that give one answer for a picture",
                "labelSmoothing",
                "progressive",
                "classBalance",
                "solveHead",
                "rounding",
                "views");
        if (!recipe.mix().fits(Things.class))
            throw new IllegalArgumentException(
                    "mix: expected none or copyPaste for a detector, as others mix whole" + " pictures; leave mix out");
        if (!(recipe.architectureFor(1 + data.train().classes().size()) instanceof DetectorConfig detector))
            throw new IllegalArgumentException("model: expected a network that finds things, such as"
                    + " fasterrcnn_resnet18_fpn, got " + recipe.model());
        config = detector;
        var p = recipe.preprocess();
        if (!p.steps(64, 48).isEmpty() || !p.steps(1000, 2000).isEmpty())
            throw new IllegalArgumentException(
                    "preprocess: expected none, as a detector resizes pictures itself; set"
                            + " preprocess to {\"resize\": \"none\", \"cropWidth\": 0, \"cropHeight\": 0} and architecture.sizes");
        Ops.seed(recipe.seed());
        net = twin();
        begin();
    }

    /** Starting weights of a detector but for its classes, or of a classifier as its body. */
    private void begin() throws IOException {
        if (recipe.weights().isEmpty()) return;
        var path = recipe.weights().get();
        var tensors = WeightFile.read(Path.of(path)).tensors();
        if (tensors.keySet().stream().anyMatch(name -> name.contains("backbone."))) {
            Machine.begin(recipe, net, net);
            return;
        }
        try {
            NetWeights.loadBackbone(net.backbone().body(), tensors, path);
        } catch (IOException | RuntimeException e) {
            net.close();
            throw e;
        }
    }

    @Override
    public PyramidDetector twin() {
        return machine.place(Net.whole(config::net));
    }

    @Override
    public PyramidDetector net() {
        return net;
    }

    @Override
    public Loader<Things> loader() {
        return machine.training(recipe, data.train()).withMix(recipe.mix());
    }

    @Override
    public Losses losses(Batch<Things> batch, Moment at) {
        return new Losses(net.losses(batch, recipe.model(), machine.device()), Map.of());
    }

    @Override
    public Score validate(Net network, IntConsumer progress) {
        return measure((DetectionNet) network, data.val().orElseThrow(), progress);
    }

    @Override
    public Score test(Path model, IntConsumer progress) throws IOException {
        try (var opened = machine.open(model)) {
            return measure((DetectionNet) opened.net(), data.split(data.measured()), progress);
        }
    }

    private ThingScore measure(DetectionNet network, Dataset<Things> pictures, IntConsumer progress) {
        var loader = machine.measuring(recipe, pictures);
        return Measure.of(network, loader, config.method().limits(), machine.device(), progress);
    }

    @Override
    public void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance)
            throws IOException {
        recipe.modelFile(classNames(data.train().classes()), metrics, provenance)
                .withPreprocess(recipe.preprocess().unresized())
                .save(model, network);
    }

    /** What a detector's logits stand for. */
    static List<String> classNames(List<String> things) {
        var names = new ArrayList<>(List.of("background"));
        names.addAll(things);
        return names;
    }

    @Override
    public List<Section> sections(Path model, Score test) throws IOException {
        try (var opened = machine.open(model)) {
            return ThingSections.of(opened, data.split(data.measured()), (ThingScore) test, machine.device());
        }
    }

    @Override
    public void close() {
        net.close();
    }
}
