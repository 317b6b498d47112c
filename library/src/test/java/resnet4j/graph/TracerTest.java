package resnet4j.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.model.Models;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Sequential;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class TracerTest {
    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "plain20", "resnet18", "resnext50_32x4d"})
    void graphOfOneImage_computesWhatTheNetDoesOnThree(String name) {
        int size = Models.get(name).inputSize() / 2; // half of each side, for speed
        Ops.seed(1);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.create(name, 7)) {
            var graph = Tracer.trace(net, 1, 3, size, size);
            net.train(false);
            var images = Tensor.rand(3, 3, size, size);
            // the same kernels; ReLU and sums are in place in the net and not in the graph, to the same numbers
            assertArrayEquals(net.apply(images).toFloats(), graph.run(images).toFloats(), 0);
        }
    }

    @Test
    void nodesAreNamedByLayerAndOperation() {
        try (var net = Models.create("resnet20", 10)) {
            var graph = Tracer.trace(net, 1, 3, 32, 32);
            assertEquals("conv1.conv2d", graph.nodes().get(0).name());
            assertEquals(
                    List.of("images", "conv1.weight", ""), graph.nodes().get(0).inputs());
            assertEquals(List.of(1L, 16L, 32L, 32L), graph.nodes().get(0).shape());
            assertEquals("layer1.0.relu_2", graph.node("layer1.0.relu_2").name());
            assertEquals(Map.of("logits", "fc.linear"), graph.outputs());
            assertEquals("layer3.2.relu_2", graph.layers().get("layer3"));
            assertEquals("fc.linear", graph.layers().get(""));
            assertTrue(graph.toString().contains("layer3.2.bn2.batch_norm[1, 64, 8, 8] = BatchNorm["), graph::toString);
        }
    }

    /** A layer that is used past its parent, twice, and by a network that applies no layer around it. */
    @Test
    void pathsAreThoseOfTheLayersThemselves() {
        try (var shared = new Linear(3, 3);
                var pair = new Sequential(shared, new Sequential(new Linear(3, 3), shared))) {
            class Past extends Layer {
                Past() {
                    child("pair", pair);
                }

                @Override
                protected Tensor forward(Tensor x) {
                    var inner = (Sequential) pair.layers().get(1);
                    return inner.layers().get(1).apply(inner.layers().get(0).apply(x));
                }
            }
            var net = new Past();
            var graph = Tracer.trace(net, 1, 3);
            assertEquals(
                    List.of("pair.1.0.linear", "pair.0.linear"),
                    graph.nodes().stream().map(Node::name).toList());
            assertEquals(
                    List.of("pair.1.0.linear", "pair.0.weight", "pair.0.bias"),
                    graph.nodes().get(1).inputs());
            assertEquals(4, net.parameters().size()); // the shared one is trained once
            assertEquals(6, net.state().size());
        }
    }

    @Test
    void tracing_leavesModesAndNativeMemoryAsTheyWere() {
        try (var net = new Sequential(new Linear(3, 4), new Sequential(new Linear(4, 2)))) {
            net.layers().get(1).train(false);
            Tracer.trace(net, 1, 3);
            long before = LiveObjects.settled();
            Tracer.trace(net, 1, 3);
            assertEquals(before, NativeScope.liveObjects());
            assertEquals(
                    List.of(true, true, false, false),
                    net.nets().values().stream().map(n -> n.training()).toList());
        }
    }

    @Test
    void tensorMadeOutsideOps_isRefusedWithItsLayer() {
        try (var net = new Sequential(new Sequential(new Lambda(x -> Ops.relu(x.reshape(3, 1)))))) {
            var e = assertThrows(IllegalArgumentException.class, () -> Tracer.trace(net, 1, 3));
            assertTrue(e.getMessage().contains("layer '0.0' relu is given F32[3, 1]"), e::getMessage);
        }
    }

    @Test
    void imagesOfAnotherSize_areRefused() {
        try (var net = new Linear(3, 2);
                var scope = new NativeScope()) {
            var graph = Tracer.trace(net, 1, 3);
            var e = assertThrows(IllegalArgumentException.class, () -> graph.run(Tensor.zeros(1, 4)));
            assertTrue(e.getMessage().startsWith("images: expected shape [1, 3] with any batch size"), e::getMessage);
        }
    }
}
