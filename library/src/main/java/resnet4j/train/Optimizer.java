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
    private final List<Slot> slots = new ArrayList<>();
    private List<Group> groups = List.of();

    /** Weights that move at one rate with one decay. */
    private record Group(double lrScale, double weightDecay, List<Slot> slots) {}

    /** A weight and what is remembered of it; {@code count} is the number of its steps so far. */
    private record Slot(String name, Tensor weight, List<Tensor> memory, Tensor count) {}

    /** Moves all of {@code parameters} at one rate, until {@link #scaleRates} says otherwise. */
    public Optimizer(Optim optim, Map<String, Tensor> parameters) {
        this.optim = optim;
        try (var scope = new NativeScope()) {
            parameters.forEach((name, weight) -> {
                var memory = optim.memory().stream()
                        .map(kind -> weight.zerosLike().own())
                        .toList();
                slots.add(new Slot(name, weight, memory, Tensor.zeros().own()));
            });
        }
        scaleRates(name -> 1);
    }

    /** Sets each weight's share of the learning rate, by name; 0 leaves it as it is. */
    public void scaleRates(ToDoubleFunction<String> lrScale) {
        var byRate = new LinkedHashMap<List<Double>, List<Slot>>();
        for (var slot : slots) {
            double scale = lrScale.applyAsDouble(slot.name());
            slot.weight().requireGrad(scale > 0);
            if (scale == 0) continue;
            double decay = slot.weight().dim() > 1 || optim.decayNorms() ? optim.weightDecay() : 0;
            byRate.computeIfAbsent(List.of(scale, decay), key -> new ArrayList<>())
                    .add(slot);
        }
        groups = byRate.entrySet().stream()
                .map(e -> new Group(e.getKey().get(0), e.getKey().get(1), e.getValue()))
                .toList();
    }

    /** The weights that move. */
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
        for (var slot : slots) {
            for (int i = 0; i < slot.memory().size(); i++)
                all.put(optim.memory().get(i) + "." + slot.name(), slot.memory().get(i));
            all.put("count." + slot.name(), slot.count());
        }
        return all;
    }

    @Override
    public void close() {
        state().values().forEach(Tensor::close);
    }
}
