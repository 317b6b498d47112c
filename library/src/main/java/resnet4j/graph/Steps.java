package resnet4j.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import resnet4j.array.DType;
import resnet4j.tensor.EnlargedConvolution;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Prepared;
import resnet4j.tensor.Tensor;
import resnet4j.tensor.WinogradConvolution;

/** What a plan does, call by call, once it is prepared; any number of threads may run it then. */
final class Steps {
    private final Graph graph;
    private final boolean consumes;
    private final List<AutoCloseable> owned;
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Integer> slots = new HashMap<>(); // of the values that are not constants
    private final Map<String, Tensor> constantOutputs = new HashMap<>();
    private final Map<String, String> outputs;
    private final List<String> inputs;

    /**
     * One call.
     *
     * @param out  slot of the result
     * @param dead slots that nothing needs after it
     */
    private record Step(Plan.Call call, Kernel kernel, int out, int[] dead) {}

    private interface Kernel {
        Tensor run(Tensor[] slots);
    }

    /**
     * @param graph    for the shapes that oneDNN's kernels are made for
     * @param consumes whether the graph's own weights are freed when they are no longer needed
     * @param owned    to which all that has to be closed in the end is added
     */
    Steps(Graph graph, boolean consumes, List<AutoCloseable> owned) {
        this.graph = graph;
        this.consumes = consumes;
        this.owned = owned;
        outputs = graph.outputs();
        inputs = List.copyOf(Graph.names(graph.inputs()));
    }

    /** The outputs by name; {@code given} are closed where nothing needs them any more. */
    Map<String, Tensor> run(Map<String, Tensor> given) {
        var values = new Tensor[slots.size()];
        for (var input : inputs) values[slots.get(input)] = given.get(input);
        for (var step : steps) {
            values[step.out] = step.kernel.run(values);
            for (int slot : step.dead) values[slot].close(); // its memory serves the steps to come
        }
        var results = new LinkedHashMap<String, Tensor>();
        outputs.forEach((name, value) -> {
            var constant = constantOutputs.get(value);
            results.put(name, constant != null ? constant.detach() : values[slots.get(value)]);
        });
        return results;
    }

    /** What is done, in order. */
    List<Plan.Call> calls() {
        return steps.stream().map(Step::call).toList();
    }

    /** For as many threads as the calling one splits an operation over. */
    void prepare() {
        try (var scope = new NativeScope()) {
            var weights = new HashMap<>(graph.constants());
            prepare(Joining.of(graph, weights), weights);
        }
    }

    private void prepare(List<Instruction> instructions, Map<String, Tensor> weights) {
        var nodes = instructions.stream().map(Instruction::node).toList();
        var inputs = Graph.names(graph.inputs());
        var lives = new Liveness(inputs, nodes, graph.outputs().values());
        for (var input : inputs) slots.put(input, slots.size());
        var kernels = kernels(instructions, weights, lives);
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
    private Map<Integer, Prepared> kernels(
            List<Instruction> instructions, Map<String, Tensor> weights, Liveness lives) {
        var uses = graph.uses();
        var kernels = new HashMap<Integer, Prepared>();
        var convolutions = IntStream.range(0, instructions.size())
                .mapToObj(i -> convolution(instructions.get(i), inPlace(instructions.get(i), i, lives)))
                .toList();
        var made = new HashMap<Object, List<Prepared>>();
        IntStream.range(0, instructions.size())
                .filter(i -> Joining.isOneDnns(instructions.get(i).node(), weights))
                .boxed()
                .sorted(Comparator.comparingLong(i -> -size(instructions.get(i).node(), weights)))
                .forEach(i -> {
                    var instruction = instructions.get(i);
                    var node = instruction.node();
                    boolean inPlace = inPlace(instruction, i, lives);
                    var same = convolutions.get(i);
                    boolean shared = Collections.frequency(convolutions, same) > 1;
                    var known = made.computeIfAbsent(same, convolution -> new ArrayList<>());
                    kernels.put(i, prepared(instruction, weights, inPlace, shared, known));
                    if (!consumes) return;
                    for (var in : node.inputs())
                        if (weights.containsKey(in) && uses.merge(in, -1, Integer::sum) == 0)
                            weights.get(in).close();
                });
        return kernels;
    }

    private static boolean inPlace(Instruction instruction, int i, Liveness lives) {
        return instruction.add() && instruction.residualFits() && lives.mayOverwrite(i, 3);
    }

    private static long size(Node node, Map<String, Tensor> weights) {
        return node.inputs().size() == 1 ? 0 : weights.get(node.inputs().get(1)).elements();
    }

    private Step oneDnn(Instruction instruction, Prepared kernel, int i, int out, int[] dead, Liveness lives) {
        var node = instruction.node();
        var in = node.inputs();
        boolean two = in.size() > 3, winograd = kernel instanceof WinogradConvolution;
        boolean inPlace = !winograd && inPlace(instruction, i, lives);
        int x = slots.get(in.get(0)), other = two ? slots.get(in.get(3)) : -1;
        var type = instruction.eight().isPresent() ? DType.I8 : winograd ? DType.F32 : graph.factors(node);
        var call = new Plan.Call(
                "oneDNN", type, node.value().dtype(), inPlace, instruction + (winograd ? " by Winograd" : ""));
        Kernel run = v -> kernel.apply(v[x], two ? v[other] : null);
        return new Step(call, run, out, dead);
    }

    /** Equal where the same is done with the same weights, to images of whatever size; of other operations each is its own. */
    private Object convolution(Instruction instruction, boolean inPlace) {
        var node = instruction.node();
        var in = node.inputs();
        boolean plain = instruction.isConvolution()
                && !instruction.enlarged()
                && instruction.eight().isEmpty();
        return plain
                ? List.of(
                        in.get(1),
                        in.get(2),
                        instruction.fused(),
                        graph.factors(node),
                        node.value().dtype(),
                        inPlace)
                : new Object();
    }

    /** @param known what was made for the same convolution, to which this is added */
    private Prepared prepared(
            Instruction instruction,
            Map<String, Tensor> weights,
            boolean inPlace,
            boolean shared,
            List<Prepared> known) {
        var made = make(instruction, weights, inPlace, shared, known);
        if (!known.contains(made)) {
            known.add(made);
            owned.add(made);
        }
        return made;
    }

    private Prepared make(
            Instruction instruction,
            Map<String, Tensor> weights,
            boolean inPlace,
            boolean shared,
            List<Prepared> known) {
        var node = instruction.node();
        var y = node.value().dtype();
        var factors = graph.factors(node);
        var in = node.inputs();
        var shape = graph.shape(in.get(0));
        if (in.size() == 1) return OneDnn.pool2d(node.op(), y, shape);
        Tensor weight = weights.get(in.get(1)), bias = weights.get(in.get(2));
        if (instruction.enlarged())
            return new EnlargedConvolution(instruction.activation(), weight, bias, y, shape, graph.shape(in.get(3)));
        if (instruction.eight().isPresent())
            return OneDnn.conv2d(instruction.fused(), inPlace, weight, bias, instruction.scales(weights), shape);
        if (instruction.isConvolution())
            return Prepared.conv2d(instruction.fused(), inPlace, weight, bias, factors, y, shape, shared, known);
        return OneDnn.linear(weight, bias, factors, y, Value.elements(shape) / weight.size(1));
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
        return new Step(
                new Plan.Call("libtorch", node.value().dtype(), node.value().dtype(), inPlace, node.toString()),
                kernel,
                out,
                dead);
    }

    private static Tensor copy(Tensor weight) {
        try (var noGrad = Ops.noGrad()) {
            return weight.detach().copy().own();
        }
    }
}
