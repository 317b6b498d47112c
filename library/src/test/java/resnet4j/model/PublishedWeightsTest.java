package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.Shared;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Tensor;
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
            NetWeights.load(net, published, file);
            Path written = folder.resolve("written.pth");
            PyTorchFile.write(written, NetWeights.of(net));
            NetWeights.load(other, WeightFile.read(written).tensors(), written.toString());
            var kernel = NetWeights.of(other).get("layer2.1.conv2.weight").data();
            assertEquals(
                    published.get("state_dict.module.layer2.1.conv2.weight").data(), kernel);
            assertEquals(
                    published.get("state_dict.module.linear.bias").data(),
                    NetWeights.of(other).get("fc.bias").data());
        }
    }

    @Test
    void load_changesNothingIfOneNameDoesNotFit() throws IOException {
        var published = WeightFile.read(Shared.data("cifar-resnets/resnet20-12fca82f.th"))
                .tensors();
        try (var net = Models.create("resnet20", 7)) {
            var before = NetWeights.of(net).get("conv1.weight");
            var e = assertThrows(IOException.class, () -> NetWeights.load(net, published, "r.th"));
            assertTrue(
                    e.getMessage().startsWith("r.th: weights do not fit the network: 0 missing, 0 unexpected, 2 of"));
            assertTrue(e.getMessage().contains("fc.bias: expected F32[7], got F32[10]"), e.getMessage());
            assertEquals(before.data(), NetWeights.of(net).get("conv1.weight").data());
        }
    }

    /** PyTorch's logits with Pillow's pixels on sixty photographs of ImageNet, and how many it gets right. */
    @Test
    void squeezenet_givesPyTorchsLogits() throws IOException {
        float[][] wanted = npy(Shared.data("squeezenet-imagenet/logits_imagenet-60.npy"), 1000);
        Path labels = Shared.data("imagenet-60/labels.tsv");
        var rows = Files.readAllLines(labels);
        var preprocess = Preprocess.imagenet();
        int top1 = 0, top5 = 0;
        double difference = 0;
        try (var net = Models.create("squeezenet1_0", 1000);
                var noGrad = Ops.noGrad()) {
            Path file = Shared.data("squeezenet-imagenet/squeezenet1_0.pth");
            NetWeights.load(net, WeightFile.read(file).tensors(), file.toString());
            net.train(false);
            for (int i = 0; i < wanted.length; i++) {
                String[] row = rows.get(i + 1).split("\t");
                try (var scope = new NativeScope()) {
                    var pixels = preprocess
                            .read(Picture.of(labels.resolveSibling(row[3])))
                            .rgb();
                    var images =
                            Pixels.normalize(Tensor.of(pixels, 1, 224, 224, 3), preprocess.mean(), preprocess.std());
                    float[] logits = net.apply(images).toFloats();
                    float right = logits[Integer.parseInt(row[0])];
                    int better = 0;
                    for (int c = 0; c < logits.length; c++) {
                        difference = Math.max(difference, Math.abs(logits[c] - wanted[i][c]));
                        if (logits[c] > right) better++;
                    }
                    if (better == 0) top1++;
                    if (better < 5) top5++;
                }
            }
        }
        assertEquals(31, top1);
        assertEquals(51, top5);
        assertTrue(difference < 2e-4, "logits reach 40; their largest difference is " + difference);
    }

    /** Rows of a two-dimensional float32 array in NumPy's format, version 1. */
    private static float[][] npy(Path file, int columns) throws IOException {
        var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        var floats = bytes.position(10 + bytes.getShort(8))
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        var rows = new float[floats.remaining() / columns][columns];
        for (float[] row : rows) floats.get(row);
        return rows;
    }
}
