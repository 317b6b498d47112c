package resnet4j.train;

import static resnet4j.tensor.Losses.scale;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.data.Loader;
import resnet4j.data.Mix;
import resnet4j.eval.Evaluation;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Inputs;
import resnet4j.eval.Metrics;
import resnet4j.eval.Score;
import resnet4j.image.Image;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Net;
import resnet4j.report.ClassSections;
import resnet4j.report.Section;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** The class of each picture: what a batch of labels is to a network, its loss, and how good it has become. */
final class Classification implements Task<Label> {
    private static final int KEPT_MISTAKES = 24;

    private final Recipe recipe;
    private final DataSource<Label> data;
    private final Machine machine;
    private final ClassificationNet net;
    private final Optional<Tensor> classWeights; // absent where all pictures count the same

    Classification(Recipe recipe, DataSource<Label> data, Machine machine) throws IOException {
        this.recipe = recipe;
        this.data = data;
        this.machine = machine;
        if (recipe.rounding().rounds() && recipe.weights().isEmpty())
            throw new IllegalArgumentException(
                    "rounding: expected a trained network to begin from, got none; name its file with weights");
        if (!recipe.mix().fits(Label.class))
            throw new IllegalArgumentException(
                    "mix: expected mixUp, cutMix or none for classes, as copyPaste needs things"
                            + " with masks; leave it out");
        var names = data.train().classes();
        if (names.size() < 2)
            throw new IllegalArgumentException(
                    "data: expected pictures of two classes or more, to tell them apart, got " + names + " alone in "
                            + data.name());
        Metrics.requireRoom(data.train().classes().size());
        Ops.seed(recipe.seed());
        var begun = machine.network(recipe, data.train().classes().size());
        machine.begin(recipe, begun, begun, data.train());
        var rounding = recipe.rounding();
        net = rounding.rounds() ? machine.place(rounding.of(begun, data.train(), recipe.preprocess())) : begun;
        classWeights = recipe.classBalance() ? Optional.of(balance()) : Optional.empty();
    }

    @Override
    public ClassificationNet twin() {
        return machine.place(Net.whole(net.architecture()::build));
    }

    /** Weights that make each class count the same: samples / (classes * samples of the class). */
    private Tensor balance() {
        var counts = Labelled.classCounts(data.train());
        var weights = new float[counts.length];
        for (int i = 0; i < counts.length; i++)
            weights[i] = counts[i] == 0 ? 0 : (float) data.train().size() / (counts.length * (float) counts[i]);
        try (var scope = new NativeScope()) {
            return Tensor.of(weights, weights.length).to(machine.device()).own();
        }
    }

    @Override
    public ClassificationNet net() {
        return net;
    }

    @Override
    public Optional<Solved> solve(Work progress) throws IOException {
        boolean probe = recipe.learn() instanceof Objective.Probe;
        if (!probe && !recipe.solveHead()) return Optional.empty();
        int all = data.train().size();
        var looked = new int[1];
        var features = Features.of(
                net,
                data.train(),
                recipe.preprocess(),
                machine,
                pictures -> progress.at("features", looked[0] += pictures, all, "images"));
        return Optional.of(Solved.of(net.head(), features, recipe.classBalance(), recipe.seed(), probe, progress));
    }

    @Override
    public Loader<Label> loader() {
        return machine.training(recipe, data.train()).withMix(recipe.mix());
    }

    /** The entropy of the classes. */
    @Override
    public double guess() {
        if (recipe.labelSmoothing() > 0 || !recipe.mix().equals(new Mix.None())) return Double.POSITIVE_INFINITY;
        var counts = Labelled.classCounts(data.train());
        if (recipe.classBalance()) return Math.log(counts.length);
        double entropy = 0, all = data.train().size();
        for (int count : counts) if (count > 0) entropy -= count / all * Math.log(count / all);
        return entropy;
    }

    private Tensor images(Batch<Label> batch) {
        return Inputs.images(batch, recipe.preprocess(), machine.device());
    }

    @Override
    public Losses losses(Batch<Label> batch, Moment at) {
        return losses(net.outputs(recipe.progressive().resize(images(batch), at.progress())), batch);
    }

    /** @param outputs the head's logits first, then those of auxiliary heads */
    private Losses losses(List<ClassificationNet.Output> outputs, Batch<Label> batch) {
        var labels = Label.indices(batch.targets());
        var loss = loss(outputs.get(0).logits(), labels, batch.mixed());
        for (var auxiliary : outputs.subList(1, outputs.size()))
            loss = Ops.add(loss, scale(loss(auxiliary.logits(), labels, batch.mixed()), auxiliary.weight()));
        return new Losses(
                Map.of(Losses.TOTAL, loss),
                Map.of("accuracy", correct(outputs.get(0).logits(), labels)));
    }

    private Tensor loss(Tensor logits, int[] labels, Optional<Batch.Mixed> mixed) {
        var first = crossEntropy(logits, labels);
        if (mixed.isEmpty()) return first;
        float lambda = mixed.get().lambda();
        var partners = new int[labels.length];
        for (int i = 0; i < labels.length; i++) partners[i] = labels[mixed.get().partner()[i]];
        var second = crossEntropy(logits, partners);
        return Ops.add(scale(first, lambda), scale(second, 1 - lambda));
    }

    private Tensor crossEntropy(Tensor logits, int[] labels) {
        return resnet4j.tensor.Losses.crossEntropy(
                logits, Inputs.labels(labels, machine.device()), classWeights.orElse(null), recipe.labelSmoothing());
    }

    private static double correct(Tensor logits, int[] labels) {
        var guesses = logits.argmax(1).toLongs();
        long right = 0;
        for (int i = 0; i < guesses.length; i++) if (guesses[i] == labels[i]) right++;
        return right;
    }

    @Override
    public Score validate(Net network, IntConsumer progress) {
        return evaluate((ClassificationNet) network, data.val().orElseThrow(), 0, progress);
    }

    @Override
    public Score test(Path model, IntConsumer progress) throws IOException {
        try (var opened = machine.open(model)) {
            return evaluate(opened.net(), data.split(data.measured()), KEPT_MISTAKES, progress);
        }
    }

    private Evaluation evaluate(
            ClassificationNet network, Dataset<Label> pictures, int keptMistakes, IntConsumer progress) {
        network.train(false);
        var loader = machine.measuring(recipe, pictures);
        var views = recipe.views().of(network::apply);
        return new Evaluator(views, pictures.classes(), recipe.preprocess(), machine.device(), keptMistakes)
                .evaluate(loader, progress);
    }

    @Override
    public void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance)
            throws IOException {
        var file = recipe.modelFile(data.train().classes(), metrics, provenance);
        if (recipe.rounding().rounds()) Rounding.save(model, (ClassificationNet) network, file);
        else file.save(model, network);
    }

    @Override
    public List<Section> sections(Path model, Score test) throws IOException {
        var pictures = data.split(data.measured());
        var mistakes = new ArrayList<Image>();
        for (var mistake : ((Evaluation) test).mistakes())
            mistakes.add(recipe.preprocess().decode(pictures.picture(mistake.index())));
        return ClassSections.of((Evaluation) test, mistakes);
    }

    @Override
    public void close() {
        net.close();
        classWeights.ifPresent(Tensor::close);
    }
}
