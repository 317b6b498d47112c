package resnet4j.segment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import resnet4j.data.Augment;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.eval.Score;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.image.Step;
import resnet4j.model.Architecture;
import resnet4j.model.Backbone;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ClassificationNet.Output;
import resnet4j.model.ModelFile;
import resnet4j.model.NetWeights;
import resnet4j.nn.Net;
import resnet4j.report.Section;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Losses;
import resnet4j.train.Machine;
import resnet4j.train.Moment;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;
import resnet4j.weights.WeightFile;

/** The class of each pixel: what a batch of label maps is to a network, its loss, and how good it has become. */
final class Segmentation implements Task<LabelMap> {
    private final Segment options;
    private final Recipe recipe;
    private final DataSource<LabelMap> data;
    private final Machine machine;
    private final ClassificationNet net;
    private final Optional<Tensor> classWeights; // absent where all pixels count the same

    Segmentation(Segment options, Recipe recipe, DataSource<LabelMap> data, Machine machine) throws IOException {
        this.options = options;
        this.recipe = recipe;
        this.data = data;
        this.machine = machine;
        Objective.refuse(
                recipe,
                "as it is for networks that give one answer for a picture",
                "mix",
                "progressive",
                "classBalance",
                "solveHead",
                "rounding",
                "views");
        var weights = options.classWeights();
        int classes = data.train().classes().size();
        if (!weights.isEmpty() && weights.size() != classes)
            throw new IllegalArgumentException(
                    "classWeights: expected a number for each of " + classes + " classes, got " + weights.size());
        var map = data.train().target(0);
        requireWhole(recipe.preprocess(), map.width(), map.height());
        requireUnpadded(recipe);
        Ops.seed(recipe.seed());
        net = twin();
        begin();
        classWeights = weights.isEmpty() ? Optional.empty() : Optional.of(tensor(weights));
    }

    /** Starting weights of a network for pixels but for its classes, or of a classifier as what it stands on. */
    private void begin() throws IOException {
        if (recipe.weights().isEmpty()) return;
        var path = recipe.weights().get();
        try {
            var file = WeightFile.read(Path.of(path));
            var backbone = net.nets().values().stream()
                    .filter(Backbone.class::isInstance)
                    .findFirst(); // none in a graph
            if (backbone.isEmpty() || isWhole(file, backbone.get())) NetWeights.loadBody(net, file.tensors(), path);
            else NetWeights.loadBackbone(backbone.get(), file.tensors(), path);
        } catch (IOException | RuntimeException e) {
            net.close();
            throw e;
        }
    }

    /** Whether a file is of a network for pixels; of one that does not say so, whether it has a weight that no classifier has. */
    private boolean isWhole(WeightFile file, Net backbone) {
        var says = ModelFile.architecture(file).map(Architecture::perPixel);
        if (says.isPresent()) return says.get();
        var own = new HashSet<>(net.state().keySet());
        own.removeIf(name -> name.startsWith(net.name(backbone) + "."));
        return file.tensors().keySet().stream().anyMatch(name -> endsWithAny(name, own));
    }

    /** Whether a name, or what is left of it after a dot, is among {@code names}. */
    private static boolean endsWithAny(String name, Set<String> names) {
        for (int at = 0; ; at = name.indexOf('.', at) + 1) {
            if (names.contains(name.substring(at))) return true;
            if (name.indexOf('.', at) < 0) return false;
        }
    }

    private Tensor tensor(List<Double> numbers) {
        var floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) floats[i] = numbers.get(i).floatValue();
        try (var scope = new NativeScope()) {
            return Tensor.of(floats, floats.length).to(machine.device()).own();
        }
    }

    /** Nobody would know the classes of pixels that are cut away. */
    static void requireWhole(Preprocess preprocess, int width, int height) {
        for (var step : preprocess.steps(width, height))
            if (step instanceof Step.Crop crop)
                throw new IllegalArgumentException("preprocess: expected one that keeps pictures whole, got a crop to "
                        + crop.width() + "x" + crop.height() + " of pictures of " + width + "x" + height
                        + "; set preprocess.resize to {\"type\": \"exact\"} of that size, or cropWidth and cropHeight"
                        + " to 0");
    }

    /**
     * Nobody is told what to answer where parts are padded, so a network learns to say there what suits the statistics of
     * its batch norms, and answers worse wherever nothing is padded.
     */
    static void requireUnpadded(Recipe recipe) {
        int divisor = recipe.preprocess().divisor();
        Augment.side(recipe.augment()).ifPresent(side -> {
            if (side % divisor != 0)
                throw new IllegalArgumentException("augment: expected crops whose size is a multiple of " + divisor
                        + ", as preprocess.resize.divisor says, got " + side + ", which would be padded; take "
                        + (side / divisor + 1) * divisor);
        });
    }

    @Override
    public ClassificationNet twin() {
        var architecture = recipe.architectureFor(data.train().classes().size());
        if (!architecture.perPixel())
            throw new IllegalArgumentException("model: expected a network that answers for each pixel, such as"
                    + " unet_resnet18, got " + recipe.model());
        return machine.place(Net.whole(architecture::build));
    }

    @Override
    public ClassificationNet net() {
        return net;
    }

    @Override
    public Loader<LabelMap> loader() {
        return machine.training(recipe, data.train());
    }

    @Override
    public Losses losses(Batch<LabelMap> batch, Moment at) {
        var pixels = batch.pixels();
        var labels = labels(batch.targets(), pixels.height(), pixels.width(), machine.device());
        var images = Inputs.images(batch, recipe.preprocess(), machine.device());
        return Losses.of(loss(net.outputs(images), labels));
    }

    private Tensor loss(List<Output> outputs, Tensor labels) {
        return options.loss(outputs, labels, classWeights.orElse(null), recipe.labelSmoothing());
    }

    /** [N,H,W] int64; what maps are padded with does not count. */
    static Tensor labels(List<LabelMap> maps, int height, int width, Device device) {
        var labels = new long[maps.size() * height * width];
        Arrays.fill(labels, LabelMap.IGNORED);
        for (int n = 0; n < maps.size(); n++) {
            var map = maps.get(n);
            for (int y = 0; y < map.height(); y++)
                for (int x = 0; x < map.width(); x++) labels[(n * height + y) * width + x] = map.at(x, y);
        }
        return Tensor.of(labels, labels.length)
                .reshape(maps.size(), height, width)
                .to(device);
    }

    @Override
    public Score validate(Net network, IntConsumer progress) {
        return measure((ClassificationNet) network, data.val().orElseThrow(), progress);
    }

    @Override
    public Score test(Path model, IntConsumer progress) throws IOException {
        try (var opened = machine.open(model)) {
            return measure(opened.net(), data.split(data.measured()), progress);
        }
    }

    private IouScore measure(ClassificationNet network, Dataset<LabelMap> pictures, IntConsumer progress) {
        network.train(false);
        var loader = Loader.inOrder(pictures, recipe.batch()).withThreads(machine.loaderThreads(), 4);
        return new PixelEvaluator(network::apply, recipe.preprocess(), machine.device(), (logits, labels) -> loss(
                                List.of(new Output(logits, 1)), labels)
                        .item())
                .evaluate(loader, progress);
    }

    @Override
    public void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance)
            throws IOException {
        recipe.modelFile(data.train().classes(), metrics, provenance).save(model, network);
    }

    @Override
    public List<Section> sections(Path model, Score test) throws IOException {
        try (var opened = machine.open(model)) {
            return PixelSections.of(opened, data.split(data.measured()), (IouScore) test, machine.device());
        }
    }

    @Override
    public void close() {
        net.close();
        classWeights.ifPresent(Tensor::close);
    }
}
