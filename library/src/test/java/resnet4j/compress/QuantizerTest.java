package resnet4j.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.DType;
import resnet4j.export.OnnxCheck;
import resnet4j.export.OnnxExport;
import resnet4j.graph.Graph;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.tensor.Fill;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

class QuantizerTest {
    @TempDir
    private Path folder;

    private final List<ClassificationNet> nets = new ArrayList<>();

    @AfterEach
    void close() {
        nets.forEach(ClassificationNet::close);
    }

    /** Open until the test ends. */
    private ClassificationNet resnet20() {
        Ops.seed(3);
        nets.add(Models.create("resnet20", 10));
        return nets.get(nets.size() - 1);
    }

    private Graph quantized(Range range, Set<String> kept) {
        var net = resnet20();
        var quantizer = new Quantizer(Tracer.trace(net, 1, 3, 32, 32), kept);
        quantizer.observe(Tensor.randn(8, 3, 32, 32));
        return quantizer.quantize(range);
    }

    private static double difference(float[] expected, float[] actual) {
        double change = 0, all = 0;
        for (int i = 0; i < expected.length; i++) {
            change += Math.pow(actual[i] - expected[i], 2);
            all += Math.pow(expected[i], 2);
        }
        return Math.sqrt(change / all);
    }

    /** ONNX's QuantizeLinear and DequantizeLinear, by hand: halves to even, cut off at both ends. */
    @Test
    void numbers_areRoundedAndCutOff() {
        try (var scope = new NativeScope()) {
            var x = Tensor.of(new float[] {-200, -0.75f, -0.25f, 0, 0.25f, 0.75f, 1.25f, 63.5f, 500}, 9);
            var half = Tensor.of(new float[] {0.5f}, 1);
            var signed = new Op.Quantize(DType.I8).apply(List.of(x, half));
            assertArrayEquals(new long[] {-128, -2, 0, 0, 0, 2, 2, 127, 127}, signed.toLongs());
            var unsigned = new Op.Quantize(DType.U8).apply(List.of(x, half));
            assertArrayEquals(new long[] {0, 0, 0, 0, 0, 2, 2, 127, 255}, unsigned.toLongs());
            var rows = new Op.Dequantize()
                    .apply(List.of(
                            Tensor.of(new long[] {1, -2, 3, -4}, 2, 2).to(DType.I8),
                            Tensor.of(new float[] {0.5f, 2}, 2)));
            assertArrayEquals(new float[] {0.5f, -1, 6, -8}, rows.toFloats());
        }
    }

    @ParameterizedTest
    @EnumSource
    void eightBits_stayNearTheFloats(Range range) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var net = resnet20();
            net.train(false);
            var images = Tensor.randn(4, 3, 32, 32);
            var expected = net.apply(images).toFloats();
            var graph = quantized(range, Set.of());
            double difference = difference(expected, graph.run(images).toFloats());
            // 19 layers, each with steps of about 1/127 of the largest number of it
            assertTrue(difference < 0.15, difference + " by " + range);
            assertTrue(difference > 1e-5, "nothing is rounded");
            long whole = graph.constants().values().stream()
                    .filter(t -> t.dtype() == DType.I8)
                    .count();
            assertEquals(20, whole);
        }
    }

    private static void save(Graph graph, Path file) throws IOException {
        try (var net = Quantizer.network(graph)) {
            var names = IntStream.range(0, 10).mapToObj(i -> "c" + i).toList();
            new ModelFile("small", net.architecture(), Preprocess.imagenet(), names, Map.of(), "", Map.of())
                    .save(file, net);
        }
    }

    @Test
    void savedAndOpened_itGivesTheSameBits_andIsAQuarterAsLarge() throws Exception {
        try (var scope = new NativeScope()) {
            var graph = quantized(Range.MSE, Set.of());
            var images = Tensor.randn(3, 3, 32, 32);
            var file = folder.resolve("small.safetensors");
            save(graph, file);
            try (var opened = ModelFile.open(file);
                    var noGrad = Ops.noGrad()) {
                opened.net().train(false);
                assertArrayEquals(
                        graph.run(images).toFloats(), opened.net().apply(images).toFloats());
                try (var plan = Plan.compile(opened.net(), Precision.FP32, 1, 3, 32, 32)) {
                    double difference = difference(
                            graph.run(images).toFloats(), plan.run(images).toFloats());
                    // Sums of floats may round to the next step. Without VNNI weights may have steps twice as wide:
                    // with
                    // the largest of bell-shaped ones at 2.8 deviations that is an error of 2 * 2.8 / 127 / sqrt(12),
                    // 1.3 % a layer, and 5.5 % in 19 layers if none is lost on the way; by chance half as much again.
                    assertTrue(difference < (OneDnn.eightBitsInHardware() ? 0.02 : 0.08), difference + "");
                }
            }
            var weights = resnet4j.weights.WeightFile.read(file).tensors();
            assertTrue(
                    weights.values().stream().filter(t -> t.dtype() == DType.I8).count() == 20);
            assertTrue(Files.size(file) < 270_000 * 4 / 2, Files.size(file) + " bytes");
        }
    }

    /** Layers in any order: residuals with and without a projection, activations before and after, pooled and joined. */
    private static final class Any extends Layer {
        private final Random random;
        private final List<UnaryOperator<Tensor>> steps = new ArrayList<>();
        private int channels = 3, layers;

        Any(int seed) {
            random = new Random(seed);
            steps.add(product(12, 3, 1));
            for (int i = 0; i < 3; i++) {
                steps.add(activation());
                steps.add(block());
                if (random.nextInt(3) == 0) steps.add(x -> Ops.maxPool2d(x, 3, 1, 1));
            }
            var fc = child("fc", new Linear(channels, 10));
            steps.add(x -> fc.apply(Ops.globalAvgPool(x)));
        }

        private UnaryOperator<Tensor> product(int out, int kernel, int stride) {
            var conv = child("conv" + ++layers, Conv2d.of(channels, out, kernel, stride));
            var norm = child("bn" + layers, Norm.BATCH.of(out));
            channels = out;
            return x -> norm.apply(conv.apply(x));
        }

        private UnaryOperator<Tensor> activation() {
            return List.<UnaryOperator<Tensor>>of(Ops::relu, Ops::relu6, Ops::silu, x -> x)
                    .get(random.nextInt(4));
        }

        private UnaryOperator<Tensor> block() {
            int in = channels, out = in + 4 * random.nextInt(2), stride = 1 + random.nextInt(2);
            var a = product(out, 3, stride);
            var between = activation();
            var b = product(out, 3, 1);
            channels = in;
            UnaryOperator<Tensor> around = in == out && stride == 1 ? x -> x : product(out, 1, stride);
            channels = out;
            if (random.nextInt(3) > 0) return x -> Ops.add(b.apply(between.apply(a.apply(x))), around.apply(x));
            channels = 2 * out;
            return x -> Ops.cat(List.of(between.apply(a.apply(x)), around.apply(x)), 1);
        }

        @Override
        protected Tensor forward(Tensor x) {
            for (var step : steps) x = step.apply(x);
            return x;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void anyNetworkOfResidualBlocks_savedAndOpened_givesTheSameBits(int seed) throws Exception {
        Ops.seed(seed);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = new Any(seed)) {
            var quantizer = new Quantizer(Tracer.trace(net, 1, 3, 16, 16), Set.of());
            quantizer.observe(Tensor.randn(8, 3, 16, 16));
            var graph = quantizer.quantize(Range.values()[seed % 4]);
            var file = folder.resolve("any.safetensors");
            save(graph, file);
            var images = Tensor.randn(3, 3, 20, 16);
            try (var opened = ModelFile.open(file);
                    var plan = Plan.compile(graph, Precision.FP32);
                    var again = Plan.compile(opened.net(), Precision.FP32, 1, 3, 16, 16)) {
                opened.net().train(false);
                assertArrayEquals(
                        graph.run(images).toFloats(), opened.net().apply(images).toFloats());
                assertArrayEquals(plan.run(images).toFloats(), again.run(images).toFloats());
            }
        }
    }

    @Test
    void onnxRuntime_givesTheSame() throws Exception {
        try (var scope = new NativeScope()) {
            var graph = quantized(Range.MINMAX, Set.of());
            var file = folder.resolve("small.onnx");
            OnnxExport.write(graph, file, "small");
            var check = OnnxCheck.of(file, graph, Tensor.randn(8, 3, 32, 32));
            // its sums are of whole numbers and ours of floats: a number may round to the next step
            assertTrue(check.relative() < 0.05, check::toString);
            assertTrue(Files.size(file) < 270_000 * 4 / 2, Files.size(file) + " bytes");
        }
    }

    @Test
    void keptLayers_stayInFloats_andAWrongNameIsRefused() {
        try (var scope = new NativeScope()) {
            var graph = quantized(Range.PERCENTILE, Set.of("conv1"));
            assertEquals(
                    19,
                    graph.constants().values().stream()
                            .filter(t -> t.dtype() == DType.I8)
                            .count());
            var e = assertThrows(IllegalArgumentException.class, () -> quantized(Range.MSE, Set.of("conv9")));
            assertTrue(e.getMessage().contains("conv9"), e.getMessage());
        }
    }

    /** Of the last layer, whose results nobody looks at: earlier ones are found in the pictures' values. */
    @Test
    void weightsThatAreNoNumbers_areRefused() {
        try (var scope = new NativeScope()) {
            var net = resnet20();
            var quantizer = new Quantizer(Tracer.trace(net, 1, 3, 32, 32), Set.of());
            quantizer.observe(Tensor.randn(1, 3, 32, 32));
            Fill.normal(net.state().get("fc.weight"), Double.POSITIVE_INFINITY, 1);
            var e = assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(Range.MINMAX));
            assertTrue(e.getMessage().contains("fc.weight"), e.getMessage());
        }
    }

    @Test
    void histograms_widen_andFindTheirQuantile() {
        var histogram = new Histogram();
        var small = new float[999];
        java.util.Arrays.fill(small, 1);
        histogram.add(small);
        histogram.add(new float[] {-100});
        assertEquals(100, histogram.largest());
        assertTrue(histogram.negative());
        assertEquals(1, histogram.quantile(0.99), 0.1); // a bin is 0.0625 wide
        assertTrue(Range.PERCENTILE.bound(histogram, 127) > 99);
    }

    /** Half of the numbers are the zeros of a ReLU, the others lie evenly: nothing is gained by cutting those off. */
    @Test
    void zeros_doNotNarrowTheRangeOfEntropy() {
        var numbers = new float[400_000];
        for (int i = 0; i < numbers.length / 2; i++) numbers[i] = (i + 0.5f) / (numbers.length / 2);
        var histogram = new Histogram();
        histogram.add(numbers);
        assertEquals(1, Range.ENTROPY.bound(histogram, 255), 0.01); // candidates are 1/128 apart
    }
}
