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
import resnet4j.export.OnnxExport;
import resnet4j.export.OnnxMetadata;
import resnet4j.graph.Graph;
import resnet4j.graph.Passes;
import resnet4j.model.ModelFile;
import resnet4j.run.Stages;
import resnet4j.tensor.NativeScope;
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
            return run(OneGraph.of(opened, measured), opened.file(), name, shown, from, out, stages);
        }
    }

    /** What becomes of one graph. @param first what it was given first, a few of which are looked at again */
    private record Part(Graph exact, Quantizer quantizer, List<Tensor> first) {
        private static Part of(Graph graph, boolean equalize) {
            var simple = Passes.simplify(graph);
            var exact = equalize ? Equalisation.of(simple) : simple;
            return new Part(exact, new Quantizer(exact, Set.of()), new ArrayList<>());
        }

        private void observe(NativeScope inner, Tensor given) {
            quantizer.observe(given);
            long numbers = first.stream().mapToLong(Tensor::elements).sum();
            if (numbers < CORRECTION_NUMBERS) first.add(inner.keep(given.detach()));
        }

        private Graph quantize(Range range, Set<String> floats, boolean correctBias) {
            var graph = quantizer.quantize(range, floats);
            return correctBias ? BiasCorrection.of(exact, graph, first) : graph;
        }

        private Map<String, Double> sensitivities(Range range) {
            var few = new ArrayList<Tensor>();
            long left = SENSITIVITY_PICTURES;
            for (var given : first) {
                if (left > 0) few.add(given.narrow(0, 0, Math.min(left, given.size(0))));
                left -= given.size(0);
            }
            return quantizer.sensitivities(range, few);
        }
    }

    /**
     * The same of any network that is graphs. Weights of what is made on the way belong to the innermost scope.
     *
     * @param file what is known of it; says it of the file that is written
     */
    public Quantized run(
            Quantizable network, ModelFile file, String name, Loader<?> shown, String from, Path out, Stages stages)
            throws IOException {
        var traced = network.graphs();
        if (traced.size() > 1 && out.toString().endsWith(".onnx"))
            throw new IllegalArgumentException("out: expected a .safetensors file, as ONNX has no place for what "
                    + name + " does between its parts, got " + out);
        var parts = new LinkedHashMap<String, Part>();
        traced.forEach((part, graph) -> parts.put(part, Part.of(graph, equalize)));
        var layers = new LinkedHashSet<String>();
        parts.values().forEach(part -> layers.addAll(part.quantizer.layers()));
        for (var path : keep) if (!layers.contains(path)) throw Quantizer.unknown(path, layers);
        observe(network, parts, shown, from, stages);
        var sensitivities = new LinkedHashMap<String, Double>();
        parts.values().forEach(part -> sensitivities.putAll(part.sensitivities(range)));
        var floats = floats(sensitivities);
        var graphs = new LinkedHashMap<String, Graph>();
        parts.forEach((part, of) -> graphs.put(part, of.quantize(range, floats, correctBias)));
        var before = network.measure(traced, stages);
        var after = network.measure(graphs, stages);
        Optional<Boolean> passed =
                before.score().map(score -> score - after.score().orElseThrow() <= maxDrop);
        boolean written = passed.orElse(true);
        if (written) write(network, graphs, file, after, from, out);
        return new Quantized(
                name,
                written ? Optional.of(out) : Optional.empty(),
                written ? Files.size(out) : 0,
                before,
                after,
                new Quantized.Gate(maxDrop, passed),
                layers(sensitivities, floats));
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

    /** Looks at all pictures. */
    private static void observe(
            Quantizable network, Map<String, Part> parts, Loader<?> shown, String from, Stages stages) {
        try (var batches = shown.epoch(0);
                var progress = stages.begin("calibrate", shown.data().size(), "images")) {
            for (var some : batches) {
                try (var inner = new NativeScope()) {
                    network.show(some, (part, given) -> parts.get(part).observe(inner, given));
                }
                progress.add(some.size());
            }
        }
        for (var part : parts.entrySet())
            if (part.getValue().first.isEmpty())
                throw new IllegalArgumentException("--calibrate: expected pictures that can be read"
                        + (parts.size() == 1 ? "" : ", in which the network finds something for its " + part.getKey())
                        + ", got none from " + from);
    }

    private void write(
            Quantizable network, Map<String, Graph> graphs, ModelFile file, Quantized.Side after, String from, Path out)
            throws IOException {
        try (var net = network.network(graphs)) {
            var metrics = new LinkedHashMap<String, Double>();
            after.top1().ifPresent(top1 -> metrics.put("top1", top1));
            after.miou().ifPresent(miou -> metrics.put("miou", miou));
            after.boxMap().ifPresent(map -> metrics.put("boxMap", map));
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
            if (out.toString().endsWith(".onnx"))
                OnnxExport.write(graphs.values().iterator().next(), out, OnnxMetadata.of(small));
            else small.save(out, net);
        }
    }
}
