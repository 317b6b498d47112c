package resnet4j.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.DType;
import resnet4j.graph.Passes;
import resnet4j.graph.TameWeights;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.model.Answer;
import resnet4j.model.Models;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Fill;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Tensor;

class OnnxTest {
    private static final OnnxMetadata METADATA = new OnnxMetadata(
            "a network",
            Preprocess.imagenet(),
            List.of("cat", "a \"quoted\" dog"),
            new Answer.Labels(List.of(0.25, 0.75)),
            false);

    @TempDir
    Path folder;

    private void assertAgrees(Layer net, boolean simplify, int size) throws IOException {
        assertAgrees(net, simplify, size, 1e-5); // other orders of summation
    }

    private void assertAgrees(Layer net, boolean simplify, int size, double tolerance) throws IOException {
        Ops.seed(1);
        try (var scope = new NativeScope()) {
            var graph = Tracer.trace(net, 1, 3, size, size);
            if (simplify) graph = Passes.simplify(graph);
            var file = folder.resolve("net.onnx");
            OnnxExport.write(graph, file, METADATA);
            var check = OnnxCheck.of(file, graph, Tensor.randn(2, 3, size, size)); // another batch size than traced
            assertTrue(check.relative() < tolerance, check::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "resnet18", "squeezenet1_1"})
    void exportedNetworks_giveOurAnswers(String name) throws IOException {
        try (var net = Models.create(name, 7)) {
            TameWeights.fill(net);
            assertAgrees(net, false, Math.min(96, Models.get(name).inputSize()));
            assertAgrees(net, true, Math.min(96, Models.get(name).inputSize()));
        }
    }

    static List<String> all() {
        return Models.all().stream().map(Models.Entry::name).toList();
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("all")
    void exportedNetworks_giveOurAnswers_all(String name) throws IOException {
        try (var net = Models.create(name, 10)) {
            TameWeights.fill(net);
            // 1.6e-5 in BiT's ResNet-101, whose filters are standardised: orders of summation matter more there
            double tolerance = Models.get(name).family().equals("bit") ? 2e-5 : 1e-5;
            assertAgrees(net, true, Models.get(name).inputSize(), tolerance);
        }
    }

    static Stream<String> operations() {
        return OPERATIONS.keySet().stream();
    }

    private static final Map<String, UnaryOperator<Tensor>> OPERATIONS = new LinkedHashMap<>();

    static {
        OPERATIONS.put("tanh of a sigmoid", x -> Ops.tanh(Ops.sigmoid(x)));
        OPERATIONS.put("silu", Ops::silu);
        OPERATIONS.put("gelu", Ops::gelu);
        OPERATIONS.put("relu6", x -> Ops.relu6(Ops.affine(x, 5, 1)));
        OPERATIONS.put("softmax", x -> Ops.softmax(x, 1));
        OPERATIONS.put("max pool", x -> Ops.maxPool2d(x, 3, 2, 1));
        // 9 pixels: windows 2 apart from 0 to 8, the last one hangs over
        // everywhere negative, so that the zeros around are the largest
        OPERATIONS.put(
                "max pool of zeros around", x -> Ops.maxPool2d(Ops.pad(Ops.affine(x, 0.1, -2), 1, 1, 1, 1), 3, 2, 0));
        OPERATIONS.put("max pool, ceil", x -> Ops.maxPool2d(x, pool(2, 2, 0, true)));
        OPERATIONS.put("max pool, ceil, padded", x -> Ops.maxPool2d(x, pool(3, 3, 1, true)));
        OPERATIONS.put("mean pool", x -> Ops.avgPool2d(x, mean(3, 2, 1, false, true)));
        OPERATIONS.put("mean pool, uncounted", x -> Ops.avgPool2d(x, mean(3, 2, 1, false, false)));
        OPERATIONS.put("mean pool, ceil", x -> Ops.avgPool2d(x, mean(2, 2, 0, true, true)));
        OPERATIONS.put("adaptive pool to less", x -> Ops.adaptiveAvgPool2d(x, 2, 4));
        OPERATIONS.put("adaptive pool to more", x -> Ops.adaptiveAvgPool2d(x, 10, 9));
        OPERATIONS.put("mean", x -> Ops.mean(x, List.of(2, 3), false));
        OPERATIONS.put("sum", x -> Ops.sum(x, List.of(-1), true));
        OPERATIONS.put("max", x -> Ops.max(x, List.of(1), false));
        OPERATIONS.put("flatten", x -> Ops.flatten(x, 2));
        OPERATIONS.put("reshape", x -> Ops.reshape(x, 0, -1, 9));
        OPERATIONS.put("permute", x -> Ops.permute(x, 0, 2, 3, 1));
        OPERATIONS.put("cat of slices", x -> Ops.cat(List.of(Ops.slice(x, 2, 1, 8, 3), Ops.slice(x, 2, 0, 2, 1)), 2));
        OPERATIONS.put("pad", x -> Ops.pad(x, 1, 2, 0, 3));
        OPERATIONS.put("reflect", x -> Ops.reflectPad(x, 2));
        OPERATIONS.put("upsample", x -> Ops.upsample(x, 13, 20, Op.Interpolation.BILINEAR));
        OPERATIONS.put("upsample nearest", x -> Ops.upsample(x, 13, 20, Op.Interpolation.NEAREST));
        OPERATIONS.put(
                "upsample like another",
                x -> Ops.upsampleLike(Ops.maxPool2d(x, 2, 2, 0), x, Op.Interpolation.BILINEAR));
        OPERATIONS.put("log-softmax", x -> Ops.logSoftmax(x, -1));
        OPERATIONS.put("matrix product", x -> Ops.matmul(x, Ops.permute(x, 0, 1, 3, 2)));
        OPERATIONS.put("the largest ones", x -> Ops.gather(x, 3, Ops.topK(x, 4, 3)));
        OPERATIONS.put("samples on a grid", x -> Ops.gridSample(x, Ops.permute(Ops.slice(x, 1, 0, 2, 1), 0, 2, 3, 1)));
        OPERATIONS.put("slice to the end", x -> Ops.slice(x, 3, 1, Op.Slice.TO_THE_END, 2));
        OPERATIONS.put("product with itself", x -> Ops.mul(x, Ops.add(x, x)));
    }

    private static Op.MaxPool2d pool(int kernel, int stride, int padding, boolean ceil) {
        return new Op.MaxPool2d(Size.of(kernel), Size.of(stride), Size.of(padding), ceil);
    }

    private static Op.AvgPool2d mean(int kernel, int stride, int padding, boolean ceil, boolean counted) {
        return new Op.AvgPool2d(Size.of(kernel), Size.of(stride), Size.of(padding), ceil, counted);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void everyOperation_givesOurAnswer(String name) throws IOException {
        assertAgrees(new Sequential(new Lambda(OPERATIONS.get(name))), false, 9);
    }

    @Test
    void layersWithWeights_giveOurAnswer() throws IOException {
        Ops.seed(4);
        try (var net = new Sequential(
                new Conv2d(3, 6, new Size(3, 2), new Op.Conv2d(Size.of(2), new Size(0, 1), Size.of(1), 3), true),
                Norm.BATCH.of(6),
                new Norm.Group(2, 1e-5).of(6),
                new Linear(5, 6), // of the last dimension: 9 pixels became 5
                new Linear(6, 4, false))) {
            for (var t : net.state().values()) if (t.dim() == 1) Fill.uniform(t, 0.5, 1.5);
            assertAgrees(net, false, 9);
            assertAgrees(net, true, 9);
        }
    }

    @Test
    void transposedConvolution_givesOurAnswer() throws IOException {
        Ops.seed(4);
        var op = new Op.ConvTranspose2d(Size.of(2), Size.of(1), Size.of(1), Size.of(1), 3);
        try (var linear = new Linear(4, 3)) {
            class Transposed extends Layer {
                Transposed() {
                    child("linear", linear);
                }

                @Override
                protected Tensor forward(Tensor x) {
                    return Ops.convTranspose2d(x, Ops.reshape(linear.weight(), 3, 1, 2, 2), linear.bias(), op);
                }
            }
            assertAgrees(new Transposed(), true, 9);
        }
    }

    @Test
    void piecesOfMaps_giveOurAnswer() throws IOException {
        Ops.seed(4);
        var shapes = new LinkedHashMap<String, long[]>();
        shapes.put("map", new long[] {2, 3, 9, 9});
        shapes.put("boxes", new long[] {3, 4});
        shapes.put("image", new long[] {3});
        try (var scope = new NativeScope();
                var none = new Sequential()) {
            var inputs = Map.of(
                    "map",
                    Tensor.randn(2, 3, 9, 9),
                    "boxes",
                    Tensor.of(new float[] {1, 2, 15, 9, 0, 0, 8, 8, -3, 3, 16, 21}, 3, 4),
                    "image",
                    Tensor.of(new float[] {1, 0, 1}, 3));
            for (boolean aligned : new boolean[] {true, false}) {
                var op = new Op.RoiAlign(new Size(2, 3), 0.5, 2, aligned);
                var graph = Tracer.trace(
                        none,
                        shapes,
                        in -> Map.of("out", Ops.roiAlign(in.get("map"), in.get("boxes"), in.get("image"), op)));
                var file = folder.resolve("pieces.onnx");
                OnnxExport.write(graph, file, "pieces of maps");
                var difference = OnnxCheck.of(file, graph, inputs).get("out");
                assertTrue(difference.relative() < 1e-5, difference::toString);
            }
        }
    }

    @Test
    void layerNorm_givesOurAnswer() throws IOException {
        try (var linear = new Linear(9, 9)) {
            assertAgrees(new WithLayerNorm(linear), false, 9);
        }
    }

    private static final class WithLayerNorm extends Layer {
        private final Linear linear;

        WithLayerNorm(Linear linear) {
            this.linear = child("linear", linear);
        }

        @Override
        protected Tensor forward(Tensor x) {
            return Ops.layerNorm(linear.apply(x), linear.bias(), linear.bias(), 1e-5);
        }
    }

    @Test
    void pixelsGoIn_whereTheFileNormalises() throws IOException {
        Ops.seed(1);
        try (var scope = new NativeScope();
                var net = Models.create("resnet20", 2)) {
            var graph = Tracer.trace(net, 1, 3, 32, 32);
            var file = folder.resolve("pixels.onnx");
            OnnxExport.write(graph, file, METADATA.withPixels(true));
            var pixels = new byte[2 * 32 * 32 * 3];
            new Random(1).nextBytes(pixels);
            var p = METADATA.preprocess();
            var normalised = Pixels.normalize(Tensor.of(pixels, 2, 32, 32, 3), p.mean(), p.std());
            try (var model = OnnxModel.openTrusted(file, 1)) {
                assertTrue(model.takesPixels());
                var theirs = model.run(pixels, 2, 32, 32, 3);
                var ours = graph.run(normalised);
                var check = OnnxCheck.compare(ours.toFloats(), theirs, ours.shape());
                assertTrue(check.relative() < 1e-5, check::toString);
                assertThrows(IllegalArgumentException.class, () -> model.run(new float[3072], 1, 3, 32, 32));
            }
        }
    }

    @Test
    void fileDescribesItself() throws IOException {
        try (var net = Models.create("resnet20", 2)) {
            var file = folder.resolve("net.onnx");
            OnnxExport.write(Tracer.trace(net, 1, 3, 32, 32), file, METADATA);
            try (var model = OnnxModel.openTrusted(file, 1)) {
                assertEquals(METADATA, OnnxMetadata.of(file));
                assertEquals(
                        List.of(new OnnxModel.Port("images", DType.F32, List.of(-1L, 3L, 32L, 32L))), model.inputs());
                assertEquals(List.of(new OnnxModel.Port("logits", DType.F32, List.of(-1L, 2L))), model.outputs());
                var e = assertThrows(IllegalArgumentException.class, () -> model.run(new float[10], 1, 3, 32, 32));
                assertEquals(
                        "images: expected floats of shape [-1, 3, 32, 32] (-1 is any size), got 10 floats for the shape"
                                + " [1, 3, 32, 32]",
                        e.getMessage());
            }
        }
    }

    @Test
    void whatIsNoOnnxFile_isAnIOExceptionWithItsPath() throws IOException {
        var file = Files.write(folder.resolve("bad.onnx"), new byte[] {1, 2, 3});
        var e = assertThrows(IOException.class, () -> OnnxModel.openTrusted(file, 1));
        assertTrue(e.getMessage().contains("bad.onnx: ONNX Runtime cannot open it"), e::getMessage);
    }

    @Test
    void differences_areMeasuredAgainstTheLargestLogit() {
        var check = OnnxCheck.compare(new float[] {1, -4, 2, 3}, new float[] {1.5f, -4, 2, 1}, 2, 2);
        assertEquals(new OnnxCheck(2, 0.5, 4.25 / 30, 1, 2, 2), check);
        // one image with two pixels, whose likeliest classes are 1 and 1, and 0 and 1 in the other answer
        check = OnnxCheck.compare(new float[] {1, -4, 2, 3}, new float[] {2.5f, -4, 2, 1}, 1, 2, 1, 2);
        assertEquals(new OnnxCheck(2, 0.5, 6.25 / 30, 1, 2, 1), check);
        assertTrue(Double.isNaN(OnnxCheck.compare(new float[] {1, 2}, new float[] {Float.NaN, 2}, 1, 2)
                .largest()));
    }
}
