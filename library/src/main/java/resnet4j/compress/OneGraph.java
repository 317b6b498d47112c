package resnet4j.compress;

import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import resnet4j.data.Batch;
import resnet4j.eval.Inputs;
import resnet4j.eval.Timing;
import resnet4j.graph.Graph;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/** A network from images to logits. @param traced of the innermost scope */
record OneGraph(Graph traced, Preprocess preprocess, Optional<Subject.Measured> measured) implements Quantizable {
    private static final String NAME = "";

    static OneGraph of(ModelFile.Opened opened, Optional<Subject.Measured> measured) {
        return new OneGraph(traced(opened), opened.file().preprocess(), measured);
    }

    /** For pictures of the size that they are made ready in. */
    static Graph traced(ModelFile.Opened opened) {
        var preprocess = opened.file().preprocess();
        return Tracer.trace(opened.net(), 1, 3, height(preprocess), width(preprocess));
    }

    private static int height(Preprocess preprocess) {
        return Tracer.side(preprocess.cropHeight());
    }

    private static int width(Preprocess preprocess) {
        return Tracer.side(preprocess.cropWidth());
    }

    @Override
    public Map<String, Graph> graphs() {
        return Map.of(NAME, traced);
    }

    @Override
    public void show(Batch<?> pictures, BiConsumer<String, Tensor> given) {
        Inputs.unpadded(pictures, preprocess, Device.CPU).forEach(images -> given.accept(NAME, images));
    }

    @Override
    public Quantized.Side measure(Map<String, Graph> graphs, Stages stages) {
        var graph = graphs.get(NAME);
        long bytes = Quantized.Side.bytes(graphs.values());
        try (var plan = Plan.compile(graph, Precision.FP32);
                var scope = new NativeScope()) {
            var image = Tensor.zeros(1, 3, height(preprocess), width(preprocess));
            double millis = Timing.of(1, () -> run(plan, image)).medianMillis();
            if (measured.isEmpty()) return Quantized.Side.unmeasured(bytes, millis);
            var pictures = measured.get();
            try (var progress = stages.begin("eval", pictures.pictures(), "images")) {
                return Quantized.Side.of(pictures.headline(), pictures.score(plan::run, progress::add), bytes, millis);
            }
        }
    }

    private static void run(Plan plan, Tensor image) {
        try (var scope = new NativeScope()) {
            plan.run(image);
        }
    }

    @Override
    public ClassificationNet network(Map<String, Graph> graphs) {
        return Quantizer.network(graphs.get(NAME));
    }
}
