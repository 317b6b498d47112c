package resnet4j.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.export.OnnxCheck;
import resnet4j.export.OnnxExport;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/** A traced network as a network of its own, beside the one that it was traced from. */
class GraphNetTest {
    /** A step of training: the same logits, gradients and running statistics, in both modes. */
    @ParameterizedTest
    @CsvSource({"resnet20, FP32", "resnet20, BF16", "squeezenet1_1, FP32", "resnet18, FP32"})
    void itIsTheNetworkThatWasTraced(String name, Precision precision) {
        int size = Math.min(64, Models.get(name).inputSize());
        Ops.seed(3);
        try (var scope = new NativeScope();
                var mode = Ops.precision(precision);
                var net = Models.create(name, 7)) {
            TameWeights.fill(net);
            var traced = Tracer.trace(net, 1, 3, size, size);
            try (var again = GraphNet.of(traced)) {
                assertEquals(net.parameters().keySet(), again.parameters().keySet());
                var images = Tensor.randn(4, 3, size, size);
                var labels = Tensor.of(new long[] {0, 3, 6, 1}, 4);
                boolean drops = name.startsWith("squeezenet"); // a trace leaves dropout out
                for (boolean training : drops ? new boolean[] {false} : new boolean[] {true, false}) {
                    net.train(training);
                    again.train(training);
                    var expected = net.apply(images);
                    var actual = again.apply(images);
                    assertArrayEquals(expected.toFloats(), actual.toFloats(), 0);
                    Losses.crossEntropy(expected, labels, 0).backward();
                    Losses.crossEntropy(actual, labels, 0).backward();
                    var others = again.parameters();
                    net.parameters()
                            .forEach((key, t) -> PlanTest.assertClose(
                                    t.grad().toFloats(), others.get(key).grad().toFloats(), 1e-5));
                }
                again.state()
                        .forEach((key, t) ->
                                assertArrayEquals(net.state().get(key).toFloats(), t.toFloats(), 0, key));
            }
        }
    }

    /** As layers in evaluation: the same bits, statistics that stay, and scales that learn all the same. */
    @Test
    void frozenStatistics_areUsedInTraining_andStay() {
        Ops.seed(3);
        try (var scope = new NativeScope();
                var net = Models.create("resnet20", 7)) {
            TameWeights.fill(net);
            net.train(false);
            try (var frozen = GraphNet.of(Tracer.trace(net, 1, 3, 32, 32))) {
                frozen.freezeStatistics();
                frozen.train(true);
                var images = Tensor.randn(4, 3, 32, 32);
                var logits = frozen.apply(images);
                assertArrayEquals(net.apply(images).toFloats(), logits.toFloats(), 0);
                Losses.crossEntropy(logits, Tensor.of(new long[] {0, 3, 6, 1}, 4), 0)
                        .backward();
                frozen.parameters().forEach((name, t) -> assertTrue(t.grad() != null, name));
                frozen.state()
                        .forEach((name, t) ->
                                assertArrayEquals(net.state().get(name).toFloats(), t.toFloats(), 0, name));
            }
        }
    }

    @Test
    void itIsSavedOpenedPlannedAndExported(@TempDir Path folder) throws IOException {
        Ops.seed(3);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.create("resnet20", 3)) {
            TameWeights.fill(net);
            net.train(false);
            var images = Tensor.randn(2, 3, 32, 32).channelsLast();
            var expected = net.apply(images).toFloats();
            var graph = Tracer.trace(net, 1, 3, 32, 32);
            var file = folder.resolve("graph.safetensors");
            try (var made = GraphNet.of(graph)) {
                new ModelFile(
                                "traced",
                                made.architecture(),
                                Preprocess.imagenet(),
                                List.of("a", "b", "c"),
                                Map.of(),
                                "",
                                Map.of())
                        .save(file, made);
            }
            try (var opened = ModelFile.open(file)) {
                assertEquals(GraphConfig.of(graph), opened.file().architecture());
                opened.net().train(false);
                assertArrayEquals(expected, opened.net().apply(images).toFloats(), 0);
                try (var plan = Plan.compile(opened.net(), Precision.FP32, 2, 3, 32, 32)) {
                    PlanTest.assertClose(expected, plan.run(images).toFloats(), 1e-5);
                }
                // under the layers' names, and for any batch
                var again = Tracer.trace(opened.net(), 2, 3, 32, 32);
                assertEquals(graph.layers(), again.layers());
                var onnx = folder.resolve("graph.onnx");
                OnnxExport.write(Passes.simplify(again), onnx, "a graph");
                assertTrue(OnnxCheck.of(onnx, again, images).relative() < 1e-5);
            }
        }
    }

    @Test
    void itTakesOtherClasses_andTheRestOfItsWeights() {
        try (var scope = new NativeScope();
                var net = Models.create("resnet20", 10)) {
            var config = GraphConfig.of(Tracer.trace(net, 1, 3, 32, 32)).withClasses(4);
            assertEquals(4, config.classes());
            try (var other = config.build()) {
                assertArrayEquals(
                        new long[] {2, 4},
                        other.apply(Tensor.zeros(2, 3, 32, 32)).shape());
                assertEquals("fc", other.name(other.head()));
                assertTrue(other.stages().size() >= 1);
            }
        }
    }
}
