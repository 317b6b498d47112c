package resnet4j.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import resnet4j.graph.Tracer;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** On a network whose probabilities can be worked out by hand. */
class FaithfulnessTest {
    /** The class's probability is the logistic function of the red number of the first of 32 pixels. */
    private static final class FirstPixel extends Layer {
        private final Linear fc = child("fc", new Linear(96, 2));

        FirstPixel() {
            var weights = new float[192];
            weights[96] = 1;
            fc.weight().set(Tensor.of(weights, 2, 96));
            fc.bias().set(Tensor.of(new float[2], 2));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return fc.apply(Ops.flatten(x, 1));
        }
    }

    private static Heat peakAt(int pixel) {
        var values = new float[32];
        values[pixel] = 1;
        return new Heat(4, 8, values);
    }

    @Test
    void curves_areThoseWorkedOutByHand() {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = new FirstPixel()) {
            var image = Tensor.full(2, 1, 3, 4, 8);
            var subject = new Subject(Tracer.trace(net, 1, 3, 4, 8), image, 1);
            double sure = 1 / (1 + Math.exp(-2)), half = 0.5;
            // 33 values, the first and the last of half the weight: what matters is hidden first, or last of all
            assertEquals((sure / 2 + 31.5 * half) / 32, Faithfulness.deletion(subject, peakAt(0)), 1e-6);
            assertEquals((half / 2 + 31.5 * sure) / 32, Faithfulness.insertion(subject, peakAt(0)), 1e-6);
            var upside = new float[32]; // the first pixel counts least
            for (int i = 0; i < 32; i++) upside[i] = i;
            assertEquals((31.5 * sure + half / 2) / 32, Faithfulness.deletion(subject, new Heat(4, 8, upside)), 1e-6);
        }
    }

    @Test
    void aMapOfThePictureAlone_isToldFromOneOfTheNetwork() {
        try (var scope = new NativeScope();
                var net = new FirstPixel();
                var other = new FirstPixel()) {
            var image = Tensor.randn(1, 3, 4, 8);
            var subject = new Subject(Tracer.trace(net, 1, 3, 4, 8), image, 1);
            var forgotten = new Subject(Tracer.trace(other, 1, 3, 4, 8), image, 0);
            var slopes = new Method.InputXGradient();
            var same = Faithfulness.of(slopes, subject, slopes.explain(subject), subject);
            assertEquals(1, same.random(), 1e-12);
            assertTrue(same.ignoresWeights());
            var told = Faithfulness.of(slopes, subject, slopes.explain(subject), forgotten);
            assertFalse(told.ignoresWeights(), () -> told.toString());
        }
    }

    @Test
    void correlation_isSpearmans() {
        // scipy.stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) = 0.8207826816681233
        var a = new Heat(1, 5, new float[] {1, 2, 3, 4, 5});
        assertEquals(
                0.8207826816681233, Faithfulness.correlation(a, new Heat(1, 5, new float[] {5, 6, 7, 8, 7})), 1e-12);
        assertEquals(-1, Faithfulness.correlation(a, new Heat(1, 5, new float[] {9, 4, 3, 2, -1})), 1e-12);
        assertEquals(0, Faithfulness.correlation(a, new Heat(1, 5, new float[5])), "a flat map is like none");
    }
}
