package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class OptimizerTest {
    private static final float[] START = {0.5f, -1.25f, 2, 0.1f, -0.7f, 3};
    private static final float[] GRADIENT = {0.3f, -0.2f, 0.05f, 1, -4, 0};

    private final Map<String, Tensor> parameters = new LinkedHashMap<>();

    private Tensor parameter(String name, float[] values, long... shape) {
        try (var scope = new NativeScope()) {
            var tensor = Tensor.of(values, shape).own();
            parameters.put(name, tensor);
            return tensor;
        }
    }

    @AfterEach
    void free() {
        parameters.values().forEach(Tensor::close);
    }

    /** Makes {@code values} the gradient, as the slope of sum(weight * values). */
    private static void gradient(Tensor weight, float... values) {
        var direction = Tensor.of(values, weight.shape());
        Ops.sum(Ops.reshape(Ops.mul(weight, direction), -1), List.of(0), false).backward();
    }

    private static float[] threeSteps(Tensor weight, Optimizer optimizer) {
        for (int k = 1; k <= 3; k++)
            try (var scope = new NativeScope()) {
                var values = GRADIENT.clone();
                for (int i = 0; i < values.length; i++) values[i] = values[i] * k - 0.1f;
                gradient(weight, values);
                optimizer.step(0.1);
            }
        return weight.toFloats();
    }

    // torch 2.10:
    //   w = torch.tensor([[0.5, -1.25, 2.0], [0.1, -0.7, 3.0]], requires_grad=True)
    //   optimizer = torch.optim....([w], lr=0.1, weight_decay=0.01, ...)
    //   for k in range(3):
    //       w.grad = torch.tensor([[0.3, -0.2, 0.05], [1.0, -4.0, 0.0]]) * (k + 1) - 0.1
    //       optimizer.step()
    static Stream<Arguments> torch() {
        return Stream.of(
                // SGD(momentum=0.9), with nesterov=True, and with momentum=0
                Arguments.of(
                        new Optim.Sgd(1, 0.9, false, 0.01, true),
                        new float[] {0.268123388f, -0.996857405f, 1.99732053f, -0.79492861f, 3.16165638f, 3.03923631f}),
                Arguments.of(
                        new Optim.Sgd(1, 0.9, true, 0.01, true),
                        new float[] {0.140088782f, -0.868775308f, 1.99157333f, -1.27460134f, 5.20257139f, 3.05624557f}),
                Arguments.of(
                        new Optim.Sgd(1, 0, false, 0.01, true),
                        new float[] {0.348591477f, -1.09636366f, 1.99399602f, -0.469929814f, 1.73046851f, 3.02097893f}),
                // Adam(betas=(0.8, 0.99), eps=1e-6), and AdamW of the same
                Arguments.of(new Optim.Adam(1, 0.8, 0.99, 1e-6, 0.01, true), new float[] {
                    0.206154048f, -0.949761331f, 2.0456686f, -0.196490735f, -0.402426213f, 3.29970551f
                }),
                Arguments.of(new Optim.AdamW(1, 0.8, 0.99, 1e-6, 0.01, true), new float[] {
                    0.205244929f, -0.946537018f, 2.13868237f, -0.196474269f, -0.400642037f, 3.29070592f
                }));
    }

    @ParameterizedTest
    @MethodSource("torch")
    void threeSteps_areTorchs(Optim optim, float[] expected) {
        var weight = parameter("w", START, 2, 3);
        try (var optimizer = new Optimizer(optim, parameters)) {
            // a few roundings of float32 in another order
            assertArrayEquals(expected, threeSteps(weight, optimizer), 1e-6f);
        }
    }

    @ParameterizedTest
    @MethodSource("torch")
    void state_goesOnWhereItWas(Optim optim, float[] expected) {
        var weight = parameter("w", START, 2, 3);
        try (var whole = new Optimizer(optim, parameters);
                var second = new Optimizer(optim, parameters);
                var scope = new NativeScope()) {
            gradient(weight, 1, 2, 3, 4, 5, 6);
            whole.step(0.1);
            var kept = weight.copy();
            var state = new LinkedHashMap<String, Tensor>();
            whole.state().forEach((name, t) -> state.put(name, t.copy()));
            var once = threeSteps(weight, whole);

            weight.set(kept);
            assertEquals(state.keySet(), second.state().keySet());
            second.state().forEach((name, t) -> t.set(state.get(name)));
            assertArrayEquals(once, threeSteps(weight, second));
        }
    }

    @Test
    void decay_leavesNormsAndBiasesOut() {
        var matrix = parameter("fc.weight", new float[] {2, 2}, 2, 1);
        var bias = parameter("fc.bias", new float[] {2, 2}, 2);
        try (var optimizer = new Optimizer(new Optim.Sgd(1, 0, false, 0.5, false), parameters);
                var scope = new NativeScope()) {
            gradient(matrix, 1, 0);
            gradient(bias, 1, 0);
            optimizer.step(0.1);
        }
        assertArrayEquals(new float[] {1.8f, 1.9f}, matrix.toFloats(), 1e-6f); // 2 - 0.1 * (gradient + 0.5 * 2)
        assertArrayEquals(new float[] {1.9f, 2}, bias.toFloats(), 1e-6f); // 2 - 0.1 * gradient
    }

    @Test
    void lrScale_isEachWeightsShareAndZeroLeavesItAlone() {
        var fast = parameter("fast", new float[] {1}, 1);
        var slow = parameter("slow", new float[] {1}, 1);
        var still = parameter("still", new float[] {1}, 1);
        var shares = Map.of("fast", 1.0, "slow", 0.25, "still", 0.0);
        try (var optimizer = new Optimizer(new Optim.Sgd(1, 0.9, false, 0.5, false), parameters);
                var scope = new NativeScope()) {
            optimizer.scaleRates(shares::get);
            assertFalse(still.requiresGrad());
            gradient(fast, 1);
            gradient(slow, 1);
            optimizer.step(0.1);
            assertEquals(2, optimizer.weights().size());

            optimizer.scaleRates(name -> 1);
            gradient(still, 1);
            optimizer.step(0.1);
        }
        assertArrayEquals(new float[] {0.9f}, fast.toFloats(), 1e-7f);
        assertArrayEquals(new float[] {0.975f}, slow.toFloats(), 1e-7f);
        assertArrayEquals(new float[] {0.9f}, still.toFloats(), 1e-7f); // by its own first step alone
    }

    @Test
    void step_forgetsGradientsAndSkipsWeightsWithoutOne() {
        var used = parameter("used", new float[] {1}, 1);
        var unused = parameter("unused", new float[] {1}, 1);
        try (var optimizer = new Optimizer(new Optim.AdamW(), parameters);
                var scope = new NativeScope()) {
            gradient(used, 1);
            optimizer.step(0.1);
            assertNull(used.grad());
            assertEquals(1, optimizer.state().get("count.used").item());
            assertEquals(0, optimizer.state().get("count.unused").item());
        }
        assertArrayEquals(new float[] {1}, unused.toFloats()); // not even decayed, as in torch
    }

    @Test
    void close_freesWhatIsRemembered() {
        parameter("w", START, 2, 3);
        long before = LiveObjects.settled();
        new Optimizer(new Optim.AdamW(), parameters).close();
        assertEquals(before, NativeScope.liveObjects());
    }

    @Test
    void impossibleOptions_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Optim.Sgd(0, 0.9, false, 0, true));
        assertThrows(IllegalArgumentException.class, () -> new Optim.Sgd(Double.NaN, 0.9, false, 0, true));
        assertThrows(IllegalArgumentException.class, () -> new Optim.Sgd(0.1, 1, false, 0, true));
        assertThrows(IllegalArgumentException.class, () -> new Optim.Sgd(0.1, 0, true, 0, true));
        assertThrows(IllegalArgumentException.class, () -> new Optim.Adam(0.1, 0.9, 1, 1e-8, 0, true));
        assertThrows(IllegalArgumentException.class, () -> new Optim.AdamW(0.1, 0.9, 0.9, 1e-8, -1, true));
        assertThrows(IllegalArgumentException.class, () -> new Optim.AdamW(0.1, 0.9, 0.9, -1, 0, true));
        assertThrows(
                IllegalArgumentException.class, () -> new Optim.Sgd(0.1, 0.9, false, Double.POSITIVE_INFINITY, true));
    }
}
