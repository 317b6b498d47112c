package resnet4j.selfsup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.config.Records;
import resnet4j.nn.Linear;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Average;
import resnet4j.train.Optim;
import resnet4j.train.Optimizer;

/** Losses, slopes and updates beside lightly's, which scripts/parity/selfsup_golden.py wrote. */
class MethodTest {
    private static JsonNode golden;

    @BeforeAll
    static void read() throws IOException {
        try (var in = MethodTest.class.getResourceAsStream("golden.json")) {
            golden = Records.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** What the Python makes too, exactly. */
    static Tensor numbers(int seed, int... shape) {
        int n = 1;
        var dims = new long[shape.length];
        for (int i = 0; i < shape.length; i++) n *= (int) (dims[i] = shape[i]);
        var values = new float[n];
        for (int i = 0; i < n; i++) {
            long k = i + 1000L * seed;
            values[i] = ((k * k * 31 + k * 7) % 97) / 64f - 0.75f;
        }
        return Tensor.of(values, dims);
    }

    static float[] floats(JsonNode array) {
        var values = new float[array.size()];
        for (int i = 0; i < values.length; i++) values[i] = (float) array.get(i).asDouble();
        return values;
    }

    private static Method method(String name) {
        return switch (name) {
            case "simClr" -> new Method.SimClr(8, 4, 0.5);
            case "barlowTwins" -> new Method.BarlowTwins(8, 4, 0.005);
            case "vicReg" -> new Method.VicReg(8, 4, 25, 25, 1);
            case "simSiam" -> new Method.SimSiam(8, 4, 2);
            case "byol" -> new Method.Byol(8, 4, 0.99);
            default -> new Dino(8, 4, 0.99, 0.1, 0.04, 0.9, 0);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"simClr", "barlowTwins", "vicReg", "simSiam", "byol", "dino"})
    void loss_andItsSlopes_equalLightlys(String name) {
        try (var scope = new NativeScope()) {
            Tensor a = numbers(1, 6, 4).requireGrad(true), b = numbers(2, 6, 4).requireGrad(true);
            var targets = List.of(numbers(3, 6, 4), numbers(4, 6, 4));
            var loss = method(name).loss(new Views(List.of(a, b), targets, Optional.of(numbers(5, 1, 4))));
            loss.backward();
            var expected = golden.get(name);
            double value = expected.get("loss").asDouble();
            assertEquals(value, loss.item(), 1e-5 * Math.max(1, Math.abs(value))); // sums in another order
            assertArrayEquals(floats(expected.get("slopes").get(0)), a.grad().toFloats(), 1e-5f);
            assertArrayEquals(floats(expected.get("slopes").get(1)), b.grad().toFloats(), 1e-5f);
        }
    }

    /** Two more views, which the student alone sees. */
    @Test
    void dinosCrops_areToldAsLightlyTellsThem() {
        try (var scope = new NativeScope()) {
            var online = List.of(
                    numbers(1, 6, 4).requireGrad(true),
                    numbers(2, 6, 4).requireGrad(true),
                    numbers(10, 6, 4).requireGrad(true),
                    numbers(11, 6, 4).requireGrad(true));
            var targets = List.of(numbers(3, 6, 4), numbers(4, 6, 4));
            var dino = new Dino(8, 4, 0.99, 0.1, 0.04, 0.9, 2);
            assertEquals(4, dino.views());
            var loss = dino.loss(new Views(online, targets, Optional.of(numbers(5, 1, 4))));
            loss.backward();
            var expected = golden.get("dinoCrops");
            assertEquals(expected.get("loss").asDouble(), loss.item(), 1e-4); // of about 7
            for (int i = 0; i < 4; i++)
                assertArrayEquals(
                        floats(expected.get("slopes").get(i)),
                        online.get(i).grad().toFloats(),
                        1e-5f);
        }
    }

    @Test
    void centreThatStays_isNamed() {
        var e = assertThrows(IllegalArgumentException.class, () -> new Dino(8, 4, 0.99, 0.1, 0.04, 1, 0));
        assertTrue(e.getMessage().startsWith("centre: expected more than 0 and less than 1"), e.getMessage());
    }

    @Test
    void dinosCentre_followsAsLightlys() {
        try (var scope = new NativeScope();
                var memory = new Memory(numbers(5, 1, 4))) {
            method("dino").remember(memory, List.of(numbers(3, 6, 4), numbers(4, 6, 4)));
            assertArrayEquals(floats(golden.get("dinoCentre")), memory.rows().toFloats(), 1e-6f);
        }
    }

    @Test
    void moCo_after20Steps_hasLightlysEncodersAndQueue() {
        var moco = new Method.MoCo(8, 4, 0.2, 0.9, 16);
        try (var scope = new NativeScope();
                var query = new Linear(5, 4, false);
                var momentum = new Average(query, new Linear(5, 4, false));
                var memory = new Memory(Losses.unit(numbers(7, 16, 4)));
                var optimizer = new Optimizer(new Optim.Sgd(0.1, 0.9, false, 0, true), query.parameters())) {
            query.weight().set(numbers(6, 4, 5));
            momentum.follow(0);
            var losses = new ArrayList<Double>();
            for (int step = 0; step < 20; step++) {
                Tensor key;
                try (var noGrad = Ops.noGrad()) {
                    key = ((Linear) momentum.net()).apply(numbers(100 + step, 6, 5));
                }
                var online = query.apply(numbers(200 + step, 6, 5));
                var loss = moco.loss(new Views(List.of(online), List.of(key), Optional.of(memory.rows())));
                losses.add(loss.item());
                loss.backward();
                optimizer.step(0.1);
                momentum.follow(moco.momentum(0));
                moco.remember(memory, List.of(key));
            }
            var expected = golden.get("moCo");
            for (int step = 0; step < 20; step++)
                assertEquals(expected.get("losses").get(step).asDouble(), losses.get(step), 1e-5, "step " + step);
            assertArrayEquals(floats(expected.get("query")), query.weight().toFloats(), 1e-5f);
            assertArrayEquals(
                    floats(expected.get("key")),
                    ((Linear) momentum.net()).weight().toFloats(),
                    1e-5f);
            assertArrayEquals(floats(expected.get("queue")), memory.rows().toFloats(), 1e-5f);
        }
    }

    @Test
    void lars_movesWeightsAsLightlys() {
        try (var scope = new NativeScope()) {
            Tensor matrix = numbers(8, 4, 5).requireGrad(true),
                    vector = numbers(9, 4).requireGrad(true);
            try (var optimizer = new Optimizer(
                    new Optim.Lars(0.5, 0.9, 1e-3, 1e-2, false), Map.of("matrix", matrix, "vector", vector))) {
                for (int step = 0; step < 3; step++) {
                    var slopes = Ops.add(
                            Ops.sum(Ops.mul(matrix, numbers(20 + step, 4, 5)), List.of(0, 1), false),
                            Ops.sum(Ops.mul(vector, numbers(30 + step, 4)), List.of(0), false));
                    slopes.backward();
                    optimizer.step(0.5);
                }
            }
            assertArrayEquals(floats(golden.get("lars").get("matrix")), matrix.toFloats(), 1e-6f);
            assertArrayEquals(floats(golden.get("lars").get("vector")), vector.toFloats(), 1e-6f);
        }
    }
}
