package resnet4j.compress;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import resnet4j.eval.Timing;
import resnet4j.graph.Costs;
import resnet4j.graph.Graph;
import resnet4j.graph.Plan;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * How much a pruned network may cost.
 *
 * @param most  the share of what the network costs now, above 0 and below 1
 * @param batch how many pictures are timed together; where it is measured
 * @param precision what the plan computes in, where it is measured
 */
public record Budget(Cost cost, double most, int batch, Precision precision) {
    private static final double SECONDS = 0.5;

    /** What is counted or measured. */
    public enum Cost {
        /** Multiply-adds. */
        MACS,
        /** Trained numbers. */
        PARAMETERS,
        /** Milliseconds of a plan, measured here. */
        MILLIS
    }

    /** Of what is counted. */
    public Budget(Cost cost, double most) {
        this(cost, most, 1, Precision.FP32);
    }

    public Budget {
        if (!(most > 0 && most < 1))
            throw new IllegalArgumentException(cost.name().toLowerCase(Locale.ROOT)
                    + ": expected a share of what the network has now, above 0 and below 1, got " + most);
        if (batch < 1) throw new IllegalArgumentException("batch: expected 1 or more, got " + batch);
    }

    public Budget withMost(double most) {
        return new Budget(cost, most, batch, precision);
    }

    /** What a graph costs; of what is counted, shapes are enough. */
    double of(Graph graph) {
        return switch (cost) {
            case MACS -> Costs.of(graph).macs();
            case PARAMETERS -> Costs.of(graph).parameters();
            case MILLIS -> millis(graph);
        };
    }

    /** Whether numbers are needed besides shapes. */
    boolean measures() {
        return cost == Cost.MILLIS;
    }

    /** How long a batch takes, by a plan. */
    public double millis(Graph graph) {
        var shapes = new LinkedHashMap<String, List<Long>>();
        for (var input : graph.inputs()) {
            var shape = new ArrayList<>(input.shape());
            shape.set(0, batch * shape.get(0));
            shapes.put(input.name(), shape);
        }
        try (var scope = new NativeScope();
                var plan = Plan.compile(graph.withShapes(shapes), precision)) {
            var inputs = new LinkedHashMap<String, Tensor>();
            shapes.forEach((name, shape) -> inputs.put(
                    name, Tensor.randn(shape.stream().mapToLong(Long::longValue).toArray())));
            return Timing.of(SECONDS, () -> {
                        try (var inner = new NativeScope()) {
                            plan.run(inputs);
                        }
                    })
                    .medianMillis();
        }
    }
}
