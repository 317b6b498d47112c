package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.weights.PyTorchFile;

/** Equality with the outputs that torchvision's own tests expect, from the seed on. */
class TorchvisionExpectTest {
    private static final double TOLERANCE = 1e-4; // of the largest logit: fp32 sums in another order

    /** torch.manual_seed(0); model(num_classes=50).eval()(torch.rand(1,3,size,size)), torchvision 0.19. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "densenet121",
                "inception_v3",
                "resnet18",
                "resnet50",
                "resnext50_32x4d",
                "squeezenet1_0",
                "vgg11",
                "vgg16_bn",
                "wide_resnet50_2"
            })
    void seededNetwork_givesTorchvisionsLogits(String name) throws IOException {
        var file = Shared.data("torchvision-expect/ModelTester.test_" + name + "_expect.pkl");
        var expected = PyTorchFile.read(file).tensors().get("");
        int size = Models.get(name).inputSize();
        Ops.seed(0);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.create(name, 50)) {
            net.train(false);
            var logits = net.apply(Tensor.rand(1, 3, size, size)).toFloats();
            var wanted = Tensor.of(expected).toFloats();
            assertEquals(wanted.length, logits.length);
            double largest = 0, difference = 0;
            for (int i = 0; i < logits.length; i++) {
                largest = Math.max(largest, Math.abs(wanted[i]));
                difference = Math.max(difference, Math.abs(wanted[i] - logits[i]));
            }
            assertTrue(difference <= TOLERANCE * largest, difference + " of " + largest);
        }
    }
}
