package resnet4j.compress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Inputs;
import resnet4j.eval.Timing;
import resnet4j.export.OnnxExport;
import resnet4j.export.OnnxMetadata;
import resnet4j.graph.Graph;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * A saved network made eight bits wide, measured, and written if it is still as good.
 *
 * @param range   how the largest number of eight bits is chosen
 * @param keep    paths of layers that stay in floats
 * @param maxDrop the most of top-1 that may be lost, a share
 */
public record Quantization(Range range, Set<String> keep, double maxDrop) {
    private static final int SENSITIVITY_PICTURES = 8;

    public Quantization {
        keep = Set.copyOf(keep);
        if (!(maxDrop >= 0 && maxDrop <= 1))
            throw new IllegalArgumentException("maxDrop: expected a share from 0 to 1, got " + maxDrop);
    }

    /** By the least squared error, all layers but the last, with at most half a percent lost. */
    public Quantization() {
        this(Range.MSE, Set.of(), 0.005);
    }

    /**
     * Calibrates, measures and writes.
     *
     * @param opened   stays the caller's
     * @param name     what the network is called in the result
     * @param shown    pictures that show how large values become; their classes are not looked at
     * @param from     what they are called in the file's provenance
     * @param measured pictures with the network's classes; without them, nothing holds the file back
     * @param out      a .safetensors or .onnx file
     */
    public Quantized run(
            ModelFile.Opened opened,
            String name,
            Loader<Label> shown,
            String from,
            Optional<Loader<Label>> measured,
            Path out,
            Stages stages)
            throws IOException {
        opened.file().requireOneClass();
        try (var scope = new NativeScope()) {
            opened.net().train(false);
            var file = opened.file();
            var preprocess = file.preprocess();
            var traced = Tracer.trace(opened.net(), 1, 3, preprocess.cropHeight(), preprocess.cropWidth());
            var quantizer = new Quantizer(traced, keep);
            var sensitivities = observe(quantizer, shown, from, preprocess, stages);
            var graph = quantizer.quantize(range);
            var before = measure(traced, file, measured, stages);
            var after = measure(graph, file, measured, stages);
            Optional<Boolean> passed =
                    before.top1().map(top1 -> top1 - after.top1().orElseThrow() <= maxDrop);
            boolean written = passed.orElse(true);
            if (written) write(graph, file, after, from, out);
            return new Quantized(
                    name,
                    written ? Optional.of(out) : Optional.empty(),
                    written ? Files.size(out) : 0,
                    before,
                    after,
                    new Quantized.Gate(maxDrop, passed),
                    layers(sensitivities));
        }
    }

    private List<Quantized.LayerResult> layers(Map<String, Double> sensitivities) {
        return sensitivities.entrySet().stream()
                .map(e ->
                        new Quantized.LayerResult(e.getKey(), keep.contains(e.getKey()) ? "f32" : "int8", e.getValue()))
                .toList();
    }

    private Map<String, Double> observe(
            Quantizer quantizer, Loader<Label> shown, String from, Preprocess preprocess, Stages stages) {
        try (var batches = shown.epoch(0);
                var progress = stages.begin("calibrate", shown.data().size(), "images");
                var scope = new NativeScope()) {
            Tensor first = null;
            for (var some : batches) {
                try (var inner = new NativeScope()) {
                    var images = Inputs.images(some, preprocess, Device.CPU);
                    quantizer.observe(images);
                    if (first == null)
                        first = inner.keep(images.narrow(0, 0, Math.min(SENSITIVITY_PICTURES, images.size(0))));
                }
                progress.add(some.size());
            }
            if (first == null)
                throw new IllegalArgumentException(
                        "--calibrate: expected pictures that can be read, got none from " + from);
            return quantizer.sensitivities(range, first);
        }
    }

    private static Quantized.Side measure(
            Graph graph, ModelFile file, Optional<Loader<Label>> measured, Stages stages) {
        long bytes = graph.constants().values().stream()
                .mapToLong(t -> t.elements() * t.dtype().bytes)
                .sum();
        var preprocess = file.preprocess();
        try (var plan = Plan.compile(graph, Precision.FP32);
                var scope = new NativeScope()) {
            var image = Tensor.zeros(1, 3, preprocess.cropHeight(), preprocess.cropWidth());
            double millis = Timing.of(1, () -> run(plan, image)).medianMillis();
            if (measured.isEmpty()) return new Quantized.Side(Optional.empty(), bytes, millis);
            var loader = measured.get();
            try (var progress = stages.begin("eval", loader.data().size(), "images")) {
                var evaluation = new Evaluator(plan::run, file.classNames(), preprocess, Device.CPU, 0)
                        .evaluate(loader, progress::add);
                return new Quantized.Side(Optional.of(evaluation.top1()), bytes, millis);
            }
        }
    }

    private static void run(Plan plan, Tensor image) {
        try (var scope = new NativeScope()) {
            plan.run(image);
        }
    }

    private void write(Graph graph, ModelFile file, Quantized.Side after, String from, Path out) throws IOException {
        try (var net = Quantizer.network(graph)) {
            var metrics = new LinkedHashMap<String, Double>();
            after.top1().ifPresent(top1 -> metrics.put("top1", top1));
            var provenance = new LinkedHashMap<>(file.provenance());
            provenance.put("quantized", "int8, " + range.name().toLowerCase(Locale.ROOT) + ", from " + from);
            var small = new ModelFile(
                    file.model(),
                    net.architecture(),
                    file.preprocess(),
                    file.classNames(),
                    metrics,
                    file.recipe(),
                    provenance);
            if (out.toString().endsWith(".onnx")) OnnxExport.write(graph, out, OnnxMetadata.of(small));
            else small.save(out, net);
        }
    }
}
