package resnet4j.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import resnet4j.Shared;
import resnet4j.array.HostTensor;

class WeightFileTest {
    /** Made by scripts/parity/state_dict_digests.py with torch 2.10.0. */
    @ParameterizedTest
    @CsvSource({
        "cifar-resnets/resnet20-12fca82f.th, 97, 271098, b0a845a931deb07e",
        "cifar-resnets/resnet56-4bfd9763.th, 277, 857082, dcf79f29e1e4b3a5",
        "squeezenet-imagenet/squeezenet1_0.pth, 52, 1248424, 5bfb2cb6f8b2a48d",
        "torchvision-expect/ModelTester.test_deeplabv3_resnet50_expect.pkl, 1, 10240, 52bc652565500e54",
        "torchvision-expect/ModelTester.test_densenet121_expect.pkl, 1, 50, 97ae63e048e89165",
        "torchvision-expect/ModelTester.test_fcn_resnet50_expect.pkl, 1, 10240, 9386913350f6e56c",
        "torchvision-expect/ModelTester.test_inception_v3_expect.pkl, 1, 50, 9161c18f65909d48",
        "torchvision-expect/ModelTester.test_resnet18_expect.pkl, 1, 50, 5073b6e3a71300cf",
        "torchvision-expect/ModelTester.test_resnet50_expect.pkl, 1, 50, 5762f8b25d481310",
        "torchvision-expect/ModelTester.test_resnext50_32x4d_expect.pkl, 1, 50, a1ec13d39dc3e7d7",
        "torchvision-expect/ModelTester.test_squeezenet1_0_expect.pkl, 1, 50, 1407c85299d43dee",
        "torchvision-expect/ModelTester.test_vgg11_expect.pkl, 1, 50, 5121d74ccbe5c719",
        "torchvision-expect/ModelTester.test_vgg16_bn_expect.pkl, 1, 50, 8218ddd8996e045d",
        "torchvision-expect/ModelTester.test_wide_resnet50_2_expect.pkl, 1, 50, 80440ffcd7035791",
    })
    void read_givesTheTensorsThatPyTorchReads(String file, int tensors, long elements, String digest) throws Exception {
        WeightFile read = WeightFile.read(Shared.data(file));
        assertEquals(tensors, read.tensors().size());
        assertEquals(
                elements,
                read.tensors().values().stream().mapToLong(HostTensor::elements).sum());
        assertEquals(digest, digest(read));
    }

    @Test
    void read_keepsScalarsOfACheckpointAsMetadata() throws Exception {
        WeightFile read = WeightFile.read(Shared.data("cifar-resnets/resnet20-12fca82f.th"));
        assertEquals("91.78000183105469", read.metadata().get("best_prec1"));
    }

    /** Both while the file is looked at and after; a page that is gone ends nothing but the reading. */
    @Test
    void aFileShortenedWhileItIsRead_isSaidByName(@TempDir Path folder) throws Exception {
        for (int left : new int[] {0, 5000}) {
            var file = Files.write(folder.resolve("weights-" + left), new byte[300_000]);
            var e = assertThrows(
                    IOException.class,
                    () -> MappedFile.read(file, mapped -> {
                        var data = mapped.slice(0, mapped.size);
                        try (var shorter = FileChannel.open(file, StandardOpenOption.WRITE)) {
                            shorter.truncate(left);
                        }
                        long sum = 0;
                        while (data.hasRemaining()) sum += data.get();
                        return sum;
                    }));
            assertTrue(e.getMessage().startsWith(file + ": the file was shortened while it was read"), e.getMessage());
        }
    }

    /** The digest of state_dict_digests.py. */
    static String digest(WeightFile file) throws Exception {
        var sha = MessageDigest.getInstance("SHA-256");
        file.tensors().forEach((name, tensor) -> {
            sha.update(name.replaceFirst("^state_dict\\.(module\\.)?", "").getBytes(StandardCharsets.UTF_8));
            sha.update(tensor.data());
        });
        return HexFormat.of().formatHex(sha.digest()).substring(0, 16);
    }
}
