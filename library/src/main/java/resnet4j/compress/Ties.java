package resnet4j.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import resnet4j.graph.Graph;
import resnet4j.graph.Node;

/** Which channels of a graph's values and weights are one and the same, as the operations' channel rules say. */
final class Ties {
    /** A dimension of a value or a weight that counts channels. */
    record Axis(String value, int dim) {}

    private final Graph graph;
    private final Map<String, List<Long>> shapes = new HashMap<>();
    private final Map<Axis, Integer> first = new LinkedHashMap<>(); // an axis to the place of its first channel
    private final List<Axis> axes = new ArrayList<>(); // in the order of their places
    private int[] parent = new int[1 << 12];
    private int places;
    private final List<Integer> fixed = new ArrayList<>();

    Ties(Graph graph) {
        this.graph = graph;
        for (var input : graph.inputs()) shapes.put(input.name(), input.shape());
        graph.constants()
                .forEach((name, t) ->
                        shapes.put(name, Arrays.stream(t.shape()).boxed().toList()));
        for (var node : graph.nodes()) shapes.put(node.name(), node.shape());
        for (var node : graph.nodes()) tie(node);
        for (var input : graph.inputs()) fix(input.name());
        graph.outputs().values().forEach(this::fix);
        for (var node : graph.nodes())
            if (refuses(node)) {
                fix(node.name());
                node.inputs().forEach(this::fix);
            }
    }

    /** All axes, in the order of their places. */
    List<Axis> axes() {
        return axes;
    }

    int places() {
        return places;
    }

    /** The axis that a place is on. */
    Axis axis(int place) {
        int low = 0, high = axes.size();
        while (high - low > 1) {
            int middle = (low + high) / 2;
            if (first(axes.get(middle)) <= place) low = middle;
            else high = middle;
        }
        return axes.get(low);
    }

    int first(Axis axis) {
        return first.get(axis);
    }

    int size(Axis axis) {
        return Math.toIntExact(shapes.get(axis.value).get(axis.dim));
    }

    /** Of all places that are one with this one, one. */
    int root(int place) {
        while (parent[place] != place) place = parent[place] = parent[parent[place]];
        return place;
    }

    /** Roots of channels that are given, are results, or go through an operation that cannot do without them. */
    boolean[] fixedRoots() {
        var roots = new boolean[places];
        for (int place : fixed) roots[root(place)] = true;
        return roots;
    }

    /** The first operation that mixes channels, so that they stay: one with weights of its own, such as a norm, if any. */
    Optional<Node> refusing() {
        var all = graph.nodes().stream()
                .filter(node -> node.shape().size() > 2 && refuses(node))
                .toList();
        return Stream.concat(all.stream().filter(this::hasWeights), all.stream())
                .findFirst();
    }

    private boolean hasWeights(Node node) {
        return node.inputs().stream().skip(1).anyMatch(graph.constants()::containsKey);
    }

    private int of(String value, int dim) {
        return first.computeIfAbsent(new Axis(value, dim), axis -> {
            int begin = places;
            places += size(axis);
            if (places > parent.length) parent = Arrays.copyOf(parent, Math.max(places, 2 * parent.length));
            for (int i = begin; i < places; i++) parent[i] = i;
            axes.add(axis);
            return begin;
        });
    }

    private void same(int a, int b, int count) {
        for (int i = 0; i < count; i++) parent[root(a + i)] = root(b + i);
    }

    private void fix(String value) {
        if (value.isEmpty()) return;
        if (!graph.constants().containsKey(value) && shapes.get(value).size() > 1) of(value, 1);
        for (var axis : List.copyOf(axes))
            if (axis.value.equals(value)) for (int i = 0; i < size(axis); i++) fixed.add(first(axis) + i);
    }

    private boolean refuses(Node node) {
        if (node.shape().size() < 2 || graph.shape(node.inputs().get(0)).size() < 2) return true;
        return switch (node.op().channels(graph.shapes(node))) {
            case REFUSE -> true;
            case CONTRACT, GROUPED ->
                node.inputs().stream()
                        .skip(1)
                        .anyMatch(in -> !in.isEmpty() && !graph.constants().containsKey(in));
            case SAME -> node.inputs().stream().skip(1).anyMatch(in -> !in.isEmpty() && !fits(node, in));
            default -> false;
        };
    }

    private void tie(Node node) {
        if (refuses(node)) return;
        var in = node.inputs();
        int out = of(node.name(), 1), size = size(new Axis(node.name(), 1));
        switch (node.op().channels(graph.shapes(node))) {
            case SAME -> {
                for (var input : in)
                    if (!input.isEmpty() && hasChannels(node, input)) same(of(input, dim(node, input)), out, size);
            }
            case FIRST -> same(of(in.get(0), 1), out, size);
            case SHIFT -> {
                int shift = (int) node.op().channelShift(), given = size(new Axis(in.get(0), 1));
                int from = Math.max(0, -shift), to = Math.min(given, size - shift);
                same(of(in.get(0), 1) + from, out + from + shift, to - from);
            }
            case CONTRACT -> {
                same(of(in.get(1), 1), of(in.get(0), 1), size(new Axis(in.get(0), 1)));
                filters(in, out, size);
            }
            case GROUPED -> {
                filters(in, out, size);
                int given = size(new Axis(in.get(0), 1)), each = size(new Axis(in.get(1), 1)), groups = given / each;
                for (int c = 0; c < given; c++) same(of(in.get(0), 1) + c, out + c / each * (size / groups), 1);
                for (int c = 0; c < size; c++) same(out + c, out + c / (size / groups) * (size / groups), 1);
            }
            case CONCAT -> {
                for (var input : in) {
                    int given = size(new Axis(input, 1));
                    same(of(input, 1), out, given);
                    out += given;
                }
            }
            case SPREAD -> {
                int given = size(new Axis(in.get(0), 1));
                for (int c = 0; c < size; c++) same(out + c, of(in.get(0), 1) + c / (size / given), 1);
            }
            case REFUSE -> throw new AssertionError(node);
        }
    }

    private void filters(List<String> in, int out, int size) {
        same(of(in.get(1), 0), out, size);
        if (in.size() > 2 && !in.get(2).isEmpty()) same(of(in.get(2), 0), out, size);
    }

    /** The dimension of an input that is channels: of one with fewer dimensions, as broadcasting has it, or its only one. */
    private int dim(Node node, String input) {
        var given = shapes.get(input);
        boolean each =
                given.size() == 1 && node.op().exact().contains(node.inputs().indexOf(input));
        return each ? 0 : 1 - Math.max(0, node.shape().size() - given.size());
    }

    /** Whether an input of SAME has a number for each channel, and not one for all. */
    private boolean hasChannels(Node node, String input) {
        int dim = dim(node, input);
        return dim >= 0 && shapes.get(input).get(dim).equals(node.shape().get(1));
    }

    private boolean fits(Node node, String input) {
        int dim = dim(node, input);
        if (dim < 0 || shapes.get(input).get(dim) == 1) return true;
        return hasChannels(node, input) && (dim == 1 || graph.constants().containsKey(input));
    }
}
