package resnet4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import resnet4j.tensor.Listener;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** That a step is the plain one to the bit is tested with every kind of network, and with a whole run. */
class CheckpointingTest {
    private static final int LAYERS = 100;

    /** A hundred ReLUs in a sequence. */
    private static final class Chain extends Layer {
        private final Layer layers;

        Chain() {
            var all = new ArrayList<Layer>();
            for (int i = 0; i < LAYERS; i++) all.add(Lambda.relu());
            layers = child("layers", new Sequential(all));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return layers.apply(x);
        }
    }

    /** What there is after the forward pass, and the most that there is at any operation of the backward pass. */
    private static long[] liveTensors(boolean checkpointed) {
        var operations = new ArrayList<Long>();
        var counter = new Listener() {
            @Override
            public void op(Op op, List<Tensor> in, Tensor out) {
                operations.add(NativeScope.liveObjects());
            }
        };
        long before = NativeScope.liveObjects(), between, most = 0;
        try (var net = new Chain();
                var scope = new NativeScope();
                var checkpointing = Checkpointing.of(net, checkpointed);
                var listening = Ops.listen(counter)) {
            var x = Tensor.full(2, 1).requireGrad(true);
            var y = net.apply(x);
            assertEquals(LAYERS, operations.size());
            between = NativeScope.liveObjects() - before;
            checkpointing.backward(y);
            assertEquals(checkpointed ? 2 * LAYERS : LAYERS, operations.size());
            for (long live : operations.subList(LAYERS, operations.size())) most = Math.max(most, live - before);
            assertEquals(1, x.grad().item());
        }
        assertEquals(before, NativeScope.liveObjects());
        return new long[] {between, most};
    }

    /** Ten segments of ten: ten boundaries with their places in the random numbers, then one segment besides. */
    @Test
    void liveTensors_areOfTheOrderOfTheSquareRootOfTheLayers() {
        liveTensors(true); // constants are made once
        long plain = liveTensors(false)[0];
        var checkpointed = liveTensors(true);
        assertTrue(plain >= LAYERS, () -> plain + " without");
        assertTrue(checkpointed[0] <= 0.35 * LAYERS, () -> checkpointed[0] + " after the forward pass");
        assertTrue(checkpointed[1] <= 0.5 * LAYERS, () -> checkpointed[1] + " in the backward pass");
    }

    /** Frozen layers below the trained ones are run once: nothing asks for their gradients. */
    @Test
    void layersBelowAllThatLearns_areNotRunAgain() {
        var operations = new ArrayList<Op>();
        var listener = new Listener() {
            @Override
            public void op(Op op, List<Tensor> in, Tensor out) {
                operations.add(op);
            }
        };
        try (var scope = new NativeScope();
                var net = new Chain();
                var checkpointing = Checkpointing.of(net, true);
                var listening = Ops.listen(listener)) {
            var weight = Tensor.full(3, 1).requireGrad(true);
            checkpointing.backward(Ops.mul(net.apply(Tensor.full(2, 1)), weight));
            assertEquals(2, weight.grad().item());
            assertEquals(LAYERS + 1, operations.size());
        }
    }
}
