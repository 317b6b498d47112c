package resnet4j.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.Shared;
import resnet4j.data.Cifar;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.model.Models;
import resnet4j.model.NetWeights;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Precision;
import resnet4j.weights.WeightFile;

class PlanAccuracyTest {
    /** How many of the 10,000 test images these weights get right in PyTorch. */
    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"resnet20, resnet20-12fca82f.th, 9173", "resnet56, resnet56-4bfd9763.th, 9339"})
    void bf16AgreesWithFp32_onRealImages(String name, String file, int correct) throws IOException {
        var test = Cifar.ten(Shared.data("cifar-10-binary.tar.xz")).test().orElseThrow();
        var preprocess = Preprocess.of(new Resize.None(), 32); // ImageNet's mean and deviation, as these were trained
        try (var net = Models.create(name, 10)) {
            NetWeights.load(
                    net, WeightFile.read(Shared.data("cifar-resnets/" + file)).tensors(), file);
            try (var full = Plan.compile(net, Precision.FP32, 100, 3, 32, 32);
                    var half = Plan.compile(net, Precision.BF16, 100, 3, 32, 32)) {
                int right = 0, rightInHalf = 0, same = 0;
                try (var epoch = Loader.inOrder(test, 100).epoch(0)) {
                    for (var batch : epoch)
                        try (var scope = new NativeScope()) {
                            var images = Inputs.images(batch, preprocess, Device.CPU);
                            float[] a = full.run(images).toFloats(),
                                    b = half.run(images).toFloats();
                            for (int i = 0; i < batch.size(); i++) {
                                int inFull = likeliest(a, i), inHalf = likeliest(b, i);
                                if (inFull == batch.targets().get(i).index()) right++;
                                if (inHalf == batch.targets().get(i).index()) rightInHalf++;
                                if (inFull == inHalf) same++;
                            }
                        }
                }
                System.getLogger("resnet4j")
                        .log(
                                System.Logger.Level.INFO,
                                "{0}: {1} right in fp32, {2} in bf16, {3} answers the same",
                                name,
                                right,
                                rightInHalf,
                                same);
                assertEquals(correct, right, 2); // a near tie may fall either way with another order of summation
                assertTrue(same >= 9950, "answers that are the same: " + same);
                assertTrue(rightInHalf >= right - 10, "right in bf16: " + rightInHalf);
            }
        }
    }

    private static int likeliest(float[] logits, int row) {
        int best = 0;
        for (int c = 1; c < 10; c++) if (logits[row * 10 + c] > logits[row * 10 + best]) best = c;
        return best;
    }
}
