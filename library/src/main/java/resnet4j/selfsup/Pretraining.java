package resnet4j.selfsup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.eval.Score;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Average;
import resnet4j.train.Features;
import resnet4j.train.Losses;
import resnet4j.train.Machine;
import resnet4j.train.Moment;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/** Views of each picture, and what a {@link Method} wants said of them. */
final class Pretraining implements Task<Label> {
    private static final int BANK = 10_000; // training pictures that are asked for neighbours

    private final Method method;
    private final Recipe recipe;
    private final DataSource<Label> data;
    private final Machine machine;
    private final Projecting net;
    private final Optional<Average> momentum;
    private final Optional<Memory> memory;
    private final List<List<Tensor>> kept = new ArrayList<>(); // targets of batches since the last update, owned

    Pretraining(Method method, Recipe recipe, DataSource<Label> data, Machine machine) throws IOException {
        this.method = method;
        this.recipe = recipe;
        this.data = data;
        this.machine = machine;
        check();
        Ops.seed(recipe.seed());
        net = twin();
        machine.begin(recipe, net.encoder, net, data.train());
        try (var scope = new NativeScope()) {
            memory = method.memory().map(rows -> new Memory(rows.to(machine.device())));
        }
        momentum = method.momentum(0) > 0 ? Optional.of(new Average(net, twin())) : Optional.empty();
        momentum.ifPresent(average -> average.net().train(true));
    }

    private void check() {
        if (data.train().size() < 2 || recipe.batch() < 2)
            throw new IllegalArgumentException(
                    "data: expected at least two pictures, and two in a batch, as each is told" + " from others, got "
                            + data.train().size() + " in batches of " + recipe.batch());
        if (recipe.augment().isEmpty())
            throw new IllegalArgumentException(
                    "augment: expected changes that make views of a picture differ, got none;"
                            + " begin from recipes/pretrain-cifar10.json");
        Objective.refuse(
                recipe,
                "as views of pictures are compared with each other",
                "mix",
                "progressive",
                "labelSmoothing",
                "classBalance",
                "solveHead",
                "rounding",
                "views");
    }

    @Override
    public Projecting twin() {
        var architecture = recipe.architectureFor(data.train().classes().size());
        architecture.requireInput(
                recipe.preprocess().cropHeight(), recipe.preprocess().cropWidth());
        return machine.place(Net.whole(() -> new Projecting(architecture.build(), method)));
    }

    @Override
    public Net net() {
        return net;
    }

    /** Without a last batch of fewer pictures: each would be told from fewer others. */
    @Override
    public Loader<Label> loader() {
        return machine.training(recipe, data.train())
                .withDropLast(data.train().size() >= recipe.batch())
                .withViews(method.views());
    }

    @Override
    public Losses losses(Batch<Label> batch, Moment at) {
        var images = batch.views().stream()
                .map(view -> Inputs.images(view, recipe.preprocess(), machine.device()))
                .toList();
        var asked = method.symmetric() ? images : images.subList(0, 1);
        var matched = method.symmetric() ? images.subList(0, 2) : images.subList(1, 2);
        var projections = asked.stream().map(net::project).toList();
        var online = projections.stream().map(net::predict).toList();
        var targets = method.matches() ? targets(matched, projections) : List.<Tensor>of();
        if (memory.isPresent() && Ops.recordsHistory())
            kept.add(targets.stream().map(t -> t.copy().own()).toList());
        return Losses.of(method.loss(new Views(online, targets, memory.map(Memory::rows))));
    }

    private List<Tensor> targets(List<Tensor> images, List<Tensor> own) {
        if (momentum.isEmpty()) return own.stream().map(Tensor::detach).toList();
        try (var noGrad = Ops.noGrad()) {
            return images.stream()
                    .map(((Projecting) momentum.get().net())::project)
                    .toList();
        }
    }

    @Override
    public void updated(Moment at) {
        momentum.ifPresent(average -> average.follow(method.momentum(at.progress())));
        for (var targets : kept) {
            memory.ifPresent(m -> method.remember(m, targets));
            targets.forEach(Tensor::close);
        }
        kept.clear();
    }

    @Override
    public Map<String, Tensor> tensors() {
        var all = new LinkedHashMap<String, Tensor>();
        momentum.ifPresent(average -> average.state().forEach((name, t) -> all.put("momentum." + name, t)));
        memory.ifPresent(m -> all.putAll(m.tensors()));
        return all;
    }

    @Override
    public Score validate(Net network, IntConsumer progress) {
        try {
            return measure(((Projecting) network).encoder, data.val().orElseThrow(), true, progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Score test(Path model, IntConsumer progress) throws IOException {
        try (var opened = machine.open(model)) {
            boolean held = !data.measured().equals("train");
            return measure(opened.net(), data.split(data.measured()), held, progress);
        }
    }

    private Representation measure(
            ClassificationNet encoder, Dataset<Label> pictures, boolean held, IntConsumer progress) throws IOException {
        var features = Features.of(encoder, pictures, recipe.preprocess(), machine, progress);
        boolean told = held && data.train().classes().size() > 1;
        var bank = told
                ? Optional.of(
                        Features.of(encoder, data.train().limit(BANK), recipe.preprocess(), machine, looked -> {}))
                : Optional.<Features>empty();
        return Representation.of(features, bank);
    }

    /** The encoder alone, with a head that says nothing. */
    @Override
    public void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance)
            throws IOException {
        var known = new HashMap<>(provenance);
        known.put("head", "not trained: to be fine-tuned, or probed");
        recipe.modelFile(data.train().classes(), metrics, known).save(model, ((Projecting) network).encoder);
    }

    @Override
    public void close() {
        net.close();
        momentum.ifPresent(Average::close);
        memory.ifPresent(Memory::close);
        kept.forEach(targets -> targets.forEach(Tensor::close));
    }
}
