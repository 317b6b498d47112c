package resnet4j.selfsup;

import static resnet4j.tensor.Losses.crossEntropy;
import static resnet4j.tensor.Losses.scale;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.data.OfViews;
import resnet4j.eval.Inputs;
import resnet4j.model.ClassificationNet;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Extended;
import resnet4j.train.Losses;
import resnet4j.train.Machine;
import resnet4j.train.Moment;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/** A classifier that learns from pictures with labels, and beside them from what it guesses of others. */
final class Guessing implements Extended<Label> {
    private final FewLabels learn;
    private final Recipe recipe;
    private final Machine machine;
    private final Dataset<Label> others;
    private final Endless<Label> labelled;
    private final Task<Label> classes;

    Guessing(FewLabels learn, Recipe recipe, DataSource<Label> data, Dataset<Label> others, Machine machine)
            throws IOException {
        this.learn = learn;
        this.recipe = recipe;
        this.machine = machine;
        this.others = others;
        Objective.refuse(
                recipe,
                "as some pictures have no labels",
                "mix",
                "order",
                "progressive",
                "classBalance",
                "solveHead",
                "accumulate",
                "rounding");
        boolean full = data.train().size() >= recipe.batch();
        labelled = new Endless<>(machine.training(recipe, data.train()).withDropLast(full));
        classes = new Objective.Classify().task(recipe, data, machine);
    }

    @Override
    public Task<Label> own() {
        return classes;
    }

    /** Pictures without labels, in full batches where there are enough. */
    @Override
    public Loader<Label> loader() {
        int together = recipe.batch() * learn.ratio();
        var views = learn.views(recipe.augment());
        return machine.training(recipe.withBatch(together), others)
                .withAugments(List.of(new OfViews.PerView(views)))
                .withViews(views.size())
                .withDropLast(others.size() >= together);
    }

    /** All pictures go through the network together, so that its norms see them all. */
    @Override
    public Losses losses(Batch<Label> batch, Moment at) {
        var known = labelled.at(at.step());
        var images = new ArrayList<Tensor>();
        images.add(images(known.pixels()));
        for (var view : batch.views()) images.add(images(view));
        var logits = ((ClassificationNet) classes.net()).apply(Ops.cat(images, 0));
        int n = known.size(), m = batch.size();
        var own = crossEntropy(
                logits.narrow(0, 0, n),
                Inputs.labels(Label.indices(known.targets()), machine.device()),
                recipe.labelSmoothing());
        var guesses = new ArrayList<Tensor>();
        for (int view = 0; view < batch.views().size(); view++) guesses.add(logits.narrow(0, n + view * m, m));
        var said = learn.said(guesses);
        var parts = new LinkedHashMap<String, Tensor>();
        parts.put("labelled", own);
        parts.put(
                "unlabelled",
                said.map(s -> scale(s.loss(), learn.weight(at.progress()))).orElseGet(() -> scale(own, 0)));
        double used = said.map(FewLabels.Said::used).orElse(0);
        return new Losses(parts, Map.of("used", used));
    }

    private Tensor images(resnet4j.data.Pixels view) {
        return Inputs.images(view, recipe.preprocess(), machine.device());
    }

    @Override
    public void close() {
        labelled.close();
        classes.close();
    }
}
