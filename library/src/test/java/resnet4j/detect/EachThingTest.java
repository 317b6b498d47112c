package resnet4j.detect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import resnet4j.compress.Budget;
import resnet4j.compress.Cut;
import resnet4j.compress.Groups;
import resnet4j.compress.Importance;
import resnet4j.compress.Pruning;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Shapes;
import resnet4j.data.Things;
import resnet4j.graph.Costs;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Recipe;

/** Detectors with fewer channels: narrow ones with random weights. */
class EachThingTest {
    @TempDir
    private Path folder;

    private static DetectorConfig narrow(String name, String network) {
        var changes = Records.parse(
                """
                {"architecture": {"backbone": {"network": %s}, "channels": 32, %s "sizes": {"min": [64], "max": 96}}}
                """.formatted(network, name.contains("rcnn") ? "\"method\": {\"hidden\": 32, \"sampled\": 16}," : ""));
        return (DetectorConfig) Records.overlay(Recipe.classify(name), changes).architectureFor(9);
    }

    private static ModelFile.Opened opened(String name) {
        Ops.seed(3);
        var config = narrow(name, "{\"planes\": [8, 8, 16, 16]}");
        var names = new ArrayList<>(List.of("background"));
        names.addAll(new Shapes(1, 96, 0).classes());
        return new ModelFile.Opened(
                new ModelFile(name, config, Preprocess.stretch(96, 96).unresized(), names, Map.of(), "", Map.of()),
                config.build());
    }

    private static Dataset<Things> pictures() throws IOException {
        return DataSource.parse("shapes:6", Things.class).train();
    }

    /** Of each group all but its first. */
    private static BitSet some(Groups groups) {
        var random = new Random(4);
        var gone = new BitSet();
        for (var group : groups.groups())
            for (var unit : group.units().subList(1, group.units().size()))
                if (random.nextDouble() < 0.4) gone.set(unit.index());
        return gone;
    }

    /** Zeros where the units have weights. A variance of zero, with nothing added, would be divided by. */
    private static void zero(PyramidDetector net, Groups groups, BitSet gone) {
        var state = net.state();
        for (var unit : groups.units())
            if (gone.get(unit.index()))
                for (var rows : unit.weights())
                    for (int row : rows.rows())
                        if (!rows.weight().endsWith("running_var")) {
                            var numbers = state.get(rows.weight()).detach().narrow(rows.dim(), row, 1);
                            numbers.set(Tensor.zeros(numbers.shape()));
                        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fasterrcnn_resnet18_fpn   | {"planes": [8, 8, 16, 16]}
            maskrcnn_resnet50_fpn_v2  | {"planes": [8, 8, 16, 16]}
            retinanet_resnet50_fpn    | {"planes": [8, 8, 16, 16]}
            retinanet_resnet50_fpn_v2 | {"planes": [8, 8, 16, 16]}
            fcos_resnet50_fpn         | {"planes": [8, 8, 16, 16]}
            keypointrcnn_resnet50_fpn | {"planes": [8, 8, 16, 16]}
            fcos_resnet50_fpn         | {"planes": [16, 16, 16, 16], "groups": 4, "groupWidth": 16}
            fasterrcnn_resnet18_fpn   | {"planes": [16, 16, 16, 16], "attention": {"type": "squeezeExcite", "reduction": 4}, "blurPool": true}
            """)
    void cuttingChannels_isZeroingThem(String name, String network) {
        Ops.seed(5);
        var config = narrow(name, network);
        try (var net = config.net();
                var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var groups = Groups.of(net.graph());
            assertEquals(groups.groups().size(), groups.widths().size(), "names are of one group each");
            var gone = some(groups);
            net.train(false);
            try (var made = net.left(new Cut(groups, gone))) {
                made.train(false);
                zero(net, groups, gone);
                assertTrue(made.parameterCount() < 0.9 * net.parameterCount());
                config.parts().forEach((part, shape) -> {
                    var in = Tensor.randn(shape);
                    var answers = made.answers(part, in);
                    net.answers(part, in).forEach((answer, numbers) -> {
                        float[] expected = numbers.toFloats();
                        double largest = 1e-6;
                        for (float e : expected) largest = Math.max(largest, Math.abs(e));
                        // the same sums without zeros, in another order
                        assertArrayEquals(
                                expected, answers.get(answer).toFloats(), (float) (1e-4 * largest), part + answer);
                    });
                });
            }
        }
    }

    private static ModelFile.Opened pruned(ModelFile.Opened opened, Importance importance) throws IOException {
        try (var scope = new NativeScope()) {
            var subject = new EachThing();
            var budget = new Budget(Budget.Cost.MACS, 0.7);
            var pruning = new Pruning(importance, false, budget, 0.1, 1, 7);
            var shown = new Pruning.Pictures<>(pictures(), subject, opened, n -> {});
            var cut = pruning.run(subject.graph(opened), Optional.of(shown));
            return subject.left(opened, cut);
        }
    }

    private static double macs(ModelFile.Opened opened) {
        try (var scope = new NativeScope()) {
            return Costs.of(new EachThing().graph(opened)).macs();
        }
    }

    /** Twice: a network that was cut is cut again. */
    @ParameterizedTest
    @EnumSource
    void everyImportance_meetsTheBudget_andWhatIsLeftLearnsAndOpensToTheSameBits(Importance importance)
            throws IOException {
        var file = folder.resolve("pruned.safetensors");
        boolean norms = importance == Importance.SCALE; // in the heads too, in which so small a network computes most
        try (var opened = opened(norms ? "maskrcnn_resnet50_fpn_v2" : "maskrcnn_resnet18_fpn");
                var once = pruned(opened, importance);
                var twice = pruned(once, importance)) {
            double left = macs(once) / macs(opened), again = macs(twice) / macs(once);
            assertTrue(left <= 0.7 && left > 0.6, left + " of them are left");
            assertTrue(again <= 0.7 && again > 0.6, again + " of these are left");
            twice.file().save(file, twice.net());
            try (var saved = ModelFile.open(file)) {
                assertEquals(twice.file().architecture(), saved.file().architecture());
                var state = saved.net().state();
                twice.net().state().forEach((name, t) -> {
                    if (t.dim() > 0)
                        assertArrayEquals(t.toFloats(), state.get(name).toFloats(), name);
                });
                var subject = new EachThing();
                assertEquals(subject.score(twice, pictures(), n -> {}), subject.score(saved, pictures(), n -> {}));
                assertTrue(twice.net()
                        .parameters()
                        .keySet()
                        .equals(opened.net().parameters().keySet()));
                learns(saved);
            }
        }
    }

    private static void learns(ModelFile.Opened opened) throws IOException {
        try (var scope = new NativeScope();
                var batches = Measure.loader(opened.file(), pictures(), 4).epoch(0)) {
            opened.net().train(true);
            new EachThing().loss(opened, batches.next()).backward();
            opened.net().parameters().forEach((name, weight) -> assertTrue(weight.grad() != null, name));
        }
    }

    /** Norms that do not learn, as in published networks, and the layers before them: what they matter is seen, and they stay frozen. */
    @Test
    void whatIsFrozen_mattersToo() throws IOException {
        try (var opened = opened("retinanet_resnet50_fpn");
                var pruned = pruned(opened, Importance.TAYLOR)) {
            var widths =
                    ((DetectorConfig) pruned.file().architecture()).widths().orElseThrow();
            var kept = new LinkedHashMap<>(widths);
            kept.keySet().removeIf(name -> !name.startsWith("backbone.body"));
            assertTrue(kept.values().stream().anyMatch(width -> width > 8), "all of them were cut to the least");
            assertFalse(opened.net().state().get("backbone.body.bn1.weight").requiresGrad());
            assertFalse(pruned.net().parameters().containsKey("backbone.body.bn1.weight"));
        }
    }

    /** From random weights, as a description alone. */
    @Test
    void descriptionOfOne_isBuilt_andItsWeightsAreDrawn() {
        var config = narrow("fasterrcnn_resnet18_fpn", "{\"planes\": [8, 8, 16, 16]}")
                .withWidths(Map.of("backbone.body.layer4.0.conv1", 5, "roi_heads.box_head.fc6", 20));
        Ops.seed(1);
        try (var net = config.net()) {
            var state = net.state();
            assertArrayEquals(
                    new long[] {5, 16, 3, 3},
                    state.get("backbone.body.layer4.0.conv1.weight").shape());
            assertArrayEquals(
                    new long[] {5},
                    state.get("backbone.body.layer4.0.bn1.running_var").shape());
            assertArrayEquals(
                    new long[] {16, 5, 3, 3},
                    state.get("backbone.body.layer4.0.conv2.weight").shape());
            assertArrayEquals(
                    new long[] {32, 20},
                    state.get("roi_heads.box_head.fc7.weight").shape());
            double sum = 0;
            for (float w : state.get("roi_heads.box_head.fc7.weight").detach().toFloats()) sum += Math.abs(w);
            assertTrue(sum > 1, "drawn");
            assertEquals(config, config.withClasses(9));
        }
    }

    @Test
    void whatCannotBe_isASentence() throws IOException {
        var config = narrow("fasterrcnn_resnet18_fpn", "{\"planes\": [8, 8, 16, 16]}");
        assertSaid(
                "widths: no layer whose channels could be cut is named 'backbone.body.layer4.0.conv'."
                        + " Did you mean 'backbone.body.layer4.0.conv1'?",
                () -> config.withWidths(Map.of("backbone.body.layer4.0.conv", 5))
                        .net());
        assertSaid(
                "widths.roi_heads.box_head.fc6: expected 1 to 32, got 33",
                () -> config.withWidths(Map.of("roi_heads.box_head.fc6", 33)).net());
        var padded = narrow("fasterrcnn_resnet18_fpn", "{\"planes\": [8, 8, 16, 16], \"shortcut\": \"a\"}");
        assertSaid(
                "backbone: expected one whose channels can be cut, such as one with the shortcut b, got",
                () -> padded.withWidths(Map.of("backbone.body.layer3.0.conv2", 5))
                        .net());
    }

    private static void assertSaid(String part, Executable work) {
        var said = assertThrows(IllegalArgumentException.class, work).getMessage();
        assertTrue(said.contains(part), said);
    }
}
