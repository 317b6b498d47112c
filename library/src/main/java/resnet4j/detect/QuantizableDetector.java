package resnet4j.detect;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import resnet4j.compress.Quantizable;
import resnet4j.compress.Quantized;
import resnet4j.compress.Quantizer;
import resnet4j.data.Batch;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.data.Things;
import resnet4j.eval.Timing;
import resnet4j.graph.Graph;
import resnet4j.graph.GraphConfig;
import resnet4j.image.Image;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.nn.Init;
import resnet4j.nn.Net;
import resnet4j.run.Stages;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A detector as what is quantised of it: its parts. What chooses boxes between them stays as it is. */
public final class QuantizableDetector implements Quantizable {
    private final ModelFile.Opened model;
    private final PyramidDetector net;
    private final Optional<Dataset<Things>> measured;

    /**
     * @param model    stays the caller's
     * @param measured pictures of its classes that it is measured on, if any
     * @throws IllegalArgumentException for one in eight bits, and for pictures of other classes
     */
    public QuantizableDetector(ModelFile.Opened model, Optional<Dataset<Things>> measured) {
        if (!(model.net() instanceof PyramidDetector detector))
            throw new IllegalArgumentException(
                    "model: expected a network in floats, got one in eight bits; quantize the"
                            + " one that it was made of");
        this.model = model;
        net = detector;
        this.measured = measured;
        measured.ifPresent(pictures -> Measure.requireKnown(model.file(), pictures));
        net.train(false);
    }

    /** Pictures as they lie, to be shown. */
    public Loader<Things> shown(Dataset<Things> pictures) {
        return Measure.loader(model.file(), pictures, 1);
    }

    @Override
    public Map<String, Graph> graphs() {
        var graphs = new LinkedHashMap<String, Graph>();
        net.config.parts().forEach((part, shape) -> graphs.put(part.toString(), net.graph(part, shape)));
        return graphs;
    }

    @Override
    public void show(Batch<?> pictures, BiConsumer<String, Tensor> given) {
        try (var noGrad = Ops.noGrad()) {
            Part.Engine heard = (part, in) -> {
                given.accept(part.toString(), in);
                return net.answers(part, in);
            };
            net.detect(pictures.pixels().images(), heard, net.limits(), Device.CPU);
        }
    }

    @Override
    public Quantized.Side measure(Map<String, Graph> graphs, Stages stages) {
        var parts = new EnumMap<Part, Graph>(Part.class);
        for (var part : net.config.parts().keySet()) parts.put(part, graphs.get(part.toString()));
        var shape = net.config.parts().get(Part.PLACES);
        int height = (int) shape[2], width = (int) shape[3];
        var picture = List.of(new Image(width, height, new byte[3 * height * width]));
        long bytes = Quantized.Side.bytes(graphs.values());
        try (var finder = Finder.of(net, parts)) {
            double millis =
                    Timing.of(1, () -> finder.find(picture, net.limits())).medianMillis();
            if (measured.isEmpty()) return Quantized.Side.unmeasured(bytes, millis);
            var loader = Measure.loader(model.file(), measured.get(), 1);
            try (var progress = stages.begin("eval", measured.get().size(), "images")) {
                var score =
                        Measure.of(net, Measure.looking(finder, Optional.empty(), net.limits()), loader, progress::add);
                return Quantized.Side.of(ThingScore.HEADLINE, score.value(), bytes, millis);
            }
        }
    }

    @Override
    public ClassificationNet network(Map<String, Graph> graphs) {
        var configs = new LinkedHashMap<String, GraphConfig>();
        graphs.forEach((part, graph) -> configs.put(part, Quantizer.config(graph)));
        try (var nothing = Init.none();
                var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var made = Net.whole(new GraphDetector(net.config, configs)::build);
            var state = made.state();
            graphs.forEach((part, graph) -> graph.constants()
                    .forEach((name, t) -> state.get(part + "." + name).set(t.detach())));
            return made;
        }
    }
}
