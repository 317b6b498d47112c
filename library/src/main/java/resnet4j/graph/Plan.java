package resnet4j.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import resnet4j.array.DType;
import resnet4j.nn.Layer;
import resnet4j.tensor.Device;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Lifetime;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Placeholder;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.tensor.Workers;

/**
 * A network made ready for inference on this processor: batch norms folded, convolutions joined with what follows them
 * and run by oneDNN on weights in its own order, all else by libtorch. Owns its weights until {@link #close}; the
 * network may change or go. Any number of threads may {@link #run} one plan.
 */
public final class Plan implements AutoCloseable {
    private final Precision precision;
    private final Graph graph; // with constants that have shapes and no numbers
    private final Steps steps;
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final Fitting fitting;
    private final Slices slices;
    private final Lifetime lifetime = new Lifetime("the plan", this::free);

    /**
     * What is done, and what does it.
     *
     * @param engine    {@code oneDNN} or {@code libtorch}
     * @param type      what it computes in
     * @param result    what its numbers are in then
     * @param inPlace   whether the result takes the memory of an input
     * @param operation with attributes, inputs and shape, as in {@link Node}
     */
    public record Call(String engine, DType type, DType result, boolean inPlace, String operation) {
        @Override
        public String toString() {
            return engine + " " + type + (result == type ? "" : " to " + result) + (inPlace ? " in place" : "") + ": "
                    + operation;
        }
    }

    /**
     * Traces {@code net}, from images to logits, and makes it ready.
     *
     * @param precision  in which it computes as {@link Precision#on} this processor
     * @param inputShape [N,C,H,W]; another N is right and maybe not the fastest, and so are another H and W where the
     *                   network is for {@link Graph#anySize}
     */
    public static Plan compile(Layer net, Precision precision, long... inputShape) {
        return compile(net, precision, false, false, inputShape);
    }

    /**
     * The same of a network that nothing else needs: each of its weights is freed as soon as the plan has its own, so that
     * there is little more than one of each at any time. The network can then only be closed.
     *
     * @param features whether it gives {@link Inference#FEATURES} besides the logits
     */
    static Plan consume(Layer net, Precision precision, boolean features, long... inputShape) {
        return compile(net, precision, true, features, inputShape);
    }

    private static Plan compile(
            Layer net, Precision precision, boolean consumes, boolean features, long... inputShape) {
        var one = inputShape.clone();
        one[0] = 1; // a trace computes the whole network, and needs memory for all N
        try (var scope = new NativeScope()) {
            var traced = Tracer.trace(net, one);
            if (features) traced = GraphConfig.Head.withFeatures(traced);
            if (consumes)
                for (var unused : net.state().values()) if (!traced.constants().containsValue(unused)) unused.close();
            var graph = Passes.simplify(traced, consumes);
            var shape = Arrays.stream(inputShape).boxed().toList();
            return compile(graph.withShapes(Map.of(Tracer.INPUT, shape)), precision, consumes);
        }
    }

    /** Makes a graph ready, in {@code precision} (as it is {@link Precision#on} this processor) where {@link Passes#inPrecision} says, for the shapes of its inputs. */
    public static Plan compile(Graph graph, Precision precision) {
        return compile(graph, precision, false);
    }

    /**
     * The same of a graph whose weights nothing else needs: each is freed as soon as the plan has its own. The network that
     * it was traced from can then only be closed.
     */
    public static Plan consume(Graph graph, Precision precision) {
        return compile(graph, precision, true);
    }

    private static Plan compile(Graph graph, Precision precision, boolean consumes) {
        try (var scope = new NativeScope()) {
            var simple = Passes.flattenChannelsLast(Passes.simplify(graph, consumes), consumes);
            if (OneDnn.available(DType.I8)) simple = Passes.moveInEightBits(simple);
            var here = simple.isQuantized() ? Precision.FP32 : precision.on(Device.CPU);
            boolean exact = here == Precision.FP32;
            var plan = new Plan(exact ? simple : Passes.inPrecision(simple, DType.BF16), here, consumes);
            if (consumes) Engine.trim(); // of the weights
            return plan;
        }
    }

    private Plan(Graph graph, Precision precision, boolean consumes) {
        this.precision = precision;
        var shapes = new LinkedHashMap<String, Tensor>();
        graph.constants()
                .forEach((name, weight) ->
                        shapes.put(name, Placeholder.ofShape(weight.shape()).own()));
        owned.addAll(shapes.values());
        this.graph = graph.with(shapes, graph.nodes(), graph.outputs());
        fitting = new Fitting(this.graph);
        slices = Slices.of(this.graph);
        var parts = slices.cut(graph.inputs().stream().map(Value::shape).toList());
        steps = new Steps(parts.size() <= 1 ? graph : Slices.ofBatch(graph, parts.get(0)), consumes, owned);
        try {
            if (parts.size() <= 1) steps.prepare();
            else Workers.each(1, i -> steps.prepare());
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * What the network gives in evaluation mode, by the outputs' names, in 32-bit floats. Any batch size.
     *
     * @throws IllegalArgumentException for shapes that it is not for
     * @throws IllegalStateException    if it is closed
     */
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        lifetime.enter();
        try (var scope = new NativeScope()) {
            fitting.check(inputs);
            var results = slices.answer(inputs, this::answer);
            results.values().forEach(scope::keep);
            return results;
        } finally {
            lifetime.leave();
        }
    }

    /** All at once. */
    private Map<String, Tensor> answer(Map<String, Tensor> inputs) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var exact = Ops.precision(Precision.FP32)) { // every step has its own
            var ready = new HashMap<String, Tensor>();
            for (var input : graph.inputs()) ready.put(input.name(), ready(inputs.get(input.name()), input.dtype()));
            var results = new LinkedHashMap<String, Tensor>();
            steps.run(ready)
                    .forEach(
                            (name, made) -> results.put(name, Value.isFloat(made.dtype()) ? made.to(DType.F32) : made));
            results.values().forEach(scope::keep);
            return results;
        }
    }

    /** {@link #run(Map)} of a network with one input and one output. */
    public Tensor run(Tensor input) {
        return run(Map.of(only(Graph.names(graph.inputs())), input))
                .get(only(graph.outputs().keySet()));
    }

    private static String only(Collection<String> names) {
        if (names.size() != 1)
            throw new IllegalArgumentException("plan: expected one input and one output, got " + names);
        return names.iterator().next();
    }

    /** By a handle of its own. */
    private Tensor ready(Tensor input, DType dtype) {
        boolean images = input.dim() == 4 && Value.isFloat(dtype);
        return images ? input.to(dtype).channelsLast() : input.detach();
    }

    public Precision precision() {
        return precision;
    }

    /** What it takes, in the shapes that it is fastest for. */
    public List<Value> inputs() {
        return graph.inputs();
    }

    /** What is done, in order. */
    public List<Call> calls() {
        return steps.calls();
    }

    /** One line for each call, below one that counts them. */
    public String describe() {
        long fused = calls().stream().filter(c -> c.engine.equals("oneDNN")).count();
        boolean eight = calls().stream().anyMatch(c -> c.type == DType.I8 && c.engine.equals("oneDNN"));
        return "plan in " + (eight ? "int8 and " : "") + precision.name().toLowerCase(Locale.ROOT) + " for "
                + graph.inputs().stream()
                        .map(in -> in.name() + " " + in.shape())
                        .collect(Collectors.joining(", "))
                + ": " + fused + " calls of oneDNN, " + (calls().size() - fused) + " of libtorch\n"
                + calls().stream().map(c -> c + "\n").collect(Collectors.joining());
    }

    /** Refuses later calls, and frees the weights when those that run are done. */
    @Override
    public void close() {
        lifetime.close();
    }

    private void free() {
        try {
            for (var weight : owned) weight.close();
        } catch (Exception e) {
            throw new IllegalStateException("plan: its weights could not be freed", e);
        }
    }
}
