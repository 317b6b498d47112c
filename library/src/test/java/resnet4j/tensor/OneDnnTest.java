package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.array.DType;
import resnet4j.tensor.OneDnn.Fused;
import resnet4j.tensor.OneDnnKernel.Types;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.WeightedOps.Conv2d;

/** Against libtorch's convolutions, activations, pooling and linear layers. */
class OneDnnTest {
    private static final List<Types> FLOATS = List.of(
            Types.floats(DType.F32, DType.F32, false),
            Types.floats(DType.BF16, DType.BF16, false),
            Types.floats(DType.BF16, DType.F32, false));

    private static final List<Op> ACTIVATIONS = Arrays.asList(
            null, new Op.Relu(), new Op.Clamp(-0.5, 1), new Op.Sigmoid(), new Op.Tanh(), new Op.Silu(), new Op.Gelu());

    private static void assertClose(Tensor expected, Tensor actual, DType dtype) {
        assertClose(expected, actual, Types.all(dtype, false));
    }

    private static void assertClose(Tensor expected, Tensor actual, Types types) {
        assertEquals(types.y(), actual.dtype());
        assertClose(expected, actual, types.y() == DType.F32 ? 1e-5 : 0.02);
    }

    /** What is multiplied, in 32 bits again. */
    private static Tensor factors(Tensor numbers, Types types) {
        return numbers.to(types.x()).to(DType.F32);
    }

    private static void assertClose(Tensor expected, Tensor actual, double tolerance) {
        assertArrayEquals(expected.shape(), actual.shape());
        float[] right = expected.toFloats(), given = actual.toFloats();
        double largest = 0, difference = 0;
        for (int i = 0; i < right.length; i++) {
            largest = Math.max(largest, Math.abs(right[i]));
            difference = Math.max(difference, Math.abs(right[i] - given[i]));
        }
        assertTrue(difference <= largest * tolerance, difference + " of " + largest);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 16, 7, 7, 2, 3, 1, 1", // a stem
        "16, 32, 1, 1, 1, 0, 1, 1",
        "16, 16, 3, 3, 1, 2, 2, 1", // dilated
        "32, 32, 3, 3, 2, 1, 1, 4", // grouped
        "32, 32, 3, 3, 1, 1, 1, 32", // depthwise
        "8, 12, 1, 7, 1, 3, 1, 2",
        "5, 7, 3, 2, 3, 0, 1, 1"
    })
    void convolutions_areLibtorchs(int in, int out, int kh, int kw, int stride, int pad, int dilation, int groups) {
        Ops.seed(3);
        var conv = new Conv2d(Size.of(stride), Size.of(pad), Size.of(dilation), groups);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var weight = Tensor.randn(out, in / groups, kh, kw);
            var images = Tensor.randn(2, in, 13, 12);
            for (var bias : Arrays.asList(null, Tensor.randn(out)))
                for (var types : FLOATS) {
                    if (!OneDnn.available(types.x())) continue;
                    var expected = conv.apply(Arrays.asList(factors(images, types), factors(weight, types), bias));
                    var op = new Fused(conv, false, Optional.empty());
                    try (var prepared = OneDnn.conv2d(op, false, weight, bias, types.x(), types.y(), shape(images))) {
                        var made = prepared.apply(images);
                        assertClose(expected, made, types);
                    }
                }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "16, 8, 2, 2, 0, 0, 1", // Mask R-CNN's
        "16, 17, 4, 2, 1, 0, 1", // its keypoints'
        "5, 16, 3, 2, 1, 1, 1",
        "8, 8, 3, 1, 1, 0, 2"
    })
    void transposedConvolutions_areLibtorchs(
            int in, int out, int kernel, int stride, int pad, int outputPad, int dilation) {
        Ops.seed(3);
        var conv = new Op.ConvTranspose2d(Size.of(stride), Size.of(pad), Size.of(outputPad), Size.of(dilation), 1);
        assertEquals(OneDnn.Kernel.CONVOLUTION, OneDnn.kernelFor(conv));
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Tensor weight = Tensor.randn(in, out, kernel, kernel), images = Tensor.randn(2, in, 7, 6);
            for (var bias : Arrays.asList(null, Tensor.randn(out)))
                for (boolean overwrite : new boolean[] {false, true})
                    for (var types : FLOATS) {
                        if (!OneDnn.available(types.x())) continue;
                        var plain = conv.apply(Arrays.asList(factors(images, types), factors(weight, types), bias));
                        var residual = Tensor.randn(plain.shape()).channelsLast();
                        var expected = Ops.relu(Ops.add(plain, residual));
                        var op = new Fused(conv, true, Optional.of(new Op.Relu()));
                        try (var prepared =
                                OneDnn.conv2d(op, overwrite, weight, bias, types.x(), types.y(), shape(images))) {
                            var made = prepared.apply(images, residual.to(types.y()));
                            assertClose(expected, made, types);
                        }
                    }
        }
    }

    /** Sizes that are not twice a map's as well, where other pixels are the nearest. */
    @ParameterizedTest
    @CsvSource({"8, 6, 4, 14, 10", "8, 0, 4, 14, 10", "5, 3, 16, 13, 10", "5, 0, 16, 27, 9"})
    void convolutionsOfEnlargedMaps_areThoseOfLibtorchsEnlarging(int of, int beside, int out, int high, int wide) {
        Ops.seed(5);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Tensor x = Tensor.randn(2, of, 7, 5), like = Tensor.randn(2, Math.max(1, beside), high, wide);
            Tensor weight = Tensor.randn(out, of + beside, 3, 3);
            var conv = new Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);
            assertTrue(EnlargedConvolution.takes(conv));
            var up = Ops.upsampleLike(x, like, Op.Interpolation.NEAREST);
            var joined = beside == 0 ? up : Ops.cat(List.of(up, like), 1);
            for (var bias : Arrays.asList(null, Tensor.randn(out)))
                for (var dtype : List.of(DType.F32, DType.BF16)) {
                    if (!OneDnn.available(dtype)) continue;
                    var expected = Ops.relu(conv.apply(Arrays.asList(joined, weight, bias)));
                    try (var prepared = new EnlargedConvolution(
                            Optional.of(new Op.Relu()), weight, bias, dtype, shape(x), shape(like))) {
                        for (int again = 0; again < 2; again++)
                            assertClose(expected, prepared.apply(x.to(dtype), like.to(dtype)), dtype);
                    }
                }
        }
    }

    /**
     * Maps that are no whole number of tiles, wider than tiles or strips that are taken at once, of one line, and so small that
     * they are laid side by side. By tiles of 6x6 about ten times as much is lost as by those of 4x4.
     */
    @ParameterizedTest
    @CsvSource({
        "3, 128, 64, 13, 18",
        "1, 64, 130, 9, 275",
        "5, 96, 96, 3, 2",
        "1, 128, 128, 64, 4",
        "2, 128, 130, 9, 45",
        "1, 1100, 64, 5, 9",
        "1, 64, 128, 1, 30",
        "9, 128, 64, 14, 1",
        "23, 64, 128, 14, 14"
    })
    void winograds_areLibtorchsConvolutions(int images, int in, int out, int high, int wide) {
        Ops.seed(6);
        var conv = new Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Tensor x = Tensor.randn(images, in, high, wide);
            var weight = Losses.scale(Tensor.randn(out, in, 3, 3), 1 / Math.sqrt(9.0 * in)); // for sums of about 1
            var residual = Tensor.randn(images, out, high, wide);
            for (var bias : Arrays.asList(null, Tensor.randn(out)))
                for (boolean add : new boolean[] {false, true})
                    for (var activation : ACTIVATIONS) {
                        var op = new Fused(conv, add, Optional.ofNullable(activation));
                        var expected = apply(op, x, weight, bias, residual);
                        for (var way : List.of(Winograd.FOUR, Winograd.SIX))
                            try (var prepared = new WinogradConvolution(way, op, weight, bias, DType.F32, DType.F32);
                                    var rounded =
                                            new WinogradConvolution(way, op, weight, bias, DType.BF16, DType.BF16)) {
                                double lost = way == Winograd.FOUR ? 1e-4 : 1e-3;
                                for (int again = 0; again < 2; again++)
                                    assertClose(expected, prepared.apply(x, add ? residual : null), lost);
                                var narrow = rounded.apply(x.to(DType.BF16), add ? residual.to(DType.BF16) : null);
                                assertClose(expected, narrow, DType.BF16);
                            }
                    }
        }
    }

    @Test
    void winograds_areUsedWhereTheyPay() {
        var conv = new Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);
        var op = new Fused(conv, false, Optional.empty());
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Tensor wide = Tensor.randn(128, 128, 3, 3), narrow = Tensor.randn(64, 64, 3, 3);
            List<Long> large = List.of(1L, 128L, 32L, 30L), small = List.of(1L, 128L, 28L, 28L);
            try (var one = Prepared.conv2d(op, false, wide, null, DType.F32, DType.F32, large);
                    var few = Prepared.conv2d(op, false, wide, null, DType.F32, DType.F32, small);
                    var thin = Prepared.conv2d(
                            op, false, narrow, null, DType.F32, DType.F32, List.of(1L, 64L, 64L, 64L))) {
                assertInstanceOf(WinogradConvolution.class, one);
                assertInstanceOf(OneDnn.class, few);
                assertInstanceOf(OneDnn.class, thin);
            }
            if (!OneDnn.available(DType.BF16)) return;
            var wider = Tensor.randn(256, 256, 3, 3);
            List<Long> whole = List.of(1L, 256L, 56L, 56L),
                    little = List.of(1L, 256L, 40L, 40L),
                    spilt = List.of(1L, 256L, 2L, 1300L), // 4x1300 in tiles
                    many = List.of(100L, 256L, 14L, 14L); // 15x15 for each, side by side
            try (var one = Prepared.conv2d(op, false, wider, null, DType.BF16, DType.F32, whole);
                    var early = Prepared.conv2d(op, false, wider, null, DType.BF16, DType.F32, little);
                    var spilling = Prepared.conv2d(op, false, wider, null, DType.BF16, DType.F32, spilt);
                    var together = Prepared.conv2d(op, false, wider, null, DType.BF16, DType.F32, many);
                    var thin = Prepared.conv2d(op, false, wide, null, DType.BF16, DType.BF16, large)) {
                assertEquals(!OneDnn.amx(), one instanceof WinogradConvolution);
                assertEquals(!OneDnn.amx(), together instanceof WinogradConvolution);
                assertEquals(!Precision.bf16IsFaster(), early instanceof WinogradConvolution);
                assertEquals(!Precision.bf16IsFaster(), spilling instanceof WinogradConvolution);
                assertEquals(!Precision.bf16IsFaster(), thin instanceof WinogradConvolution);
            }
        }
    }

    /**
     * A head's convolution at the maps of a pyramid: the smallest ones are faster in oneDNN's way where bfloat16 is, of which
     * one is enough.
     */
    @Test
    void ofTheSameWeights_whatSuitsIsGivenAgain() {
        Ops.seed(8);
        var conv = new Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);
        var op = new Fused(conv, false, Optional.empty());
        long[][] sizes = {{40, 40}, {33, 40}, {10, 10}, {5, 5}};
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var weight = Losses.scale(Tensor.randn(256, 256, 3, 3), 1 / 48.0);
            for (var dtype : new DType[] {DType.F32, DType.BF16}) {
                if (!OneDnn.available(dtype)) continue;
                var known = new ArrayList<Prepared>();
                var made = new ArrayList<Prepared>();
                for (var size : sizes) {
                    var one = Prepared.conv2d(
                            op, false, weight, null, dtype, dtype, List.of(1L, 256L, size[0], size[1]), true, known);
                    if (!known.contains(one)) known.add(one);
                    made.add(one);
                }
                assertSame(made.get(0), made.get(1));
                assertSame(made.get(2), made.get(3));
                boolean twice = dtype == DType.BF16 && Precision.bf16IsFaster();
                assertEquals(!twice || !OneDnn.amx(), made.get(0) instanceof WinogradConvolution);
                assertEquals(!twice, made.get(2) instanceof WinogradConvolution);
                for (int i = 0; i < sizes.length; i++) {
                    var x = Tensor.randn(1, 256, sizes[i][0], sizes[i][1]);
                    var expected = apply(op, x, weight, null, null);
                    var actual = made.get(i).apply(x.to(dtype), null);
                    assertClose(expected, actual, dtype == DType.F32 ? 1e-4 : 0.02);
                }
                known.forEach(Prepared::close);
            }
        }
    }

    @Test
    void sumsAndActivations_areDoneWithTheConvolution() {
        Ops.seed(4);
        var conv = new Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Tensor weight = Tensor.randn(8, 8, 3, 3), bias = Tensor.randn(8), images = Tensor.randn(2, 8, 6, 5);
            for (var activation : ACTIVATIONS)
                for (boolean overwrite : new boolean[] {false, true}) {
                    var op = new Fused(conv, true, Optional.ofNullable(activation));
                    var residual = Tensor.randn(2, 8, 6, 5).channelsLast();
                    var before = residual.toFloats();
                    var expected = apply(op, images, weight, bias, residual);
                    try (var prepared =
                            OneDnn.conv2d(op, overwrite, weight, bias, DType.F32, DType.F32, shape(images))) {
                        assertClose(expected, prepared.apply(images, residual), DType.F32);
                    }
                    if (overwrite) assertClose(expected, residual, DType.F32);
                    else assertArrayEquals(before, residual.toFloats());
                }
        }
    }

    static List<Op> pools() {
        Size three = Size.of(3), two = Size.of(2), one = Size.of(1), none = Size.of(0);
        return List.of(
                new Op.MaxPool2d(three, two, one, false),
                new Op.MaxPool2d(three, two, none, true), // the last window hangs over
                new Op.MaxPool2d(two, two, one, true), // the last window would begin behind the image
                new Op.MaxPool2d(two, new Size(3, 1), none, true),
                new Op.AvgPool2d(three, one, one, false, true),
                new Op.AvgPool2d(three, two, one, false, false),
                new Op.AdaptiveAvgPool2d(one));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void pools_areLibtorchs(Op pool) {
        Ops.seed(7);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            assertEquals(OneDnn.Kernel.POOLING, OneDnn.kernelFor(pool));
            for (int height : new int[] {12, 13, 14})
                for (var dtype : List.of(DType.F32, DType.BF16)) {
                    if (!OneDnn.available(dtype)) continue;
                    var images = Tensor.randn(2, 5, height, 13);
                    try (var prepared = OneDnn.pool2d(pool, dtype, shape(images))) {
                        Tensor more = Tensor.randn(3, 5, height, 13), larger = Tensor.randn(1, 5, height + 3, 20);
                        for (var x : List.of(images, more, larger))
                            assertClose(pool.apply(List.of(x)), prepared.apply(x), dtype);
                    }
                }
        }
    }

    @Test
    void otherPools_areLeftToLibtorch() {
        var ceil = new Op.AvgPool2d(Size.of(3), Size.of(2), Size.of(0), true, true);
        assertEquals(OneDnn.Kernel.NONE, OneDnn.kernelFor(ceil));
        assertEquals(OneDnn.Kernel.NONE, OneDnn.kernelFor(new Op.AdaptiveAvgPool2d(Size.of(7))));
    }

    @Test
    void typesThatItHasNotLearnt_areRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> OneDnnKernel.type(DType.F16));
        assertEquals("dtype: expected F32, BF16, U8 or I8, got F16", e.getMessage());
    }

    @Test
    void linearLayers_takeAnyNumberOfDimensions() {
        Ops.seed(5);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var weight = Tensor.randn(6, 10);
            for (var types : FLOATS) {
                if (!OneDnn.available(types.x())) continue;
                try (var prepared = OneDnn.linear(weight, null, types.x(), types.y(), 4)) {
                    for (long[] shape : new long[][] {{10}, {4, 10}, {2, 3, 10}, {2, 1, 3, 10}}) {
                        var x = Tensor.randn(shape);
                        var made = prepared.apply(x);
                        var expected =
                                new Op.Linear().apply(Arrays.asList(factors(x, types), factors(weight, types), null));
                        assertClose(expected, made, types);
                    }
                }
            }
        }
    }

    /** Kernels and memory stay bounded, however many shapes and numbers of threads come by. */
    @Test
    void manyShapes_andThreads_areRightAndFreed() {
        Ops.seed(6);
        int threads = Engine.threads();
        var conv = new Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);
        var op = new Fused(conv, false, Optional.of(new Op.Relu()));
        try (var outer = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Tensor weight = Tensor.randn(8, 4, 3, 3), bias = Tensor.randn(8);
            try (var first = OneDnn.linear(Tensor.zeros(1, 1), null, DType.F32, DType.F32, 1)) {
                first.apply(Tensor.zeros(1, 1)); // makes what lives as long as the process
            }
            long atStart = LiveObjects.settled(), full = 0;
            try (var prepared = OneDnn.conv2d(op, false, weight, bias, DType.F32, DType.F32, List.of(1L, 4L, 6L, 6L))) {
                for (int n = 1; n <= 24; n++) {
                    Engine.threads(1 + n % 2);
                    try (var scope = new NativeScope()) {
                        var images = Tensor.randn(n, 4, 6 + n % 3, 6);
                        assertClose(apply(op, images, weight, bias, null), prepared.apply(images), DType.F32);
                    }
                    if (n == 16) full = NativeScope.liveObjects();
                }
                assertEquals(full, NativeScope.liveObjects());
            } finally {
                Engine.threads(threads);
            }
            assertEquals(atStart, NativeScope.liveObjects());
        }
    }

    @Test
    void threadsShareOne_whileKernelsAreCompiled_andResidualsOverwritten() throws Exception {
        Ops.seed(8);
        var op = new Fused(new Conv2d(Size.of(1), Size.of(1), Size.of(1), 1), true, Optional.of(new Op.Relu()));
        var pool = Executors.newFixedThreadPool(4);
        try (var outer = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Tensor weight = Tensor.randn(8, 8, 3, 3), bias = Tensor.randn(8);
            try (var prepared = OneDnn.conv2d(op, true, weight, bias, DType.F32, DType.F32, List.of(1L, 8L, 6L, 6L))) {
                var work = IntStream.range(0, 120)
                        .mapToObj(i -> (Callable<Void>) () -> {
                            try (var scope = new NativeScope();
                                    var plain = Ops.noGrad()) {
                                int n = 1 + i % 20; // more shapes than kernels are kept for
                                var images = Tensor.randn(n, 8, 6, 6);
                                var residual = Tensor.randn(n, 8, 6, 6).channelsLast();
                                var expected = apply(op, images, weight, bias, residual);
                                assertClose(expected, prepared.apply(images, residual), DType.F32);
                            }
                            return null;
                        })
                        .toList();
                for (var done : pool.invokeAll(work)) done.get();
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void whatDoesNotFit_isRefused_andNothingLeaks() {
        var conv = new Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);
        try (var outer = new NativeScope();
                var noGrad = Ops.noGrad();
                var adds = OneDnn.conv2d(
                        new Fused(conv, true, Optional.empty()),
                        true,
                        Tensor.zeros(8, 4, 3, 3),
                        null,
                        DType.F32,
                        DType.F32,
                        List.of(2L, 4L, 6L, 6L));
                var plain = OneDnn.linear(Tensor.zeros(3, 4), null, DType.F32, DType.F32, 1)) {
            var images = Tensor.zeros(2, 4, 6, 6);
            long before = LiveObjects.settled();
            try (var scope = new NativeScope()) {
                refused(() -> adds.apply(images, Tensor.zeros(1, 8, 6, 6)), "expected the result's shape [2, 8, 6, 6]");
                refused(() -> adds.apply(images), "got null");
                refused(() -> plain.apply(Tensor.zeros(1, 4), Tensor.zeros(1, 3)), "expected none");
                refused(() -> adds.apply(Tensor.zeros(2, 5, 6, 6), images), "conv2d(F32[2, 5, 6, 6])");
            }
            assertEquals(before, NativeScope.liveObjects());
        }
    }

    private static void refused(Executable call, String message) {
        var e = assertThrows(RuntimeException.class, call);
        assertTrue(e.getMessage().contains(message), e::getMessage);
    }

    /** By libtorch. */
    private static Tensor apply(Fused op, Tensor x, Tensor weight, Tensor bias, Tensor residual) {
        var y = op.op().apply(Arrays.asList(x, weight, bias));
        if (op.add()) y = Ops.add(y, residual);
        return op.activation().isPresent() ? op.activation().get().apply(List.of(y)) : y;
    }

    private static List<Long> shape(Tensor tensor) {
        return Arrays.stream(tensor.shape()).boxed().toList();
    }
}
