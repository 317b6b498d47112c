package resnet4j.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import resnet4j.graph.Graph;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Net;
import resnet4j.nn.Norm;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/** Graphs with any number of inputs and outputs, from the trace to ONNX Runtime. */
class SignaturesTest {
    @TempDir
    Path folder;

    /** A net that is no layer: pictures and a hint go in; a map, what both say, and the hint itself come out. */
    private static final class Pair extends Net {
        private final Layer conv = child("conv", Conv2d.of(3, 8, 3, 2)), bn = child("bn", Norm.BATCH.of(8));
        private final Layer hint = child("hint", new Linear(5, 8)), head = child("head", new Linear(8, 4));

        Map<String, Tensor> run(Map<String, Tensor> in) {
            var map = Ops.relu(bn.apply(conv.apply(in.get("images"))));
            var both = Ops.add(Ops.globalAvgPool(map), hint.apply(in.get("hint")));
            var out = new LinkedHashMap<String, Tensor>();
            out.put("map", Ops.upsampleLike(map, in.get("images"), Interpolation.BILINEAR));
            out.put("scores", Ops.softmax(head.apply(both), 1));
            out.put("given", in.get("hint"));
            return out;
        }
    }

    private static Graph trace(Pair net, int size) {
        var inputs = new LinkedHashMap<String, long[]>();
        inputs.put("images", new long[] {1, 3, size, size});
        inputs.put("hint", new long[] {1, 5});
        return Tracer.trace(net, inputs, net::run);
    }

    @Test
    void twoInputsAndThreeOutputs_areAnsweredAlikeByGraphPlanAndOnnxRuntime() throws IOException {
        Ops.seed(5);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = new Pair()) {
            var graph = trace(net, 12);
            assertEquals(Set.of("map", "scores", "given"), graph.outputs().keySet());
            assertEquals("conv.conv2d", graph.layers().get("conv"));
            var inputs = Map.of("images", Tensor.randn(2, 3, 12, 12), "hint", Tensor.randn(2, 5));
            net.train(false);
            var expected = net.run(inputs);
            var found = graph.run(inputs);
            expected.forEach(
                    (name, t) -> assertArrayEquals(t.toFloats(), found.get(name).toFloats(), 0));
            try (var plan = Plan.compile(graph, Precision.FP32)) {
                var planned = plan.run(inputs);
                expected.forEach((name, t) ->
                        assertArrayEquals(t.toFloats(), planned.get(name).toFloats(), 1e-5f));
                // of another size, which the last resizing follows
                var larger = Map.of("images", Tensor.randn(1, 3, 17, 20), "hint", Tensor.randn(1, 5));
                assertArrayEquals(
                        net.run(larger).get("map").toFloats(),
                        plan.run(larger).get("map").toFloats(),
                        1e-5f);
                assertThrows(IllegalArgumentException.class, () -> plan.run(inputs.get("images")));
            }
            var file = folder.resolve("pair.onnx");
            OnnxExport.write(graph, file, "a pair");
            var differences = OnnxCheck.of(file, graph, inputs);
            assertEquals(expected.keySet(), differences.keySet());
            differences.forEach((name, d) -> assertTrue(d.relative() < 1e-5, name + " " + d));
            try (var model = OnnxModel.openTrusted(file, 1)) {
                assertEquals(
                        List.of(List.of(-1L, 3L, 12L, 12L), List.of(-1L, 5L)),
                        model.inputs().stream().map(OnnxModel.Port::shape).toList());
                var given = Map.of("images", inputs.get("images").toHost());
                assertThrows(IllegalArgumentException.class, () -> model.run(given));
            }
        }
    }

    @Test
    void withOutputs_keepsWhatTheyNeed() {
        try (var scope = new NativeScope();
                var net = new Pair()) {
            var graph = trace(net, 12).withOutputs(Map.of("tap", "bn.batch_norm"));
            assertEquals(2, graph.nodes().size());
            assertEquals(
                    List.of("images"),
                    graph.inputs().stream().map(in -> in.name()).toList());
            assertArrayEquals(
                    new long[] {3, 8, 6, 6},
                    graph.run(Tensor.zeros(3, 3, 12, 12)).shape());
            assertEquals(Set.of("conv", "bn"), graph.layers().keySet());
            var e = assertThrows(
                    IllegalArgumentException.class, () -> graph.withOutputs(Map.of("tap", "bn.batch_nrm")));
            assertTrue(e.getMessage().contains("Did you mean"), e::getMessage);
        }
    }

    @Test
    void gradientsFlowThroughAGraph_toInputsAndWeights() {
        Ops.seed(5);
        try (var scope = new NativeScope();
                var net = new Pair()) {
            var graph = trace(net, 12).withOutputs(Map.of("scores", "softmax"));
            net.train(false);
            var images = Tensor.randn(1, 3, 12, 12).requireGrad(true);
            var inputs = Map.of("images", images, "hint", Tensor.randn(1, 5));
            Ops.sum(
                            Ops.mul(graph.apply(inputs).get("scores"), Tensor.of(new float[] {1, 2, 3, 4}, 4)),
                            List.of(),
                            false)
                    .backward();
            var byGraph = images.grad().toFloats();
            var weight = net.state().get("conv.weight");
            var weightByGraph = weight.grad().toFloats();
            images.dropGrad();
            weight.dropGrad();
            Ops.sum(Ops.mul(net.run(inputs).get("scores"), Tensor.of(new float[] {1, 2, 3, 4}, 4)), List.of(), false)
                    .backward();
            assertArrayEquals(images.grad().toFloats(), byGraph, 0);
            assertArrayEquals(weight.grad().toFloats(), weightByGraph, 0);
        }
    }

    @Test
    void everyOperation_hasItsWriter() {
        assertEquals(operations(Op.class), OnnxOps.WRITERS.keySet());
    }

    private static Set<Class<?>> operations(Class<?> type) {
        if (type.isRecord()) return Set.of(type);
        var all = new HashSet<Class<?>>();
        for (var permitted : List.of(type.getPermittedSubclasses())) all.addAll(operations(permitted));
        return all;
    }

    /** Closing while others classify, and again. */
    @Test
    void aModelThatIsClosedInUse_refusesWhoComesLater() throws Exception {
        try (var scope = new NativeScope();
                var net = new Pair()) {
            var file = folder.resolve("pair.onnx");
            OnnxExport.write(trace(net, 12), file, "a pair");
            var inputs = Map.of(
                    "images", Tensor.zeros(1, 3, 12, 12).toHost(),
                    "hint", Tensor.zeros(1, 5).toHost());
            for (int round = 0; round < 5; round++) {
                var model = OnnxModel.openTrusted(file, 1);
                var refused = new ArrayList<Throwable>();
                var threads = new ArrayList<Thread>();
                for (int i = 0; i < 4; i++) {
                    var thread = new Thread(() -> {
                        while (true) model.run(inputs);
                    });
                    thread.setUncaughtExceptionHandler((t, e) -> {
                        synchronized (refused) {
                            refused.add(e);
                        }
                    });
                    threads.add(thread);
                    thread.start();
                }
                Thread.sleep(20);
                model.close();
                model.close();
                for (var thread : threads) thread.join();
                assertEquals(4, refused.size());
                for (var e : refused) assertTrue(e.getMessage().contains("closed"), e::getMessage);
            }
        }
    }
}
