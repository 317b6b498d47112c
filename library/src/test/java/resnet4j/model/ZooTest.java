package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.nn.Init;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.weights.Catalogue;

/** The registry against torchvision and timm. */
class ZooTest {
    /** A row of zoo.csv, which scripts/parity/zoo_golden.py writes. */
    record Golden(String name, int side, long parameters, int tensors, long crc, float[] logits) {
        static Golden of(String line) {
            var f = line.split(",");
            var logits = new float[5];
            for (int i = 0; i < 5; i++) logits[i] = Float.parseFloat(f[5 + i]);
            return new Golden(
                    f[0],
                    Integer.parseInt(f[1]),
                    Long.parseLong(f[2]),
                    Integer.parseInt(f[3]),
                    Long.parseLong(f[4]),
                    logits);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Golden> goldens() throws IOException {
        try (var in = new BufferedReader(
                new InputStreamReader(ZooTest.class.getResourceAsStream("zoo.csv"), StandardCharsets.UTF_8))) {
            return in.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Golden::of)
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void parametersAndNames_areThePublishedOnes(Golden golden) {
        try (var nothing = Init.none();
                var net = Models.get(golden.name).architecture().build()) {
            assertEquals(golden.parameters, net.parameterCount());
            var lines = net.state().entrySet().stream()
                    .map(e -> e.getKey() + " " + Arrays.toString(e.getValue().shape()))
                    .sorted()
                    .toList();
            assertEquals(golden.tensors, lines.size(), lines::toString);
            var crc = new CRC32();
            crc.update(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
            assertEquals(golden.crc, crc.getValue(), lines::toString);
        }
    }

    /** Plain and uniform networks have no published twin; CIFAR's and resnet1202 are in ResNetTest. */
    @Test
    void everyRegisteredNetwork_hasATwinElsewhere() throws IOException {
        var known = goldens().stream().map(Golden::name).collect(Collectors.toSet());
        var others = Models.all().stream()
                .filter(entry -> !known.contains(entry.name()))
                .filter(entry -> !entry.architecture().perPixel()) // segment's tests compare those
                .filter(entry ->
                        !entry.family().equals("plain") && !entry.family().equals("uniform"))
                .map(Models.Entry::name)
                .toList();
        assertEquals(List.of("resnet20", "resnet32", "resnet44", "resnet56", "resnet110", "resnet1202"), others);
    }

    /** torchvision says how many parameters the networks of its weights have. */
    @Test
    void parametersOfTheCatalogue_areThoseOfTheNetworks() {
        int compared = 0;
        for (var entry : Models.all())
            for (var weights : entry.weights()) {
                if (!weights.task().equals("classification") || weights.parameters() == 0) continue;
                assertEquals(weights.parameters(), entry.parameters(), weights.id());
                compared++;
            }
        assertTrue(
                compared >= 35,
                "compared " + compared + " of " + Catalogue.all().size());
    }

    /** One network of each kind of layer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "resnet18",
                "resnet50_gn",
                "resnext50_32x4d",
                "resnetv2_18",
                "resnetv2_50d",
                "resnetv2_50x1_bit",
                "resnet18d",
                "resnetblur18",
                "resnetrs50",
                "seresnet18",
                "ecaresnet50d",
                "cbam_resnet18",
                "skresnet18",
                "skresnet50",
                "resnest50d",
                "res2net50_26w_4s",
                "densenet121",
                "densenet100_12",
                "googlenet",
                "squeezenet1_1",
                "xception",
                "mobilenet_v2",
                "convnext_tiny",
                "wrn16_8",
                "preresnet110",
                "preresnet164",
                "resnet8_speed",
                "lenet5",
                "small_cnn"
            })
    void logits_areThoseOfPyTorch(String name) throws IOException {
        compare(goldens().stream().filter(g -> g.name.equals(name)).findFirst().orElseThrow());
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("goldens")
    void logits_areThoseOfPyTorch_inEveryNetwork(Golden golden) {
        compare(golden);
    }

    private static void compare(Golden golden) {
        try (var nothing = Init.none();
                var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = Models.get(golden.name).architecture().build()) {
            net.state().forEach(Shallow::fill);
            net.train(false);
            var images = Tensor.of(
                    Shallow.uniform("images", 3 * golden.side * golden.side, 1, 0), 1, 3, golden.side, golden.side);
            var logits = net.apply(images).narrow(1, 0, 5).toFloats();
            double largest = 0;
            for (float logit : golden.logits) largest = Math.max(largest, Math.abs(logit));
            // PyTorch in double precision, we in single, through up to 1001 layers
            assertArrayEquals(golden.logits, logits, (float) (1e-4 * largest));
        }
    }
}
