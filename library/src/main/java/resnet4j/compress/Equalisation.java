package resnet4j.compress;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.graph.Graph;
import resnet4j.graph.Node;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Tensor;

/**
 * Moves factors from the channels that a layer makes to the weights of the layer that takes them, where nothing but ReLU
 * and the like lies between: the network computes the same, and its channels are as wide as one another. Nagel et al. 2019,
 * arXiv:1906.04721, section 4.1: with r1 the largest weight that makes a channel and r2 the largest that takes it, the channel is divided
 * by s = sqrt(r1 / r2).
 */
final class Equalisation {
    /** Pairs share layers, so that one changes its neighbours; in the paper's networks this many rounds settle it. */
    private static final int ROUNDS = 20;

    private static final double SETTLED = 1e-3;

    private final Graph graph;
    private final Map<String, Weights> weights = new HashMap<>(); // by their names
    private final Map<String, float[]> biases = new HashMap<>();

    /** Of filters. @param shape [out,in/groups,...] */
    private record Weights(long[] shape, float[] numbers) {
        int out() {
            return (int) shape[0];
        }

        /** Numbers of a filter for each channel that it takes. */
        int places() {
            return numbers.length / (int) (shape[0] * shape[1]);
        }

        /** Where the numbers begin that filter {@code out} has for its channel {@code in}. */
        int at(int out, int in) {
            return (out * (int) shape[1] + in) * places();
        }
    }

    private record Pair(Node first, Node second) {}

    private Equalisation(Graph graph) {
        this.graph = graph;
    }

    /** The same network with other weights, which belong to the innermost scope. */
    static Graph of(Graph graph) {
        return new Equalisation(graph).equalised();
    }

    private Graph equalised() {
        var pairs = pairs();
        for (var pair : pairs)
            for (var layer : List.of(pair.first, pair.second)) {
                weights.computeIfAbsent(layer.inputs().get(1), this::weights);
                var bias = layer.inputs().get(2);
                if (!bias.isEmpty())
                    biases.computeIfAbsent(bias, b -> graph.constants().get(b).toFloats());
            }
        boolean settled = false;
        for (int i = 0; i < ROUNDS && !settled; i++) {
            settled = true;
            for (var pair : pairs) settled &= equalise(pair);
        }
        var constants = new LinkedHashMap<>(graph.constants());
        weights.forEach((name, w) -> constants.put(name, Tensor.of(w.numbers, w.shape)));
        biases.forEach((name, b) -> constants.put(name, Tensor.of(b, b.length)));
        return new Graph(graph.inputs(), constants, graph.nodes(), graph.outputs(), graph.layers());
    }

    private Weights weights(String name) {
        try (var scope = new NativeScope()) {
            var t = graph.constants().get(name);
            return new Weights(t.shape(), t.toFloats());
        }
    }

    private List<Pair> pairs() {
        var uses = graph.uses();
        var makers = new HashMap<String, Node>(); // of values that are a layer's, but for what keeps factors
        var pairs = new ArrayList<Pair>();
        for (var node : graph.nodes()) {
            var x = node.inputs().get(0);
            var maker = uses.get(x) == 1 ? makers.get(x) : null;
            if (isLayer(node, uses)) {
                if (maker != null) pairs.add(new Pair(maker, node));
                makers.put(node.name(), node);
            } else if (maker != null && node.op().keepsFactors()) makers.put(node.name(), maker);
        }
        return pairs;
    }

    private boolean isLayer(Node node, Map<String, Integer> uses) {
        if (!node.op().hasFilters() || node.op().channels(graph.shapes(node)) == Op.Channels.REFUSE) return false;
        return node.inputs().subList(1, 3).stream()
                .allMatch(in -> in.isEmpty() || graph.constants().containsKey(in) && uses.get(in) == 1);
    }

    /** Whether there was as good as nothing to do. */
    private boolean equalise(Pair pair) {
        Weights first = weights.get(pair.first.inputs().get(1)),
                second = weights.get(pair.second.inputs().get(1));
        var bias = biases.get(pair.first.inputs().get(2));
        int channels = first.out(), each = (int) second.shape[1], groups = channels / each;
        boolean settled = true;
        for (int c = 0; c < channels; c++) {
            int begin = first.at(c, 0), end = begin + first.numbers.length / channels;
            int group = c / each, filters = second.out() / groups;
            double made = largest(first.numbers, begin, end), taken = 0;
            for (int o = group * filters; o < (group + 1) * filters; o++) {
                int at = second.at(o, c % each);
                taken = Math.max(taken, largest(second.numbers, at, at + second.places()));
            }
            double s = Math.sqrt(made / taken);
            if (!(s > 0 && Double.isFinite(s))) continue; // a channel that is nothing, or that nothing needs
            settled &= Math.abs(s - 1) < SETTLED;
            scale(first.numbers, begin, end, 1 / s);
            if (bias != null) bias[c] = (float) (bias[c] / s);
            for (int o = group * filters; o < (group + 1) * filters; o++) {
                int at = second.at(o, c % each);
                scale(second.numbers, at, at + second.places(), s);
            }
        }
        return settled;
    }

    private static double largest(float[] numbers, int begin, int end) {
        double largest = 0;
        for (int i = begin; i < end; i++) largest = Math.max(largest, Math.abs(numbers[i]));
        return largest;
    }

    private static void scale(float[] numbers, int begin, int end, double factor) {
        for (int i = begin; i < end; i++) numbers[i] = (float) (numbers[i] * factor);
    }
}
