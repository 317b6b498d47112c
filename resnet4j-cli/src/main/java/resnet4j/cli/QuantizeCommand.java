package resnet4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import resnet4j.compress.Quantizer;
import resnet4j.compress.Range;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Inputs;
import resnet4j.export.OnnxExport;
import resnet4j.export.OnnxMetadata;
import resnet4j.graph.Graph;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.measure.Timing;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/** {@code quantize}: a network in eight bits, if it is still as good. */
@CommandLine.Command(
        name = "quantize",
        description = "Make a network's weights and values eight bits wide, and write it if it is still as good.",
        footer = {
            "The file is a quarter as large. Plans compute it in eight bits, from the first convolution to the last;"
                    + " ONNX Runtime does so with the ONNX file.",
            "",
            "Example:",
            "  ./resnet4j quantize runs/quickstart-1 --calibrate shapes:200 \\",
            "        --eval shapes:1000 --out small.safetensors"
        })
final class QuantizeCommand extends Command<QuantizeCommand.Result> {
    private static final int SENSITIVITY_PICTURES = 8;

    @Mixin
    private ModelArgument model;

    @Option(
            names = "--calibrate",
            required = true,
            paramLabel = "KIND:PATH",
            description = "Pictures that show how large values become; of their training part, without its classes.")
    private String calibrate;

    @Option(names = "--pictures", paramLabel = "N", description = "How many of them (default: 500).")
    private int pictures = 500;

    @Option(names = "--eval", paramLabel = "KIND:PATH", description = "Pictures with classes that it is measured on.")
    private String eval;

    @Option(names = "--limit", paramLabel = "N", description = "Measure on only so many pictures.")
    private Integer limit;

    @Option(
            names = "--max-drop",
            paramLabel = "SHARE",
            description = "The most of top-1 that may be lost; where more is, nothing is written (default: 0.005).")
    private double maxDrop = 0.005;

    @Option(
            names = "--range",
            paramLabel = "minmax|percentile|mse|entropy",
            description = "How the largest number of eight bits is chosen (default: mse).")
    private Range range = Range.MSE;

    @Option(names = "--keep", paramLabel = "LAYER,...", split = ",", description = "Layers that stay in floats.")
    private List<String> keep = List.of();

    @Option(names = "--batch", paramLabel = "N", description = "Pictures at a time (default: 64).")
    private int batch = 64;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "A .safetensors or .onnx file.")
    private Path out;

    @Mixin
    private Decoding decoding;

    /** @param top1 absent without pictures to measure on @param bytes of the weights @param millis for one picture, by a plan */
    record Side(Optional<Double> top1, long bytes, double millis) {}

    /** @param passed absent where nothing was measured */
    record Gate(double maxDrop, Optional<Boolean> passed) {}

    /** @param sensitivity how much the layer alone, in eight bits, moves the logits: squares of changes by squares */
    record LayerResult(String name, String type, double sensitivity) {}

    /** @param out absent where the gate did not pass */
    record Result(
            String model,
            Optional<Path> out,
            long fileBytes,
            Side before,
            Side after,
            Gate gate,
            List<LayerResult> layers) {}

    @Override
    Result run() throws Exception {
        decoding.check(batch);
        Bounds.atLeast("--pictures", 1, pictures);
        if (limit != null) Bounds.atLeast("--limit", 1, limit);
        if (!(maxDrop >= 0 && maxDrop <= 1))
            throw new IllegalArgumentException("--max-drop: expected a share from 0 to 1, got " + maxDrop);
        var name = out.getFileName().toString();
        if (!name.endsWith(".safetensors") && !name.endsWith(".onnx"))
            throw new IllegalArgumentException("--out: expected a name that ends in .safetensors or .onnx, got " + out);
        common.onCpuInFp32("quantize");
        var shown = DataSource.parse(calibrate).train().limit(pictures);
        try (var opened = model.open().classifier();
                var scope = new NativeScope()) {
            opened.net().train(false);
            var preprocess = opened.file().preprocess();
            var traced = Tracer.trace(opened.net(), 1, 3, preprocess.cropHeight(), preprocess.cropWidth());
            var quantizer = new Quantizer(traced, Set.copyOf(keep));
            Optional<Dataset<Label>> measured = eval == null ? Optional.empty() : Optional.of(measured(opened.file()));
            var sensitivities = observe(quantizer, shown, preprocess);
            var graph = quantizer.quantize(range);
            var before = measure(traced, opened.file(), measured);
            var after = measure(graph, opened.file(), measured);
            Optional<Boolean> passed = before.top1.map(top1 -> top1 - after.top1.orElseThrow() <= maxDrop);
            boolean written = passed.orElse(true);
            if (written) write(graph, opened.file(), after);
            var layers = new ArrayList<LayerResult>();
            sensitivities.forEach(
                    (layer, moved) -> layers.add(new LayerResult(layer, keep.contains(layer) ? "f32" : "int8", moved)));
            return new Result(
                    model.model,
                    written ? Optional.of(out) : Optional.empty(),
                    written ? Files.size(out) : 0,
                    before,
                    after,
                    new Gate(maxDrop, passed),
                    layers);
        }
    }

    private Map<String, Double> observe(Quantizer quantizer, Dataset<Label> shown, Preprocess preprocess) {
        try (var batches =
                        decoding.loader(shown, preprocess, Math.min(batch, 16)).epoch(0);
                var progress = progress("calibrate", shown.size(), "images");
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
                        "--calibrate: expected pictures that can be read, got none from " + calibrate);
            return quantizer.sensitivities(range, first);
        }
    }

    private Dataset<Label> measured(ModelFile file) throws IOException {
        var source = DataSource.parse(eval);
        var data = source.split(source.measured());
        if (limit != null) data = data.limit(limit);
        return Decoding.known("--eval", eval, data, file.classNames());
    }

    private Side measure(Graph graph, ModelFile file, Optional<Dataset<Label>> data) {
        long bytes = graph.constants().values().stream()
                .mapToLong(t -> t.elements() * t.dtype().bytes)
                .sum();
        var preprocess = file.preprocess();
        try (var plan = Plan.compile(graph, Precision.FP32);
                var scope = new NativeScope()) {
            var image = Tensor.zeros(1, 3, preprocess.cropHeight(), preprocess.cropWidth());
            double millis = Timing.of(1, () -> run(plan, image)).medianMillis();
            if (data.isEmpty()) return new Side(Optional.empty(), bytes, millis);
            try (var progress = progress("eval", data.get().size(), "images")) {
                var evaluation = new Evaluator(plan::run, file.classNames(), preprocess, Device.CPU, 0)
                        .evaluate(decoding.loader(data.get(), preprocess, batch), progress::add);
                return new Side(Optional.of(evaluation.top1()), bytes, millis);
            }
        }
    }

    private static void run(Plan plan, Tensor image) {
        try (var scope = new NativeScope()) {
            plan.run(image);
        }
    }

    private void write(Graph graph, ModelFile file, Side after) throws IOException {
        try (var net = Quantizer.network(graph)) {
            var metrics = new LinkedHashMap<String, Double>();
            after.top1.ifPresent(top1 -> metrics.put("top1", top1));
            var provenance = new LinkedHashMap<>(file.provenance());
            provenance.put("quantized", "int8, " + range.name().toLowerCase(Locale.ROOT) + ", from " + calibrate);
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

    @Override
    String text(Result r) {
        var lines = new ArrayList<String>();
        lines.add(line("before", r.before));
        lines.add(line("after", r.after));
        r.layers.stream()
                .sorted((a, b) -> Double.compare(b.sensitivity, a.sensitivity))
                .limit(5)
                .forEach(l -> lines.add(
                        String.format(Locale.ROOT, "  %-40s %s, sensitivity %.2g", l.name, l.type, l.sensitivity)));
        lines.add(r.out.map(file -> String.format(Locale.ROOT, "%s: %,d bytes", file, r.fileBytes))
                .orElse("nothing written: top-1 fell by more than " + maxDrop
                        + "; keep the most sensitive layers in floats with --keep, or allow more with --max-drop"));
        return String.join(System.lineSeparator(), lines);
    }

    private static String line(String when, Side side) {
        return String.format(
                        Locale.ROOT, "%-7s %,12d bytes of weights, %.2f ms a picture", when, side.bytes, side.millis)
                + side.top1
                        .map(t -> String.format(Locale.ROOT, ", top-1 %.2f %%", 100 * t))
                        .orElse("");
    }

    @Override
    int exitCode(Result r) {
        return r.gate.passed.orElse(true) ? DONE : FAILED;
    }
}
