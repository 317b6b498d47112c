package resnet4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** That a step is the plain one to the bit is tested with every kind of network, and with a whole run. */
class CheckpointingTest {
    private static final int LAYERS = 100;

    /**
     * A hundred ReLUs in a sequence, each of which counts the native objects when it is run, and how many results of those
     * before it are still kept by others.
     */
    private static final class Chain extends Layer {
        private final List<Tensor> made = new ArrayList<>();
        private final List<Long> live = new ArrayList<>();
        private final Layer layers;
        private long most;

        Chain() {
            var all = new ArrayList<Layer>();
            for (int i = 0; i < LAYERS; i++)
                all.add(new Lambda(x -> {
                    live.add(NativeScope.liveObjects() - made.size());
                    most = Math.max(
                            most, made.stream().filter(LiveObjects::isShared).count());
                    var y = Ops.relu(x);
                    made.add(y.detach().own());
                    return y;
                }));
            layers = child("layers", new Sequential(all));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return layers.apply(x);
        }

        long most(long before) {
            return live.stream().mapToLong(Long::longValue).max().orElseThrow() - before;
        }

        void forget() {
            made.forEach(Tensor::close);
        }
    }

    /** The most that is kept at any layer of a step. */
    private static long keptInStep(boolean checkpointed) {
        long before = LiveObjects.settled();
        try (var net = new Chain()) {
            try (var scope = new NativeScope();
                    var checkpointing = Checkpointing.of(net, checkpointed)) {
                var x = Tensor.full(2, 1).requireGrad(true);
                checkpointing.backward(net.apply(x));
                assertEquals(1, x.grad().item());
                assertEquals(checkpointed ? 2 * LAYERS : LAYERS, net.made.size());
            }
            net.forget();
            assertEquals(before, NativeScope.liveObjects());
            assertTrue(net.most(before) <= 0.4 * LAYERS, () -> net.most(before) + " at most");
            return net.most;
        }
    }

    /** Ten segments of ten: ten boundaries, and one segment besides. */
    @Test
    void keptResults_areOfTheOrderOfTheSquareRootOfTheLayers() {
        keptInStep(true); // constants are made once
        assertEquals(LAYERS - 1, keptInStep(false)); // the last looks at those before it
        assertTrue(keptInStep(true) <= 20);
    }

    @Test
    void sequenceWithoutGradients_keepsNoMoreThanOneLayerAtATime() {
        long before = LiveObjects.settled();
        try (var net = new Chain()) {
            try (var scope = new NativeScope();
                    var noGrad = Ops.noGrad()) {
                assertEquals(2, net.apply(Tensor.full(2, 1)).item());
            }
            net.forget();
            assertEquals(before, NativeScope.liveObjects());
            assertTrue(net.most(before) <= 10, () -> net.most(before) + " at most");
        }
    }

    /** Nothing asks for the gradients of frozen layers below the trained ones. */
    @Test
    void layersBelowAllThatLearns_areNotRunAgain() {
        try (var net = new Chain();
                var scope = new NativeScope();
                var checkpointing = Checkpointing.of(net, true)) {
            var weight = Tensor.full(3, 1).requireGrad(true);
            checkpointing.backward(Ops.mul(net.apply(Tensor.full(2, 1)), weight));
            assertEquals(2, weight.grad().item());
            assertEquals(LAYERS, net.made.size());
            net.forget();
        }
    }
}
