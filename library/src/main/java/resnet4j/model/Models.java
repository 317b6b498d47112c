package resnet4j.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import resnet4j.config.Nearest;
import resnet4j.config.Records;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;
import resnet4j.nn.Attention;
import resnet4j.nn.Init;
import resnet4j.nn.Net;
import resnet4j.nn.Norm;
import resnet4j.weights.Catalogue;
import resnet4j.weights.ClassList;

/** The registry: every network by the name that torchvision or timm knows it by. */
public final class Models {
    private Models() {}

    /**
     * One line of the registry.
     *
     * @param inputSize height and width of the images it was designed for
     * @param paper     where it was published, as an arXiv or DOI name; empty where it was not
     */
    public record Entry(String name, String family, int inputSize, Architecture architecture, String paper) {
        /** How its input is made, where no weights say otherwise: torchvision's recipe, or CIFAR's pixels as they are. */
        public Preprocess preprocess() {
            if (architecture.perPixel()) return Preprocess.of(new Resize.ShortSide(inputSize), 0); // whole pictures
            return inputSize == 32
                    ? Preprocess.cifar10()
                    : Preprocess.of(new Resize.ShortSide(inputSize * 8 / 7), inputSize);
        }

        /**
         * What a network's logits stand for: the classes that its weights were published with; ImageNet's for weights
         * from elsewhere of a network that was designed for its 1,000; otherwise numbers.
         */
        List<String> classNames(int classes, Optional<Path> weights) {
            var names = weights.flatMap(file -> Catalogue.published(file.toString()))
                    .map(Catalogue.Entry::classNames)
                    .orElseGet(() -> architecture.classes() == 1000 ? ClassList.named("imagenet-1k") : List.of());
            return names.size() == classes
                    ? names
                    : IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        }

        /** How many numbers training changes, in the network as registered. */
        public long parameters() {
            try (var nothing = Init.none();
                    var net = architecture.build()) {
                return net.parameterCount();
            }
        }

        /** Published weights with their accuracies, oldest first; empty if none are known. */
        public List<Catalogue.Entry> weights() {
            return Catalogue.of(name);
        }
    }

    private static final Map<String, Entry> ENTRIES = new LinkedHashMap<>();
    private static final Attention ECA = new Attention.EfficientChannel(), CBAM = new Attention.Cbam(16);

    static {
        family("resnet", "arXiv:1512.03385")
                .add("resnet18", 224, basic(2, 2, 2, 2))
                .add("resnet34", 224, basic(3, 4, 6, 3))
                .add("resnet50", 224, bottleneck(3, 4, 6, 3))
                .add("resnet101", 224, bottleneck(3, 4, 23, 3))
                .add("resnet152", 224, bottleneck(3, 8, 36, 3))
                .add("resnet200", 224, bottleneck(3, 24, 36, 3))
                .add("resnet50_gn", 224, identity(bottleneck(3, 4, 6, 3)).withNorm(new Norm.Group(32, 1e-5)))
                .add("resnet20", 32, ResNetConfig.cifar(20))
                .add("resnet32", 32, ResNetConfig.cifar(32))
                .add("resnet44", 32, ResNetConfig.cifar(44))
                .add("resnet56", 32, ResNetConfig.cifar(56))
                .add("resnet110", 32, ResNetConfig.cifar(110))
                .add("resnet1202", 32, ResNetConfig.cifar(1202));
        family("plain", "arXiv:1512.03385")
                .add("plain20", 32, plain(ResNetConfig.cifar(20)))
                .add("plain32", 32, plain(ResNetConfig.cifar(32)))
                .add("plain44", 32, plain(ResNetConfig.cifar(44)))
                .add("plain56", 32, plain(ResNetConfig.cifar(56)))
                .add("plain110", 32, plain(ResNetConfig.cifar(110)))
                .add("plain18", 224, plain(basic(2, 2, 2, 2)))
                .add("plain34", 224, plain(basic(3, 4, 6, 3)));
        family("uniform", "arXiv:1512.03385")
                .add("uniform8", 224, ResNetConfig.uniform(8))
                .add("uniform16", 224, ResNetConfig.uniform(16));
        family("resnext", "arXiv:1611.05431")
                .add("resnext50_32x4d", 224, grouped(32, 4, 3, 4, 6, 3))
                .add("resnext101_32x4d", 224, grouped(32, 4, 3, 4, 23, 3))
                .add("resnext101_32x8d", 224, grouped(32, 8, 3, 4, 23, 3))
                .add("resnext101_64x4d", 224, grouped(64, 4, 3, 4, 23, 3))
                .add("resnext29_8x64d", 32, resnext29(8))
                .add("resnext29_16x64d", 32, resnext29(16));
        family("wide_resnet", "arXiv:1605.07146")
                .add("wide_resnet50_2", 224, grouped(1, 128, 3, 4, 6, 3))
                .add("wide_resnet101_2", 224, grouped(1, 128, 3, 4, 23, 3))
                .add("wrn16_8", 32, PreResNet.wide(16, 8, 0.3))
                .add("wrn28_10", 32, PreResNet.wide(28, 10, 0.3))
                .add("wrn40_4", 32, PreResNet.wide(40, 4, 0.3));
        family("resnetv2", "arXiv:1603.05027")
                .add("resnetv2_18", 224, PreResNet.imagenet(PreResNet.Block.BASIC, 2, 2, 2, 2))
                .add("resnetv2_34", 224, PreResNet.imagenet(PreResNet.Block.BASIC, 3, 4, 6, 3))
                .add("resnetv2_50", 224, preactivated(3, 4, 6, 3))
                .add("resnetv2_101", 224, preactivated(3, 4, 23, 3))
                .add("resnetv2_152", 224, preactivated(3, 8, 36, 3))
                .add("resnetv2_200", 224, preactivated(3, 24, 36, 3))
                .add("resnetv2_50d", 224, preactivated(3, 4, 6, 3).withDeepStem())
                .add("preresnet110", 32, PreResNet.cifar(PreResNet.Block.BASIC, 110))
                .add("preresnet164", 32, PreResNet.cifar(PreResNet.Block.BOTTLENECK, 164))
                .add("preresnet1001", 32, PreResNet.cifar(PreResNet.Block.BOTTLENECK, 1001));
        family("bit", "arXiv:1912.11370")
                .add("resnetv2_50x1_bit", 224, preactivated(3, 4, 6, 3).bigTransfer(1))
                .add("resnetv2_50x3_bit", 224, preactivated(3, 4, 6, 3).bigTransfer(3))
                .add("resnetv2_101x1_bit", 224, preactivated(3, 4, 23, 3).bigTransfer(1));
        family("resnet_c", "arXiv:1812.01187")
                .add("resnet50c", 224, deep(bottleneck(3, 4, 6, 3)))
                .add("resnet101c", 224, deep(bottleneck(3, 4, 23, 3)))
                .add("resnet152c", 224, deep(bottleneck(3, 8, 36, 3)));
        family("resnet_d", "arXiv:1812.01187")
                .add("resnet18d", 224, averaged(basic(2, 2, 2, 2)))
                .add("resnet34d", 224, averaged(basic(3, 4, 6, 3)))
                .add("resnet50d", 224, averaged(bottleneck(3, 4, 6, 3)))
                .add("resnet101d", 224, averaged(bottleneck(3, 4, 23, 3)))
                .add("resnet152d", 224, averaged(bottleneck(3, 8, 36, 3)))
                .add("resnet200d", 224, averaged(bottleneck(3, 24, 36, 3)));
        family("resnetblur", "arXiv:1904.11486")
                .add("resnetblur18", 224, identity(basic(2, 2, 2, 2)).withBlurPool(true))
                .add("resnetblur50", 224, identity(bottleneck(3, 4, 6, 3)).withBlurPool(true))
                .add("resnetblur50d", 224, averaged(bottleneck(3, 4, 6, 3)).withBlurPool(true));
        family("resnetrs", "arXiv:2103.07579")
                .add("resnetrs50", 160, revisited(3, 4, 6, 3))
                .add("resnetrs101", 192, revisited(3, 4, 23, 3))
                .add("resnetrs152", 256, revisited(3, 8, 36, 3))
                .add("resnetrs200", 256, revisited(3, 24, 36, 3));
        family("senet", "arXiv:1709.01507")
                .add("seresnet18", 224, squeezed(basic(2, 2, 2, 2)))
                .add("seresnet34", 224, squeezed(basic(3, 4, 6, 3)))
                .add("seresnet50", 224, squeezed(bottleneck(3, 4, 6, 3)))
                .add("seresnet101", 224, squeezed(bottleneck(3, 4, 23, 3)))
                .add("seresnet152", 224, squeezed(bottleneck(3, 8, 36, 3)))
                .add("seresnext50_32x4d", 224, squeezed(grouped(32, 4, 3, 4, 6, 3)))
                .add("seresnext101_32x4d", 224, squeezed(grouped(32, 4, 3, 4, 23, 3)))
                .add("seresnext101_32x8d", 224, squeezed(grouped(32, 8, 3, 4, 23, 3)))
                .add("senet154", 224, senet154());
        family("ecaresnet", "arXiv:1910.03151")
                .add("ecaresnet50d", 224, averaged(bottleneck(3, 4, 6, 3)).withAttention(ECA))
                .add("ecaresnet101d", 224, averaged(bottleneck(3, 4, 23, 3)).withAttention(ECA));
        family("cbam", "arXiv:1807.06521")
                .add("cbam_resnet18", 224, basic(2, 2, 2, 2).withAttention(CBAM))
                .add("cbam_resnet34", 224, basic(3, 4, 6, 3).withAttention(CBAM))
                .add("cbam_resnet50", 224, bottleneck(3, 4, 6, 3).withAttention(CBAM))
                .add("cbam_resnet101", 224, bottleneck(3, 4, 23, 3).withAttention(CBAM));
        family("sknet", "arXiv:1903.06586")
                .add("skresnet18", 224, basic(2, 2, 2, 2).withBlock(new Block.SelectiveBasic()))
                .add("skresnet34", 224, basic(3, 4, 6, 3).withBlock(new Block.SelectiveBasic()))
                .add("skresnet50", 224, bottleneck(3, 4, 6, 3).withBlock(new Block.SelectiveBottleneck()))
                .add(
                        "skresnet50d",
                        224,
                        averaged(bottleneck(3, 4, 6, 3))
                                .withBlock(new Block.SelectiveBottleneck())
                                .withZeroInitLast(false));
        family("resnest", "arXiv:2004.08955")
                .add("resnest50d", 224, averaged(bottleneck(3, 4, 6, 3)).withBlock(new Block.SplitAttention()));
        family("res2net", "arXiv:1904.01169")
                .add("res2net50_26w_4s", 224, res2net(3, 4, 6, 3))
                .add("res2net101_26w_4s", 224, res2net(3, 4, 23, 3));
        family("resnet_speed", "arXiv:2404.00498")
                .add(
                        "resnet8_speed",
                        32,
                        new SpeedResNet(List.of(64, 256, 256), new Norm.ShiftedBatch(0.2, 1e-12), 10));
        family("densenet", "arXiv:1608.06993")
                .add("densenet121", 224, DenseNet.imagenet(32, 64, 6, 12, 24, 16))
                .add("densenet161", 224, DenseNet.imagenet(48, 96, 6, 12, 36, 24))
                .add("densenet169", 224, DenseNet.imagenet(32, 64, 6, 12, 32, 32))
                .add("densenet201", 224, DenseNet.imagenet(32, 64, 6, 12, 48, 32))
                .add("densenet100_12", 32, DenseNet.cifar(100, 12))
                .add("densenet190_40", 32, DenseNet.cifar(190, 40));
        family("vgg", "arXiv:1409.1556")
                .add("vgg11", 224, Vgg.plain(1, 1, 2, 2, 2))
                .add("vgg13", 224, Vgg.plain(2, 2, 2, 2, 2))
                .add("vgg16", 224, Vgg.plain(2, 2, 3, 3, 3))
                .add("vgg19", 224, Vgg.plain(2, 2, 4, 4, 4))
                .add("vgg11_bn", 224, Vgg.normalised(1, 1, 2, 2, 2))
                .add("vgg13_bn", 224, Vgg.normalised(2, 2, 2, 2, 2))
                .add("vgg16_bn", 224, Vgg.normalised(2, 2, 3, 3, 3))
                .add("vgg19_bn", 224, Vgg.normalised(2, 2, 4, 4, 4));
        family("inception", "arXiv:1512.00567").add("inception_v3", 299, InceptionV3.of(true));
        family("googlenet", "arXiv:1409.4842").add("googlenet", 224, GoogLeNet.of(false));
        family("squeezenet", "arXiv:1602.07360")
                .add("squeezenet1_0", 224, new SqueezeNet(SqueezeNet.Version.V1_0, 0.5, true, 1000))
                .add("squeezenet1_1", 224, new SqueezeNet(SqueezeNet.Version.V1_1, 0.5, true, 1000));
        family("alexnet", "arXiv:1404.5997").add("alexnet", 224, new AlexNet(4096, 0.5, 1000));
        family("xception", "arXiv:1610.02357").add("xception", 299, new Xception(Norm.BATCH, 1000));
        family("mobilenet", "arXiv:1801.04381").add("mobilenet_v2", 224, new MobileNetV2(1, Norm.BATCH, 0.2, 1000));
        family("convnext", "arXiv:2201.03545")
                .add("convnext_tiny", 224, ConvNeXt.of(96, 0.1, 3, 3, 9, 3))
                .add("convnext_small", 224, ConvNeXt.of(96, 0.4, 3, 3, 27, 3))
                .add("convnext_base", 224, ConvNeXt.of(128, 0.5, 3, 3, 27, 3));
        family("lenet", "doi:10.1109/5.726791").add("lenet5", 32, new LeNet(10));
        family("small", "").add("small_cnn", 32, new SmallCnn(List.of(32, 64, 128), Norm.BATCH, 0.2, 10));
        for (var other : others()) other.entries().forEach(Models::register);
    }

    private static ResNetConfig basic(int... depths) {
        return ResNetConfig.imagenet(new Block.Basic(), depths);
    }

    private static ResNetConfig bottleneck(int... depths) {
        return ResNetConfig.imagenet(new Block.Bottleneck(), depths);
    }

    /** ResNeXt and wide networks. */
    private static ResNetConfig grouped(int groups, int groupWidth, int... depths) {
        return ResNetConfig.imagenet(new Block.Bottleneck(groups, groupWidth), depths);
    }

    private static PreResNet preactivated(Integer... depths) {
        return PreResNet.imagenet(PreResNet.Block.BOTTLENECK, depths);
    }

    /** As timm, and unlike torchvision, starts blocks. */
    private static ResNetConfig identity(ResNetConfig config) {
        return config.withZeroInitLast(true);
    }

    private static ResNetConfig plain(ResNetConfig config) {
        return config.withShortcut(new Shortcut.None());
    }

    private static ResNetConfig deep(ResNetConfig config) {
        return identity(config).withStem(new Stem.DeepPool());
    }

    private static ResNetConfig averaged(ResNetConfig config) {
        return deep(config).withShortcut(new Shortcut.D());
    }

    private static ResNetConfig squeezed(ResNetConfig config) {
        return identity(config).withAttention(new Attention.SqueezeExcite(16));
    }

    private static ResNetConfig revisited(int... depths) {
        return identity(bottleneck(depths))
                .withStem(new Stem.DeepConv())
                .withShortcut(new Shortcut.D())
                .withAttention(new Attention.SqueezeExcite(4));
    }

    private static ResNetConfig senet154() {
        return ResNetConfig.imagenet(new Block.Senet(64, 4), 3, 8, 36, 3)
                .withAttention(new Attention.SqueezeExcite(16))
                .withStem(new Stem.WideDeepPool())
                .withShortcut(new Shortcut.Senet());
    }

    private static ResNetConfig res2net(int... depths) {
        return identity(ResNetConfig.imagenet(new Block.Res2(1, 26), depths));
    }

    private static ResNetConfig resnext29(int groups) {
        return grouped(groups, 64, 3, 3, 3).withStem(new Stem.Conv3()).withClasses(10);
    }

    private record Family(String name, String paper) {
        Family add(String model, int inputSize, Architecture architecture) {
            if (ENTRIES.put(model, new Entry(model, name, inputSize, architecture, paper)) != null)
                throw new IllegalStateException("two models are named " + model);
            return this;
        }
    }

    private static Family family(String name, String paper) {
        return new Family(name, paper);
    }

    /**
     * Adds a network of one's own, once, before others ask for it: from then on its saved models open again.
     *
     * @throws IllegalArgumentException if its name is taken
     */
    public static synchronized void register(Entry entry) {
        if (ENTRIES.putIfAbsent(entry.name(), entry) != null)
            throw new IllegalArgumentException("name: expected a new one, but " + entry.name() + " is registered");
    }

    public static Collection<Entry> all() {
        return Collections.unmodifiableCollection(ENTRIES.values());
    }

    /** The entry of that name; an unknown name proposes the nearest ones. */
    public static Entry get(String name) {
        var entry = ENTRIES.get(name);
        if (entry == null)
            throw new IllegalArgumentException(
                    "model: no network is named '" + name + "'." + Nearest.hint(name, ENTRIES.keySet()));
        return entry;
    }

    /** An architecture as JSON, with its class's name as {@code type}. */
    public static JsonNode write(Architecture architecture) {
        var json = Records.tree(architecture).<ObjectNode>deepCopy();
        return json.put("type", architecture.getClass().getSimpleName());
    }

    /** The architecture that {@link #write} wrote. @throws IllegalArgumentException for a kind that is not registered */
    public static Architecture readArchitecture(JsonNode json) {
        if (!(json instanceof ObjectNode object))
            throw new IllegalArgumentException("architecture: expected an object, got " + json);
        var type = object.path("type").asText();
        var fields = object.deepCopy();
        fields.remove("type");
        if (type.equals(ResNetConfig.class.getSimpleName()))
            return Records.read(fields, ResNetFields.class).saved();
        for (var entry : ENTRIES.values())
            if (entry.architecture().getClass().getSimpleName().equals(type))
                return Records.read(fields, entry.architecture().getClass());
        for (var other : others())
            if (other.type().getSimpleName().equals(type)) return Records.read(fields, other.type());
        throw new IllegalArgumentException("type: no architecture is named " + type);
    }

    private static ServiceLoader<ArchitectureType> others() {
        return ServiceLoader.load(ArchitectureType.class, Models.class.getClassLoader());
    }

    /** A new network with random weights. */
    public static ClassificationNet create(String name, int classes) {
        return Net.whole(get(name).architecture().withClasses(classes)::build);
    }
}
