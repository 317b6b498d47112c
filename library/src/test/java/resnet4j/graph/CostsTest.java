package resnet4j.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.Shared;
import resnet4j.array.DType;
import resnet4j.model.Models;
import resnet4j.nn.BatchNorm2d;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Net;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;

class CostsTest {
    /** Sums by hand: a 3x3 convolution from 2 to 4 channels on 8x8, then a norm. */
    @Test
    void costsOfOneConvolution_areTheSumsByHand() {
        try (var net = new Sequential(Conv2d.of(2, 4, 3), Norm.BATCH.of(4))) {
            var costs = Costs.of(Tracer.trace(net, 1, 2, 8, 8), DType.BF16);
            var conv = costs.rows().get(0);
            assertEquals(4 * 2 * 9, conv.parameters());
            assertEquals(64 * 4 * 2 * 9, conv.macs());
            assertEquals(64 * 4 * 2, conv.activationBytes());
            assertEquals((64 * 2 + 4 * 2 * 9 + 64 * 4) * 2, conv.movedBytes());
            assertEquals(8, costs.rows().get(1).parameters());
            // the norm's input and output at once
            assertEquals(2 * 64 * 4 * 2, costs.peakActivationBytes());
            // 4608 multiply-adds in 1 s each, or 912 bytes at 0.1 a second
            assertEquals(4608 * 4, conv.roofline(new Costs.Machine(0.25, 1)));
            assertEquals(9120, conv.roofline(new Costs.Machine(1, 0.1)), 1e-9);
        }
    }

    @Test
    void modulesAddUpTheirOperations() {
        try (var net = Models.create("resnet18", 1000)) {
            var costs = Costs.of(Tracer.trace(net, 1, 3, 224, 224));
            var modules = costs.modules(1);
            assertEquals(
                    List.of(
                            "conv1",
                            "bn1",
                            "relu",
                            "maxpool",
                            "layer1",
                            "layer2",
                            "layer3",
                            "layer4",
                            "adaptive_avg_pool2d",
                            "flatten",
                            "fc"),
                    modules.stream().map(Costs.Row::name).toList());
            assertEquals(
                    costs.macs(), modules.stream().mapToLong(Costs.Row::macs).sum());
            assertEquals(147_968, modules.get(4).parameters()); // 4 * 64 * 64 * 9 + 4 * 128
            assertEquals(List.of(1L, 64L, 56L, 56L), modules.get(4).shape());
        }
    }

    /**
     * Parameters in millions, as rounded in the papers' tables, which count the norms' or do not. The papers state no
     * multiply-adds; these are sums of height * width * in * out * kernel^2 / groups over the layers that they draw. Of
     * a ResNet of 6n+2 layers, for example: 3*16*9*32^2 in the stem, 16*16*9*32^2 in each of 6n-1 convolutions (two
     * of the 6n have stride 2 and half of the channels in: half of it each), 64*10 in the end.
     */
    @ParameterizedTest
    @CsvSource({
        // arXiv:1512.03385, table 6
        "resnet20,          0.27, with norms,       40551040",
        "resnet32,          0.46, with norms,       68862592",
        "resnet44,          0.66, with norms,       97174144",
        "resnet56,          0.85, with norms,      125485696",
        "resnet110,         1.7,  with norms,      252887680",
        "resnet1202,       19.4,  with norms,     2829238912",
        // arXiv:1611.05431, table 7
        "resnext29_8x64d,  34.4,  without norms,  5387266048",
        "resnext29_16x64d, 68.1,  without norms, 10688866304",
        // arXiv:1605.07146, table 4
        "wrn16_8,          11.0,  with norms,     1548145664",
        "wrn28_10,         36.5,  with norms,     5243328768",
        "wrn40_4,           8.9,  with norms,     1298582016",
        // arXiv:1603.05027, table 4
        "preresnet110,      1.7,  without norms,   253149824",
        "preresnet164,      1.7,  without norms,   247646720",
        "preresnet1001,    10.2,  without norms,  1490995712",
        // arXiv:1608.06993, table 2
        "densenet100_12,    0.8,  with norms,      287929692",
        "densenet190_40,   25.6,  with norms,     9301945740"
    })
    void cifarNetworks_costWhatTheirPapersSay(String name, String millions, String counted, long macs) {
        try (var nothing = Init.none();
                var net = Models.get(name).architecture().build()) {
            long norms = net.nets().values().stream()
                    .filter(BatchNorm2d.class::isInstance)
                    .mapToLong(Net::parameterCount)
                    .sum();
            long parameters = net.parameterCount() - (counted.equals("without norms") ? norms : 0);
            assertEquals(
                    new BigDecimal(millions),
                    BigDecimal.valueOf(parameters, 6)
                            .setScale(new BigDecimal(millions).scale(), RoundingMode.HALF_EVEN));
            var costs = Costs.of(Tracer.trace(net, 1, 3, 32, 32));
            assertEquals(macs, costs.macs());
            assertEquals(net.parameterCount(), costs.parameters());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2"})
    void multiplyAddsAndParameters_areThePublishedOnes(String name) throws IOException {
        assertTrue(comparesWithCatalogue(name), name + " is in torchvision's catalogue");
    }

    static List<String> all() {
        return Models.all().stream().map(Models.Entry::name).toList();
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("all")
    void multiplyAddsAndParameters_areThePublishedOnes_inEveryModelOfTheCatalogue(String name) throws IOException {
        comparesWithCatalogue(name);
    }

    /** Against torchvision's catalogue, {@code _ops} in 10^9 multiply-adds; false where it has no such model. */
    private static boolean comparesWithCatalogue(String name) throws IOException {
        var catalogue = new ObjectMapper()
                .readTree(Shared.data("torchvision-weights.json").toFile());
        int size = Models.get(name).inputSize();
        boolean found = false;
        try (var net = Models.create(name, 1000)) {
            var costs = Costs.of(Tracer.trace(net, 1, 3, size, size));
            boolean auxiliary = name.equals("inception_v3"); // a head that evaluation does not run
            if (!auxiliary) assertEquals(net.parameterCount(), costs.parameters());
            for (var entry : catalogue.properties()) {
                var key = entry.getKey().split("_Weights\\.")[0].replace("_", "");
                if (!key.equalsIgnoreCase(name.replace("_", ""))) continue;
                if (entry.getValue().path("transforms").path("crop_size").asInt() != size) continue;
                var meta = entry.getValue().get("meta");
                assertEquals(meta.get("num_params").asLong(), net.parameterCount());
                double published = meta.get("_ops").asDouble() * 1e9;
                assertEquals(published, costs.macs(), published / 100);
                found = true;
            }
        }
        return found;
    }
}
