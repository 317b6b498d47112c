package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class ResNetTest {
    /** torchvision 0.25's counts, and Table 6 of the paper for CIFAR (there in millions, two digits). */
    @ParameterizedTest
    @CsvSource({
        "resnet18,1000,11689512",
        "resnet34,1000,21797672",
        "resnet50,1000,25557032",
        "resnet101,1000,44549160",
        "resnet152,1000,60192808",
        "resnext50_32x4d,1000,25028904",
        "wide_resnet50_2,1000,68883240",
        "resnet20,10,269722",
        "resnet32,10,464154",
        "resnet44,10,658586",
        "resnet56,10,853018",
        "resnet110,10,1727962",
        "resnet1202,10,19421274"
    })
    void parameterCountIsThePublishedOne(String name, int classes, long parameters) {
        try (var net = Models.create(name, classes)) {
            assertEquals(parameters, net.parameterCount());
        }
    }

    /** torch.manual_seed(0); resnet18(num_classes=50).eval()(torch.rand(1,3,224,224))[0,:3], torchvision 0.25. */
    @Test
    void seededResnet18_givesTorchvisionsLogits() {
        Ops.seed(0);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.create("resnet18", 50)) {
            net.train(false);
            var logits = net.apply(Tensor.rand(1, 3, 224, 224)).narrow(1, 0, 3).toFloats();
            assertArrayEquals(new float[] {0.50088966f, 0.5223884f, 0.26083246f}, logits, 1e-5f);
        }
    }
}
