package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.Shared;
import resnet4j.weights.PyTorchFile;
import resnet4j.weights.WeightFile;

/** Files that others published, in our networks. */
class PublishedWeightsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"resnet20, resnet20-12fca82f.th", "resnet56, resnet56-4bfd9763.th"})
    void load_takesWeightsOfAnotherProjectAndGivesThemBack(String name, String file) throws IOException {
        var published = WeightFile.read(Shared.data("cifar-resnets/" + file)).tensors();
        try (var net = Models.create(name, 10);
                var other = Models.create(name, 10)) {
            ModelFile.load(net, published, file);
            Path written = folder.resolve("written.pth");
            PyTorchFile.write(written, ModelFile.state(net));
            ModelFile.load(other, WeightFile.read(written).tensors(), written.toString());
            var kernel = ModelFile.state(other).get("layer2.1.conv2.weight").data();
            assertEquals(published.get("layer2.1.conv2.weight").data(), kernel);
            assertEquals(
                    published.get("linear.bias").data(),
                    ModelFile.state(other).get("fc.bias").data());
        }
    }

    @Test
    void load_changesNothingIfOneNameDoesNotFit() throws IOException {
        var published = WeightFile.read(Shared.data("cifar-resnets/resnet20-12fca82f.th"))
                .tensors();
        try (var net = Models.create("resnet20", 7)) {
            var before = ModelFile.state(net).get("conv1.weight");
            var e = assertThrows(IOException.class, () -> ModelFile.load(net, published, "r.th"));
            assertTrue(
                    e.getMessage().startsWith("r.th: weights do not fit the network: 0 missing, 0 unexpected, 2 of"));
            assertTrue(e.getMessage().contains("fc.bias: expected F32[7], got F32[10]"), e.getMessage());
            assertEquals(before.data(), ModelFile.state(net).get("conv1.weight").data());
        }
    }
}
