package resnet4j.compress;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.array.DType;
import resnet4j.data.Cifar;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.export.OnnxExport;
import resnet4j.export.OnnxModel;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.model.Models;
import resnet4j.model.NetWeights;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.weights.WeightFile;

/** Plans that compute in eight bits. */
class EightBitPlanTest {
    @TempDir
    private Path folder;

    /** All convolutions but a last one, and the moves between them; what is left are Quantize, the mean and the last layer. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "resnet50", "squeezenet1_0"})
    void fromTheFirstConvolutionToTheLast_nothingIsAFloat(String name) {
        if (!OneDnn.available(DType.I8)) return;
        Ops.seed(3);
        try (var scope = new NativeScope();
                var net = Models.create(name, 10)) {
            var quantizer = new Quantizer(Tracer.trace(net, 1, 3, 64, 64), Set.of());
            quantizer.observe(Tensor.randn(2, 3, 64, 64));
            try (var plan = Plan.compile(quantizer.quantize(Range.MINMAX), Precision.FP32)) {
                var floats = plan.calls().stream()
                        .filter(c -> c.type() == DType.F32)
                        .map(Plan.Call::operation)
                        .toList();
                assertTrue(floats.size() <= 4, floats::toString);
                assertTrue(floats.stream().noneMatch(c -> c.contains("= Dequantize")), floats::toString);
            }
        }
    }

    /** How many of the 10,000 test pictures are right in PyTorch; and how many answers are ONNX Runtime's. */
    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"resnet20, resnet20-12fca82f.th, 9173", "resnet56, resnet56-4bfd9763.th, 9339"})
    void cifar_losesAtMostThreePermille_andOnnxRuntimeAgrees(String name, String file, int correct) throws IOException {
        var data = Cifar.ten(Shared.data("cifar-10-binary.tar.xz"));
        var preprocess = Preprocess.of(new Resize.None(), 32); // ImageNet's mean and deviation, as these were trained
        try (var net = Models.create(name, 10);
                var scope = new NativeScope()) {
            NetWeights.load(
                    net, WeightFile.read(Shared.data("cifar-resnets/" + file)).tensors(), file);
            net.train(false);
            var quantizer = new Quantizer(Tracer.trace(net, 1, 3, 32, 32), Set.of());
            try (var epoch = Loader.inOrder(data.train().limit(500), 100).epoch(0)) {
                for (var batch : epoch)
                    try (var inner = new NativeScope()) {
                        quantizer.observe(Inputs.images(batch, preprocess, Device.CPU));
                    }
            }
            var graph = quantizer.quantize(Range.MSE);
            var onnx = folder.resolve(name + ".onnx");
            OnnxExport.write(graph, onnx, name);
            int right = 0, same = 0;
            try (var plan = Plan.compile(graph, Precision.FP32);
                    var runtime = OnnxModel.openTrusted(onnx, 1);
                    var epoch = Loader.inOrder(data.test().orElseThrow(), 100).epoch(0)) {
                for (var batch : epoch)
                    try (var inner = new NativeScope()) {
                        var images = Inputs.images(batch, preprocess, Device.CPU);
                        float[] a = plan.run(images).toFloats(), b = runtime.run(images.toFloats(), images.shape());
                        for (int i = 0; i < batch.size(); i++) {
                            int answer = likeliest(a, i);
                            if (answer == batch.targets().get(i).index()) right++;
                            if (answer == likeliest(b, i)) same++;
                        }
                    }
            }
            System.getLogger("resnet4j")
                    .log(
                            System.Logger.Level.INFO,
                            "{0}: {1} right in int8, {2} answers are ONNX Runtime''s",
                            name,
                            right,
                            same);
            assertTrue(right >= correct - 30, "right in int8: " + right);
            assertTrue(same >= 9900, "answers that are ONNX Runtime's: " + same);
        }
    }

    private static int likeliest(float[] logits, int row) {
        int best = 0;
        for (int c = 1; c < 10; c++) if (logits[row * 10 + c] > logits[row * 10 + best]) best = c;
        return best;
    }
}
