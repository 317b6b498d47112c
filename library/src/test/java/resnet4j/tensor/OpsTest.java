package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.DType;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Op.Size;

/** Operations and losses, values and gradients, against PyTorch's: scripts/parity/ops_golden.py. */
class OpsTest {
    private static final Map<String, Function<List<Tensor>, Tensor>> FUNCTIONS = new LinkedHashMap<>();

    private static void op(String name, Op op) {
        FUNCTIONS.put(name, in -> {
            var out = Ops.run(op, in.toArray(Tensor[]::new));
            // worked out from shapes alone
            var shapes = in.stream().map(OpsTest::shape).toList();
            assertEquals(shape(out), op.shape(shapes));
            return out;
        });
    }

    static {
        Size one = Size.of(1), two = Size.of(2), three = Size.of(3);
        op("conv2d", new Op.Conv2d(new Size(2, 1), new Size(1, 0), new Size(1, 2), 2));
        op("conv_transpose2d", new Op.ConvTranspose2d(two, one, one, one, 2));
        op("linear", new Op.Linear());
        op("matmul", new Op.Matmul());
        op("batch_norm", new Op.BatchNorm(true, 0.1, 1e-5));
        op("group_norm", new Op.GroupNorm(2, 1e-5));
        op("layer_norm", new Op.LayerNorm(1e-5));
        op("relu", new Op.Relu());
        op("clamp", new Op.Clamp(-0.5, 1));
        op("sigmoid", new Op.Sigmoid());
        op("tanh", new Op.Tanh());
        op("silu", new Op.Silu());
        op("gelu", new Op.Gelu());
        op("affine", new Op.Affine(3, -2));
        op("softmax", new Op.Softmax(1));
        op("log_softmax", new Op.LogSoftmax(1));
        op("upsample", new Op.Upsample(new Size(3, 5), Interpolation.BILINEAR));
        op("upsample nearest", new Op.Upsample(new Size(3, 5), Interpolation.NEAREST));
        op("upsample_like", new Op.UpsampleLike(Interpolation.BILINEAR));
        op("mean", new Op.Mean(List.of(2, 3), false));
        op("sum", new Op.Sum(List.of(1), true));
        op("max", new Op.Max(List.of(1, 3), false));
        op("flatten", new Op.Flatten(1));
        op("reshape", new Op.Reshape(List.of(0, -1, 2)));
        op("permute", new Op.Permute(List.of(0, 2, 3, 1)));
        op("slice", new Op.Slice(3, 1, Op.Slice.TO_THE_END, 2));
        op("pad", new Op.Pad(List.of(1, 0, 0, 2)));
        op("reflect_pad", new Op.ReflectPad(List.of(1, 1, 1, 1)));
        op("add", new Op.Add());
        op("mul", new Op.Mul());
        op("cat", new Op.Cat(1));
        op("max_pool2d", new Op.MaxPool2d(three, two, one, true));
        op("avg_pool2d", new Op.AvgPool2d(three, two, one, false, false));
        op("adaptive_avg_pool2d", new Op.AdaptiveAvgPool2d(new Size(2, 4)));
        op("gather", new Op.Gather(1));
        op("top_k", new Op.TopK(2, 3));
        op("grid_sample", new Op.GridSample());
        op("roi_align", new Op.RoiAlign(new Size(2, 3), 0.5, 2, false));
        op("roi_align aligned", new Op.RoiAlign(new Size(2, 3), 0.5, 2, true));
        op("fake_quantize learnt", new Op.FakeQuantize(DType.U8, true, 1, false));
        op("fake_quantize learnt channels", new Op.FakeQuantize(DType.I8, true, 1, false));
        op("fake_quantize", new Op.FakeQuantize(DType.U8, false, 0.01, false));
        op("fake_quantize channels", new Op.FakeQuantize(DType.I8, false, 0.01, false));
        FUNCTIONS.put("cross entropy", in -> Losses.crossEntropy(in.get(0), in.get(1), in.get(2), 0.1, 255));
        FUNCTIONS.put("smooth l1", in -> Losses.smoothL1(in.get(0), in.get(1), 0.5));
        FUNCTIONS.put("binary cross entropy", in -> Losses.binaryCrossEntropy(in.get(0), in.get(1)));
        FUNCTIONS.put("mean squared error", in -> Losses.meanSquaredError(in.get(0), in.get(1)));
    }

    private static List<Long> shape(Tensor tensor) {
        return Arrays.stream(tensor.shape()).boxed().toList();
    }

    private static JsonNode golden() throws IOException {
        return new ObjectMapper().readTree(OpsTest.class.getResourceAsStream("ops.json"));
    }

    static List<String> cases() throws IOException {
        var names = new ArrayList<String>();
        golden().fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void everyOperationAndLoss_isCompared() throws IOException {
        assertEquals(FUNCTIONS.keySet(), new HashSet<>(cases()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valuesAndGradients_arePyTorchs(String name) throws IOException {
        var expected = golden().get(name);
        try (var scope = new NativeScope()) {
            var inputs = new ArrayList<Tensor>();
            for (var in : expected.get("in")) {
                var shape = longs(in.get("shape"));
                if (in.get("whole").asBoolean()) inputs.add(Tensor.of(longs(in.get("values")), shape));
                else
                    inputs.add(Tensor.of(floats(in.get("values")), shape)
                            .requireGrad(expected.get("gradients").hasNonNull(inputs.size())));
            }
            var out = FUNCTIONS.get(name).apply(inputs);
            assertArrayEquals(longs(expected.get("shape")), out.shape());
            assertClose(floats(expected.get("out")), out);
            if (expected.get("gradients").isNull()) return;
            var weights = new float[Math.toIntExact(out.elements())];
            for (int i = 0; i < weights.length; i++) weights[i] = i + 1;
            var all = new ArrayList<Integer>();
            for (int i = 0; i < out.dim(); i++) all.add(i);
            Ops.sum(Ops.mul(out, Tensor.of(weights, out.shape())), all, false).backward();
            for (int i = 0; i < inputs.size(); i++) {
                var gradient = expected.get("gradients").get(i);
                if (!gradient.isNull())
                    assertClose(floats(gradient), inputs.get(i).grad());
            }
        }
    }

    /** To some roundings of the largest number: sums are taken in other orders. */
    private static void assertClose(float[] expected, Tensor actual) {
        float largest = 1;
        for (float value : expected) largest = Math.max(largest, Math.abs(value));
        assertArrayEquals(expected, actual.toFloats(), largest * 2e-6f);
    }

    private static float[] floats(JsonNode array) {
        var values = new float[array.size()];
        for (int i = 0; i < values.length; i++) values[i] = (float) array.get(i).asDouble();
        return values;
    }

    private static long[] longs(JsonNode array) {
        var values = new long[array.size()];
        for (int i = 0; i < values.length; i++) values[i] = array.get(i).asLong();
        return values;
    }

    /** d(x^3 y)/dx = 3 x^2 y and /dy = x^3, twice, and nothing is left behind in the tensors. */
    @Test
    void gradients_areAskedForWithoutTouchingTensors() {
        try (var scope = new NativeScope()) {
            var x = Tensor.of(new float[] {2, 3}, 2).requireGrad(true);
            var y = Tensor.of(new float[] {5, 7}, 2).requireGrad(true);
            var sum = Ops.sum(Ops.mul(Ops.mul(Ops.mul(x, x), x), y), List.of(0), false);
            for (int time = 0; time < 2; time++) {
                var gradients = Losses.gradients(sum, List.of(x, y));
                assertArrayEquals(new float[] {60, 189}, gradients.get(0).toFloats());
                assertArrayEquals(new float[] {8, 27}, gradients.get(1).toFloats());
            }
            assertEquals(null, x.grad());
            var other = Tensor.of(new float[] {1}, 1).requireGrad(true);
            assertThrows(NativeException.class, () -> Losses.gradients(sum, List.of(other)));
        }
    }

    /** PyTorch's MovingAverageMinMaxObserver: its constant is the momentum, a range is 127 or 255 steps. */
    @Test
    void scalesThatFollow_moveTowardsTheLargestNumberInTraining() {
        try (var scope = new NativeScope()) {
            var x = Tensor.of(new float[] {-5.1f, 2, 0, 1, 10.2f, -1}, 2, 3);
            var scale = Tensor.of(new float[] {0.02f}, 1);
            var moving = new Op.FakeQuantize(DType.U8, false, 0.25, false).inTraining();
            Ops.run(moving, x, scale);
            assertArrayEquals(new float[] {0.75f * 0.02f + 0.25f * 10.2f / 255}, scale.toFloats(), 1e-8f);
            var channels = Tensor.of(new float[] {1, 1}, 2);
            Ops.run(new Op.FakeQuantize(DType.I8, false, 1, true), x, channels);
            assertArrayEquals(new float[] {5.1f / 127, 10.2f / 127}, channels.toFloats(), 1e-8f);
        }
    }

    /** libtorch's own for a window with a row and a column of zeros more, and without what these add. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void transposedConvolutionsOfPieces_areThoseOfALargerWindow(boolean channelsLast) {
        try (var scope = new NativeScope()) {
            Ops.seed(1);
            var plain = Tensor.randn(2, 3, 4, 5);
            var x = (channelsLast ? plain.channelsLast() : plain).detach().requireGrad(true);
            var weight = Tensor.randn(3, 6, 2, 3).requireGrad(true);
            var bias = Tensor.randn(6).requireGrad(true);
            var weights = Tensor.randn(2, 6, 8, 15); // of the sum that is differentiated
            var op = new Op.ConvTranspose2d(new Size(2, 3), Size.of(0), Size.of(0), Size.of(1), 1);
            var wider = Ops.cat(List.of(weight, Tensor.zeros(3, 6, 2, 1)), 3);
            var larger = Ops.cat(List.of(wider, Tensor.zeros(3, 6, 1, 4)), 2);
            var truth = Ops.slice(Ops.slice(Ops.convTranspose2d(x, larger, bias, op), 2, 0, 8, 1), 3, 0, 15, 1);
            var expected = slopes(truth, weights, List.of(x, weight, bias));
            var got = Ops.convTranspose2d(x, weight, bias, op);
            assertArrayEquals(truth.toFloats(), got.toFloats(), 1e-5f);
            var slopes = slopes(got, weights, List.of(x, weight, bias));
            for (int i = 0; i < 3; i++) assertArrayEquals(expected.get(i), slopes.get(i), 1e-4f);
        }
    }

    private static List<float[]> slopes(Tensor y, Tensor weights, List<Tensor> of) {
        for (var t : of) if (t.grad() != null) t.grad().set(t.zerosLike());
        Ops.sum(Ops.mul(y, weights), List.of(0, 1, 2, 3), false).backward();
        return of.stream().map(t -> t.grad().toFloats()).toList();
    }

    /** Those of one map are PyTorch's (ops.json). */
    @Test
    void piecesOfSeveralMaps_areThoseOfEachBoxItsOwn() {
        try (var scope = new NativeScope()) {
            Ops.seed(3);
            var size = new Size(3, 2);
            var maps = List.of(Tensor.randn(2, 4, 12, 16), Tensor.randn(2, 4, 6, 8), Tensor.randn(2, 4, 3, 4));
            var slopes =
                    maps.stream().map(map -> new float[(int) map.elements()]).toList();
            for (var map : maps) map.requireGrad(true);
            var boxes = new float[][] {{1, 2, 15, 9}, {0, 0, 30, 22}, {-3, 3, 16, 25}, {8, 4, 20, 12}};
            long[] images = {1, 0, 1, 0}, levels = {0, 1, 1, 0}; // and none of the third map
            var all = new float[16];
            for (int i = 0; i < 4; i++) System.arraycopy(boxes[i], 0, all, 4 * i, 4);
            var op = new Op.RoiAlign(size, List.of(0.5, 0.25, 0.125), 2, false);
            var places = Tensor.of(all, 4, 4);
            var of = Tensor.of(images, 4);
            var pieces = Ops.run(op, maps.get(0), maps.get(1), maps.get(2), places, of, Tensor.of(levels, 4));
            for (int i = 0; i < 4; i++) {
                int level = (int) levels[i];
                var own = Ops.roiAlign(
                        maps.get(level),
                        Tensor.of(boxes[i], 1, 4),
                        Tensor.of(new long[] {images[i]}, 1),
                        new Op.RoiAlign(size, op.scales().get(level), 2, false));
                assertArrayEquals(
                        own.toFloats(),
                        pieces.rows(Tensor.of(new long[] {i}, 1)).toFloats());
                var slope = Losses.gradients(
                                Ops.sum(Ops.mul(own, own), List.of(0, 1, 2, 3), false), List.of(maps.get(level)))
                        .get(0)
                        .toFloats();
                for (int k = 0; k < slope.length; k++) slopes.get(level)[k] += slope[k];
            }
            var together =
                    Losses.gradients(Ops.sum(Ops.mul(pieces, pieces), List.of(0, 1, 2, 3), false), maps.subList(0, 2));
            for (int level = 0; level < 2; level++)
                assertArrayEquals(slopes.get(level), together.get(level).toFloats(), 1e-4f);
            assertThrows(NativeException.class, () -> Ops.run(op, maps.get(0), maps.get(1), maps.get(2), places, of));
            var beyond = Tensor.of(new long[] {0, 1, 3, 0}, 4);
            assertThrows(
                    NativeException.class,
                    () -> Ops.run(op, maps.get(0), maps.get(1), maps.get(2), places, of, beyond));
        }
    }

    @Test
    void confusion_countsAnswersByLabel() {
        try (var scope = new NativeScope()) {
            var answers = Tensor.of(new long[] {0, 1, 2, 2, 1, 0}, 2, 3);
            var labels = Tensor.of(new long[] {0, 1, 1, 2, 255, 2}, 2, 3);
            assertArrayEquals(
                    new long[] {1, 0, 0, 0, 1, 1, 1, 0, 1},
                    Losses.confusion(answers, labels, 3, 255).toLongs());
            var wild = Tensor.of(new long[] {9}, 1);
            var e = assertThrows(RuntimeException.class, () -> Losses.confusion(answers, wild, 3, 255));
            assertTrue(e.getMessage().contains("expected answers and labels below 3"), e::getMessage);
        }
    }

    @Test
    void shapesThatDoNotFit_areNamed() {
        try (var scope = new NativeScope()) {
            var e = assertThrows(NativeException.class, () -> Ops.matmul(Tensor.zeros(2, 3), Tensor.zeros(4, 5)));
            assertTrue(e.getMessage().contains("F32[2, 3], F32[4, 5]"), e::getMessage);
        }
    }
}
