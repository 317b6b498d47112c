package resnet4j.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import resnet4j.array.DType;
import resnet4j.graph.Instruction.EightBits;
import resnet4j.graph.Instruction.Whole;
import resnet4j.tensor.EnlargedConvolution;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Makes the instructions of a graph: convolutions are joined with the sum and the activation that follow, where nothing
 * else needs what is in between, with the enlarging of their input, and those in eight bits with {@link
 * resnet4j.tensor.Op.Dequantize} before them and {@link resnet4j.tensor.Op.Quantize} after them.
 */
final class Joining {
    private final Graph graph;
    private final Map<String, Integer> uses;
    private final Map<String, Tensor> fixed; // what never changes, by name
    private final Map<String, Instruction> made = new LinkedHashMap<>();

    private Joining(Graph graph) {
        this.graph = graph;
        uses = graph.uses();
        fixed = fixed(graph);
    }

    static List<Instruction> of(Graph graph) {
        var joining = new Joining(graph);
        for (var node : graph.nodes()) joining.add(node);
        return joining.withoutUnused();
    }

    /** The same, but for weights that floats are needed of: these come to {@code weights}, the graph's constants. */
    static List<Instruction> of(Graph graph, Map<String, Tensor> weights) {
        var left = new ArrayList<Instruction>();
        for (var instruction : of(graph)) {
            var node = instruction.node();
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

    private void add(Node node) {
        made.put(
                node.name(),
                after(node).or(() -> enlarged(node)).or(() -> inEightBits(node)).orElseGet(() -> Instruction.of(node)));
    }

    /** The node with the convolution before it, which is taken out of what was made. */
    private Optional<Instruction> after(Node node) {
        for (int i = 0; i < node.inputs().size(); i++) {
            var conv = made.get(node.inputs().get(i));
            if (conv == null || !conv.joins() || uses.get(conv.node().name()) > 1) continue;
            if (!isOneDnns(conv.node(), fixed)) continue; // which joins alone
            var joined = followed(conv, node, i);
            if (joined.isEmpty()) continue;
            made.remove(conv.node().name());
            return joined;
        }
        return Optional.empty();
    }

    /** A convolution with what follows it, as input {@code i} of {@code next}, where these go together. */
    private Optional<Instruction> followed(Instruction conv, Node next, int i) {
        var node = conv.node();
        var eight = conv.eight();
        boolean whole = eight.isPresent() && eight.get().y().isPresent();
        if (whole) return Optional.empty();
        if (next.op().toEightBits() && eight.isPresent()) {
            var e = eight.get();
            var y = new Whole(next.value().dtype(), next.inputs().get(1));
            return Optional.of(new Instruction(
                    new Node(next.value(), node.op(), node.inputs(), node.path()),
                    conv.add(),
                    conv.activation(),
                    Optional.of(new EightBits(e.x(), e.weight(), e.residual(), Optional.of(y))),
                    false));
        }
        if (conv.activation().isPresent()
                || next.value().dtype() != node.value().dtype()) return Optional.empty();
        var inputs = new ArrayList<>(node.inputs());
        boolean sum = next.op().isSum();
        if (sum) {
            var other = next.inputs().get(1 - i);
            boolean same = next.shape().equals(node.shape()) && next.shape().equals(graph.shape(other));
            if (conv.add() || conv.enlarged() || !same || fixed.containsKey(other))
                return Optional.empty(); // a constant has as many rows for any batch
            var residual = eight.flatMap(e -> whole(other));
            if (residual.isPresent()) {
                var e = eight.get();
                eight = Optional.of(new EightBits(e.x(), e.weight(), residual, e.y()));
            }
            inputs.add(residual.isPresent() ? made.get(other).node().inputs().get(0) : other);
        } else if (OneDnn.kernelFor(next.op()) != OneDnn.Kernel.ACTIVATION) return Optional.empty();
        return Optional.of(new Instruction(
                new Node(next.value(), node.op(), inputs, node.path()),
                conv.add() || sum,
                sum ? Optional.empty() : Optional.of(next.op()),
                eight,
                conv.enlarged()));
    }

    /** A convolution with the enlarging of its input to twice its size, and the joining, before it, which are taken out. */
    private Optional<Instruction> enlarged(Node node) {
        if (!EnlargedConvolution.takes(node.op()) || !Value.isFloat(node.value().dtype())) return Optional.empty();
        if (graph.constants().get(node.inputs().get(1)) == null || !isOneDnns(node, fixed)) return Optional.empty();
        if (!graph.shape(node.inputs().get(1)).subList(2, 4).equals(List.of(3L, 3L))) return Optional.empty();
        var before = made.get(node.inputs().get(0));
        var joins = before != null && EnlargedConvolution.joins(before.node().op()) ? before.node() : null;
        if (joins != null) before = made.get(joins.inputs().get(0));
        if (before == null || !EnlargedConvolution.enlarges(before.node().op())) return Optional.empty();
        var up = before.node();
        var from = up.inputs().get(0);
        var like = up.inputs().get(1);
        List<Long> small = graph.shape(from), large = graph.shape(like);
        boolean twice = large.get(2) == 2 * small.get(2) && large.get(3) == 2 * small.get(3);
        boolean alone = uses.get(up.name()) == 1 && (joins == null || uses.get(joins.name()) == 1);
        boolean same = joins == null || joins.inputs().equals(List.of(up.name(), like));
        boolean oneType = Stream.of(from, like)
                .allMatch(in -> made.get(in) == null
                        || made.get(in).node().value().dtype() == node.value().dtype());
        if (!twice || !alone || !same || !oneType || fixed.containsKey(from) || fixed.containsKey(like))
            return Optional.empty();
        made.remove(up.name());
        if (joins != null) made.remove(joins.name());
        var inputs = List.of(from, node.inputs().get(1), node.inputs().get(2), like);
        return Optional.of(new Instruction(node.withInputs(inputs), false, Optional.empty(), Optional.empty(), true));
    }

    /** A convolution, or a linear layer on rows, of whole numbers, where what it is given is made of such. */
    private Optional<Instruction> inEightBits(Node node) {
        if (!node.op().hasFilters() || !OneDnn.available(DType.I8) || !isOneDnns(node, fixed)) return Optional.empty();
        boolean rows = graph.shape(node.inputs().get(0)).size() == 2;
        if (!rows && !Instruction.of(node).isConvolution()) return Optional.empty();
        String image = node.inputs().get(0),
                weight = node.inputs().get(1),
                bias = node.inputs().get(2);
        var x = whole(image);
        var w = made.get(weight);
        if (x.isEmpty() || w == null || !w.node().op().fromEightBits()) return Optional.empty();
        var numbers = constant(w, 0);
        var scales = constant(w, 1);
        if (numbers == null || numbers.dtype() != DType.I8) return Optional.empty();
        if (scales == null || scales.elements() != node.shape().get(1)) return Optional.empty();
        var inputs = List.of(
                made.get(image).node().inputs().get(0), w.node().inputs().get(0), bias);
        var eight = new EightBits(x.get(), w.node().inputs().get(1), Optional.empty(), Optional.empty());
        return Optional.of(
                new Instruction(node.withInputs(inputs), false, Optional.empty(), Optional.of(eight), false));
    }

    private Tensor constant(Instruction of, int input) {
        return graph.constants().get(of.node().inputs().get(input));
    }

    /** What a value is in eight bits, where it is that of such numbers, which are made and no constant, with one scale. */
    private Optional<Whole> whole(String value) {
        var back = made.get(value);
        if (back == null || !back.node().op().fromEightBits()) return Optional.empty();
        var numbers = made.get(back.node().inputs().get(0));
        var scale = constant(back, 1);
        if (numbers == null || scale == null || scale.elements() != 1) return Optional.empty();
        return Optional.of(
                new Whole(numbers.node().value().dtype(), back.node().inputs().get(1)));
    }

    private List<Instruction> withoutUnused() {
        var needed = new HashSet<>(graph.outputs().values());
        var kept = new ArrayList<Instruction>();
        var backwards = new ArrayList<>(made.values());
        Collections.reverse(backwards);
        for (var instruction : backwards) {
            if (!needed.contains(instruction.node().name())) continue;
            needed.addAll(instruction.node().inputs());
            kept.add(instruction);
        }
        Collections.reverse(kept);
        return List.copyOf(kept);
    }
}
