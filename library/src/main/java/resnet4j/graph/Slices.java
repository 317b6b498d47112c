package resnet4j.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import resnet4j.tensor.Engine;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.tensor.Workers;

/**
 * How a batch is cut into parts that threads answer side by side: so large that the values of a part stay in a core's
 * caches, and that every thread has as many.
 *
 * @param most pictures of a part; 0 where the pictures of a batch have to stay together
 */
record Slices(long most) {
    /** Of the largest value of a part: two pictures of ResNet-50, 128 of ResNet-20. */
    private static final long BYTES = 8L << 20;

    /** The same in eight bits, five pictures of ResNet-50: twice as fast, and so worth half the room. */
    private static final long BYTES_IN_EIGHT_BITS = 4L << 20;

    /** So many pictures a thread make up for one that has a part more than the others. */
    private static final int MANY = 8;

    private static final List<Long> WHOLE = List.of(-1L);

    /**
     * Pictures are taken for independent where every value of the graph has as many rows as the batch has pictures, and no
     * operation {@link Op#mixesRows mixes} them.
     */
    static Slices of(Graph graph) {
        long pictures = pictures(graph.inputs().stream().map(Value::shape).toList());
        if (pictures == 0) return new Slices(0);
        var made = made(graph);
        boolean apart = areRows(made, pictures)
                && made.keySet().containsAll(graph.outputs().values())
                && graph.nodes().stream().noneMatch(node -> mixes(node, made));
        if (!apart) return new Slices(0);
        try { // by another size it is seen that a number of rows is the batch's, and not equal by chance
            long other = pictures == 1 ? 3 : 1;
            if (!areRows(made(ofBatch(graph, other)), other)) return new Slices(0);
        } catch (IllegalArgumentException baked) {
            return new Slices(0);
        }
        boolean eight = graph.isQuantized(); // what lies between two values in eight bits is never written
        long bytes = made.values().stream()
                .mapToLong(v -> Value.elements(v.shape()) * (eight ? 1 : v.dtype().bytes))
                .max()
                .orElseThrow();
        return new Slices(Math.max(1, (eight ? BYTES_IN_EIGHT_BITS : BYTES) * pictures / bytes));
    }

    /** The size of a batch, or 0 where inputs differ in it. */
    private static long pictures(Collection<List<Long>> inputs) {
        var batches = inputs.stream()
                .map(shape -> shape.isEmpty() ? 0 : shape.get(0))
                .distinct()
                .toList();
        return batches.size() == 1 ? batches.get(0) : 0;
    }

    /** The inputs and all that depends on them, by name. */
    private static Map<String, Value> made(Graph graph) {
        var made = new HashMap<String, Value>();
        for (var input : graph.inputs()) made.put(input.name(), input);
        for (var node : graph.nodes())
            if (!Collections.disjoint(made.keySet(), node.inputs())) made.put(node.name(), node.value());
        return made;
    }

    private static boolean areRows(Map<String, Value> made, long pictures) {
        return made.values().stream()
                .allMatch(v -> !v.shape().isEmpty() && v.shape().get(0) == pictures);
    }

    private static boolean mixes(Node node, Map<String, Value> made) {
        if (!made.containsKey(node.name())) return false;
        var rows = new ArrayList<List<Long>>();
        for (var in : node.inputs())
            rows.add(made.containsKey(in) ? made.get(in).shape() : null);
        return node.op().mixesRows(rows);
    }

    /** The graph for {@code pictures} of the same size. */
    static Graph ofBatch(Graph graph, long pictures) {
        return graph.withShapes(graph.inputs().stream()
                .filter(in -> !in.shape().isEmpty())
                .collect(Collectors.toMap(Value::name, in -> Stream.concat(
                                Stream.of(pictures), in.shape().stream().skip(1))
                        .toList())));
    }

    /** Pictures of each part of inputs of these shapes, the larger ones first; one where cutting does not pay. */
    List<Long> cut(Collection<List<Long>> shapes) {
        int threads = Engine.threads();
        long pictures = pictures(shapes);
        if (most == 0 || threads == 1 || pictures == 0) return WHOLE;
        if (pictures % threads != 0 && pictures < (long) MANY * threads) return WHOLE;
        long rounds = (pictures + most * threads - 1) / (most * threads), parts = rounds * threads;
        return LongStream.range(0, Math.min(parts, pictures))
                .mapToObj(i -> pictures / parts + (i < pictures % parts ? 1 : 0))
                .toList();
    }

    /** What {@code net} gives for {@code inputs}, part by part on as many threads as an operation is split over. */
    Map<String, Tensor> answer(Map<String, Tensor> inputs, UnaryOperator<Map<String, Tensor>> net) {
        var parts = cut(inputs.values().stream().map(Graph::shape).toList());
        if (parts.size() <= 1) return net.apply(inputs);
        var starts = new long[parts.size()];
        for (int i = 1; i < starts.length; i++) starts[i] = starts[i - 1] + parts.get(i - 1);
        var answers = new ArrayList<Map<String, Tensor>>(Collections.nCopies(parts.size(), Map.of()));
        try {
            Workers.each(parts.size(), i -> {
                try (var scope = new NativeScope()) {
                    var part = new HashMap<String, Tensor>();
                    inputs.forEach((name, in) -> part.put(name, in.narrow(0, starts[i], parts.get(i))));
                    var answer = net.apply(part);
                    answer.values().forEach(scope::keep);
                    answers.set(i, answer);
                }
            });
            var results = new LinkedHashMap<String, Tensor>();
            for (var name : answers.get(0).keySet())
                results.put(name, Ops.cat(answers.stream().map(a -> a.get(name)).toList(), 0));
            return results;
        } finally {
            for (var answer : answers) answer.values().forEach(Tensor::close);
        }
    }
}
