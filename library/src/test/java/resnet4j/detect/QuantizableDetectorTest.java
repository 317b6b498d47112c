package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.DType;
import resnet4j.compress.Quantization;
import resnet4j.compress.Quantized;
import resnet4j.compress.Range;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Shapes;
import resnet4j.data.Things;
import resnet4j.export.OnnxCheck;
import resnet4j.export.OnnxExport;
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
import resnet4j.train.Recipe;
import resnet4j.weights.WeightFile;

/** Detectors in eight bits: with random weights, narrow, beside the same in floats. */
class QuantizableDetectorTest {
    @TempDir
    Path folder;

    private static DetectorConfig narrow(String name) {
        var changes = Records.parse(
                """
                {"architecture": {"backbone": {"network": {"planes": [8, 8, 16, 16]}}, "channels": 32, %s
                 "sizes": {"min": [64], "max": 96}}}
                """.formatted(name.contains("rcnn") ? "\"method\": {\"hidden\": 32, \"sampled\": 16}," : ""));
        var recipe = Records.overlay(Recipe.classify(name), changes);
        return (DetectorConfig) recipe.architectureFor(9);
    }

    private static ModelFile.Opened opened(String name) {
        Ops.seed(3);
        var config = narrow(name);
        var names = new ArrayList<>(List.of("background"));
        names.addAll(new Shapes(1, 96, 0).classes());
        return new ModelFile.Opened(
                new ModelFile(name, config, Preprocess.stretch(96, 96).unresized(), names, Map.of(), "", Map.of()),
                config.build());
    }

    private static final Dataset<Things> PICTURES = pictures();

    private static Dataset<Things> pictures() {
        try {
            return DataSource.parse("shapes:6", Things.class).train();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Quantized quantize(ModelFile.Opened opened, Set<String> keep, Path out) throws IOException {
        var network = new QuantizableDetector(opened, Optional.of(PICTURES));
        var quantization = new Quantization(Range.MINMAX, keep, Optional.empty(), false, true, 1);
        try (var scope = new NativeScope()) {
            return quantization.run(
                    network, opened.file(), "tiny", network.shown(PICTURES), "shapes:6", out, Stages.NONE);
        }
    }

    /** Squares of differences by squares of numbers, of the same answer about all maps together. */
    private static Map<String, Double> moved(Map<String, Tensor> exact, Map<String, Tensor> rounded) {
        var change = new TreeMap<String, Double>();
        var all = new TreeMap<String, Double>();
        exact.forEach((answer, numbers) -> {
            float[] a = numbers.toFloats(), b = rounded.get(answer).toFloats();
            var name = answer.replaceAll("[0-9]", "");
            for (int i = 0; i < a.length; i++) {
                change.merge(name, Math.pow(a[i] - b[i], 2), Double::sum);
                all.merge(name, Math.pow(a[i], 2), Double::sum);
            }
        });
        change.replaceAll((name, sum) -> sum / all.get(name));
        return change;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"fasterrcnn_resnet18_fpn", "maskrcnn_resnet18_fpn", "retinanet_resnet50_fpn", "fcos_resnet50_fpn"
            })
    void partsInEightBits_sayAlmostTheSame_andAreMeasuredAlikeOnceSaved(String name) throws IOException {
        var file = folder.resolve("small.safetensors");
        try (var opened = opened(name);
                var scope = new NativeScope()) {
            var result = quantize(opened, Set.of(), file);
            assertTrue(result.after().bytes() < 0.3 * result.before().bytes(), result::toString);
            assertTrue(result.layers().stream().allMatch(l -> l.type().equals("int8")), result::toString);
            try (var again = ModelFile.open(file)) {
                var net = (DetectionNet) again.net();
                net.train(false);
                var measured = Measure.of(again, PICTURES, 1, Optional.empty(), Device.CPU, n -> {});
                assertEquals(result.after().boxMap().orElseThrow(), measured.value());
                var network = new QuantizableDetector(opened, Optional.empty());
                var heard = new LinkedHashMap<String, Tensor>();
                try (var batches = network.shown(PICTURES).epoch(0);
                        var shown = new NativeScope()) {
                    network.show(batches.next(), (part, in) -> heard.put(part, shown.keep(in.detach())));
                }
                for (var part : narrow(name).parts().keySet()) {
                    var in = heard.get(part.toString());
                    var exact = ((DetectionNet) opened.net()).answers(part, in);
                    try (var plan = Plan.compile(net.graph(part, in.shape()), Precision.FP32)) {
                        var planned = plan.run(Map.of(Tracer.INPUT, in));
                        var moved = moved(exact, planned);
                        // half a step of 1/127 of the largest number in each of some twenty layers
                        assertTrue(moved.values().stream().allMatch(m -> m < 0.02), part + " moved by " + moved);
                    }
                }
            }
        }
    }

    /** ONNX Runtime's own kernels for eight bits, on the part that has a pyramid's sums and several answers. */
    @Test
    void onnxRuntime_saysTheSameOfPlaces() throws IOException {
        var file = folder.resolve("small.safetensors");
        try (var opened = opened("fasterrcnn_resnet18_fpn");
                var scope = new NativeScope()) {
            quantize(opened, Set.of(), file);
            try (var again = ModelFile.open(file)) {
                var graph = ((DetectionNet) again.net()).graph(Part.PLACES, 1, 3, 64, 96);
                var onnx = folder.resolve("places.onnx");
                OnnxExport.write(graph, onnx, "places");
                Ops.seed(2);
                var differences = OnnxCheck.of(onnx, graph, Map.of(Tracer.INPUT, Tensor.randn(1, 3, 64, 96)));
                assertEquals(15, differences.size()); // maps, scores and codes of five levels
                // its sums are of whole numbers and ours of floats: a number may round to the next step
                differences.forEach((answer, d) -> assertTrue(d.relative() < 0.1, answer + " " + d));
            }
        }
    }

    @Test
    void layersThatAreKept_stayInFloats_whateverPartTheyAreIn() throws IOException {
        var file = folder.resolve("small.safetensors");
        try (var opened = opened("fasterrcnn_resnet18_fpn")) {
            var result = quantize(opened, Set.of("roi_heads.box_head.fc6", "backbone.body.conv1"), file);
            var floats = result.layers().stream()
                    .filter(l -> l.type().equals("f32"))
                    .map(Quantized.LayerResult::name)
                    .toList();
            assertEquals(List.of("backbone.body.conv1", "roi_heads.box_head.fc6"), floats);
            var weights = WeightFile.read(file).tensors();
            assertEquals(
                    DType.F32,
                    weights.get("boxes.roi_heads.box_head.fc6.weight").dtype());
            assertEquals(
                    DType.I8, weights.get("boxes.roi_heads.box_head.fc7.weight").dtype());
        }
    }

    @Test
    void whatCannotBe_isASentence_andWritesNothing() throws IOException {
        var file = folder.resolve("small.safetensors");
        try (var opened = opened("fasterrcnn_resnet18_fpn")) {
            assertSaid(
                    "keep: no layer that could be quantised is named 'fc6'",
                    () -> quantize(opened, Set.of("fc6"), file));
            assertSaid(
                    "out: expected a .safetensors file",
                    () -> quantize(opened, Set.of(), folder.resolve("small.onnx")));
            assertFalse(Files.exists(file));
            quantize(opened, Set.of(), file);
        }
        assertSaid(
                "expected a detector in floats to make an ONNX file of",
                () -> OnnxExport.write(file, folder.resolve("small.onnx")));
        try (var again = ModelFile.open(file)) {
            assertSaid("got one in eight bits; quantize the one", () -> quantize(again, Set.of(), file));
            assertSaid(
                    "got one in eight bits, which only finds", () -> again.net().head());
            assertSaid(
                    "got one in eight bits, through which", () -> ThingQuestion.of(again, "auto", PICTURES.picture(0)));
            assertSaid(
                    "classes: expected the 9", () -> again.file().architecture().withClasses(3));
        }
    }

    private static void assertSaid(String part, Executable work) {
        var said = assertThrows(IllegalArgumentException.class, work).getMessage();
        assertTrue(said.contains(part), said);
    }
}
