package resnet4j.compress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import resnet4j.config.Checks;
import resnet4j.config.Nearest;
import resnet4j.graph.Graph;
import resnet4j.graph.Node;
import resnet4j.tensor.Placeholder;
import resnet4j.tensor.Tensor;

/**
 * Which channels of a graph can be cut, and which go together: those of a residual sum with the same ones of all that is
 * added, those of a group of a convolution with one another. Fang et al. 2023, "DepGraph", arXiv:2301.12900.
 */
public final class Groups {
    /** What a channel has of a weight: rows along one dimension. */
    public record Rows(String weight, int dim, List<Integer> rows) {
        public Rows {
            rows = List.copyOf(rows);
        }
    }

    /**
     * The smallest thing that can be cut: a channel, with all that has to go when it goes.
     *
     * @param index its place in {@link #units}
     * @param group the place of its group in {@link #groups}
     */
    public record Unit(int index, int group, List<Rows> weights) {
        public Unit {
            weights = List.copyOf(weights);
        }
    }

    /**
     * Units that the same layers make and use.
     *
     * @param name the first layer that makes them; with a number where a layer makes those of several groups
     */
    public record Group(String name, List<Unit> units) {
        public Group {
            units = List.copyOf(units);
        }
    }

    private final Graph graph;
    private final Ties ties;
    private final List<Group> groups = new ArrayList<>();
    private final List<Unit> units = new ArrayList<>();
    private final List<List<Integer>> places = new ArrayList<>(); // of each unit

    private Groups(Graph graph) {
        this.graph = graph;
        ties = new Ties(graph);
        var fixed = ties.fixedRoots();
        var members = new LinkedHashMap<Integer, List<Integer>>();
        for (int place = 0; place < ties.places(); place++) {
            int root = ties.root(place);
            if (!fixed[root])
                members.computeIfAbsent(root, r -> new ArrayList<>()).add(place);
        }
        var alike = new LinkedHashMap<List<Ties.Axis>, List<List<Integer>>>();
        for (var unit : members.values())
            alike.computeIfAbsent(List.copyOf(rows(unit).keySet()), axes -> new ArrayList<>())
                    .add(unit);
        alike.values().forEach(this::add);
    }

    /** @throws IllegalArgumentException for a graph without a channel that can be cut, or one in eight bits */
    public static Groups of(Graph graph) {
        if (graph.isQuantized())
            throw new IllegalArgumentException(
                    "prune: expected a network in floats, got one in eight bits; prune it first, and quantize the result");
        var groups = new Groups(graph);
        if (groups.units.isEmpty())
            throw new IllegalArgumentException(
                    "prune: expected a network with channels that can be cut, got one whose every channel is its input's,"
                            + " its answer's, or goes through an operation that mixes channels"
                            + groups.ties
                                    .refusing()
                                    .map(node -> ", such as " + node.name())
                                    .orElse(""));
        return groups;
    }

    private void add(List<List<Integer>> alike) {
        var own = new ArrayList<Unit>();
        for (var place : alike) {
            var weights = new ArrayList<Rows>();
            rows(place).forEach((axis, rows) -> {
                if (graph.constants().containsKey(axis.value())) weights.add(new Rows(axis.value(), axis.dim(), rows));
            });
            if (weights.isEmpty()) return; // nothing would be saved
            own.add(new Unit(units.size() + own.size(), groups.size(), weights));
        }
        var name = own.get(0).weights().stream()
                .filter(rows ->
                        rows.dim() == 0 && graph.constants().get(rows.weight()).dim() > 1)
                .findFirst()
                .orElse(own.get(0).weights().get(0))
                .weight();
        groups.add(new Group(unique(name.substring(0, Math.max(0, name.lastIndexOf('.')))), own));
        units.addAll(own);
        places.addAll(alike);
    }

    private String unique(String layer) {
        var taken = groups.stream().map(Group::name).collect(Collectors.toSet());
        var name = layer;
        for (int n = 2; taken.contains(name); n++) name = layer + "_" + n;
        return name;
    }

    /** Where the places of a unit are, along each axis. */
    private Map<Ties.Axis, List<Integer>> rows(List<Integer> unit) {
        var rows = new LinkedHashMap<Ties.Axis, List<Integer>>();
        unit.forEach(place -> {
            var axis = ties.axis(place);
            rows.computeIfAbsent(axis, a -> new ArrayList<>()).add(place - ties.first(axis));
        });
        return rows;
    }

    public List<Group> groups() {
        return List.copyOf(groups);
    }

    /** Those of all groups, one group after another. */
    public List<Unit> units() {
        return List.copyOf(units);
    }

    public Graph graph() {
        return graph;
    }

    /**
     * Of each group the last units, beyond so many.
     *
     * @param widths how many units are left, by {@link Group#name}; a group that is not named keeps all
     * @throws IllegalArgumentException for a name that no group has, and more units than there are
     */
    public BitSet beyond(Map<String, Integer> widths) {
        var byName = new LinkedHashMap<String, Group>();
        for (var group : groups) byName.put(group.name(), group);
        var gone = new BitSet();
        widths.forEach((name, width) -> {
            var group = byName.get(name);
            if (group == null)
                throw new IllegalArgumentException("widths: no layer whose channels could be cut is named '" + name
                        + "'." + Nearest.hint(name, byName.keySet()));
            Checks.between("widths." + name, 1, group.units.size(), width);
            group.units.subList(width, group.units.size()).forEach(unit -> gone.set(unit.index));
        });
        return gone;
    }

    /** How many units each group has, by its name. */
    public Map<String, Integer> widths() {
        return new Cut(this, new BitSet()).widths();
    }

    /** The graph without these units, {@link Unit#index indices}; its smaller weights belong to the innermost scope. */
    public Graph without(BitSet gone) {
        return without(gone, Groups::take);
    }

    /** The same with weights that have shapes and no numbers. */
    public Graph outlineWithout(BitSet gone) {
        return without(gone, (t, kept) -> {
            var shape = t.shape();
            kept.forEach((dim, rows) -> shape[dim] = rows.length);
            return Placeholder.ofShape(shape);
        });
    }

    private Graph without(BitSet gone, BiFunction<Tensor, Map<Integer, int[]>, Tensor> taking) {
        var cut = new BitSet();
        gone.stream().forEach(unit -> places.get(unit).forEach(cut::set));
        var kept = new HashMap<Ties.Axis, int[]>();
        for (var axis : ties.axes()) {
            int first = ties.first(axis);
            kept.put(
                    axis,
                    IntStream.range(0, ties.size(axis))
                            .filter(i -> !cut.get(first + i))
                            .toArray());
        }
        var constants = new LinkedHashMap<String, Tensor>();
        var shapes = new HashMap<String, List<Long>>();
        graph.constants().forEach((name, t) -> {
            var dims = new TreeMap<Integer, int[]>();
            for (int dim = 0; dim < t.dim(); dim++) {
                var rows = kept.get(new Ties.Axis(name, dim));
                if (rows != null && rows.length < t.size(dim)) dims.put(dim, rows);
            }
            var smaller = dims.isEmpty() ? t : taking.apply(t, dims);
            constants.put(name, smaller);
            shapes.put(name, Arrays.stream(smaller.shape()).boxed().toList());
        });
        graph.inputs().forEach(input -> shapes.put(input.name(), input.shape()));
        var nodes = new ArrayList<Node>();
        for (var node : graph.nodes()) {
            var from = kept.get(new Ties.Axis(node.inputs().get(0), 1));
            var to = kept.get(new Ties.Axis(node.name(), 1));
            var op = from == null || to == null ? node.op() : node.op().cut(graph.shapes(node), from, to);
            var shape = op.shape(node.inputs().stream().map(shapes::get).toList());
            nodes.add(new Node(node.value().withShape(shape), op, node.inputs(), node.path()));
            shapes.put(node.name(), shape);
        }
        return new Graph(graph.inputs(), constants, nodes, graph.outputs(), graph.layers());
    }

    /** The rows that stay of a tensor, along each dimension. */
    private static Tensor take(Tensor t, Map<Integer, int[]> kept) {
        var shape = t.shape();
        float[] numbers = t.detach().toFloats();
        for (var entry : kept.entrySet()) {
            int dim = entry.getKey(), inner = 1, outer = 1;
            var rows = entry.getValue();
            for (int i = 0; i < shape.length; i++)
                if (i < dim) outer *= (int) shape[i];
                else if (i > dim) inner *= (int) shape[i];
            var fewer = new float[outer * rows.length * inner];
            for (int o = 0; o < outer; o++)
                for (int r = 0; r < rows.length; r++)
                    System.arraycopy(
                            numbers,
                            (int) ((o * shape[dim] + rows[r]) * inner),
                            fewer,
                            (o * rows.length + r) * inner,
                            inner);
            numbers = fewer;
            shape[dim] = rows.length;
        }
        return Tensor.of(numbers, shape);
    }
}
