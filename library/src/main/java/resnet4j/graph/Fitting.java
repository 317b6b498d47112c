package resnet4j.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.tensor.Tensor;

/** Whether inputs fit a graph, remembered for the shapes that came last. Threads may share it. */
final class Fitting {
    private static final int KEPT = 16;

    private final Graph graph;
    private final Map<List<List<Long>>, Boolean> known = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<List<Long>>, Boolean> eldest) {
            return size() > KEPT;
        }
    });

    Fitting(Graph graph) {
        this.graph = graph;
    }

    /** @throws IllegalArgumentException for other names, or shapes that the graph is not for */
    void check(Map<String, Tensor> inputs) {
        var shapes = new ArrayList<List<Long>>();
        boolean asTraced = inputs.size() == graph.inputs().size();
        for (var input : graph.inputs()) {
            var tensor = inputs.get(input.name());
            var shape = tensor == null ? null : Graph.shape(tensor);
            asTraced = asTraced && shape != null && Graph.fits(shape, input.shape());
            shapes.add(shape);
        }
        if (asTraced || known.containsKey(shapes)) return;
        graph.checkInputs(inputs);
        known.put(shapes, true);
    }
}
