package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.array.HostTensor;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.nn.Checkpointing;
import resnet4j.nn.Init;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeException;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/** What every kind of network has to do, on shallow ones. */
class ArchitecturesTest {
    /** The gradients of Inception-v3 are slow for its random numbers, and come with its auxiliary head below. */
    static List<String> smallButInception() {
        return Shallow.smallBut("Inception-v3");
    }

    @ParameterizedTest
    @MethodSource("smallButInception")
    void everyParameter_getsAFiniteGradient(String name) {
        everyParameterGetsAFiniteGradient(Shallow.SMALL.get(name), Shallow.side(Shallow.SMALL.get(name)));
    }

    static void everyParameterGetsAFiniteGradient(Architecture architecture, int side) {
        Ops.seed(5);
        try (var scope = new NativeScope();
                var net = architecture.build()) {
            Tensor loss = null;
            for (var output : net.outputs(Tensor.randn(3, 3, side, side))) {
                assertArrayEquals(new long[] {3, 7}, output.logits().shape());
                var part = Losses.scale(
                        Losses.crossEntropy(output.logits(), Tensor.of(new long[] {1, 4, 6}, 3), 0), output.weight());
                loss = loss == null ? part : Ops.add(loss, part);
            }
            loss.backward();
            net.parameters().forEach((path, parameter) -> {
                var grad = parameter.grad();
                assertNotNull(grad, path);
                boolean changes = false;
                for (float g : grad.toFloats()) {
                    assertTrue(Float.isFinite(g), path);
                    changes |= g != 0;
                }
                assertTrue(changes, path);
            });
        }
    }

    /** Every choice that some registered network makes is made by a small one: what holds for those holds for all. */
    @Test
    void theSmallNetworks_haveAllOptionsOfTheRegistry() {
        var small = Shallow.SMALL.values().stream()
                .flatMap(ArchitecturesTest::options)
                .collect(Collectors.toSet());
        var registered = Models.all().stream()
                .map(Models.Entry::architecture)
                .filter(architecture -> architecture.getClass().getPackage().equals(Models.class.getPackage()))
                .flatMap(ArchitecturesTest::options)
                .collect(Collectors.toSet());
        registered.removeAll(small);
        // the tests of auxiliary heads have these, and SeedTest what is zero to begin with
        registered.removeAll(
                Set.of("GoogLeNet auxiliary false", "InceptionV3 auxiliary true", "ResNetConfig zeroInitLast true"));
        assertEquals(Set.of(), registered);
    }

    /** Which class of networks, and the choices in it that are not sizes. */
    private static Stream<String> options(Architecture architecture) {
        var type = architecture.getClass();
        var choices = Arrays.stream(type.getRecordComponents()).map(component -> {
            try {
                var value = component.getAccessor().invoke(architecture);
                if (value instanceof Optional<?> optional) value = optional.orElse(null);
                var choice = value instanceof Record record ? record.getClass().getSimpleName() : value;
                return value instanceof Number || value instanceof List<?> ? "" : component.getName() + " " + choice;
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        });
        return choices.map(choice -> type.getSimpleName() + " " + choice);
    }

    /** The loss falls along its gradient as steeply as the gradient is long. */
    @ParameterizedTest
    @MethodSource("smallButInception")
    void gradients_areTheSlopesOfTheLoss(String name) {
        var architecture = Shallow.SMALL.get(name);
        try (var scope = new NativeScope();
                var nothing = Init.none();
                var net = architecture.build()) {
            net.state().forEach(Shallow::fill);
            var images = Tensor.of(Shallow.uniform("images", 4 * 3 * 65 * 65, 1, 0), 4, 3, 65, 65);
            loss(net, images).backward();
            double square = 0;
            for (var parameter : net.parameters().values())
                for (float g : parameter.grad().toFloats()) square += (double) g * g;
            double length = Math.sqrt(square), step = 2e-3 / length; // changes the loss by 0.002 to either side
            double before = lossAt(net, images, -step / length), after = lossAt(net, images, step / length);
            double slope = (after - before) / (2 * step);
            // single precision and the loss's own curve: 0.01 at most, but 0.04 in GoogLeNet's auxiliary heads
            assertEquals(length, slope, 0.05 * length);
        }
    }

    /** The loss with every weight moved by {@code share} of its gradient. */
    private static double lossAt(ClassificationNet net, Tensor images, double share) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var weights = List.copyOf(net.parameters().values());
            var before = weights.stream().map(Tensor::copy).toList();
            for (var weight : weights) weight.set(Ops.add(weight, Losses.scale(weight.grad(), share)));
            double loss = loss(net, images).item();
            for (int i = 0; i < weights.size(); i++) weights.get(i).set(before.get(i));
            return loss;
        }
    }

    private static Tensor loss(ClassificationNet net, Tensor images) {
        Ops.seed(5); // the same numbers are dropped
        var labels = Tensor.of(new long[] {1, 4, 6, 0}, 4);
        return net.outputs(images).stream()
                .map(output -> Losses.crossEntropy(output.logits(), labels, 0))
                .reduce(Ops::add)
                .orElseThrow();
    }

    /** What a step leaves: loss, gradients, weights with running statistics, and the next random number. */
    private record Left(double loss, Map<String, HostTensor> gradients, Map<String, HostTensor> state, double next) {
        static Left by(Architecture architecture, boolean checkpointed) {
            int side = Math.max(33, architecture.minInputSize() + 1);
            Ops.seed(5);
            try (var scope = new NativeScope();
                    var net = architecture.build();
                    var checkpointing = Checkpointing.of(net, checkpointed)) {
                assertTrue(Checkpointing.fits(net));
                var logits = net.apply(Tensor.randn(3, 3, side, side));
                var loss = Losses.crossEntropy(logits, Tensor.of(new long[] {1, 4, 6}, 3), 0);
                checkpointing.backward(loss);
                var gradients = new LinkedHashMap<String, HostTensor>();
                net.parameters()
                        .forEach((name, t) -> gradients.put(name, t.grad().toHost()));
                return new Left(
                        loss.item(),
                        gradients,
                        NetWeights.of(net),
                        Tensor.rand(1).item());
            }
        }
    }

    static List<String> sequences() {
        return Shallow.smallBut("Inception-v3", "GoogLeNet", "Xception", "LeNet-5", "the example");
    }

    @ParameterizedTest
    @MethodSource("sequences")
    void aCheckpointedStep_isThePlainOneToTheBit(String name) {
        assertEquals(Left.by(Shallow.SMALL.get(name), false), Left.by(Shallow.SMALL.get(name), true));
    }

    @ParameterizedTest
    @MethodSource("resnet4j.model.Shallow#small")
    void sizesDownToTheLeast_giveLogits_andSmallerOnesAreRefused(String name) {
        var architecture = Shallow.SMALL.get(name);
        int least = architecture.minInputSize();
        try (var nothing = Init.none();
                var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = architecture.build()) {
            net.state().forEach(Shallow::fill);
            net.train(false);
            for (int side : new int[] {Shallow.side(architecture), least})
                assertArrayEquals(
                        new long[] {2, 7},
                        net.apply(Tensor.rand(2, 3, side, side + 3)).shape());
            assertArrayEquals(
                    net.apply(Tensor.zeros(1, 3, least, least)).toFloats(),
                    net.head()
                            .apply(net.features(Tensor.zeros(1, 3, least, least)))
                            .reshape(1, 7)
                            .toFloats());
            if (least == 1) return;
            var small = Tensor.zeros(1, 3, least - 1, least - 1);
            var refusal = assertThrows(IllegalArgumentException.class, () -> net.apply(small));
            assertTrue(refusal.getMessage().contains(least + "x" + least), refusal.getMessage());
            assertThrows(NativeException.class, () -> net.features(small), "the least size is not the least");
        }
    }

    /** Traced, folded and fused, on more images than were traced. */
    @ParameterizedTest
    @MethodSource("resnet4j.model.Shallow#small")
    void thePlanOfANetwork_givesItsLogits(String name) {
        var architecture = Shallow.SMALL.get(name);
        int side = Shallow.side(architecture);
        try (var nothing = Init.none();
                var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = architecture.build()) {
            net.state().forEach(Shallow::fill);
            net.train(false);
            var images = Tensor.of(Shallow.uniform("images", 2 * 3 * side * side, 1, 0), 2, 3, side, side);
            var logits = net.apply(images).toFloats();
            double largest = 0;
            for (float logit : logits) largest = Math.max(largest, Math.abs(logit));
            assertArrayEquals(
                    logits, Tracer.trace(net, 1, 3, side, side).run(images).toFloats(), 1e-5f * (float) largest);
            try (var plan = Plan.compile(net, Precision.FP32, 1, 3, side, side)) {
                // folding rounds each weight once more
                assertArrayEquals(logits, plan.run(images).toFloats(), 1e-4f * (float) largest);
            }
        }
    }

    static List<String> registered() {
        return Shallow.smallBut("the example");
    }

    @ParameterizedTest
    @MethodSource("registered")
    void aSavedNetwork_opensAsItWas(String name, @TempDir Path folder) throws IOException {
        var architecture = Shallow.SMALL.get(name);
        var file = folder.resolve("net.safetensors");
        var classes = new ArrayList<String>();
        for (int i = 0; i < 7; i++) classes.add("class " + i);
        var description = new ModelFile(name, architecture, Preprocess.imagenet(), classes, Map.of(), "", Map.of());
        try (var nothing = Init.none();
                var scope = new NativeScope();
                var net = architecture.build()) {
            net.state().forEach(Shallow::fill);
            description.save(file, net);
            var opened = ModelFile.open(file);
            try (var copy = opened.net()) {
                assertEquals(architecture, opened.file().architecture());
                var state = copy.state();
                assertEquals(List.copyOf(net.state().keySet()), List.copyOf(state.keySet()));
                net.state()
                        .forEach((key, t) ->
                                assertEquals(t.toHost(), state.get(key).toHost(), key));
            }
        }
    }

    @Test
    void theHeadIsAmongTheNets_soThatItCanBeReplacedByName() {
        for (var architecture : Shallow.SMALL.values())
            try (var nothing = Init.none();
                    var net = architecture.build()) {
                assertTrue(net.nets().containsValue(net.head()), architecture::toString);
            }
    }

    @Test
    void theExampleOfTheContributorsGuide_isTheOneTestedHere() throws IOException {
        var code = Files.readString(Path.of("src/test/java/resnet4j/model/TwoConv.java"));
        assertTrue(Files.readString(Path.of("../CONTRIBUTING.md")).contains(code.substring(code.indexOf("/**"))));
    }

    @Test
    void noClasses_areRefusedByEveryArchitecture() {
        for (var architecture : Shallow.SMALL.values()) {
            var refusal = assertThrows(IllegalArgumentException.class, () -> architecture.withClasses(0));
            assertEquals("classes: expected at least 1, got 0", refusal.getMessage());
        }
    }
}
