package resnet4j.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.data.Label;
import resnet4j.data.Shapes;
import resnet4j.graph.Costs;
import resnet4j.graph.Graph;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.model.Models;
import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

class PruningTest {
    @TempDir
    private Path folder;

    /** The graph with zeros where the units have weights. */
    private static Graph zeroed(Groups groups, BitSet gone) {
        var graph = groups.graph();
        var numbers = new HashMap<String, float[]>();
        for (var unit : groups.units()) {
            if (!gone.get(unit.index())) continue;
            for (var rows : unit.weights()) {
                var t = graph.constants().get(rows.weight());
                var n = numbers.computeIfAbsent(rows.weight(), w -> t.detach().toFloats());
                int inner = 1, outer = n.length;
                for (int i = rows.dim() + 1; i < t.dim(); i++) inner *= (int) t.size(i);
                for (int i = rows.dim(); i < t.dim(); i++) outer /= (int) t.size(i);
                for (int row : rows.rows())
                    for (int o = 0; o < outer; o++) {
                        int at = (o * (int) t.size(rows.dim()) + row) * inner;
                        Arrays.fill(n, at, at + inner, 0);
                    }
            }
        }
        var constants = new LinkedHashMap<>(graph.constants());
        numbers.forEach((name, n) ->
                constants.put(name, Tensor.of(n, constants.get(name).shape())));
        return new Graph(graph.inputs(), constants, graph.nodes(), graph.outputs(), graph.layers());
    }

    /** Of each group all but its first. */
    private static BitSet some(Groups groups, long seed) {
        var random = new Random(seed);
        var gone = new BitSet();
        for (var group : groups.groups())
            for (var unit : group.units().subList(1, group.units().size()))
                if (random.nextDouble() < 0.4) gone.set(unit.index());
        return gone;
    }

    private static void cuttingIsZeroing(Layer net, long seed, int side) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var groups = Groups.of(Tracer.trace(net, 1, 3, side, side));
            var gone = some(groups, seed);
            var cut = groups.without(gone);
            var images = Tensor.randn(2, 3, side, side);
            float[] expected = zeroed(groups, gone).run(images).toFloats();
            double largest = 0;
            for (float e : expected) largest = Math.max(largest, Math.abs(e));
            // the same sums without zeros: in another order, perhaps
            assertArrayEquals(expected, cut.run(images).toFloats(), (float) (1e-4 * largest));
            // how much it saves depends on the maps' sizes: a channel of one place costs next to nothing
            assertTrue(gone.isEmpty()
                    || Costs.of(cut).macs() < Costs.of(groups.graph()).macs());
        }
    }

    @Property(tries = 60)
    void cuttingChannels_isZeroingThem_inAnyNetwork(@ForAll long seed) {
        Ops.seed(seed);
        try (var net = new AnyNet(seed)) {
            cuttingIsZeroing(net, seed, 8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resnet20",
                "resnext50_32x4d",
                "seresnet50",
                "squeezenet1_0",
                "mobilenet_v2",
                "googlenet",
                "unet_resnet18",
                "fcn_resnet18",
                "deeplabv3_resnet18",
                "deeplabv3plus_resnet18"
            })
    void cuttingChannels_isZeroingThem(String name) {
        Ops.seed(5);
        try (var net = Net.whole(Models.get(name).architecture()::build)) {
            cuttingIsZeroing(net, 3, 64);
        }
    }

    private static Pruning half(Importance importance, boolean perLayer) {
        return new Pruning(importance, perLayer, new Budget(Budget.Cost.MACS, 0.5), 0.1, 1, 7);
    }

    private static Pruning.Pictures<Label> pictures(ClassificationNet net) {
        var data = new Shapes(64, 32, 0);
        var file = new ModelFile(
                "resnet20", net.architecture(), Preprocess.cifar10(), data.classes(), Map.of(), "", Map.of());
        return new Pruning.Pictures<>(data, Subject.CLASSES, new ModelFile.Opened(file, net), n -> {});
    }

    @ParameterizedTest
    @EnumSource
    void everyImportance_meetsTheBudget_andWhatIsLeftTrainsAndPlansAndOpens(Importance importance) throws IOException {
        Ops.seed(2);
        try (var scope = new NativeScope();
                var net = Models.create("resnet20", 8);
                var pruned = half(importance, importance == Importance.L1)
                        .run(net, Optional.of(pictures(net)), 1, 3, 32, 32)) {
            double macs = Costs.of(Tracer.trace(net, 1, 3, 32, 32)).macs();
            double left = Costs.of(Tracer.trace(pruned, 1, 3, 32, 32)).macs() / macs;
            assertTrue(left <= 0.5 && left > 0.45, left + " of them are left");
            pruned.train(true);
            var images = Tensor.randn(4, 3, 32, 32);
            resnet4j.tensor.Losses.crossEntropy(pruned.apply(images), Tensor.of(new long[] {0, 1, 2, 3}, 4), 0)
                    .backward();
            pruned.parameters().forEach((name, weight) -> assertTrue(weight.grad() != null, name));
            var file = folder.resolve("pruned.safetensors");
            sameBits(pruned, file, 32);
        }
    }

    private static void sameBits(Layer net, Path file, int side) throws IOException {
        var pruned = (resnet4j.graph.GraphNet) net;
        pruned.train(false);
        var names = IntStream.range(0, pruned.architecture().classes())
                .mapToObj(i -> "c" + i)
                .toList();
        new ModelFile("resnet20", pruned.architecture(), Preprocess.imagenet(), names, Map.of(), "", Map.of())
                .save(file, pruned);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var opened = ModelFile.open(file);
                var plan = Plan.compile(opened.net(), Precision.FP32, 1, 3, side, side)) {
            opened.net().train(false);
            var images = Tensor.randn(2, 3, side, side);
            float[] expected = pruned.apply(images).toFloats();
            assertArrayEquals(expected, opened.net().apply(images).toFloats());
            double largest = 0;
            for (float e : expected) largest = Math.max(largest, Math.abs(e));
            assertArrayEquals(expected, plan.run(images).toFloats(), (float) (1e-3 * largest));
        }
    }

    /** By hand: of two channels in a row the one with the smaller weights, whatever its layer's other weights are. */
    @Test
    void groupsOfEqualShares_andAllKeepTheirLeast() {
        try (var scope = new NativeScope();
                var net = Models.create("resnet20", 10)) {
            var groups = Groups.of(Tracer.trace(net, 1, 3, 32, 32));
            // nine blocks, and the maps of three stages, which zeros make wider: 16, 16 more and 32 more
            assertEquals(12, groups.groups().size());
            assertEquals(3 * (16 + 32 + 64) + 64, groups.units().size());
            var gone = half(Importance.RANDOM, true).choose(groups, Importance.RANDOM.of(groups, null, 1));
            for (var group : groups.groups()) {
                long cut =
                        group.units().stream().filter(u -> gone.get(u.index())).count();
                assertEquals(0.29, (double) cut / group.units().size(), 0.05, group.name());
            }
        }
    }

    /** The first stage's maps are made and used by most, on the largest pictures: of channels that matter equally, these go. */
    @Test
    void ofChannelsThatAddAsMuchToTheLoss_thoseGoFirstThatSaveMost() {
        try (var scope = new NativeScope();
                var net = Models.create("resnet20", 10)) {
            var groups = Groups.of(Tracer.trace(net, 1, 3, 32, 32));
            var equal = new double[groups.units().size()];
            Arrays.fill(equal, 1);
            var pruning = new Pruning(Importance.TAYLOR, false, new Budget(Budget.Cost.MACS, 0.9), 0.1, 1, 0);
            var gone = pruning.choose(groups, equal);
            assertTrue(gone.cardinality() > 0);
            gone.stream()
                    .forEach(unit -> assertEquals(
                            "conv1",
                            groups.groups()
                                    .get(groups.units().get(unit).group())
                                    .name()));
        }
    }

    @Test
    void layersKeepAMultiple() {
        try (var scope = new NativeScope();
                var net = Models.create("resnet20", 10)) {
            var groups = Groups.of(Tracer.trace(net, 1, 3, 32, 32));
            var pruning = new Pruning(Importance.L1, false, new Budget(Budget.Cost.PARAMETERS, 0.6), 0.1, 8, 0);
            var gone = pruning.choose(groups, Importance.L1.of(groups, null, 0));
            for (var group : groups.groups())
                assertEquals(
                        0,
                        group.units().stream().filter(u -> !gone.get(u.index())).count() % 8,
                        group.name());
        }
    }

    @Test
    void whatCannotBe_isASentence() {
        var e = assertThrows(IllegalArgumentException.class, () -> new Budget(Budget.Cost.MACS, 1.5));
        assertEquals(
                "macs: expected a share of what the network has now, above 0 and below 1, got 1.5", e.getMessage());
        try (var net = Models.create("resnet20", 10)) {
            var tiny = new Pruning(Importance.L1, false, new Budget(Budget.Cost.MACS, 0.001), 0.1, 1, 0);
            e = assertThrows(IllegalArgumentException.class, () -> tiny.run(net, Optional.empty(), 1, 3, 32, 32));
            assertTrue(
                    e.getMessage().startsWith("macs: expected a share that cutting channels can reach"), e::getMessage);
            e = assertThrows(IllegalArgumentException.class, () -> half(Importance.TAYLOR, false)
                    .run(net, Optional.empty(), 1, 3, 32, 32));
            assertEquals("importance: taylor looks at pictures; give some, or take l1", e.getMessage());
        }
    }

    /** Random weights of 1202 layers give no numbers. */
    static Stream<String> registered() {
        return Models.all().stream().map(Models.Entry::name).filter(name -> !name.equals("resnet1202"));
    }

    /** Those whose every channel is normalised together with others. */
    private static final List<String> WHOLE = List.of("_gn", "_bit", "convnext");

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("registered")
    void everyRegisteredNetwork_isPruned_andOpensToTheSameBits(String name) throws IOException {
        var architecture = Models.get(name).architecture();
        int side = Math.max(64, architecture.minInputSize());
        var pruning = new Pruning(Importance.L1, true, new Budget(Budget.Cost.MACS, 0.6), 0.1, 1, 7);
        Ops.seed(1);
        try (var net = Net.whole(architecture::build)) {
            if (WHOLE.stream().anyMatch(name::contains)) {
                var e = assertThrows(
                        IllegalArgumentException.class, () -> pruning.run(net, Optional.empty(), 1, 3, side, side));
                assertTrue(e.getMessage().matches(".*, such as .*(group_norm|layer_norm).*"), e::getMessage);
                return;
            }
            try (var pruned = pruning.run(net, Optional.empty(), 1, 3, side, side)) {
                sameBits(pruned, folder.resolve("pruned.safetensors"), side);
            }
        }
    }
}
