package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.config.Records;
import resnet4j.nn.Norm;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

class BackboneTest {
    private static final Map<String, Norm> NORMS =
            Map.of("batch", Norm.BATCH, "frozen", new Norm.FrozenBatch(1e-5), "group", new Norm.Group(32, 1e-5));

    /** The networks of scripts/parity/backbone_golden.py, with a line for each level. */
    static Stream<Arguments> networks() throws Exception {
        var lines = new LinkedHashMap<List<String>, List<String[]>>();
        for (var line : Shallow.lines("backbone.csv")) {
            var cells = line.split(",", -1);
            lines.computeIfAbsent(List.of(cells[0], cells[1], cells[2]), key -> new ArrayList<>())
                    .add(cells);
        }
        return lines.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void levelsAndNamesAreThoseOfTorchvisionAndTimm(List<String> network, List<String[]> expected) throws Exception {
        Ops.seed(0);
        var drawn = (ResNetConfig) Models.get(network.get(0)).architecture();
        var config = BackboneConfig.of(drawn.withZeroInitLast(false)) // so that every branch is heard
                .withOutputStride(Integer.parseInt(network.get(1)))
                .withNorm(NORMS.get(network.get(2)));
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = config.build()) {
            net.train(false);
            var levels = net.levels();
            var maps =
                    net.maps(image(), levels.stream().map(Backbone.Level::path).toList());
            assertEquals(expected.size() - 1, maps.size());
            for (var line : expected) {
                if (line[3].equals("names")) {
                    var names = net.state().keySet();
                    assertEquals(Integer.parseInt(line[4]), names.size());
                    assertEquals(line[5], sha256(String.join("\n", names)));
                    continue;
                }
                var map = maps.get(line[3]);
                assertEquals(
                        line[4],
                        LongStream.of(map.shape()).mapToObj(Long::toString).collect(Collectors.joining("x")));
                assertEquals(net.level(line[3]).channels(), map.size(1));
                assertEquals(
                        (70 + net.level(line[3]).stride() - 1)
                                / net.level(line[3]).stride(),
                        map.size(2));
                var values = map.toFloats();
                double sum = 0, weighted = 0;
                for (int i = 0; i < values.length; i++) {
                    sum += values[i];
                    weighted += (double) values[i] * (i % 7);
                }
                // float sums over thousands of products, in another order than PyTorch's
                near(line[5], sum, 1e-5, 0);
                near(line[6], weighted, 1e-5, 0);
                near(line[7], values[0], 1e-4, 1e-4);
                near(line[8], values[values.length - 1], 1e-4, 1e-4);
            }
        }
    }

    private static void near(String expected, double got, double relative, double absolute) {
        double value = Double.parseDouble(expected);
        assertEquals(value, got, relative * Math.abs(value) + absolute);
    }

    private static Tensor image() {
        var values = new float[3 * 70 * 61];
        for (int i = 0; i < values.length; i++) values[i] = i * 37 % 101 / 50f - 1;
        return Tensor.of(values, 1, 3, 70, 61);
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void chosenLevels_comeAloneAndInOrder() {
        try (var scope = new NativeScope();
                var net = BackboneConfig.of("resnet20").build()) {
            assertEquals(
                    List.of("layer1", "layer3"),
                    List.copyOf(net.maps(pixels(), List.of("layer3", "layer1")).keySet()));
            assertEquals(List.of(1, 64), List.of((int) net.apply(pixels()).size(0), (int)
                    net.apply(pixels()).size(1)));
            var refused = assertThrows(IllegalArgumentException.class, () -> net.maps(pixels(), List.of("layer4")));
            assertTrue(refused.getMessage()
                    .startsWith("level: expected one of relu, layer1, layer2, layer3, got 'layer4'"));
            assertThrows(IllegalArgumentException.class, () -> net.maps(pixels(), List.of()));
        }
    }

    private static Tensor pixels() {
        return Tensor.rand(1, 3, 32, 32);
    }

    /** As torchvision's {@code trainable_layers} from 5 down to 0: the stem's norm trains with its convolution. */
    @Test
    void trainableStages_areTheDeepest() {
        var firsts = List.of("", "layer4.", "layer3.", "layer2.", "layer1.", "conv1.");
        for (int count = 0; count <= 5; count++) {
            try (var scope = new NativeScope();
                    var net = BackboneConfig.of("resnet18")
                            .withTrainableStages(count)
                            .build()) {
                var trained = net.parameters().keySet();
                for (int i = 1; i < firsts.size(); i++) {
                    var first = firsts.get(i);
                    assertEquals(i <= count, trained.stream().anyMatch(name -> name.startsWith(first)), first + count);
                }
                assertEquals(count == 5, trained.contains("bn1.weight"));
                assertEquals(120, net.state().size());
                if (count == 0) continue;
                Ops.sum(net.apply(Tensor.rand(2, 3, 64, 64)), List.of(0, 1, 2, 3), false)
                        .backward();
                net.state().forEach((name, t) -> assertEquals(trained.contains(name), t.requiresGrad(), name));
            }
        }
    }

    /** A classifier's body has the classifier's weights, from the same seed, and answers alike. */
    @Test
    void aBackbone_isTheClassifierWithoutItsHead() {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var whole = seeded(() -> Models.create("resnet20", 10));
                var body = seeded(() -> BackboneConfig.of("resnet20").build())) {
            assertEquals(
                    whole.state().keySet().stream()
                            .filter(name -> !name.startsWith("fc."))
                            .toList(),
                    List.copyOf(body.state().keySet()));
            var x = pixels();
            assertEquals(
                    IntStream.range(0, 64)
                            .mapToObj(i -> whole.features(x).toFloats()[i])
                            .toList(),
                    IntStream.range(0, 64)
                            .mapToObj(i -> Ops.globalAvgPool(body.apply(x)).toFloats()[i])
                            .toList());
        }
    }

    private static <N> N seeded(Supplier<N> build) {
        Ops.seed(7);
        return build.get();
    }

    @ParameterizedTest
    @CsvSource({
        "resnet50,64,5,outputStride: expected a power of 2 from 4 to 32",
        "resnet50,12,5,outputStride: expected a power of 2 from 4 to 32",
        "resnet50,7,5,'outputStride: expected a power of 2 from 4 to 32, got 7'",
        "resnet50,0,5,'outputStride: expected a power of 2 from 4 to 32, got 0'",
        "resnet50,8,6,'trainableStages: expected 0 to 5 (4 and the stem), got 6'",
        "res2net50_26w_4s,8,5,outputStride: a res2 block does not dilate",
        "vgg16,8,5,'backbone: expected a residual network with stages'"
    })
    void whatCannotBe_isRefused(String network, int stride, int stages, String sentence) {
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> BackboneConfig.of(network).withOutputStride(stride).withTrainableStages(stages));
        assertTrue(refused.getMessage().startsWith(sentence), refused.getMessage());
    }

    @Test
    void aConfig_isWrittenAndReadAgain() {
        var config = BackboneConfig.of("resnext50_32x4d").withOutputStride(8).withNorm(new Norm.FrozenBatch(0));
        assertEquals(config, Records.read(Records.tree(config), BackboneConfig.class));
    }
}
