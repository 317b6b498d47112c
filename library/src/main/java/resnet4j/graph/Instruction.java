package resnet4j.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import resnet4j.array.DType;
import resnet4j.tensor.EnlargedConvolution;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * One thing to do: a node, or a convolution with what comes before it and the sum and the activation that follow it.
 *
 * @param node       of a convolution that adds, the fourth input is the residual; its value is that of the last operation
 * @param add        whether it adds
 * @param activation what it ends with
 * @param eight      of a convolution or a linear layer in eight bits, whose inputs and weights are whole numbers
 * @param enlarged   of a convolution whose first input is enlarged to the size of the fourth, and joined with it where the
 *                   weight has channels for both
 */
record Instruction(Node node, boolean add, Optional<Op> activation, Optional<EightBits> eight, boolean enlarged) {

    /** Numbers in eight bits. @param scale the constant that they are multiplied by */
    record Whole(DType type, String scale) {}

    /** @param weight the constant with the scales of the weights @param residual and y are empty where they are floats */
    record EightBits(Whole x, String weight, Optional<Whole> residual, Optional<Whole> y) {}

    private static Instruction of(Node node) {
        return new Instruction(node, false, Optional.empty(), Optional.empty(), false);
    }

    /**
     * Joins convolutions with the sum and the activation that follow, where nothing else needs what is in between, and those
     * in eight bits with {@link Op.Dequantize} before them and {@link Op.Quantize} after them.
     */
    static List<Instruction> of(Graph graph) {
        var uses = graph.uses();
        var made = new LinkedHashMap<String, Instruction>();
        var fixed = fixed(graph);
        for (var node : graph.nodes()) {
            var joined = join(node, made, uses, graph, fixed);
            var enlarged = joined != null ? joined : enlarged(node, made, uses, graph, fixed);
            made.put(node.name(), enlarged != null ? enlarged : inEightBits(node, made, graph, fixed));
        }
        return withoutUnused(made.values(), graph.outputs().values());
    }

    /** The constants, and for floats that are made of whole numbers among them these, by the names of both. */
    private static Map<String, Tensor> fixed(Graph graph) {
        var fixed = new HashMap<>(graph.constants());
        for (var node : graph.nodes())
            if (isConstant(node, graph.constants()))
                fixed.put(node.name(), fixed.get(node.inputs().get(0)));
        return fixed;
    }

    private static boolean isConstant(Node node, Map<String, Tensor> constants) {
        return node.op().fromEightBits() && constants.keySet().containsAll(node.inputs());
    }

    /**
     * Whether a node is oneDNN's: on the CPU, with weights, if any, that never change.
     *
     * @param fixed what never changes, by name
     */
    static boolean isOneDnns(Node node, Map<String, Tensor> fixed) {
        var kernel = OneDnn.kernelFor(node.op());
        var in = node.inputs();
        if (!OneDnn.available(node.value().dtype()) || fixed.containsKey(in.get(0))) return false;
        if (kernel == OneDnn.Kernel.POOLING) return true;
        if (kernel != OneDnn.Kernel.CONVOLUTION && kernel != OneDnn.Kernel.PRODUCT) return false;
        var weight = fixed.get(in.get(1));
        return weight != null && !weight.device().cuda() && (in.get(2).isEmpty() || fixed.containsKey(in.get(2)));
    }

    /** The node with the convolution before it, which is taken out of {@code made}; null where there is none to join. */
    private static Instruction join(
            Node node,
            Map<String, Instruction> made,
            Map<String, Integer> uses,
            Graph graph,
            Map<String, Tensor> fixed) {
        for (int i = 0; i < node.inputs().size(); i++) {
            var conv = made.get(node.inputs().get(i));
            if (conv == null || !conv.joins() || uses.get(conv.node.name()) > 1) continue;
            if (!isOneDnns(conv.node, fixed)) continue; // which joins alone
            var joined = conv.with(node, i, made, graph, fixed);
            if (joined == null) continue;
            made.remove(conv.node.name());
            return joined;
        }
        return null;
    }

    /** This convolution with what follows it, as input {@code i} of {@code next}; null where these do not go together. */
    private Instruction with(Node next, int i, Map<String, Instruction> made, Graph graph, Map<String, Tensor> fixed) {
        boolean whole = eight.isPresent() && eight.get().y.isPresent();
        if (whole) return null;
        if (next.op().toEightBits() && eight.isPresent()) {
            var e = eight.get();
            var y = new Whole(next.value().dtype(), next.inputs().get(1));
            return new Instruction(
                    new Node(next.value(), node.op(), node.inputs(), node.path()),
                    add,
                    activation,
                    Optional.of(new EightBits(e.x, e.weight, e.residual, Optional.of(y))),
                    false);
        }
        if (activation.isPresent() || next.value().dtype() != node.value().dtype()) return null;
        var inputs = new ArrayList<>(node.inputs());
        var scales = eight;
        boolean sum = next.op().isSum();
        if (sum) {
            var other = next.inputs().get(1 - i);
            boolean same = next.shape().equals(node.shape()) && next.shape().equals(graph.shape(other));
            if (add || enlarged || !same || fixed.containsKey(other))
                return null; // a constant has as many rows for any batch
            var residual = eight.isPresent() ? whole(other, made, graph) : null;
            if (residual != null) {
                var e = eight.get();
                scales = Optional.of(new EightBits(e.x, e.weight, Optional.of(residual), e.y));
                other = made.get(other).node.inputs().get(0);
            }
            inputs.add(other);
        } else if (OneDnn.kernelFor(next.op()) != OneDnn.Kernel.ACTIVATION) return null;
        var last = new Node(next.value(), node.op(), inputs, node.path());
        return new Instruction(last, add || sum, sum ? Optional.empty() : Optional.of(next.op()), scales, enlarged);
    }

    /**
     * A convolution with the enlarging of its input to twice its size, and the joining, before it, which are taken out of
     * {@code made}; null where there is nothing of the kind.
     */
    private static Instruction enlarged(
            Node node,
            Map<String, Instruction> made,
            Map<String, Integer> uses,
            Graph graph,
            Map<String, Tensor> fixed) {
        if (!EnlargedConvolution.takes(node.op()) || !Value.isFloat(node.value().dtype())) return null;
        if (graph.constants().get(node.inputs().get(1)) == null || !isOneDnns(node, fixed)) return null;
        if (!graph.shape(node.inputs().get(1)).subList(2, 4).equals(List.of(3L, 3L))) return null;
        var before = made.get(node.inputs().get(0));
        var joins = before != null && EnlargedConvolution.joins(before.node.op()) ? before.node : null;
        if (joins != null) before = made.get(joins.inputs().get(0));
        if (before == null || !EnlargedConvolution.enlarges(before.node.op())) return null;
        var up = before.node;
        var from = up.inputs().get(0);
        var like = up.inputs().get(1);
        List<Long> small = graph.shape(from), large = graph.shape(like);
        boolean twice = large.get(2) == 2 * small.get(2) && large.get(3) == 2 * small.get(3);
        boolean alone = uses.get(up.name()) == 1 && (joins == null || uses.get(joins.name()) == 1);
        boolean same = joins == null || joins.inputs().equals(List.of(up.name(), like));
        boolean oneType = Stream.of(from, like)
                .allMatch(in -> made.get(in) == null
                        || made.get(in).node.value().dtype() == node.value().dtype());
        if (!twice || !alone || !same || !oneType || fixed.containsKey(from) || fixed.containsKey(like)) return null;
        made.remove(up.name());
        if (joins != null) made.remove(joins.name());
        var inputs = List.of(from, node.inputs().get(1), node.inputs().get(2), like);
        return new Instruction(node.withInputs(inputs), false, Optional.empty(), Optional.empty(), true);
    }

    /** As it is, or a convolution, or a linear layer on rows, of whole numbers where what it is given is made of such. */
    private static Instruction inEightBits(
            Node node, Map<String, Instruction> made, Graph graph, Map<String, Tensor> fixed) {
        var plain = of(node);
        boolean rows =
                node.op().hasFilters() && graph.shape(node.inputs().get(0)).size() == 2;
        boolean images = plain.isConvolution() && node.op().hasFilters();
        if (!images && !rows || !OneDnn.available(DType.I8) || !isOneDnns(node, fixed)) return plain;
        String image = node.inputs().get(0),
                weight = node.inputs().get(1),
                bias = node.inputs().get(2);
        var x = whole(image, made, graph);
        var w = made.get(weight);
        if (x == null
                || w == null
                || !w.node.op().fromEightBits()
                || w.constant(graph.constants(), 0) == null
                || w.constant(graph.constants(), 0).dtype() != DType.I8
                || w.constant(graph.constants(), 1) == null
                || w.constant(graph.constants(), 1).elements() != node.shape().get(1)) return plain;
        var inputs =
                List.of(made.get(image).node.inputs().get(0), w.node.inputs().get(0), bias);
        var eight = new EightBits(x, w.node.inputs().get(1), Optional.empty(), Optional.empty());
        return new Instruction(node.withInputs(inputs), false, Optional.empty(), Optional.of(eight), false);
    }

    private Tensor constant(Map<String, Tensor> constants, int input) {
        return constants.get(node.inputs().get(input));
    }

    /** Where a value is that of numbers in eight bits, which are made and no constant, with one scale: these; or else null. */
    private static Whole whole(String value, Map<String, Instruction> made, Graph graph) {
        var back = made.get(value);
        if (back == null || !back.node.op().fromEightBits()) return null;
        var numbers = made.get(back.node.inputs().get(0));
        var scale = back.constant(graph.constants(), 1);
        if (numbers == null || scale == null || scale.elements() != 1) return null;
        return new Whole(numbers.node.value().dtype(), back.node.inputs().get(1));
    }

    private static List<Instruction> withoutUnused(Collection<Instruction> all, Collection<String> outputs) {
        var needed = new HashSet<>(outputs);
        var kept = new ArrayList<Instruction>();
        var backwards = new ArrayList<>(all);
        Collections.reverse(backwards);
        for (var instruction : backwards) {
            if (!needed.contains(instruction.node.name())) continue;
            needed.addAll(instruction.node.inputs());
            kept.add(instruction);
        }
        Collections.reverse(kept);
        return List.copyOf(kept);
    }

    /** The same, but for weights that floats are needed of: these come to {@code weights}, the graph's constants. */
    static List<Instruction> of(Graph graph, Map<String, Tensor> weights) {
        var left = new ArrayList<Instruction>();
        for (var instruction : of(graph)) {
            var node = instruction.node;
            if (!isConstant(node, weights)) left.add(instruction);
            else
                weights.put(
                        node.name(),
                        Ops.run(
                                node.op(),
                                node.inputs().stream().map(weights::get).toArray(Tensor[]::new)));
        }
        return left;
    }

    boolean isConvolution() {
        return OneDnn.kernelFor(node.op()) == OneDnn.Kernel.CONVOLUTION;
    }

    /** Whether it can do more than its node. */
    private boolean joins() {
        return isConvolution() || eight.isPresent();
    }

    /** As oneDNN takes it. */
    OneDnn.Fused fused() {
        return new OneDnn.Fused(isConvolution() ? node.op() : OneDnn.ONE_PIXEL, add, activation);
    }

    /** With the numbers of {@code constants}, for oneDNN. */
    OneDnn.Scales scales(Map<String, Tensor> constants) {
        var e = eight.orElseThrow();
        return new OneDnn.Scales(
                e.x.type,
                number(e.x.scale, constants),
                constants.get(e.weight).toFloats(),
                add ? e.residual.map(Whole::type).orElse(node.value().dtype()) : null,
                e.residual.map(r -> number(r.scale, constants)).orElse(1f),
                node.value().dtype(),
                e.y.map(y -> number(y.scale, constants)).orElse(1f));
    }

    private static float number(String constant, Map<String, Tensor> constants) {
        return (float) constants.get(constant).item();
    }

    /** Whether a number of the result has as many bytes as one of the residual. */
    boolean residualFits() {
        return eight.isEmpty()
                || eight.get().residual.isPresent() == eight.get().y.isPresent();
    }

    @Override
    public String toString() {
        if (!add && activation.isEmpty() && eight.isEmpty() && !enlarged) return node.toString();
        return node.value() + " = " + node.op() + (enlarged ? " of the first, enlarged to the last" : "")
                + (add ? " + residual" : "") + activation.map(a -> ", " + a).orElse("") + node.inputs();
    }
}
