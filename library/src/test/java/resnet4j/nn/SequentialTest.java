package resnet4j.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class SequentialTest {
    /** torch 2.10: torch.manual_seed(7); s = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1)); s(torch.randn(2, 3)) */
    @Test
    void namesAndOutput_arePyTorchs() {
        Ops.seed(7);
        try (var scope = new NativeScope();
                var net = new Sequential(new Linear(3, 2), new Lambda(Ops::tanh), new Linear(2, 1))) {
            var x = Tensor.randn(2, 3);
            assertArrayEquals(new float[] {0.4017421f, 0.5488371f}, net.apply(x).toFloats(), 1e-6f);
            assertEquals(
                    List.of("0.weight", "0.bias", "2.weight", "2.bias"),
                    List.copyOf(net.state().keySet()));
            assertArrayEquals(
                    Ops.tanh(net.layers().get(0).apply(x)).toFloats(),
                    net.first(2, x).toFloats(),
                    0);
        }
    }

    @Test
    void aClosedNet_mayBeClosedAgain() {
        long before = LiveObjects.settled();
        var net = new Sequential(new Linear(3, 2), new ConvTranspose2d(2, 1, 3, 1, 1), Norm.BATCH.of(1));
        var inner = net.layers().get(0);
        assertTrue(NativeScope.liveObjects() > before);
        inner.close();
        net.close();
        net.close();
        assertEquals(before, NativeScope.liveObjects());
    }

    @Test
    void withoutLayers_itIsTheIdentity() {
        try (var scope = new NativeScope();
                var net = new Sequential()) {
            var x = Tensor.zeros(2);
            assertSame(x, net.apply(x));
            assertSame(x, net.first(0, x));
        }
    }

    /** The caller's tensor stays; what is between layers goes at once, or with the history where gradients need it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyTheResultIsLeft(boolean gradients) {
        try (var net = new Sequential(Lambda.relu(), new Sequential(Lambda.relu()), Lambda.relu());
                var scope = new NativeScope()) {
            var x = Tensor.zeros(2).requireGrad(gradients);
            net.apply(x).close();
            long before = NativeScope.liveObjects();
            var y = net.apply(x);
            assertEquals(before + 1, NativeScope.liveObjects());
            assertArrayEquals(x.toFloats(), y.toFloats());
        }
    }

    @Test
    void listenersHearLayersInTheOrderOfTheirWork() {
        try (var scope = new NativeScope();
                var net = new Sequential(new Sequential(new Linear(3, 2)), Lambda.relu())) {
            var heard = new ArrayList<String>();
            var paths = net.paths();
            var listener = new LayerListener() {
                @Override
                public void enter(Layer layer) {
                    heard.add("<" + paths.get(layer));
                }

                @Override
                public void exit(Layer layer, Tensor out) {
                    heard.add(paths.get(layer) + ">");
                }
            };
            try (var listening = Ops.listen(listener)) {
                net.apply(Tensor.zeros(1, 3));
            }
            assertEquals(List.of("<", "<0", "<0.0", "0.0>", "0>", "<1", "1>", ">"), heard);
        }
    }

    @Test
    void twoChildrenOfOneName_areRefused() {
        final class Twice extends Net {
            Twice(Layer layer) {
                child("a", layer);
                child("a", layer);
            }
        }
        try (var layer = new Linear(1, 1)) {
            var e = assertThrows(IllegalArgumentException.class, () -> new Twice(layer));
            assertEquals("Twice has two children named a", e.getMessage());
        }
    }
}
