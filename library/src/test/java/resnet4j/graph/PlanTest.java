package resnet4j.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.DType;
import resnet4j.model.Models;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Device;
import resnet4j.tensor.LiveObjects;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

class PlanTest {
    /** The largest difference, relative to the largest number, is at most {@code tolerance}. */
    static void assertClose(float[] expected, float[] actual, double tolerance) {
        double difference = difference(expected, actual);
        assertTrue(difference <= tolerance, difference + " is more than " + tolerance);
    }

    private static double difference(float[] expected, float[] actual) {
        assertEquals(expected.length, actual.length);
        double largest = 0, difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
        }
        return difference / largest;
    }

    private static void assertPlanIsEager(String name, int size) {
        Ops.seed(1);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.create(name, 7)) {
            TameWeights.fill(net);
            net.train(false);
            // Another batch size than compiled for, in the memory order of plans: another takes sums in another order,
            // in which BiT's ResNet-101 is 1.1e-4 from itself.
            var images = Tensor.randn(2, 3, size, size).channelsLast();
            var expected = net.apply(images).toFloats();
            float[] rounded;
            try (var bf16 = Ops.precision(Precision.BF16)) {
                rounded = net.apply(images).to(DType.F32).toFloats();
            }
            try (var plan = Plan.compile(net, Precision.FP32, 1, 3, size, size);
                    var half = Plan.compile(net, Precision.BF16, 1, 3, size, size)) {
                assertClose(expected, plan.run(images).toFloats(), 1e-4);
                // 8 bits per number, through all layers: the same network is 0.11 from itself in fp32, as a plan or not
                var actual = half.run(images).toFloats();
                assertClose(difference(expected, rounded) <= 0.05 ? expected : rounded, actual, 0.05);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "plain20", "resnet18", "resnext50_32x4d"})
    void plan_isTheEagerNet(String name) {
        assertPlanIsEager(name, Math.min(96, Models.get(name).inputSize()));
    }

    static List<String> all() {
        return Models.all().stream().map(Models.Entry::name).toList();
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("all")
    void plan_isTheEagerNet_inEveryModel(String name) {
        assertPlanIsEager(name, Models.get(name).inputSize());
    }

    /** Sums where the residual is needed again, is the convolution's own input, or shares memory with a later value. */
    @Test
    void residualsThatAreStillNeeded_areNotOverwritten() {
        Ops.seed(2);
        try (var scope = new NativeScope();
                var a = Conv2d.of(4, 4, 3);
                var b = Conv2d.of(4, 4, 3)) {
            class Net extends Layer {
                Net() {
                    child("a", a);
                    child("b", b);
                }

                @Override
                protected Tensor forward(Tensor x) {
                    var y = Ops.add(b.apply(a.apply(x)), x); // x is the caller's
                    var z = Ops.add(a.apply(y), y); // y is read by the convolution that y is added to
                    var flat = Ops.flatten(z, 1); // z's memory
                    var last = Ops.add(b.apply(y), z);
                    return Ops.add(flat, Ops.flatten(last, 1));
                }
            }
            var net = new Net();
            for (var precision : Precision.values())
                try (var plan = Plan.compile(net, precision, 2, 4, 5, 5);
                        var noGrad = Ops.noGrad()) {
                    var x = Tensor.randn(2, 4, 5, 5).channelsLast();
                    var before = x.toFloats();
                    assertClose(
                            net.apply(x).toFloats(), plan.run(x).toFloats(), precision == Precision.FP32 ? 1e-5 : 0.02);
                    assertArrayEquals(before, x.toFloats());
                }
        }
    }

    /** Only what oneDNN computes takes in what follows it: a kernel made of the image is libtorch's, and a sum with a constant. */
    @Test
    void convolutionsThatAreNotOneDnns_areFollowedByWhatFollowsThem() {
        Ops.seed(2);
        class Net extends Layer {
            private final Layer conv = child("conv", Conv2d.of(4, 4, 3));
            private final Tensor pattern = buffer("pattern", Tensor.randn(1, 4, 5, 5));

            @Override
            protected Tensor forward(Tensor x) {
                var kernel = Ops.reshape(Ops.slice(x, 0, 0, 1, 1), 4, 1, 5, 5);
                var y = Ops.relu(Ops.run(new Op.Conv2d(Size.of(1), Size.of(2), Size.of(1), 4), x, kernel, null));
                return Ops.relu(Ops.add(conv.apply(y), pattern));
            }
        }
        try (var scope = new NativeScope();
                var net = new Net();
                var noGrad = Ops.noGrad()) {
            for (int n : new int[] {1, 3})
                try (var plan = Plan.compile(net, Precision.FP32, n, 4, 5, 5)) {
                    var x = Tensor.randn(3, 4, 5, 5).channelsLast();
                    assertClose(net.apply(x).toFloats(), plan.run(x).toFloats(), 1e-5);
                }
        }
    }

    static List<UnaryOperator<Tensor>> activations() {
        return List.of(Ops::relu, Ops::relu6, Ops::sigmoid, Ops::tanh, Ops::silu, Ops::gelu);
    }

    @ParameterizedTest
    @MethodSource("activations")
    void activationsAfterConvolutions_areOneCallWithThem(UnaryOperator<Tensor> activation) {
        Ops.seed(2);
        try (var scope = new NativeScope();
                var net = new Sequential(Conv2d.biased(3, 8, 3, 2), new Lambda(activation), new Linear(3, 4));
                var plan = Plan.compile(net, Precision.FP32, 1, 3, 6, 6)) {
            var images = Tensor.randn(2, 3, 6, 6);
            assertClose(
                    net.apply(Ops.affine(images, 5, 0)).toFloats(),
                    plan.run(Ops.affine(images, 5, 0)).toFloats(),
                    1e-5);
            var text = plan.describe();
            assertTrue(text.contains("2 calls of oneDNN, 0 of libtorch\n"), text);
        }
    }

    @Test
    void whatOneDnnLacks_isLeftToLibtorch_andDescribed() {
        Ops.seed(2);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = new Sequential(
                        Norm.BATCH.of(3),
                        Lambda.relu(),
                        Conv2d.of(3, 8, 3),
                        new Lambda(Ops::gelu),
                        new Norm.Group(2, 1e-5).of(8),
                        new Lambda(x -> Ops.slice(x, 2, 0, 4, 2)),
                        new Lambda(Ops::globalAvgPool));
                var plan = Plan.compile(net, Precision.FP32, 1, 3, 6, 6);
                var half = Plan.compile(net, Precision.BF16, 1, 3, 6, 6)) {
            net.train(false);
            var images = Tensor.randn(2, 3, 6, 6);
            assertClose(net.apply(images).toFloats(), plan.run(images).toFloats(), 1e-5);
            assertClose(net.apply(images).toFloats(), half.run(images).toFloats(), 0.02);
            assertEquals(Precision.BF16.on(Device.CPU), half.precision());
            boolean bf16 = half.precision() == Precision.BF16; // else, where the processor lacks it, fp32
            var text = half.describe();
            assertTrue(
                    text.startsWith("plan in " + (bf16 ? "bf16" : "fp32")
                            + " for images [1, 3, 6, 6]: 2 calls of oneDNN, 5 of libtorch\n"),
                    text);
            assertTrue(text.contains("\nlibtorch " + (bf16 ? "BF16" : "F32") + " in place: 1.relu[1, 3, 6, 6]"), text);
            assertTrue(text.contains("\nlibtorch F32: 4.group_norm"), text); // after the last convolution
        }
    }

    /** Factors are rounded, 1.001 to 1, and their sum is not: 257 lies between two numbers of bfloat16. */
    @Test
    void productsThatAreOutputs_multiplyInHalfPrecision_andKeepTheirSums() {
        try (var scope = new NativeScope();
                var net = new Sequential(Conv2d.of(1, 2, 1), Lambda.relu(), Conv2d.of(2, 1, 1))) {
            net.state().get("0.weight").set(Tensor.of(new float[] {2, 1 / 128f}, 2, 1, 1, 1));
            net.state().get("2.weight").set(Tensor.of(new float[] {1.001f, 1.001f}, 1, 2, 1, 1));
            net.train(false);
            var images = Tensor.of(new float[] {128, -3, 1, 64}, 1, 1, 2, 2);
            try (var plan = Plan.compile(net, Precision.BF16, 1, 1, 2, 2)) {
                boolean half = plan.precision() == Precision.BF16;
                double factor = half ? 1 : 1.001;
                var expected =
                        new float[] {(float) (257 * factor), 0, (float) (2.0078125 * factor), (float) (128.5 * factor)};
                assertArrayEquals(expected, plan.run(images).toFloats(), 1e-4f);
                var last = plan.calls().get(plan.calls().size() - 1);
                assertEquals(half ? DType.BF16 : DType.F32, last.type(), plan.describe());
                assertEquals(DType.F32, last.result(), plan.describe());
            }
        }
    }

    /** Of what a segmentation network's head takes the means are given, and the maps computed in half precision. */
    @Test
    void features_ofMapsDoNotKeepTheirConvolutionIn32Bits() {
        try (var scope = new NativeScope();
                var net = Models.get("unet_resnet18").architecture().build()) {
            net.train(false);
            var images = Tensor.randn(2, 3, 64, 64);
            var expected = Ops.globalAvgPool(net.features(images)).toFloats();
            try (var plan = Plan.consume(net, Precision.BF16, true, 1, 3, 64, 64)) {
                var features = plan.run(Map.of(Tracer.INPUT, images)).get(Inference.FEATURES);
                assertArrayEquals(new long[] {2, 16}, features.shape());
                assertClose(expected, features.toFloats(), 0.02); // roundings of 1 in 256, averaged
                var convolutions = plan.calls().stream()
                        .filter(call -> call.engine().equals("oneDNN")
                                && call.operation().contains("[1, 16, 64, 64] ="))
                        .toList();
                assertEquals(2, convolutions.size(), plan.describe());
                if (plan.precision() == Precision.BF16)
                    for (var call : convolutions) assertEquals(DType.BF16, call.result(), plan.describe());
            }
        }
    }

    /** In ResNeXt convolutions are grouped, in GoogLeNet values have several uses. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "resnext50_32x4d", "googlenet"})
    void consume_givesTheSamePlanToTheBit_andFreesTheNetsWeights(String name) {
        long side = Math.min(64, Models.get(name).inputSize());
        try (var scope = new NativeScope();
                var net = Models.create(name, 7)) {
            TameWeights.fill(net);
            var images = Tensor.rand(2, 3, side, side);
            float[] expected;
            try (var plan = Plan.compile(net, Precision.FP32, 1, 3, side, side)) {
                expected = plan.run(images).toFloats();
            }
            try (var plan = Plan.consume(net, Precision.FP32, false, 1, 3, side, side)) {
                assertArrayEquals(expected, plan.run(images).toFloats());
            }
        }
    }

    @Test
    void planOutlivesItsNet() {
        try (var scope = new NativeScope()) {
            var images = Tensor.zeros(1, 3, 32, 32);
            Plan plan;
            float[] expected;
            try (var net = Models.create("resnet20", 10)) {
                plan = Plan.compile(net, Precision.FP32, 1, 3, 32, 32);
                expected = plan.run(images).toFloats();
            }
            try (plan) {
                assertArrayEquals(expected, plan.run(images).toFloats());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"resnet20", "resnet18", "densenet121", "squeezenet1_1", "res2net50_26w_4s", "unet_resnet18"})
    void imagesOfOtherSizes_giveTheNetsAnswers(String name) {
        Ops.seed(1);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.create(name, 7);
                var plan = Plan.compile(net, Precision.FP32, 1, 3, 64, 64)) {
            net.train(false);
            for (int height : new int[] {64, 96, 129}) {
                var images = Tensor.randn(2, 3, height, 80).channelsLast();
                assertClose(net.apply(images).toFloats(), plan.run(images).toFloats(), 1e-4);
            }
        }
    }

    /** A U-Net's decoder: five times a map is enlarged, four times it is joined with the encoder's. */
    @Test
    void enlargingAndJoining_areOneCallWithTheConvolutionAfterThem() {
        var text = "";
        try (var scope = new NativeScope();
                var net = Models.create("unet_resnet18", 7);
                var plan = Plan.compile(net, Precision.FP32, 1, 3, 64, 96)) {
            text = plan.describe();
        }
        assertEquals(
                5,
                text.lines()
                        .filter(call -> call.contains("enlarged to the last"))
                        .count(),
                text);
        assertTrue(!text.contains("upsample") && !text.contains("cat"), text);
        assertPlanIsEager("unet_resnet18", 96);
    }

    @Test
    void sizesThatANetworkWorkedOutItself_areRefused() {
        try (var scope = new NativeScope();
                var head = new Linear(3 * 4 * 4, 2);
                var flattening = new Sequential(new Lambda(x -> Ops.flatten(x, 1)), head);
                var cropping = new Lambda(x -> Ops.slice(x, 2, 0, x.size(2) / 2, 1))) {
            for (var net : List.of(flattening, cropping))
                try (var plan = Plan.compile(net, Precision.FP32, 1, 3, 4, 4)) {
                    plan.run(Tensor.zeros(2, 3, 4, 4));
                    var e = assertThrows(IllegalArgumentException.class, () -> plan.run(Tensor.zeros(1, 3, 6, 4)));
                    assertTrue(e.getMessage().contains("trace it anew for this size"), e::getMessage);
                }
        }
    }

    @Test
    void closedPlan_refuses_andClosingAgainDoesNothing() {
        try (var scope = new NativeScope();
                var net = new Linear(3, 2)) {
            var plan = Plan.compile(net, Precision.FP32, 1, 3);
            plan.close();
            plan.close();
            var e = assertThrows(IllegalStateException.class, () -> plan.run(Tensor.zeros(1, 3)));
            assertTrue(e.getMessage().contains("closed"), e::getMessage);
        }
    }

    @Test
    void fourThreadsShareAPlan_withEqualResultsAndFlatMemory() throws Exception {
        assertPlanIsEager("resnet20", 32); // makes what lives as long as the process
        long atStart = LiveObjects.settled();
        try (var net = Models.create("resnet20", 10);
                var plan = Plan.compile(net, Precision.BF16, 1, 3, 32, 32)) {
            var pool = Executors.newFixedThreadPool(4);
            try {
                long afterFirst = 0;
                float[] first = run(plan, 0);
                for (int round = 0; round < 5; round++) {
                    var results = pool.invokeAll(IntStream.range(0, 40)
                            .mapToObj(i -> (Callable<float[]>) () -> run(plan, i % 3))
                            .toList());
                    for (int i = 0; i < 40; i += 3)
                        assertArrayEquals(first, results.get(i).get(), 0);
                    if (round == 0) afterFirst = NativeScope.liveObjects();
                }
                assertEquals(afterFirst, NativeScope.liveObjects());
            } finally {
                pool.shutdown();
            }
        }
        assertEquals(atStart, NativeScope.liveObjects());
    }

    private static float[] run(Plan plan, int value) {
        try (var scope = new NativeScope()) {
            return plan.run(Tensor.full(value, 1, 3, 32, 32)).toFloats();
        }
    }
}
