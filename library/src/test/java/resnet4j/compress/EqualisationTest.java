package resnet4j.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.graph.Graph;
import resnet4j.graph.Passes;
import resnet4j.graph.Tracer;
import resnet4j.model.Models;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.tensor.Fill;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Equalised channels and corrected biases. */
class EqualisationTest {
    /** Two channels from one to one, whose weights are set. */
    private static final class Two extends Layer {
        private final Layer first = child("first", Conv2d.biased(3, 2, 1, 1));
        private final Layer second = child("second", Conv2d.biased(2, 1, 1, 1));
        private final Layer fc = child("fc", new Linear(1, 1));

        @Override
        protected Tensor forward(Tensor x) {
            return fc.apply(Ops.globalAvgPool(second.apply(Ops.relu(first.apply(x)))));
        }

        void set(String name, float... numbers) {
            var t = state().get(name);
            t.set(Tensor.of(numbers, t.shape()));
        }
    }

    private static Graph simple(Layer net, int side) {
        return Passes.simplify(Tracer.trace(net, 1, 3, side, side));
    }

    /** The paper's equation 11: s1 = sqrt(8 / 0.5) = 4 and s2 = sqrt(1 / 4) = 1/2; both sides become sqrt(r1 r2), which is 2. */
    @Test
    void factors_areTheSquareRootsOfTheRanges() {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = new Two()) {
            net.set("first.weight", 8, 0, -2, 0.5f, 1, 0);
            net.set("first.bias", 4, -3);
            net.set("second.weight", 0.5f, -4);
            var graph = Equalisation.of(simple(net, 4));
            assertArrayEquals(
                    new float[] {2, 0, -0.5f, 1, 2, 0},
                    graph.constants().get("first.weight").toFloats());
            assertArrayEquals(
                    new float[] {1, -6}, graph.constants().get("first.bias").toFloats());
            assertArrayEquals(
                    new float[] {2, -2}, graph.constants().get("second.weight").toFloats());
        }
    }

    /** Depthwise, grouped, pooled and joined ones among them. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "resnext50_32x4d", "squeezenet1_0", "mobilenet_v2"})
    void equalised_aNetworkAnswersTheSame_withNarrowerWeights(String name) {
        Ops.seed(1);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.create(name, 10)) {
            net.train(false);
            var graph = simple(net, 64);
            var equal = Equalisation.of(graph);
            var images = Tensor.randn(2, 3, 64, 64);
            float[] before = graph.run(images).toFloats(),
                    after = equal.run(images).toFloats();
            double most = 0;
            for (float b : before) most = Math.max(most, Math.abs(b));
            // every weight is rounded once more
            assertArrayEquals(before, after, (float) (1e-5 * most));
            assertTrue(!graph.constants().equals(equal.constants()));
        }
    }

    /** The mean of every channel of every layer is the float network's, on the pictures that were shown. */
    @Test
    void correctedBiases_giveChannelsTheirMeans() {
        Ops.seed(1);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.create("resnet20", 10)) {
            net.train(false);
            var graph = simple(net, 32);
            var images = List.of(Tensor.randn(11, 3, 32, 32), Tensor.randn(5, 3, 24, 40));
            Fill.normal(net.state().get("fc.bias"), 0, 1);
            var quantizer = new Quantizer(graph, Set.of());
            images.forEach(quantizer::observe);
            var rounded = quantizer.quantize(Range.PERCENTILE);
            var corrected = BiasCorrection.of(graph, rounded, images);
            double before = means(graph, rounded, images), after = means(graph, corrected, images);
            assertTrue(before > 1e-3, "nothing to correct: " + before);
            assertEquals(0, after, 2e-6);
        }
    }

    /** The largest difference of the means of the logits. */
    private static double means(Graph exact, Graph rounded, List<Tensor> images) {
        float[] a = answers(exact, images), b = answers(rounded, images);
        double worst = 0;
        for (int c = 0; c < 10; c++) {
            double mean = 0;
            for (int i = c; i < a.length; i += 10) mean += (b[i] - a[i]) / (a.length / 10.0);
            worst = Math.max(worst, Math.abs(mean));
        }
        return worst;
    }

    private static float[] answers(Graph graph, List<Tensor> images) {
        return Ops.cat(images.stream().map(graph::run).toList(), 0).toFloats();
    }
}
