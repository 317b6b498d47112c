package resnet4j.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import resnet4j.tensor.DType;
import resnet4j.tensor.Op;

/**
 * What a graph costs, operation by operation, at the batch size that it was traced with.
 *
 * @param peakActivationBytes the most that values need at one time, the input among them, when each is freed after its
 *                            last use and no operation works in place
 */
public record Costs(List<Row> rows, long peakActivationBytes) {
    /**
     * One operation, or a layer with all that is in it.
     *
     * @param name            the operation's name in the graph, or the layer's path
     * @param kind            the operation, or the first one of the layer
     * @param shape           of the result
     * @param parameters      trained numbers that were not counted in a row before
     * @param macs            multiply-adds of convolutions and matrix products, which are what papers count; others 0
     * @param activationBytes size of the results
     * @param movedBytes      inputs, weights and results: what has to pass through memory where no cache helps
     */
    public record Row(
            String name,
            String path,
            String kind,
            List<Long> shape,
            long parameters,
            long macs,
            long activationBytes,
            long movedBytes) {

        /** Multiply-adds per byte moved. */
        public double intensity() {
            return movedBytes == 0 ? 0 : (double) macs / movedBytes;
        }

        /** Seconds on {@code machine} at best: the longer one of computing and moving. doi:10.1145/1498765.1498785. */
        public double roofline(Machine machine) {
            return Math.max(macs / machine.macsPerSecond(), movedBytes / machine.bytesPerSecond());
        }

        private Row plus(Row next) {
            return new Row(
                    name,
                    path,
                    kind,
                    next.shape,
                    parameters + next.parameters,
                    macs + next.macs,
                    activationBytes + next.activationBytes,
                    movedBytes + next.movedBytes);
        }
    }

    /** The two limits of a machine. */
    public record Machine(double macsPerSecond, double bytesPerSecond) {}

    public Costs {
        rows = List.copyOf(rows);
    }

    /** Costs where numbers are 32-bit floats. */
    public static Costs of(Graph graph) {
        return of(graph, DType.F32);
    }

    /** Costs where weights and values are of {@code dtype}. */
    public static Costs of(Graph graph, DType dtype) {
        var rows = new ArrayList<Row>();
        var counted = new HashSet<String>();
        for (var node : graph.nodes()) {
            long parameters = 0, moved = node.elements();
            for (int i = 0; i < node.inputs().size(); i++) {
                var in = node.inputs().get(i);
                if (in.isEmpty()) continue;
                long elements = Node.elements(graph.shape(in));
                moved += elements;
                boolean trained = graph.constants().containsKey(in) && !isStatistic(node.op(), i);
                if (trained && counted.add(in)) parameters += elements;
            }
            boolean view = isView(node.op());
            rows.add(new Row(
                    node.name(),
                    node.path(),
                    node.op().type(),
                    node.shape(),
                    parameters,
                    macs(graph, node),
                    view ? 0 : node.elements() * dtype.bytes,
                    view ? 0 : moved * dtype.bytes));
        }
        return new Costs(rows, peak(graph) * dtype.bytes);
    }

    public long parameters() {
        return rows.stream().mapToLong(Row::parameters).sum();
    }

    public long macs() {
        return rows.stream().mapToLong(Row::macs).sum();
    }

    /** Seconds on {@code machine} at best, operation after operation. */
    public double roofline(Machine machine) {
        return rows.stream().mapToDouble(row -> row.roofline(machine)).sum();
    }

    /**
     * Rows added up by layer: the first {@code depth} names of their paths. Operations of the root itself come under
     * their own names.
     */
    public List<Row> modules(int depth) {
        var modules = new LinkedHashMap<String, Row>();
        for (var row : rows) {
            var names = row.path().split("\\.");
            var path = String.join(".", List.of(names).subList(0, Math.min(depth, names.length)));
            var name = path.isEmpty() ? row.name() : path;
            var start = new Row(
                    name,
                    path,
                    row.kind(),
                    row.shape(),
                    row.parameters(),
                    row.macs(),
                    row.activationBytes(),
                    row.movedBytes());
            modules.merge(name, start, Row::plus);
        }
        return List.copyOf(modules.values());
    }

    private static long macs(Graph graph, Node node) {
        var op = node.op();
        // each output number of a convolution takes one weight of its filter at a time; of a matrix product, of its row
        if (op instanceof Op.Conv2d || op instanceof Op.Linear) {
            var weight = graph.shape(node.inputs().get(1));
            return node.elements() * (Node.elements(weight) / weight.get(0));
        }
        return 0;
    }

    /** Running mean and variance are saved, not trained. */
    private static boolean isStatistic(Op op, int input) {
        return op instanceof Op.BatchNorm && input >= 3;
    }

    /** Whether the result may share memory with the input. */
    static boolean isView(Op op) {
        return op instanceof Op.Flatten
                || op instanceof Op.Reshape
                || op instanceof Op.Slice
                || op instanceof Op.Permute;
    }

    /** In numbers, walking from the end: a value lives from its making to its last use. */
    private static long peak(Graph graph) {
        var nodes = graph.nodes();
        var alive = new HashSet<String>();
        alive.add(graph.output());
        long now = Node.elements(graph.shape(graph.output())), peak = now;
        for (int i = nodes.size() - 1; i >= 0; i--) {
            var node = nodes.get(i);
            for (var in : node.inputs())
                if (!in.isEmpty() && !graph.constants().containsKey(in) && alive.add(in))
                    now += Node.elements(graph.shape(in));
            peak = Math.max(peak, now);
            if (alive.remove(node.name())) now -= node.elements();
        }
        return peak;
    }
}
