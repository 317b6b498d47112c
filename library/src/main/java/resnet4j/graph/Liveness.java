package resnet4j.graph;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Until when values are needed, and which of them share memory, when nodes are done in order. */
final class Liveness {
    private final List<Node> nodes;
    private final Map<String, Integer> lastUse = new HashMap<>();
    private final Map<String, String> memory = new HashMap<>(); // value to the value whose memory it may share
    private final Map<String, Integer> lastUseOfMemory = new HashMap<>();
    private final Collection<String> inputs;

    /** Results are needed to the end; constants are none of the values. */
    Liveness(Collection<String> inputs, List<Node> nodes, Collection<String> results) {
        this.inputs = inputs;
        this.nodes = nodes;
        for (var input : inputs) memory.put(input, input);
        for (int i = 0; i < nodes.size(); i++) {
            var node = nodes.get(i);
            var first = memory.get(node.inputs().get(0));
            memory.put(node.name(), node.op().isView() && first != null ? first : node.name());
            for (var in : node.inputs()) use(in, i);
        }
        for (var result : results) use(result, nodes.size());
    }

    static Liveness of(Graph graph) {
        return new Liveness(
                Graph.names(graph.inputs()), graph.nodes(), graph.outputs().values());
    }

    private void use(String value, int when) {
        if (!memory.containsKey(value)) return; // a constant, or nothing
        lastUse.put(value, when);
        lastUseOfMemory.put(memory.get(value), when);
    }

    /** Whether anything needs the value. */
    boolean needed(String value) {
        return lastUse.containsKey(value);
    }

    /** The values that node {@code i} is the last to need. */
    List<String> dead(int i) {
        return nodes.get(i).inputs().stream()
                .filter(in -> lastUse.containsKey(in) && lastUse.get(in) == i)
                .distinct()
                .toList();
    }

    /** Whether nobody would miss input {@code index} of node {@code i}: neither the caller, nor it, nor a later one. */
    boolean mayOverwrite(int i, int index) {
        var in = nodes.get(i).inputs();
        var target = memory.get(in.get(index));
        if (target == null || inputs.contains(target)) return false;
        for (int k = 0; k < in.size(); k++) if (k != index && target.equals(memory.get(in.get(k)))) return false;
        return lastUseOfMemory.get(target) == i;
    }
}
