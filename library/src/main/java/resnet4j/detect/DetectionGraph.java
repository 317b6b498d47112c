package resnet4j.detect;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import resnet4j.graph.Graph;
import resnet4j.graph.GraphConfig;
import resnet4j.graph.Tracer;
import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** The network of a {@link GraphDetector}. */
final class DetectionGraph extends DetectionNet {
    private final Map<Part, Weights> parts = new EnumMap<>(Part.class);
    private final DetectionNet chooser;

    DetectionGraph(GraphDetector config) {
        super(config, config.detector());
        chooser = config.detector().chooser();
        for (var part : config.detector().parts().keySet())
            parts.put(part, child(part.toString(), new Weights(config.parts().get(part.toString()))));
    }

    /** The constants of a graph under their own names. */
    private static final class Weights extends Net {
        private final GraphConfig config;

        Weights(GraphConfig config) {
            this.config = config;
            try (var scope = new NativeScope()) {
                for (var weight : config.weights()) {
                    var shape =
                            weight.shape().stream().mapToLong(Long::longValue).toArray();
                    var t = Tensor.empty(weight.dtype(), shape);
                    if (weight.trained()) parameter(weight.name(), t);
                    else buffer(weight.name(), t);
                }
            }
        }

        Graph graph() {
            return config.graph(state());
        }
    }

    @Override
    Graph graph(Part part, long... shape) {
        var sides = new ArrayList<Long>();
        for (long side : shape) sides.add(side);
        return parts.get(part).graph().withShapes(Map.of(Tracer.INPUT, sides));
    }

    @Override
    Map<String, Tensor> answers(Part part, Tensor in) {
        return parts.get(part).graph().run(Map.of(Tracer.INPUT, in));
    }

    @Override
    List<Found> find(ImageBatch batch, Part.Engine engine, Limits limits) {
        return chooser.find(batch, engine, limits);
    }

    @Override
    OnnxFound find(OnnxSteps steps, Limits limits) {
        throw new IllegalArgumentException(
                "model: expected a detector in floats to make an ONNX file of, got one in eight"
                        + " bits; export the one that it was made of");
    }

    @Override
    public Tensor features(Tensor images) {
        var maps = list(answers(Part.PLACES, images), "maps");
        return maps.get(maps.size() - 1);
    }

    /** What it says of a whole picture as one thing, by class [N,classes]. */
    @Override
    protected Tensor logits(Tensor images) {
        var places = answers(Part.PLACES, images);
        if (parts.containsKey(Part.BOXES)) {
            var pieces = Ops.adaptiveAvgPool2d(list(places, "maps").get(0), RoiHeads.SIDE, RoiHeads.SIDE);
            return answers(Part.BOXES, pieces).get("scores");
        }
        var scores = DenseHeads.flat(list(places, "scores"), config.classes());
        return Ops.max(Ops.cat(scores, 1), List.of(1), false);
    }

    @Override
    public Layer head() {
        throw new IllegalArgumentException(
                "model: expected a detector in floats, got one in eight bits, which only finds"
                        + " things; take the one that it was made of");
    }
}
