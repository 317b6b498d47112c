package resnet4j.compress;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/** How much a channel matters: those that matter least are cut first. */
public enum Importance {
    /** The absolute weights that make it and use it, each layer's by the mean of its group. arXiv:1608.08710, 2301.12900. */
    L1 {
        @Override
        double[] of(Groups groups, Gradients gradients, long seed) {
            var numbers = numbers(groups, products(groups));
            numbers.values().forEach(n -> n.replaceAll(Math::abs));
            var scores = new double[groups.units().size()];
            for (var group : groups.groups()) {
                var means = new HashMap<String, Double>(); // by weight and dimension
                for (var unit : group.units())
                    sums(unit, numbers)
                            .forEach((rows, sum) ->
                                    means.merge(rows, sum / group.units().size(), Double::sum));
                for (var unit : group.units())
                    sums(unit, numbers)
                            .forEach((rows, sum) -> scores[unit.index()] +=
                                    sum / Math.max(means.get(rows), Double.MIN_NORMAL) / means.size());
            }
            return scores;
        }
    },
    /** The absolute scales of the batch norms after it. Channels without one stay. arXiv:1708.06519. */
    SCALE {
        @Override
        double[] of(Groups groups, Gradients gradients, long seed) {
            var numbers = numbers(groups, norms(groups, 1));
            numbers.values().forEach(n -> n.replaceAll(Math::abs));
            var scores = new double[groups.units().size()];
            for (var unit : groups.units()) {
                scores[unit.index()] = sums(unit, numbers).values().stream()
                        .mapToDouble(s -> s)
                        .average()
                        .orElse(Double.POSITIVE_INFINITY);
            }
            if (Arrays.stream(scores).allMatch(Double::isInfinite))
                throw new IllegalArgumentException("importance: expected batch norms after layers that are cut, got a"
                        + " network without; take l1 or taylor");
            return scores;
        }
    },
    /**
     * The square of what the loss would change by without it, to first order: of the scales and shifts of its batch norms, or
     * else of the weights that make it. Molchanov et al. 2019, arXiv:1906.10771.
     */
    TAYLOR {
        @Override
        double[] of(Groups groups, Gradients gradients, long seed) {
            var norms = norms(groups, 1, 2);
            var products = products(groups);
            var scores = new double[groups.units().size()];
            var frozen = Stream.concat(norms.stream(), products.stream())
                    .map(groups.graph().constants()::get)
                    .filter(t -> !t.requiresGrad())
                    .toList();
            frozen.forEach(t -> t.requireGrad(true)); // what does not learn matters too
            try {
                gradients.each(() -> {
                    var change = changes(groups, norms);
                    var others = new HashMap<String, Numbers>();
                    for (var unit : groups.units()) {
                        double sum = 0;
                        var sums = sums(unit, change);
                        if (sums.isEmpty()) {
                            if (others.isEmpty()) others.putAll(changes(groups, products));
                            for (var rows : unit.weights())
                                if (rows.dim() == 0 && others.containsKey(rows.weight()))
                                    sum += others.get(rows.weight()).sum(rows);
                        }
                        for (double s : sums.values()) sum += s;
                        scores[unit.index()] += sum * sum;
                    }
                });
            } finally {
                frozen.forEach(t -> t.requireGrad(false));
            }
            return scores;
        }
    },
    /** Chance, to compare the others with. */
    RANDOM {
        @Override
        double[] of(Groups groups, Gradients gradients, long seed) {
            return new SplittableRandom(seed).doubles(groups.units().size()).toArray();
        }
    };

    /** Pictures whose loss has gradients. */
    @FunctionalInterface
    interface Gradients {
        /** Calls {@code ready} after each batch, when weights have its gradients. */
        void each(Runnable ready);
    }

    /** A number for each of {@link Groups#units}, infinite for those that stay. */
    abstract double[] of(Groups groups, Gradients gradients, long seed);

    /** Whether it has to be shown pictures. */
    public boolean looksAtPictures() {
        return this == TAYLOR;
    }

    /** Whether it says what cutting adds to the loss, so that layers can be compared by what each saves for it. */
    boolean isLoss() {
        return this == TAYLOR;
    }

    /** Weights in Java memory. */
    private record Numbers(float[] values, long[] shape) {
        void replaceAll(DoubleUnaryOperator f) {
            for (int i = 0; i < values.length; i++) values[i] = (float) f.applyAsDouble(values[i]);
        }

        double sum(Groups.Rows rows) {
            int inner = 1, outer = 1;
            for (int i = 0; i < shape.length; i++)
                if (i < rows.dim()) outer *= (int) shape[i];
                else if (i > rows.dim()) inner *= (int) shape[i];
            double sum = 0;
            for (int row : rows.rows())
                for (int o = 0; o < outer; o++) {
                    int at = (o * (int) shape[rows.dim()] + row) * inner;
                    for (int i = at; i < at + inner; i++) sum += values[i];
                }
            return sum;
        }
    }

    private static Map<String, Double> sums(Groups.Unit unit, Map<String, Numbers> numbers) {
        var sums = new HashMap<String, Double>();
        for (var rows : unit.weights()) {
            var of = numbers.get(rows.weight());
            if (of != null) sums.merge(rows.weight() + " " + rows.dim(), of.sum(rows), Double::sum);
        }
        return sums;
    }

    private static Map<String, Numbers> numbers(Groups groups, Set<String> weights) {
        var numbers = new HashMap<String, Numbers>();
        for (var name : weights) {
            var t = groups.graph().constants().get(name);
            numbers.put(name, new Numbers(t.detach().toFloats(), t.shape()));
        }
        return numbers;
    }

    /** Weights times their gradients, which may be absent. */
    private static Map<String, Numbers> changes(Groups groups, Set<String> weights) {
        var numbers = numbers(groups, weights);
        numbers.forEach((name, n) -> {
            var gradient = groups.graph().constants().get(name).grad();
            if (gradient == null) Arrays.fill(n.values, 0);
            else {
                float[] g = gradient.toFloats();
                for (int i = 0; i < g.length; i++) n.values[i] *= g[i];
            }
        });
        return numbers;
    }

    private static Set<String> products(Groups groups) {
        var names = new LinkedHashSet<String>();
        for (var node : groups.graph().nodes())
            if (node.op().isProduct()) names.addAll(node.inputs().subList(1, 2));
        names.retainAll(groups.graph().constants().keySet());
        return names;
    }

    /** Inputs of batch norms. */
    private static Set<String> norms(Groups groups, int... inputs) {
        var names = new LinkedHashSet<String>();
        for (var node : groups.graph().nodes())
            if (!node.op().statistics().isEmpty())
                for (int i : inputs) names.add(node.inputs().get(i));
        names.retainAll(groups.graph().constants().keySet());
        return names;
    }
}
