package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.array.DType;
import resnet4j.tensor.OneDnn.Fused;
import resnet4j.tensor.OneDnn.Scales;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.WeightedOps.Conv2d;

/** Against sums of whole numbers, which floats of 24 bits hold exactly here: below 520 products of 255 by 127. */
class OneDnnEightBitsTest {
    @BeforeEach
    void there() {
        assumeTrue(OneDnn.available(DType.I8), "no kernels in eight bits on this machine");
    }

    private static Tensor whole(DType type, long... shape) {
        boolean signed = type == DType.I8;
        return new Tensor(Tensor.rand(shape)
                        .handle
                        .mul(new org.bytedeco.pytorch.Scalar(255.0))
                        .sub(new org.bytedeco.pytorch.Scalar(signed ? 127.0 : 0.0))
                        .round())
                .to(type);
    }

    private static List<Long> shape(Tensor tensor) {
        return Arrays.stream(tensor.shape()).boxed().toList();
    }

    /**
     * Each result is the real one, rounded once, or a neighbour where the real one is in the middle. Without VNNI weights
     * may be off by a step, as {@link EightBits} and oneDNN itself round them again, to steps at most twice as wide.
     */
    private static void check(
            Fused op, boolean inPlace, Scales scales, Tensor x, Tensor weight, Tensor bias, Tensor added) {
        float[] sums = op.op()
                .apply(Arrays.asList(x.to(DType.F32), weight.to(DType.F32), null))
                .toFloats();
        var ones = Tensor.full(1, weight.shape());
        var size = new Tensor(x.to(DType.F32).handle.abs());
        float[] sizes = op.op().apply(Arrays.asList(size, ones, null)).toFloats();
        float[] shift = bias.toFloats(), r = added == null ? null : added.toFloats();
        try (var prepared = OneDnn.conv2d(op, inPlace, weight, bias, scales, shape(x))) {
            var result = prepared.apply(x, added);
            assertEquals(scales.y(), result.dtype());
            float[] given = result.toFloats();
            int channels = shift.length, each = (int) (result.size(2) * result.size(3));
            for (int i = 0; i < given.length; i++) {
                int c = i / each % channels;
                double step = (double) scales.xScale() * scales.weights()[c];
                double value = sums[i] * step + shift[c] + (r == null ? 0 : r[i] * scales.residualScale());
                var activation = op.activation().orElse(null);
                if (activation instanceof Op.Relu) value = Math.max(0, value);
                if (activation instanceof Op.Clamp clamp) value = Math.max(clamp.min(), Math.min(clamp.max(), value));
                if (activation instanceof Op.Silu) value /= 1 + Math.exp(-value);
                double slack = OneDnn.eightBitsInHardware() ? 0 : sizes[i] * step / scales.yScale();
                double right = value / scales.yScale();
                double off; // floats have 24 bits, and SiLU is worked out to 1e-4
                if (scales.y() == DType.F32) off = Math.abs(given[i] - right) - 1e-4 * Math.max(1, Math.abs(right));
                else {
                    int least = scales.y() == DType.I8 ? -128 : 0;
                    off = Math.abs(given[i] - Math.max(least, Math.min(least + 255, right))) - 0.5 - 1e-3;
                }
                assertTrue(
                        off <= slack,
                        "number " + i + ": " + given[i] + " for " + right + " by " + op + " " + scales.y());
            }
        }
    }

    private static float[] scales(int n) {
        var scales = new float[n];
        for (int c = 0; c < n; c++) scales[c] = 0.002f + 0.0005f * (c % 5);
        return scales;
    }

    @ParameterizedTest
    @CsvSource({
        "3, 16, 7, 7, 2, 3, 1, 1", // a stem
        "64, 32, 1, 1, 1, 0, 1, 1",
        "16, 16, 3, 3, 1, 2, 2, 1", // dilated
        "32, 32, 3, 3, 2, 1, 1, 4", // grouped
        "32, 32, 3, 3, 1, 1, 1, 32", // depthwise
        "8, 12, 1, 7, 1, 3, 1, 2",
        "5, 7, 3, 2, 3, 0, 1, 1"
    })
    void convolutions_areSumsOfWholeNumbers_roundedOnce(
            int in, int out, int kh, int kw, int stride, int pad, int dilation, int groups) {
        Ops.seed(3);
        var conv = new Conv2d(Size.of(stride), Size.of(pad), Size.of(dilation), groups);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var weight = whole(DType.I8, out, in / groups, kh, kw);
            var bias = Tensor.randn(out);
            for (var type : List.of(DType.U8, DType.I8))
                for (var y : List.of(DType.U8, DType.I8, DType.F32)) {
                    var scales = new Scales(type, 0.01f, scales(out), null, 1, y, y == DType.F32 ? 1 : 0.05f);
                    var op = new Fused(conv, false, Optional.empty());
                    check(op, false, scales, whole(type, 2, in, 13, 12), weight, bias, null);
                }
        }
    }

    @Test
    void sumsAndActivations_areDoneBeforeTheRounding() {
        Ops.seed(4);
        var conv = new Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var weight = whole(DType.I8, 16, 16, 3, 3);
            var bias = Tensor.randn(16);
            var x = whole(DType.U8, 2, 16, 6, 5);
            for (var activation : Arrays.asList(null, new Op.Relu(), new Op.Clamp(0, 6), new Op.Silu()))
                for (var y : List.of(DType.U8, DType.I8, DType.F32))
                    for (var type : List.of(DType.U8, DType.I8, DType.F32))
                        for (boolean inPlace : new boolean[] {false, true}) {
                            if (inPlace && type.bytes != y.bytes) continue;
                            var residual = type == DType.F32 ? Tensor.randn(2, 16, 6, 5) : whole(type, 2, 16, 6, 5);
                            var other = type == DType.F32 ? 1 : 0.03f;
                            var scales =
                                    new Scales(DType.U8, 0.01f, scales(16), type, other, y, y == DType.F32 ? 1 : 0.07f);
                            var op = new Fused(conv, true, Optional.ofNullable(activation));
                            check(op, inPlace, scales, x, weight, bias, residual.channelsLast());
                        }
        }
    }

    /** 16 bits hold no two of these products: a processor that sums them there would end far below. */
    @Test
    void theLargestNumbers_areNotCutOff() {
        var conv = new Conv2d(Size.of(1), Size.of(0), Size.of(1), 1);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var weight = Tensor.full(127, 16, 64, 1, 1).to(DType.I8);
            var x = Tensor.full(255, 1, 64, 4, 4).to(DType.U8);
            var ones = new float[16];
            Arrays.fill(ones, 1);
            var scales = new Scales(DType.U8, 1, ones, null, 1, DType.F32, 1);
            var op = new Fused(conv, false, Optional.empty());
            try (var prepared = OneDnn.conv2d(op, false, weight, null, scales, shape(x))) {
                double sum = 64 * 127 * 255.0;
                // Without VNNI a weight is 64 steps, each twice as wide, 128: too large by one in 127 and no more.
                double most = OneDnn.eightBitsInHardware() ? 1e-6 : 1.0 / 127 + 1e-6;
                for (float given : prepared.apply(x).toFloats()) assertEquals(sum, given, sum * most);
            }
        }
    }

    @Test
    void theLargestOfWholeNumbers_isFound() {
        Ops.seed(5);
        var pool = new Op.MaxPool2d(Size.of(3), Size.of(2), Size.of(1), false);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            for (var type : List.of(DType.U8, DType.I8)) {
                var x = whole(type, 2, 20, 9, 8);
                try (var prepared = OneDnn.pool2d(pool, type, shape(x))) {
                    var given = prepared.apply(x);
                    assertEquals(type, given.dtype());
                    assertArrayEquals(pool.apply(List.of(x.to(DType.F32))).toFloats(), given.toFloats());
                }
            }
        }
    }
}
