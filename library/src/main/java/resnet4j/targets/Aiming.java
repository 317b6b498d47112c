package resnet4j.targets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import resnet4j.config.Records;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.eval.Outputs;
import resnet4j.eval.Score;
import resnet4j.image.Target;
import resnet4j.model.Answer;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.nn.Net;
import resnet4j.report.Section;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Losses;
import resnet4j.train.Machine;
import resnet4j.train.Moment;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/** An {@link Aim} at work on a classification network, whose head gets as many logits as the aim needs. */
final class Aiming<T extends Target<T>> implements Task<T> {
    private final Aim<T> aim;
    private final Recipe recipe;
    private final DataSource<T> data;
    private final Machine machine;
    private final List<String> names;
    private Answer answer; // of the network that was validated last
    private final ClassificationNet net;

    Aiming(Aim<T> aim, Recipe recipe, DataSource<T> data, Machine machine) throws IOException {
        this.aim = aim;
        this.recipe = recipe;
        this.data = data;
        this.machine = machine;
        names = data.train().classes();
        Objective.refuse(
                recipe,
                "as it is for pictures with one class each, and this recipe learns " + Records.line(recipe.learn()),
                "mix",
                "labelSmoothing",
                "classBalance",
                "solveHead",
                "rounding");
        answer = aim.answer(data.train());
        Ops.seed(recipe.seed());
        net = twin();
        machine.begin(recipe, net, net, data.train());
        try {
            aim.tie(net.head());
        } catch (IllegalArgumentException e) {
            net.close();
            throw e;
        }
    }

    @Override
    public ClassificationNet twin() {
        return machine.network(recipe, answer.logits(names.size()));
    }

    @Override
    public ClassificationNet net() {
        return net;
    }

    @Override
    public Loader<T> loader() {
        return machine.training(recipe, data.train());
    }

    @Override
    public Losses losses(Batch<T> batch, Moment at) {
        var images =
                recipe.progressive().resize(Inputs.images(batch, recipe.preprocess(), machine.device()), at.progress());
        Tensor sum = null;
        for (var output : net.outputs(images)) {
            var logits = sum == null ? tied(net, output.logits()) : output.logits();
            var loss = aim.loss(logits, batch.targets(), answer, machine.device());
            sum = sum == null ? loss : Ops.add(sum, resnet4j.tensor.Losses.scale(loss, output.weight()));
        }
        return Losses.of(sum);
    }

    private Tensor tied(ClassificationNet network, Tensor logits) {
        return aim.tied(logits, network.head());
    }

    @Override
    public Score validate(Net network, IntConsumer progress) {
        var outputs = outputs((ClassificationNet) network, data.val().orElseThrow(), progress);
        answer = aim.chosen(answer, outputs);
        return aim.score(names, answer, outputs);
    }

    @Override
    public Score test(Path model, IntConsumer progress) throws IOException {
        try (var opened = machine.open(model)) {
            var outputs = outputs(opened.net(), data.split(data.measured()), progress);
            return aim.score(names, opened.file().answer(), outputs);
        }
    }

    private Outputs<T> outputs(ClassificationNet network, Dataset<T> pictures, IntConsumer progress) {
        network.train(false);
        var loader = machine.measuring(recipe, pictures);
        var views = recipe.views().of(network::apply);
        return Outputs.of(views, loader, recipe.preprocess(), machine.device(), progress);
    }

    /** Right after {@link #validate} of the same network, if there is a validation split. */
    @Override
    public void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance)
            throws IOException {
        aim.tie(((ClassificationNet) network).head());
        new ModelFile(
                        recipe.model(),
                        recipe.architectureFor(answer.logits(names.size())),
                        recipe.preprocess(),
                        names,
                        answer,
                        metrics,
                        Records.line(recipe),
                        provenance)
                .save(model, network);
    }

    @Override
    public List<Section> sections(Path model, Score test) {
        return aim.sections(test);
    }

    @Override
    public void close() {
        net.close();
    }
}
