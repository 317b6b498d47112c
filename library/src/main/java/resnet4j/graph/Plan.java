package resnet4j.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import resnet4j.nn.Layer;
import resnet4j.tensor.DType;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * A network made ready for inference on this processor: batch norms folded, convolutions joined with what follows them
 * and run by oneDNN on weights in its own order, all else by libtorch. Owns its weights until {@link #close}; the
 * network may change or go. Any number of threads may {@link #run} one plan.
 */
public final class Plan implements AutoCloseable {
    private final Precision precision;
    private final DType dtype;
    private final List<Long> inputShape;
    private final int output;
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Integer> slots = new HashMap<>(); // of the values that are not constants
    private final List<AutoCloseable> owned = new ArrayList<>();

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
     * Traces {@code net} and makes it ready.
     *
     * @param precision  in which it computes as {@link Precision#on} this processor
     * @param inputShape [N,C,H,W]; images of another size are refused, another N is right and maybe not the fastest
     */
    public static Plan compile(Layer net, Precision precision, long... inputShape) {
        var one = inputShape.clone();
        one[0] = 1; // a trace computes the whole network, and needs memory for all N
        try (var scope = new NativeScope()) {
            return new Plan(Passes.fuse(Passes.simplify(Tracer.trace(net, one))), precision.on(Device.CPU), inputShape);
        }
    }

    private Plan(Graph graph, Precision precision, long... inputShape) {
        this.precision = precision;
        this.inputShape = Arrays.stream(inputShape).boxed().toList();
        dtype = precision == Precision.BF16 ? DType.BF16 : DType.F32;
        try {
            prepare(graph);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        output = slots.get(graph.output());
    }

    private void prepare(Graph graph) {
        var lives = new Liveness(graph);
        var rounded = rounded(graph);
        slots.put(graph.input(), 0);
        for (var node : graph.nodes()) {
            var type = rounded.contains(node.name()) ? dtype : DType.F32;
            int out = slots.size();
            var step =
                    isPreparable(node, type, graph) ? oneDnn(node, type, out, lives) : libtorch(node, type, out, lives);
            slots.put(node.name(), out);
            steps.add(step);
        }
    }

    /**
     * Values in the plan's own precision: all that the last convolution, or the last but one linear layer, depends on.
     * What follows, down to the logits, is computed in 32 bits, as rounded logits have ties.
     */
    private static Set<String> rounded(Graph graph) {
        var rounded = new HashSet<String>();
        var nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            var node = nodes.get(i);
            boolean heavy = node.op() instanceof Op.FusedConv2d
                    || node.op() instanceof Op.Linear && !node.name().equals(graph.output());
            if (heavy) rounded.add(node.name());
            if (rounded.contains(node.name())) rounded.addAll(node.inputs());
        }
        return rounded;
    }

    /** Whether the operation is oneDNN's, on the CPU, with weights, if any, that never change. */
    private static boolean isPreparable(Node node, DType type, Graph graph) {
        if (!OneDnn.supports(node.op()) || !OneDnn.available(type)) return false;
        if (node.inputs().size() == 1) return true;
        var weight = graph.constants().get(node.inputs().get(1));
        var bias = node.inputs().get(2);
        return weight != null
                && !weight.device().cuda()
                && (bias.isEmpty() || graph.constants().containsKey(bias));
    }

    private Step oneDnn(Node node, DType type, int out, Liveness lives) {
        var in = node.inputs();
        var shape = new ArrayList<>(lives.graph.shape(in.get(0)));
        shape.set(0, shape.get(0) * inputShape.get(0)); // the graph is of one image
        boolean add = in.size() == 4, inPlace = add && lives.mayOverwrite(node, 3);
        var kernel = oneDnn(node, type, shape, inPlace, lives.graph.constants());
        owned.add(kernel);
        int x = slots.get(in.get(0)), residual = add ? slots.get(in.get(3)) : -1;
        var call = new Call("oneDNN", type, inPlace, node.toString());
        Kernel run = add ? v -> kernel.apply(v[x], v[residual]) : v -> kernel.apply(v[x]);
        return new Step(call, run, out, lives.dead(node, slots));
    }

    private static OneDnn oneDnn(
            Node node, DType type, List<Long> shape, boolean inPlace, Map<String, Tensor> constants) {
        var in = node.inputs();
        if (in.size() == 1) return OneDnn.pool2d(node.op(), type, shape);
        Tensor weight = constants.get(in.get(1)), bias = constants.get(in.get(2));
        if (node.op() instanceof Op.FusedConv2d conv) return OneDnn.conv2d(conv, inPlace, weight, bias, type, shape);
        return OneDnn.linear(weight, bias, type, Node.elements(shape) / weight.size(1));
    }

    private Step libtorch(Node node, DType type, int out, Liveness lives) {
        var graph = lives.graph;
        var op = node.op();
        int n = node.inputs().size();
        var constants = new Tensor[n];
        var from = new int[n]; // slot, or -1 for a constant and for nothing
        for (int i = 0; i < n; i++) {
            var constant = graph.constants().get(node.inputs().get(i));
            from[i] = slots.getOrDefault(node.inputs().get(i), -1);
            // norms take 32-bit weights with inputs of any type
            if (constant != null) owned.add(constants[i] = isNorm(op) ? copy(constant) : copy(constant.to(type)));
        }
        boolean inPlace = lives.mayOverwrite(node, 0)
                && (op instanceof Op.Relu
                        || op instanceof Op.Add
                                && graph.shape(node.inputs().get(0)).equals(node.shape()));
        Kernel kernel = values -> {
            var args = constants.clone();
            for (int i = 0; i < n; i++) if (from[i] >= 0) args[i] = values[from[i]].to(type);
            if (!inPlace) return Ops.run(op, args);
            return op instanceof Op.Relu ? Ops.relu_(args[0]) : Ops.add_(args[0], args[1]);
        };
        return new Step(new Call("libtorch", type, inPlace, node.toString()), kernel, out, lives.dead(node, slots));
    }

    private static boolean isNorm(Op op) {
        return op instanceof Op.BatchNorm || op instanceof Op.GroupNorm || op instanceof Op.LayerNorm;
    }

    private static Tensor copy(Tensor weight) {
        try (var noGrad = Ops.noGrad()) {
            return weight.detach().copy().own();
        }
    }

    /** What the network gives for {@code images} in evaluation mode, in 32-bit floats. Shape as compiled, any batch size. */
    public Tensor run(Tensor images) {
        Graph.checkInput(images, inputShape);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var values = new Tensor[slots.size()];
            values[0] = images.dim() == 4 ? images.to(dtype).channelsLast() : images.detach();
            for (var step : steps) {
                values[step.out] = step.kernel.run(values);
                for (int slot : step.dead) values[slot].close(); // its memory serves the steps to come
            }
            return scope.keep(values[output].to(DType.F32));
        }
    }

    public Precision precision() {
        return precision;
    }

    /** The shape that it was compiled for. */
    public List<Long> inputShape() {
        return inputShape;
    }

    /** What is done, in order. */
    public List<Call> calls() {
        return steps.stream().map(Step::call).toList();
    }

    /** One line for each call, below one that counts them. */
    public String describe() {
        long fused = calls().stream().filter(c -> c.engine.equals("oneDNN")).count();
        return "plan in " + precision.name().toLowerCase(Locale.ROOT) + " for images " + inputShape
                + ": " + fused + " calls of oneDNN, " + (steps.size() - fused) + " of libtorch\n"
                + calls().stream().map(c -> c + "\n").collect(Collectors.joining());
    }

    /** Frees the weights; no thread may be running it. */
    @Override
    public void close() {
        try {
            for (var weight : owned) weight.close();
        } catch (Exception e) {
            throw new IllegalStateException("plan: its weights could not be freed", e);
        }
    }

    /** Until when a graph's values are needed, and which of them share memory. */
    private static final class Liveness {
        private final Graph graph;
        private final Map<String, Integer> order = new HashMap<>();
        private final Map<String, Integer> lastUse = new HashMap<>();
        private final Map<String, String> memory = new HashMap<>(); // value to the value whose memory it may share
        private final Map<String, Integer> lastUseOfMemory = new HashMap<>();

        Liveness(Graph graph) {
            this.graph = graph;
            memory.put(graph.input(), graph.input());
            for (int i = 0; i < graph.nodes().size(); i++) {
                var node = graph.nodes().get(i);
                order.put(node.name(), i);
                memory.put(
                        node.name(),
                        Costs.isView(node.op()) ? memory.get(node.inputs().get(0)) : node.name());
                for (var in : node.inputs()) use(in, i);
            }
            use(graph.output(), graph.nodes().size());
        }

        private void use(String value, int when) {
            if (!memory.containsKey(value)) return; // a constant, or nothing
            lastUse.put(value, when);
            lastUseOfMemory.put(memory.get(value), when);
        }

        /** Slots of the values that {@code node} is the last to need. */
        int[] dead(Node node, Map<String, Integer> slots) {
            return node.inputs().stream()
                    .filter(in -> slots.containsKey(in) && lastUse.get(in).equals(order.get(node.name())))
                    .distinct()
                    .mapToInt(slots::get)
                    .toArray();
        }

        /** Whether nobody would miss input {@code index} of {@code node}: neither the caller, nor it, nor a later one. */
        boolean mayOverwrite(Node node, int index) {
            var target = memory.get(node.inputs().get(index));
            if (target == null || target.equals(graph.input())) return false;
            for (int i = 0; i < node.inputs().size(); i++)
                if (i != index && target.equals(memory.get(node.inputs().get(i)))) return false;
            return lastUseOfMemory.get(target).equals(order.get(node.name()));
        }
    }
}
