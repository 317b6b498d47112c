package resnet4j.train;

import static resnet4j.tensor.Losses.scale;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import resnet4j.data.Batch;
import resnet4j.graph.GraphNet;
import resnet4j.image.Target;
import resnet4j.nn.BatchNorm2d;
import resnet4j.nn.Checkpointing;
import resnet4j.nn.Layer;
import resnet4j.nn.LayerListener;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.tensor.Updates;

/** A task at work: its network's gradients, its updates, its average. */
final class Learner<T extends Target<T>> implements AutoCloseable {
    private final Recipe recipe;
    private final Task<T> task;
    private final Optional<Average> average;
    private final Optimizer optimizer;
    private final Map<String, Integer> stageOf = new HashMap<>(); // of each trained weight, counted from the head

    /** Takes the task over. */
    Learner(Recipe recipe, Task<T> task) {
        this.recipe = recipe;
        this.task = task;
        var net = task.net();
        if (recipe.checkpointing() && !Checkpointing.fits(net)) {
            task.close();
            throw new IllegalArgumentException("checkpointing: expected a network that is a sequence of blocks, got "
                    + recipe.model() + "; set checkpointing to false");
        }
        average = recipe.average().kept() ? Optional.of(new Average(net, task.twin())) : Optional.empty();
        if (recipe.freezeNorms())
            for (var layer : net.nets().values()) {
                if (layer instanceof BatchNorm2d norm) norm.freezeStatistics();
                if (layer instanceof GraphNet graph) graph.freezeStatistics();
            }
        optimizer = new Optimizer(recipe.optimizer(), net.parameters());
        var stages = net.stages();
        for (int i = 0; i < stages.size(); i++) for (var name : stages.get(i)) stageOf.put(name, i);
    }

    Task<T> task() {
        return task;
    }

    /** The network that is measured and saved: the average, where there is one. */
    Net best() {
        return average.map(Average::net).orElse(task.net());
    }

    /** Solves for what the task can solve for, before the first epoch. */
    Optional<Solved> solve(Task.Work progress) throws IOException {
        var solved = task.solve(progress);
        try (var scope = new NativeScope()) {
            average.ifPresent(a -> a.follow(0));
        }
        return solved;
    }

    /** Makes ready for the steps of an epoch. */
    void begin(int epoch) {
        task.net().train(true);
        optimizer.scaleRates(name -> !stageOf.containsKey(name)
                ? 0
                : recipe.strategy().lrScale(stageOf.get(name), epoch)
                        * (name.endsWith(".bias") ? recipe.biasScale() : 1));
    }

    /**
     * One batch, forward and back: adds its share to the gradient.
     *
     * @param together how many batches make one update, whose gradient is their mean
     * @return sums over its pictures: of the loss, and of what else the task counts
     * @throws DivergedException if the loss is not finite; the weights have not moved then
     */
    Map<String, Double> step(Batch<T> batch, Moment at, int together) {
        try (var scope = new NativeScope(); // frees every tensor this step makes
                var checkpointing = Checkpointing.of(task.net(), recipe.checkpointing())) {
            Ops.seed(seed(at));
            var losses = losses(batch, at);
            var loss = losses.total();
            double value = loss.item();
            if (!Double.isFinite(value))
                throw DivergedException.ofLoss(value, firstNotFinite(batch, at), at.step() + 1, at.lr());
            checkpointing.backward(together == 1 ? loss : scale(loss, 1.0 / together));
            return losses.counted(value, batch.size());
        }
    }

    /** With all else that the pass forward made gone, but for what gradients need: that goes one by one on the way back. */
    private Losses losses(Batch<T> batch, Moment at) {
        try (var scope = new NativeScope()) {
            var losses = task.losses(batch, at);
            losses.parts().values().forEach(scope::keep);
            return losses;
        }
    }

    /**
     * Moves the weights by the gradients gathered since the last update.
     *
     * @param scale what they are multiplied with before: more than 1 where batches could not be read
     */
    void update(Moment at, double scale) {
        try (var scope = new NativeScope()) {
            if (scale != 1) for (var weight : optimizer.weights()) rescale(weight.grad(), scale);
            if (recipe.clipNorm() > 0) Updates.clipGradNorm(optimizer.weights(), recipe.clipNorm());
            recipe.sparsity().around(optimizer.weights(), at.progress(), () -> optimizer.step(at.lr()));
            average.ifPresent(a -> recipe.average().after(at, a));
            task.updated(at);
        }
    }

    private static void rescale(Tensor gradient, double scale) {
        if (gradient != null) gradient.set(scale(gradient, scale));
    }

    /** Seeds dropout and stochastic depth by place, so that nothing has to be saved. */
    private long seed(Moment at) {
        long z = recipe.seed() * 0x9E3779B97F4A7C15L + at.step() * 0xBF58476D1CE4E5B9L + at.batch();
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Runs the batch again to find where the numbers break. */
    private String firstNotFinite(Batch<T> batch, Moment at) {
        var paths = task.net().paths();
        var found = new ArrayList<String>();
        var listener = new LayerListener() {
            @Override
            public void exit(Layer layer, Tensor out) {
                if (found.isEmpty() && !out.isFinite()) found.add(paths.getOrDefault(layer, ""));
            }
        };
        Ops.seed(seed(at));
        try (var listening = Ops.listen(listener);
                var noGrad = Ops.noGrad()) {
            task.losses(batch, at);
        }
        return found.isEmpty() ? "the loss itself" : found.get(0).isEmpty() ? "the network" : found.get(0);
    }

    /** All that steps change, by name, to be saved and set. */
    Map<String, Tensor> tensors() {
        var all = new LinkedHashMap<String, Tensor>();
        task.net().state().forEach((name, t) -> all.put("net." + name, t));
        average.ifPresent(a -> a.state().forEach((name, t) -> all.put("ema." + name, t)));
        optimizer.state().forEach((name, t) -> all.put("optimizer." + name, t));
        task.tensors().forEach((name, t) -> all.put("task." + name, t));
        return all;
    }

    @Override
    public void close() {
        optimizer.close();
        average.ifPresent(Average::close);
        task.close();
    }
}
