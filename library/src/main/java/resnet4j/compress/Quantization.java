package resnet4j.compress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.eval.Timing;
import resnet4j.export.OnnxExport;
import resnet4j.export.OnnxMetadata;
import resnet4j.graph.Graph;
import resnet4j.graph.Passes;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * A saved network made eight bits wide, measured, and written if it is still as good.
 *
 * @param range       how the largest number of eight bits is chosen
 * @param keep        paths of layers that stay in floats
 * @param mixed       the most that rounding may move the logits, as far as its layers tell one by one (see {@link
 *                    Quantized.LayerResult#sensitivity}): the most sensitive ones stay in floats until it holds; absent for any
 * @param equalize    whether channels are made as wide as one another first
 * @param correctBias whether biases lose what rounding adds to the means of channels
 * @param maxDrop     the most of the score that may be lost, a share
 */
public record Quantization(
        Range range, Set<String> keep, Optional<Double> mixed, boolean equalize, boolean correctBias, double maxDrop) {
    private static final int SENSITIVITY_PICTURES = 8;

    /** Their values are held at once, a layer's and its neighbours'. */
    private static final int CORRECTION_NUMBERS = 64 * 3 * 128 * 128;

    public Quantization {
        keep = Set.copyOf(keep);
        mixed.ifPresent(most -> {
            if (!(most >= 0)) throw new IllegalArgumentException("mixed: expected a share from 0 on, got " + most);
        });
        if (!(maxDrop >= 0 && maxDrop <= 1))
            throw new IllegalArgumentException("maxDrop: expected a share from 0 to 1, got " + maxDrop);
    }

    /** By the least squared error, all layers but the last, with at most half a percent lost. */
    public Quantization() {
        this(Range.MSE, Set.of(), Optional.empty(), false, false, 0.005);
    }

    /**
     * Calibrates, measures and writes.
     *
     * @param opened   stays the caller's
     * @param name     what the network is called in the result
     * @param shown    pictures that show how large values become; their classes are not looked at
     * @param from     what they are called in the file's provenance
     * @param measured tells how right it is; without it, nothing holds the file back
     * @param out      a .safetensors or .onnx file
     */
    public Quantized run(
            ModelFile.Opened opened,
            String name,
            Loader<?> shown,
            String from,
            Optional<Subject.Measured> measured,
            Path out,
            Stages stages)
            throws IOException {
        if (!opened.file().architecture().perPixel()) opened.file().requireOneClass();
        try (var scope = new NativeScope()) {
            opened.net().train(false);
            var file = opened.file();
            var preprocess = file.preprocess();
            var traced = Tracer.trace(opened.net(), 1, 3, height(preprocess), width(preprocess));
            var exact = Passes.simplify(traced);
            if (equalize) exact = Equalisation.of(exact);
            var quantizer = new Quantizer(exact, keep);
            var images = observe(quantizer, shown, from, preprocess, stages);
            var few = images.narrow(0, 0, Math.min(SENSITIVITY_PICTURES, images.size(0)));
            var sensitivities = quantizer.sensitivities(range, few);
            var floats = floats(sensitivities);
            var graph = quantizer.quantize(range, floats);
            if (correctBias) graph = BiasCorrection.of(exact, graph, images);
            var before = measure(traced, file, measured, stages);
            var after = measure(graph, file, measured, stages);
            Optional<Boolean> passed =
                    before.score().map(score -> score - after.score().orElseThrow() <= maxDrop);
            boolean written = passed.orElse(true);
            if (written) write(graph, file, after, from, out);
            return new Quantized(
                    name,
                    written ? Optional.of(out) : Optional.empty(),
                    written ? Files.size(out) : 0,
                    before,
                    after,
                    new Quantized.Gate(maxDrop, passed),
                    layers(sensitivities, floats));
        }
    }

    private static List<Quantized.LayerResult> layers(Map<String, Double> sensitivities, Set<String> floats) {
        return sensitivities.entrySet().stream()
                .map(e -> new Quantized.LayerResult(
                        e.getKey(), floats.contains(e.getKey()) ? "f32" : "int8", e.getValue()))
                .toList();
    }

    /** The layers that stay in floats. */
    private Set<String> floats(Map<String, Double> sensitivities) {
        var floats = new LinkedHashSet<>(keep);
        if (mixed.isEmpty()) return floats;
        var left = new ArrayList<>(sensitivities.entrySet());
        left.removeIf(e -> keep.contains(e.getKey()));
        left.sort(Map.Entry.comparingByValue());
        double sum = 0; // from the least on
        for (var e : left) if ((sum += e.getValue()) > mixed.get()) floats.add(e.getKey());
        if (floats.size() == sensitivities.size())
            throw new IllegalArgumentException("mixed: expected a share that at least one layer holds, got "
                    + mixed.get() + "; the least sensitive one moves the logits by "
                    + left.get(0).getValue());
        return floats;
    }

    /** Looks at all pictures, and gives the first ones back. */
    private static Tensor observe(
            Quantizer quantizer, Loader<?> shown, String from, Preprocess preprocess, Stages stages) {
        try (var batches = shown.epoch(0);
                var progress = stages.begin("calibrate", shown.data().size(), "images");
                var scope = new NativeScope()) {
            var first = new ArrayList<Tensor>();
            long numbers = 0;
            for (var some : batches) {
                try (var inner = new NativeScope()) {
                    var images = Inputs.images(some, preprocess, Device.CPU);
                    quantizer.observe(images);
                    boolean fits = first.isEmpty() || sameSize(images, first.get(0));
                    if (numbers < CORRECTION_NUMBERS && fits) first.add(inner.keep(images));
                    numbers += images.elements();
                }
                progress.add(some.size());
            }
            if (first.isEmpty())
                throw new IllegalArgumentException(
                        "--calibrate: expected pictures that can be read, got none from " + from);
            return scope.keep(Ops.cat(first, 0));
        }
    }

    private static boolean sameSize(Tensor a, Tensor b) {
        return a.size(2) == b.size(2) && a.size(3) == b.size(3);
    }

    private static int height(Preprocess preprocess) {
        return Tracer.side(preprocess.cropHeight());
    }

    private static int width(Preprocess preprocess) {
        return Tracer.side(preprocess.cropWidth());
    }

    private static Quantized.Side measure(
            Graph graph, ModelFile file, Optional<Subject.Measured> measured, Stages stages) {
        long bytes = graph.constants().values().stream()
                .mapToLong(t -> t.elements() * t.dtype().bytes)
                .sum();
        var preprocess = file.preprocess();
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

    private void write(Graph graph, ModelFile file, Quantized.Side after, String from, Path out) throws IOException {
        try (var net = Quantizer.network(graph)) {
            var metrics = new LinkedHashMap<String, Double>();
            after.top1().ifPresent(top1 -> metrics.put("top1", top1));
            after.miou().ifPresent(miou -> metrics.put("miou", miou));
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
