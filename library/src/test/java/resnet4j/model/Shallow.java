package resnet4j.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import resnet4j.nn.Attention;
import resnet4j.nn.Norm;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/** A shallow network of every kind, and numbers to fill any network with. */
final class Shallow {
    private Shallow() {}

    private static ResNetConfig basic() {
        return ResNetConfig.imagenet(new Block.Basic(), 1, 1, 1, 1).withPlanes(16, 16, 32, 32);
    }

    private static ResNetConfig bottleneck() {
        return ResNetConfig.imagenet(new Block.Bottleneck(), 2, 1, 1, 1).withPlanes(16, 16, 32, 32);
    }

    /** The option that each name says. */
    static final Map<String, Architecture> SMALL = new LinkedHashMap<>();

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

    static List<String> smallBut(String... others) {
        return SMALL.keySet().stream()
                .filter(name -> !List.of(others).contains(name))
                .toList();
    }

    /** A file of goldens beside the tests of this package. */
    static List<String> lines(String resource) throws IOException {
        try (var in = Shallow.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    /** A side that leaves more than one pixel to each norm, and one that is not a multiple of 32. */
    static int side(Architecture architecture) {
        return architecture instanceof InceptionV3 ? 107 : 65;
    }

    /** zoo_golden.py's fill. */
    static void fill(String name, Tensor t) {
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
    static float[] uniform(String name, int n, double scale, double shift) {
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
}
