package resnet4j.model;

import static resnet4j.model.ResNetConfig.Block.BASIC;
import static resnet4j.model.ResNetConfig.Block.BOTTLENECK;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import resnet4j.config.Nearest;
import resnet4j.config.Records;
import resnet4j.image.Preprocess;
import resnet4j.image.Resize;

/** The registry: every network by the name that torchvision or timm knows it by. */
public final class Models {
    private Models() {}

    /**
     * One line of the registry.
     *
     * @param inputSize height and width of the images it was designed for
     * @param paper     where it was published, as an arXiv address
     */
    public record Entry(String name, String family, int inputSize, Architecture architecture, String paper) {
        /** How its input is made, where no weights say otherwise: torchvision's recipe, or CIFAR's pixels as they are. */
        public Preprocess preprocess() {
            return inputSize == 32
                    ? Preprocess.cifar10()
                    : Preprocess.of(new Resize.ShortSide(inputSize * 8 / 7), inputSize);
        }
    }

    private static final Map<String, Entry> ENTRIES = new LinkedHashMap<>();

    static {
        family("resnet", "arXiv:1512.03385")
                .add("resnet18", 224, ResNetConfig.imagenet(BASIC, 2, 2, 2, 2))
                .add("resnet34", 224, ResNetConfig.imagenet(BASIC, 3, 4, 6, 3))
                .add("resnet50", 224, ResNetConfig.imagenet(BOTTLENECK, 3, 4, 6, 3))
                .add("resnet101", 224, ResNetConfig.imagenet(BOTTLENECK, 3, 4, 23, 3))
                .add("resnet152", 224, ResNetConfig.imagenet(BOTTLENECK, 3, 8, 36, 3))
                .add("resnet20", 32, ResNetConfig.cifar(20))
                .add("resnet32", 32, ResNetConfig.cifar(32))
                .add("resnet44", 32, ResNetConfig.cifar(44))
                .add("resnet56", 32, ResNetConfig.cifar(56))
                .add("resnet110", 32, ResNetConfig.cifar(110))
                .add("resnet1202", 32, ResNetConfig.cifar(1202));
        family("plain", "arXiv:1512.03385")
                .add("plain20", 32, ResNetConfig.cifar(20).withShortcut(ResNetConfig.Shortcut.NONE))
                .add("plain32", 32, ResNetConfig.cifar(32).withShortcut(ResNetConfig.Shortcut.NONE))
                .add("plain44", 32, ResNetConfig.cifar(44).withShortcut(ResNetConfig.Shortcut.NONE))
                .add("plain56", 32, ResNetConfig.cifar(56).withShortcut(ResNetConfig.Shortcut.NONE))
                .add("plain110", 32, ResNetConfig.cifar(110).withShortcut(ResNetConfig.Shortcut.NONE))
                .add("plain18", 224, imagenetPlain(2, 2, 2, 2))
                .add("plain34", 224, imagenetPlain(3, 4, 6, 3));
        family("uniform", "arXiv:1512.03385")
                .add("uniform8", 224, ResNetConfig.uniform(8))
                .add("uniform16", 224, ResNetConfig.uniform(16));
        family("resnext", "arXiv:1611.05431")
                .add(
                        "resnext50_32x4d",
                        224,
                        ResNetConfig.imagenet(BOTTLENECK, 3, 4, 6, 3).withGroups(32, 4))
                .add(
                        "resnext101_32x8d",
                        224,
                        ResNetConfig.imagenet(BOTTLENECK, 3, 4, 23, 3).withGroups(32, 8))
                .add(
                        "resnext101_64x4d",
                        224,
                        ResNetConfig.imagenet(BOTTLENECK, 3, 4, 23, 3).withGroups(64, 4));
        family("wide_resnet", "arXiv:1605.07146")
                .add(
                        "wide_resnet50_2",
                        224,
                        ResNetConfig.imagenet(BOTTLENECK, 3, 4, 6, 3).withGroups(1, 128))
                .add(
                        "wide_resnet101_2",
                        224,
                        ResNetConfig.imagenet(BOTTLENECK, 3, 4, 23, 3).withGroups(1, 128));
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
                .add("squeezenet1_0", 224, new SqueezeNet(SqueezeNet.Version.V1_0, 0.5, 1000))
                .add("squeezenet1_1", 224, new SqueezeNet(SqueezeNet.Version.V1_1, 0.5, 1000));
        family("alexnet", "arXiv:1404.5997").add("alexnet", 224, new AlexNet(0.5, 1000));
    }

    private static ResNetConfig imagenetPlain(Integer... depths) {
        return ResNetConfig.imagenet(BASIC, depths).withShortcut(ResNetConfig.Shortcut.NONE);
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

    public static Collection<Entry> all() {
        return java.util.Collections.unmodifiableCollection(ENTRIES.values());
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
    static JsonNode write(Architecture architecture) {
        var json = Records.tree(architecture).<ObjectNode>deepCopy();
        return json.put("type", architecture.getClass().getSimpleName());
    }

    /** The architecture that {@link #write} wrote. @throws IllegalArgumentException for a kind that is not registered */
    static Architecture readArchitecture(JsonNode json) {
        var type = json.path("type").asText();
        var fields = json.<ObjectNode>deepCopy();
        fields.remove("type");
        for (var entry : ENTRIES.values())
            if (entry.architecture().getClass().getSimpleName().equals(type))
                return Records.read(fields, entry.architecture().getClass());
        throw new IllegalArgumentException("type: no architecture is named " + type);
    }

    /** A new network with random weights. */
    public static ClassificationNet create(String name, int classes) {
        return get(name).architecture().withClasses(classes).build();
    }
}
