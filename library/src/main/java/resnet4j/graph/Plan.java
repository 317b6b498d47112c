package resnet4j.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import resnet4j.array.DType;
import resnet4j.graph.Passes.Instruction;
import resnet4j.nn.Layer;
import resnet4j.tensor.Device;
import resnet4j.tensor.Lifetime;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Ops;
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
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Integer> slots = new HashMap<>(); // of the values that are not constants
    private final Map<String, Tensor> constantOutputs = new HashMap<>();
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final Fitting fitting;
    private final Slices slices;
    private final Lifetime lifetime = new Lifetime("the plan", this::free);

    /**
     * One call.
     *
     * @param out  slot of the result
     * @param dead slots that nothing needs after it
     */
    private record Step(Call call, Kernel kernel, int out, int[] dead) {}

    /**
     * What is done, and what does it.
     *
     * @param engine    {@code oneDNN} or {@code libtorch}
     * @param type      what it computes in
     * @param inPlace   whether the result takes the memory of an input
     * @param operation with attributes, inputs and shape, as in {@link Node}
     */
    public record Call(String engine, DType type, boolean inPlace, String operation) {
        @Override
        public String toString() {
            return engine + " " + type + (inPlace ? " in place" : "") + ": " + operation;
        }
    }

    private interface Kernel {
        Tensor run(Tensor[] slots);
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

    private static Plan compile(Graph graph, Precision precision, boolean consumes) {
        try (var scope = new NativeScope()) {
            var simple = Passes.dequantizeWeights(Passes.simplify(graph, consumes));
            var here = precision.on(Device.CPU);
            boolean exact = here == Precision.FP32;
            return new Plan(exact ? simple : Passes.inPrecision(simple, DType.BF16, Set.of()), here, consumes);
        }
    }

    private Plan(Graph graph, Precision precision, boolean consumes) {
        this.precision = precision;
        var shapes = new LinkedHashMap<String, Tensor>();
        graph.constants()
                .forEach((name, weight) ->
                        shapes.put(name, Tensor.ofShape(weight.shape()).own()));
        owned.addAll(shapes.values());
        this.graph = graph.with(shapes, graph.nodes(), graph.outputs());
        fitting = new Fitting(this.graph);
        slices = Slices.of(this.graph);
        try {
            var parts = slices.cut(graph.inputs().stream().map(Value::shape).toList());
            if (parts.size() <= 1) prepare(graph, consumes);
            else Workers.each(1, i -> prepare(Slices.ofBatch(graph, parts.get(0)), consumes));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** @param graph for the shapes that oneDNN's kernels are made for, on as many threads as the calling one splits an operation over */
    private void prepare(Graph graph, boolean consumes) {
        try (var scope = new NativeScope()) {
            prepare(graph, Passes.fuse(graph), consumes);
        }
    }

    private void prepare(Graph graph, List<Instruction> instructions, boolean consumes) {
        var weights = graph.constants();
        var nodes = instructions.stream().map(Instruction::node).toList();
        var inputs = Graph.names(graph.inputs());
        var lives = new Liveness(inputs, nodes, graph.outputs().values());
        for (var input : inputs) slots.put(input, slots.size());
        var kernels = kernels(graph, instructions, consumes, lives);
        for (int i = 0; i < nodes.size(); i++) {
            var node = nodes.get(i);
            int out = slots.size();
            int[] dead = lives.dead(i).stream().mapToInt(slots::get).toArray();
            var kernel = kernels.get(i);
            var step = kernel != null
                    ? oneDnn(instructions.get(i), kernel, i, out, dead, lives)
                    : libtorch(node, weights, i, out, dead, lives);
            slots.put(node.name(), out);
            steps.add(step);
        }
        for (var value : graph.outputs().values())
            if (weights.containsKey(value)) {
                var constant = copy(weights.get(value));
                owned.add(constant);
                constantOutputs.put(value, constant);
            }
    }

    /**
     * oneDNN's, by the instruction's number. Those of the largest weights are made first: the memory of a weight that is
     * freed then suits the next one.
     */
    private Map<Integer, OneDnn> kernels(
            Graph graph, List<Instruction> instructions, boolean consumes, Liveness lives) {
        var weights = graph.constants();
        var uses = graph.uses();
        var kernels = new HashMap<Integer, OneDnn>();
        IntStream.range(0, instructions.size())
                .filter(i -> isPreparable(instructions.get(i).node(), weights))
                .boxed()
                .sorted(Comparator.comparingLong(i -> -size(instructions.get(i).node(), weights)))
                .forEach(i -> {
                    var instruction = instructions.get(i);
                    var node = instruction.node();
                    boolean inPlace = instruction.add() && lives.mayOverwrite(i, 3);
                    var kernel = oneDnn(
                            instruction, weights, graph.shape(node.inputs().get(0)), inPlace);
                    owned.add(kernel);
                    kernels.put(i, kernel);
                    if (!consumes) return;
                    for (var in : node.inputs())
                        if (weights.containsKey(in) && uses.merge(in, -1, Integer::sum) == 0)
                            weights.get(in).close();
                });
        return kernels;
    }

    private static long size(Node node, Map<String, Tensor> weights) {
        return node.inputs().size() == 1 ? 0 : weights.get(node.inputs().get(1)).elements();
    }

    /** Whether the operation is oneDNN's, on the CPU, with weights, if any, that never change. */
    private static boolean isPreparable(Node node, Map<String, Tensor> weights) {
        var kernel = OneDnn.kernelFor(node.op());
        if (!OneDnn.available(node.value().dtype())) return false;
        if (kernel == OneDnn.Kernel.POOLING) return true;
        if (kernel != OneDnn.Kernel.CONVOLUTION && kernel != OneDnn.Kernel.PRODUCT) return false;
        var weight = weights.get(node.inputs().get(1));
        var bias = node.inputs().get(2);
        return weight != null && !weight.device().cuda() && (bias.isEmpty() || weights.containsKey(bias));
    }

    private Step oneDnn(Instruction instruction, OneDnn kernel, int i, int out, int[] dead, Liveness lives) {
        var node = instruction.node();
        var type = node.value().dtype();
        var in = node.inputs();
        boolean add = instruction.add(), inPlace = add && lives.mayOverwrite(i, 3);
        int x = slots.get(in.get(0)), residual = add ? slots.get(in.get(3)) : -1;
        var call = new Call("oneDNN", type, inPlace, instruction.toString());
        Kernel run = add ? v -> kernel.apply(v[x], v[residual]) : v -> kernel.apply(v[x]);
        return new Step(call, run, out, dead);
    }

    private static OneDnn oneDnn(
            Instruction instruction, Map<String, Tensor> weights, List<Long> shape, boolean inPlace) {
        var node = instruction.node();
        var type = node.value().dtype();
        var in = node.inputs();
        if (in.size() == 1) return OneDnn.pool2d(node.op(), type, shape);
        Tensor weight = weights.get(in.get(1)), bias = weights.get(in.get(2));
        if (instruction.isConvolution()) return OneDnn.conv2d(instruction.fused(), inPlace, weight, bias, type, shape);
        return OneDnn.linear(weight, bias, type, Value.elements(shape) / weight.size(1));
    }

    private Step libtorch(Node node, Map<String, Tensor> weights, int i, int out, int[] dead, Liveness lives) {
        var op = node.op();
        int n = node.inputs().size();
        var constants = new Tensor[n];
        var from = new int[n]; // slot, or -1 for a constant and for nothing
        for (int k = 0; k < n; k++) {
            var constant = weights.get(node.inputs().get(k));
            from[k] = slots.getOrDefault(node.inputs().get(k), -1);
            if (constant != null) owned.add(constants[k] = copy(node.typed(k, constant)));
        }
        boolean inPlace = op.hasInPlaceForm()
                && lives.mayOverwrite(i, 0)
                && graph.shape(node.inputs().get(0)).equals(node.shape());
        Kernel kernel = values -> {
            var args = constants.clone();
            for (int k = 0; k < n; k++) if (from[k] >= 0) args[k] = node.typed(k, values[from[k]]);
            return inPlace ? Ops.runInPlace(op, args) : Ops.run(op, args);
        };
        return new Step(new Call("libtorch", node.value().dtype(), inPlace, node.toString()), kernel, out, dead);
    }

    private static Tensor copy(Tensor weight) {
        try (var noGrad = Ops.noGrad()) {
            return weight.detach().copy().own();
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
            var values = new Tensor[slots.size()];
            for (var input : graph.inputs())
                values[slots.get(input.name())] = ready(inputs.get(input.name()), input.dtype());
            for (var step : steps) {
                values[step.out] = step.kernel.run(values);
                for (int slot : step.dead) values[slot].close(); // its memory serves the steps to come
            }
            var results = new LinkedHashMap<String, Tensor>();
            graph.outputs().forEach((name, value) -> results.put(name, result(value, values)));
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

    private Tensor result(String value, Tensor[] values) {
        var constant = constantOutputs.get(value);
        var result = constant != null ? constant.detach() : values[slots.get(value)];
        return Value.isFloat(result.dtype()) ? result.to(DType.F32) : result;
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
        return steps.stream().map(Step::call).toList();
    }

    /** One line for each call, below one that counts them. */
    public String describe() {
        long fused = calls().stream().filter(c -> c.engine.equals("oneDNN")).count();
        return "plan in " + precision.name().toLowerCase(Locale.ROOT) + " for "
                + graph.inputs().stream()
                        .map(in -> in.name() + " " + in.shape())
                        .collect(Collectors.joining(", "))
                + ": " + fused + " calls of oneDNN, " + (steps.size() - fused) + " of libtorch\n"
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
