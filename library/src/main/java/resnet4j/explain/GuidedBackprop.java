package resnet4j.explain;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import resnet4j.graph.Graph;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * The largest slope of a pixel's three numbers, where what goes back through a rectifier counts if it is above 0 alone:
 * sharp, and more of the picture's outlines than of the class. Springenberg et al. 2015, arXiv:1412.6806, section 3.4.
 *
 * <p>The graph is cut behind every rectifier, and where a value is used more than once: each piece has a history of its
 * own, and gradients are handed from piece to piece, from the last to the first.
 */
record GuidedBackprop() implements Method {
    /** A value at which the graph is cut: as it was made, and as what follows takes it. */
    private record Cut(Tensor made, Tensor taken, Set<String> from, boolean rectified) {}

    @Override
    public Heat explain(Subject subject) {
        try (var scope = new NativeScope()) {
            var graph = subject.graph();
            var input = graph.inputs().get(0).name();
            var image = subject.image().copy().requireGrad(true);
            var cuts = cut(graph, input, image);
            var results = new LinkedHashMap<String, Tensor>();
            var last = new LinkedHashMap<String, Tensor>();
            graph.outputs().forEach((name, value) -> {
                var taken = cuts.get(value).taken;
                results.put(name, taken);
                if (taken.requiresGrad()) last.put(value, taken);
            });
            var slopes = new HashMap<String, Tensor>(); // of the score, in what is taken at each cut
            handOn(slopes, Subject.total(subject.target().score(results)), last);
            var order = List.copyOf(cuts.keySet());
            for (int i = order.size() - 1; i >= 0; i--) {
                var cut = cuts.get(order.get(i));
                var slope = slopes.remove(order.get(i));
                if (slope == null || cut.from.isEmpty()) continue;
                var counted = cut.rectified ? Ops.relu(slope) : slope;
                var before = new LinkedHashMap<String, Tensor>();
                for (var name : cut.from) before.put(name, name.equals(input) ? image : cuts.get(name).taken);
                handOn(slopes, total(Ops.mul(cut.made, counted.detach())), before);
            }
            return Method.largest(subject, Subject.channels(slopes.get(input))).scaled();
        }
    }

    /** Does what the graph does, with a new history after each cut; results are cut too. */
    private static Map<String, Cut> cut(Graph graph, String input, Tensor image) {
        var uses = graph.uses();
        var values = new HashMap<String, Tensor>(graph.constants());
        var from = new HashMap<String, Set<String>>(); // the cuts that a value was made of since
        values.put(input, image);
        values.put("", null);
        from.put(input, Set.of(input));
        var cuts = new LinkedHashMap<String, Cut>();
        for (var node : graph.nodes()) {
            var in = node.inputs().stream().map(values::get).toArray(Tensor[]::new);
            var made = Ops.run(node.op(), in);
            var of = new LinkedHashSet<String>();
            for (var name : node.inputs()) of.addAll(from.getOrDefault(name, Set.of()));
            boolean rectified = node.op().isRectifier();
            boolean ends = graph.outputs().containsValue(node.name());
            if (rectified || ends || uses.getOrDefault(node.name(), 0) > 1) {
                boolean reached = !of.isEmpty() && made.requiresGrad();
                var taken = reached ? made.detach().copy().requireGrad(true) : made;
                cuts.put(node.name(), new Cut(made, taken, of, rectified));
                values.put(node.name(), taken);
                from.put(node.name(), reached ? Set.of(node.name()) : Set.of());
            } else {
                values.put(node.name(), made);
                from.put(node.name(), of);
            }
        }
        return cuts;
    }

    /** Adds the slopes of {@code score} in each of {@code of} to what is known of them. */
    private static void handOn(Map<String, Tensor> slopes, Tensor score, Map<String, Tensor> of) {
        var found = Losses.someGradients(score, List.copyOf(of.values()));
        int i = 0;
        for (var name : of.keySet()) {
            var slope = found.get(i++);
            if (slope != null) slopes.merge(name, slope, Ops::add);
        }
    }

    private static Tensor total(Tensor x) {
        return Ops.sum(Ops.reshape(x, -1), List.of(0), false);
    }
}
