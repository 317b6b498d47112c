package resnet4j.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/** An {@link Optim} at work on a network's weights: owns the memory that it keeps for each of them. */
public final class Optimizer implements AutoCloseable {
    private final Optim optim;
    private final List<Group> groups = new ArrayList<>();

    /** Weights that move at one rate with one decay. */
    private record Group(double lrScale, double weightDecay, List<Slot> slots) {}

    /** A weight and what is remembered of it; {@code count} is the number of its steps so far. */
    private record Slot(String name, Tensor weight, List<Tensor> memory, Tensor count) {}

    /** @param lrScale each weight's share of the learning rate, by name; 0 leaves it as it is */
    public Optimizer(Optim optim, Map<String, Tensor> parameters, ToDoubleFunction<String> lrScale) {
        this.optim = optim;
        var byRate = new LinkedHashMap<List<Double>, List<Slot>>();
        try (var scope = new NativeScope()) {
            parameters.forEach((name, weight) -> {
                double scale = lrScale.applyAsDouble(name);
                weight.requireGrad(scale > 0);
                if (scale == 0) return;
                double decay = weight.dim() > 1 || optim.decayNorms() ? optim.weightDecay() : 0;
                var memory = new ArrayList<Tensor>();
                for (int i = 0; i < optim.memory().size(); i++)
                    memory.add(weight.zerosLike().own());
                byRate.computeIfAbsent(List.of(scale, decay), key -> new ArrayList<>())
                        .add(new Slot(name, weight, memory, Tensor.zeros().own()));
            });
        }
        byRate.forEach((key, slots) -> groups.add(new Group(key.get(0), key.get(1), slots)));
    }

    public List<Tensor> weights() {
        return groups.stream()
                .flatMap(g -> g.slots().stream())
                .map(Slot::weight)
                .toList();
    }

    /** Moves every weight that has a gradient, and forgets the gradients. Inside a scope. */
    public void step(double lr) {
        for (var group : groups) {
            var weights = new ArrayList<Tensor>();
            var gradients = new ArrayList<Tensor>();
            var counts = new ArrayList<Tensor>();
            var memory = new ArrayList<List<Tensor>>();
            for (int i = 0; i < optim.memory().size(); i++) memory.add(new ArrayList<>());
            for (var slot : group.slots()) {
                var gradient = slot.weight().grad();
                if (gradient == null) continue;
                weights.add(slot.weight());
                gradients.add(gradient);
                counts.add(slot.count());
                for (int i = 0; i < memory.size(); i++)
                    memory.get(i).add(slot.memory().get(i));
            }
            if (weights.isEmpty()) continue;
            optim.step(weights, gradients, memory, counts, lr * group.lrScale(), group.weightDecay());
            weights.forEach(Tensor::dropGrad);
        }
    }

    /** What is remembered, by name, to be saved and set. */
    public Map<String, Tensor> state() {
        var all = new LinkedHashMap<String, Tensor>();
        for (var group : groups)
            for (var slot : group.slots()) {
                for (int i = 0; i < slot.memory().size(); i++)
                    all.put(
                            optim.memory().get(i) + "." + slot.name(),
                            slot.memory().get(i));
                all.put("count." + slot.name(), slot.count());
            }
        return all;
    }

    @Override
    public void close() {
        state().values().forEach(Tensor::close);
    }
}
