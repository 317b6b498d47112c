package resnet4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import resnet4j.array.HostTensor;
import resnet4j.graph.Plan;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.nn.Attention;
import resnet4j.nn.Checkpointing;
import resnet4j.nn.DropBlock;
import resnet4j.nn.Init;
import resnet4j.nn.Norm;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeException;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.weights.Catalogue;

/** The registry against torchvision and timm, and what every kind of network has to do. */
class ZooTest {

    // ---- against torchvision and timm ----

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
            net.state().forEach(ZooTest::fill);
            net.train(false);
            var images =
                    Tensor.of(uniform("images", 3 * golden.side * golden.side, 1, 0), 1, 3, golden.side, golden.side);
            var logits = net.apply(images).narrow(1, 0, 5).toFloats();
            double largest = 0;
            for (float logit : golden.logits) largest = Math.max(largest, Math.abs(logit));
            // PyTorch in double precision, we in single, through up to 1001 layers
            assertArrayEquals(golden.logits, logits, (float) (1e-4 * largest));
        }
    }

    /** zoo_golden.py's fill. */
    private static void fill(String name, Tensor t) {
        if (t.dim() == 0) {
            t.set(Tensor.of(new long[] {0}, 1).reshape());
            return;
        }
        int n = Math.toIntExact(t.elements());
        float[] values;
        if (t.dim() > 1) values = uniform(name, n, Math.sqrt(4.5 / (n / t.size(0))), 0);
        else if (name.endsWith("running_var")) values = uniform(name, n, 0.5, 1);
        else values = uniform(name, n, 0.2, name.endsWith("weight") ? 0.7 : 0);
        try (var scope = new NativeScope()) {
            t.set(Tensor.of(values, t.shape()));
        }
    }

    /** Numbers in shift + [-scale,scale): MurmurHash3's finalizer of the place, counted from the name's CRC-32. */
    private static float[] uniform(String name, int n, double scale, double shift) {
        var crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        int start = (int) crc.getValue();
        var values = new float[n];
        for (int i = 0; i < n; i++) {
            int h = start + i * 0x9E3779B9;
            h ^= h >>> 16;
            h *= 0x85EBCA6B;
            h ^= h >>> 13;
            h *= 0xC2B2AE35;
            h ^= h >>> 16;
            double u = Integer.toUnsignedLong(h) * 0x1p-31 - 1;
            values[i] = (float) (u * scale + shift);
        }
        return values;
    }

    // ---- what every kind of network has to do, on shallow ones ----

    private static ResNetConfig basic() {
        return ResNetConfig.imagenet(new Block.Basic(), 1, 1, 1, 1).withPlanes(16, 16, 32, 32);
    }

    private static ResNetConfig bottleneck() {
        return ResNetConfig.imagenet(new Block.Bottleneck(), 2, 1, 1, 1).withPlanes(16, 16, 32, 32);
    }

    /** The option that each name says. */
    private static final Map<String, Architecture> SMALL = new LinkedHashMap<>();

    static {
        SMALL.put("basic", basic());
        SMALL.put("bottleneck", bottleneck());
        SMALL.put("CIFAR", ResNetConfig.cifar(8));
        SMALL.put("plain", basic().withShortcut(new Shortcut.None()));
        SMALL.put("option A", basic().withShortcut(new Shortcut.A()));
        SMALL.put("option C", bottleneck().withShortcut(new Shortcut.C()));
        SMALL.put("ResNet-C", bottleneck().withStem(new Stem.DeepPool()));
        SMALL.put("ResNet-D", bottleneck().withStem(new Stem.DeepPool()).withShortcut(new Shortcut.D()));
        SMALL.put("anti-aliased", basic().withBlurPool(true));
        SMALL.put("anti-aliased bottleneck", bottleneck().withBlurPool(true).withStem(new Stem.DeepConv()));
        SMALL.put(
                "ResNet-RS",
                bottleneck()
                        .withStem(new Stem.DeepConv())
                        .withShortcut(new Shortcut.D())
                        .withAttention(squeeze(4)));
        SMALL.put("ResNeXt", bottleneck().withBlock(new Block.Bottleneck(4, 16)));
        SMALL.put("wide", bottleneck().withBlock(new Block.Bottleneck(1, 128)));
        SMALL.put("stochastic depth, DropBlock", bottleneck().withRegularisation(new Regularisation(0.05, 0.01)));
        SMALL.put("squeeze and excite", basic().withAttention(squeeze(16)));
        SMALL.put(
                "SENet-154",
                bottleneck()
                        .withBlock(new Block.Senet(8, 16))
                        .withStem(new Stem.WideDeepPool())
                        .withShortcut(new Shortcut.Senet())
                        .withAttention(squeeze(16)));
        SMALL.put("ECA", basic().withAttention(new Attention.EfficientChannel()));
        SMALL.put("CBAM", basic().withAttention(new Attention.Cbam(4)));
        SMALL.put("SK basic", basic().withBlock(new Block.SelectiveBasic()));
        SMALL.put("SK bottleneck", bottleneck().withBlock(new Block.SelectiveBottleneck()));
        SMALL.put("ResNeSt", bottleneck().withBlock(new Block.SplitAttention()));
        SMALL.put("Res2Net", bottleneck().withBlock(new Block.Res2(1, 26)));
        SMALL.put("group norm", basic().withNorm(new Norm.Group(8, 1e-5)));
        SMALL.put("standardised", basic().withNorm(new Norm.Standardized(8, 1e-5)));
        SMALL.put("frozen norm", basic().withNorm(new Norm.FrozenBatch(1e-5)));
        SMALL.put("pre-activation", PreResNet.cifar(PreResNet.Block.BASIC, 8));
        SMALL.put("pre-activation bottleneck", PreResNet.cifar(PreResNet.Block.BOTTLENECK, 11));
        SMALL.put("WRN", PreResNet.wide(10, 2, 0.3));
        SMALL.put("v2", PreResNet.imagenet(PreResNet.Block.BASIC, 1, 1, 1, 1));
        SMALL.put("v2 D", PreResNet.imagenet(PreResNet.Block.BASIC, 1, 1, 1, 1).withDeepStem());
        SMALL.put(
                "BiT",
                PreResNet.imagenet(PreResNet.Block.BOTTLENECK, 1, 1, 1, 1).bigTransfer(1));
        SMALL.put("DenseNet", DenseNet.imagenet(8, 16, 2, 2, 2, 2));
        SMALL.put("DenseNet-BC", DenseNet.cifar(16, 8));
        SMALL.put("VGG", new Vgg(List.of(1, 1, 1, 1, 1), Optional.empty(), 32, 0.1, 10));
        SMALL.put("VGG with norm", new Vgg(List.of(1, 1, 1, 1, 1), Optional.of(Norm.BATCH), 32, 0.1, 10));
        SMALL.put("AlexNet", new AlexNet(32, 0.1, 10));
        SMALL.put("SqueezeNet 1.0", new SqueezeNet(SqueezeNet.Version.V1_0, 0.1, true, 10));
        SMALL.put("SqueezeNet 1.1", new SqueezeNet(SqueezeNet.Version.V1_1, 0.1, true, 10));
        SMALL.put("SqueezeNet 1.0 with a linear head", new SqueezeNet(SqueezeNet.Version.V1_0, 0.1, false, 10));
        SMALL.put("Inception-v3", InceptionV3.of(false));
        SMALL.put("GoogLeNet", GoogLeNet.of(true));
        SMALL.put("Xception", new Xception(Norm.BATCH, 10));
        SMALL.put("MobileNet-V2", new MobileNetV2(0.25, Norm.BATCH, 0.1, 10));
        SMALL.put("ConvNeXt", ConvNeXt.of(16, 0.1, 1, 1, 1, 1));
        SMALL.put("LeNet-5", new LeNet(10));
        SMALL.put("speed", new SpeedResNet(List.of(8, 16), new Norm.ShiftedBatch(0.2, 1e-12), 10));
        SMALL.put("small CNN", new SmallCnn(List.of(8, 16, 32), Norm.BATCH, 0.1, 10));
        SMALL.put("the example", new TwoConv(8, Norm.BATCH, 10));
        SMALL.replaceAll((name, architecture) -> architecture.withClasses(7));
    }

    private static Attention squeeze(int reduction) {
        return new Attention.SqueezeExcite(reduction);
    }

    static List<String> small() {
        return List.copyOf(SMALL.keySet());
    }

    /** A side that leaves more than one pixel to each norm, and one that is not a multiple of 32. */
    private static int side(Architecture architecture) {
        return architecture instanceof InceptionV3 ? 107 : 65;
    }

    /** The gradients of Inception-v3 are slow for its random numbers, and come with its auxiliary head below. */
    static List<String> smallButInception() {
        return small().stream().filter(name -> !name.equals("Inception-v3")).toList();
    }

    @ParameterizedTest
    @MethodSource("smallButInception")
    void everyParameter_getsAFiniteGradient(String name) {
        everyParameterGetsAFiniteGradient(SMALL.get(name), side(SMALL.get(name)));
    }

    @Tag("slow")
    @Test
    void everyParameter_getsAFiniteGradient_inInceptionsAuxiliaryHeadToo() {
        everyParameterGetsAFiniteGradient(InceptionV3.of(true).withClasses(7), 299);
    }

    private static void everyParameterGetsAFiniteGradient(Architecture architecture, int side) {
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
        var small = SMALL.values().stream().flatMap(ZooTest::options).collect(Collectors.toSet());
        var registered = Models.all().stream()
                .flatMap(entry -> options(entry.architecture()))
                .collect(Collectors.toSet());
        registered.removeAll(small);
        // the tests of auxiliary heads have these
        registered.removeAll(Set.of("GoogLeNet auxiliary false", "InceptionV3 auxiliary true"));
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
        var architecture = SMALL.get(name);
        try (var scope = new NativeScope();
                var nothing = Init.none();
                var net = architecture.build()) {
            net.state().forEach(ZooTest::fill);
            var images = Tensor.of(uniform("images", 4 * 3 * 65 * 65, 1, 0), 4, 3, 65, 65);
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
                        ModelFile.state(net),
                        Tensor.rand(1).item());
            }
        }
    }

    static List<String> sequences() {
        return small().stream()
                .filter(name -> !List.of("Inception-v3", "GoogLeNet", "Xception", "LeNet-5", "the example")
                        .contains(name))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("sequences")
    void aCheckpointedStep_isThePlainOneToTheBit(String name) {
        assertEquals(Left.by(SMALL.get(name), false), Left.by(SMALL.get(name), true));
    }

    @ParameterizedTest
    @MethodSource("small")
    void sizesDownToTheLeast_giveLogits_andSmallerOnesAreRefused(String name) {
        var architecture = SMALL.get(name);
        int least = architecture.minInputSize();
        try (var nothing = Init.none();
                var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = architecture.build()) {
            net.state().forEach(ZooTest::fill);
            net.train(false);
            for (int side : new int[] {side(architecture), least})
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
    @MethodSource("small")
    void thePlanOfANetwork_givesItsLogits(String name) {
        var architecture = SMALL.get(name);
        int side = side(architecture);
        try (var nothing = Init.none();
                var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var net = architecture.build()) {
            net.state().forEach(ZooTest::fill);
            net.train(false);
            var images = Tensor.of(uniform("images", 2 * 3 * side * side, 1, 0), 2, 3, side, side);
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
        return small().stream().filter(name -> !name.equals("the example")).toList();
    }

    @ParameterizedTest
    @MethodSource("registered")
    void aSavedNetwork_opensAsItWas(String name, @TempDir Path folder) throws IOException {
        var architecture = SMALL.get(name);
        var file = folder.resolve("net.safetensors");
        var classes = new ArrayList<String>();
        for (int i = 0; i < 7; i++) classes.add("class " + i);
        var description = new ModelFile(name, architecture, Preprocess.imagenet(), classes, Map.of(), "", Map.of());
        try (var nothing = Init.none();
                var scope = new NativeScope();
                var net = architecture.build()) {
            net.state().forEach(ZooTest::fill);
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
        for (var architecture : SMALL.values())
            try (var nothing = Init.none();
                    var net = architecture.build()) {
                assertTrue(net.nets().containsValue(net.head()), architecture::toString);
            }
    }

    @Test
    void everyRegisteredArchitecture_isReadBackFromJson() {
        for (var entry : Models.all())
            assertEquals(entry.architecture(), Models.readArchitecture(Models.write(entry.architecture())));
    }

    @Test
    void theExampleOfTheContributorsGuide_isTheOneTestedHere() throws IOException {
        var code = Files.readString(Path.of("src/test/java/resnet4j/model/TwoConv.java"));
        assertTrue(Files.readString(Path.of("../CONTRIBUTING.md")).contains(code.substring(code.indexOf("/**"))));
    }

    @Test
    void anUnknownName_proposesTheNearest() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> Models.get("resnet5O"));
        assertTrue(refusal.getMessage().contains("Did you mean 'resnet50'?"), refusal.getMessage());
    }

    @Test
    void noClasses_areRefusedByEveryArchitecture() {
        for (var architecture : SMALL.values()) {
            var refusal = assertThrows(IllegalArgumentException.class, () -> architecture.withClasses(0));
            assertEquals("classes: expected at least 1, got 0", refusal.getMessage());
        }
    }

    /** torchvision's file of GoogLeNet has the auxiliary heads, and its network for inference does not. */
    @Test
    void weightsWithAuxiliaryHeads_fitANetworkWithoutThem() throws IOException {
        try (var nothing = Init.none();
                var trained = GoogLeNet.of(true).build();
                var net = GoogLeNet.of(false).build()) {
            trained.state().forEach(ZooTest::fill);
            var weights = ModelFile.state(trained);
            assertTrue(weights.containsKey("aux1.fc1.weight"));
            ModelFile.load(net, weights, "a file");
            assertEquals(weights.get("fc.weight"), net.state().get("fc.weight").toHost());
            weights.put("fc3.weight", weights.get("fc.weight"));
            assertThrows(IOException.class, () -> ModelFile.load(net, weights, "a file"));
        }
        assertTrue(InceptionV3.of(false).leavesOut("AuxLogits.fc.weight"));
        assertFalse(InceptionV3.of(true).leavesOut("AuxLogits.fc.weight"));
    }

    /** The optional layers cost random numbers in training only. */
    @Test
    void dropBlock_zeroesSquares_andKeepsTheMean() {
        Ops.seed(3);
        try (var scope = new NativeScope();
                var layer = new DropBlock(0.2, 3, 1)) {
            var x = Tensor.full(1, 8, 16, 20, 20);
            var y = layer.apply(x);
            float[] values = y.toFloats();
            double mean = 0, zeros = 0, inSquares = 0;
            for (int i = 0; i < values.length; i++) {
                mean += values[i] / values.length;
                if (values[i] != 0) continue;
                zeros++;
                int column = i % 20;
                if (column > 0 && values[i - 1] == 0 || column < 19 && values[i + 1] == 0) inSquares++;
            }
            assertEquals(1, mean, 1e-3);
            assertEquals(0.2, zeros / values.length, 0.03); // squares overlap
            assertEquals(zeros, inSquares);
            layer.train(false);
            assertArrayEquals(x.toFloats(), layer.apply(x).toFloats());
        }
    }
}
