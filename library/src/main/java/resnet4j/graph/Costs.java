package resnet4j.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import resnet4j.array.DType;

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
            long parameters = 0, elements = node.value().elements(), moved = elements;
            var shapes = graph.shapes(node);
            for (int i = 0; i < shapes.size(); i++) {
                if (shapes.get(i) == null) continue;
                var in = node.inputs().get(i);
                long given = Value.elements(shapes.get(i));
                moved += given;
                boolean trained = graph.constants().containsKey(in)
                        && !node.op().statistics().contains(i);
                if (trained && counted.add(in)) parameters += given;
            }
            boolean view = node.op().isView();
            rows.add(new Row(
                    node.name(),
                    node.path(),
                    node.op().type(),
                    node.shape(),
                    parameters,
                    node.op().macs(shapes, node.shape()),
                    view ? 0 : elements * dtype.bytes,
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

    /** In numbers. */
    private static long peak(Graph graph) {
        var lives = Liveness.of(graph);
        long now = 0, peak = 0;
        for (var input : graph.inputs()) if (lives.needed(input.name())) now += input.elements();
        for (int i = 0; i < graph.nodes().size(); i++) {
            var node = graph.nodes().get(i);
            if (lives.needed(node.name())) now += node.value().elements();
            peak = Math.max(peak, now);
            for (var dead : lives.dead(i)) now -= Value.elements(graph.shape(dead));
        }
        return Math.max(peak, now);
    }
}
