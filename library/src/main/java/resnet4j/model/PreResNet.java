package resnet4j.model;

import static resnet4j.tensor.Ops.relu_;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Dropout;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.nn.StochasticDepth;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Residual networks with norm and ReLU before each convolution: ResNet-v2, He et al. 2016, arXiv:1603.05027; wide ones
 * for CIFAR, arXiv:1605.07146; and Big Transfer's, arXiv:1912.11370. Names are those of timm's {@code resnetv2}.
 *
 * @param block           two 3x3 convolutions, or 1x1, 3x3 and 1x1
 * @param depths          blocks per stage; each stage but the first halves height and width
 * @param channels        channels between the blocks of each stage; inside a bottleneck they are a quarter
 * @param stem            what images pass before the first stage
 * @param width           channels of the stem
 * @param averaged        shortcuts take 2x2 means in place of their stride, as ResNet-D
 * @param norm            normalisation before each convolution
 * @param dropout         chance of a number to be dropped between a block's two last convolutions. arXiv:1605.07146 s. 2.4
 * @param stochasticDepth chance of the last block to be dropped in training, linear in depth. arXiv:1603.09382
 * @param classes         logits
 */
public record PreResNet(
        Block block,
        List<Integer> depths,
        List<Integer> channels,
        Stem stem,
        int width,
        boolean averaged,
        Norm norm,
        double dropout,
        double stochasticDepth,
        int classes)
        implements Architecture {

    /** Figures 1b and 4e of the paper. */
    public enum Block {
        BASIC,
        BOTTLENECK
    }

    public enum Stem {
        /** 7x7 with stride 2, then 3x3 max pooling with stride 2: for images of 224 pixels. */
        CONV7_POOL,
        /** 3x3 with stride 1: for images of 32 pixels. */
        CONV3,
        /** Three 3x3, the first with stride 2, then pooling: ResNet-D. */
        DEEP_POOL,
        /** As CONV7_POOL, with a border of zeros that the pooling sees: Big Transfer. */
        BIT
    }

    public PreResNet {
        depths = List.copyOf(depths);
        channels = List.copyOf(channels);
        Checks.positive("depths", depths, Math.max(1, depths.size()));
        Checks.positive("channels", channels, depths.size());
        Checks.positive("width", width);
        if (block == Block.BOTTLENECK)
            for (int count : channels)
                if (count % 4 != 0)
                    throw new IllegalArgumentException(
                            "channels: expected multiples of 4 for bottlenecks, got " + channels);
        Checks.dropout(dropout);
        Checks.chance("stochasticDepth", stochasticDepth);
        Checks.classes(classes);
    }

    /** For images of 224 pixels. */
    public static PreResNet imagenet(Block block, Integer... depths) {
        int first = block == Block.BASIC ? 64 : 256;
        return new PreResNet(
                block,
                List.of(depths),
                List.of(first, 2 * first, 4 * first, 8 * first),
                Stem.CONV7_POOL,
                64,
                false,
                Norm.BATCH,
                0,
                0,
                1000);
    }

    /** For CIFAR with {@code layers} = 6n+2 in basic blocks, as 110, or 9n+2 in bottlenecks, as 164 and 1001. Table 3. */
    public static PreResNet cifar(Block block, int layers) {
        int perBlock = block == Block.BASIC ? 6 : 9;
        if (layers < perBlock + 2 || (layers - 2) % perBlock != 0)
            throw new IllegalArgumentException(
                    "layers: expected " + perBlock + "n+2 for " + block + " blocks, got " + layers);
        int n = (layers - 2) / perBlock, first = block == Block.BASIC ? 16 : 64;
        return smallImages(block, n, first, 0);
    }

    /** Wide networks for CIFAR with {@code layers} = 6n+4, as WRN-28-10. arXiv:1605.07146, Table 1. */
    public static PreResNet wide(int layers, int widening, double dropout) {
        if (layers < 10 || (layers - 4) % 6 != 0)
            throw new IllegalArgumentException("layers: expected 6n+4, such as 16, 28 or 40, got " + layers);
        Checks.positive("widening", widening);
        return smallImages(Block.BASIC, (layers - 4) / 6, 16 * widening, dropout);
    }

    private static PreResNet smallImages(Block block, int n, int first, double dropout) {
        return new PreResNet(
                block,
                List.of(n, n, n),
                List.of(first, 2 * first, 4 * first),
                Stem.CONV3,
                16,
                false,
                Norm.BATCH,
                dropout,
                0,
                10);
    }

    /** A deep stem and averaged shortcuts, as ResNet-D. */
    public PreResNet withDeepStem() {
        return new PreResNet(
                block, depths, channels, Stem.DEEP_POOL, width, true, norm, dropout, stochasticDepth, classes);
    }

    /** Big Transfer's form, with {@code factor} times the channels. */
    public PreResNet bigTransfer(int factor) {
        var wider = channels.stream().map(count -> count * factor).toList();
        return new PreResNet(
                block, depths, wider, Stem.BIT, width * factor, false, Norm.BIT, dropout, stochasticDepth, classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public PreResNet withClasses(int classes) {
        return new PreResNet(block, depths, channels, stem, width, averaged, norm, dropout, stochasticDepth, classes);
    }

    private Conv2d conv(int in, int out, int kernel, int stride) {
        return norm.convolution(Conv2d.of(in, out, kernel, stride));
    }

    private static final class Network extends ClassificationNet {
        private final Layer stem, stages, norm, head;

        Network(PreResNet c) {
            super(c);
            stem = child("stem", stem(c));
            var built = new ArrayList<Layer>();
            int in = c.width, block = 0;
            int blocks = c.depths.stream().mapToInt(Integer::intValue).sum();
            for (int i = 0; i < c.depths.size(); i++) {
                int out = c.channels.get(i);
                var stage = new ArrayList<Layer>();
                for (int j = 0; j < c.depths.get(i); j++, block++) {
                    double drop = c.stochasticDepth * block / Math.max(1, blocks - 1);
                    stage.add(new Residual(c, in, out, j == 0 && i > 0 ? 2 : 1, j == 0, drop));
                    in = out;
                }
                built.add(new Sequential(Map.of("blocks", new Sequential(stage))));
            }
            stages = child("stages", new Sequential(built));
            norm = child("norm", c.norm.of(in));
            var fc = Conv2d.biased(in, c.classes, 1, 1); // a linear layer, in the published shape
            var last = new LinkedHashMap<String, Layer>();
            last.put("fc", fc);
            last.put("flatten", new Lambda(x -> Ops.flatten(x, 1)));
            head = child("head", new Sequential(last));
            for (var net : nets().values())
                if (net instanceof Conv2d conv && net != fc) Init.kaimingNormalFanOut(conv.weight());
            Init.normal(fc.weight(), 0.01);
            Init.constant(fc.bias(), 0);
        }

        private static Layer stem(PreResNet c) {
            var layers = new LinkedHashMap<String, Layer>();
            switch (c.stem) {
                case CONV3 -> layers.put("conv", c.conv(3, c.width, 3, 1));
                case CONV7_POOL -> {
                    layers.put("conv", c.conv(3, c.width, 7, 2));
                    layers.put("pool", Lambda.maxPool(3, 2, 1));
                }
                case BIT -> {
                    layers.put("conv", c.conv(3, c.width, 7, 2));
                    layers.put("pad", new Lambda(x -> Ops.pad(x, 1, 1, 1, 1)));
                    layers.put("pool", Lambda.maxPool(3, 2, 0));
                }
                case DEEP_POOL -> {
                    int half = c.width / 2;
                    layers.put("conv1", c.conv(3, half, 3, 2));
                    layers.put("norm1", c.norm.of(half));
                    layers.put("relu1", Lambda.relu());
                    layers.put("conv2", c.conv(half, half, 3, 1));
                    layers.put("norm2", c.norm.of(half));
                    layers.put("relu2", Lambda.relu());
                    layers.put("conv3", c.conv(half, c.width, 3, 1));
                    layers.put("pool", Lambda.maxPool(3, 2, 1));
                }
            }
            return new Sequential(layers);
        }

        @Override
        public Tensor features(Tensor images) {
            var x = relu_(norm.apply(stages.apply(stem.apply(images))));
            return Ops.adaptiveAvgPool2d(x, 1, 1); // [N,C,1,1]
        }

        @Override
        public Layer head() {
            return head;
        }
    }

    /** F(relu(norm(x))) + shortcut. Figure 4e. */
    private static final class Residual extends Layer {
        private final Layer downsample; // null where x itself is added
        private final List<Layer> norms = new ArrayList<>(), convs = new ArrayList<>();
        private final Layer dropout, drop;

        Residual(PreResNet c, int in, int out, int stride, boolean first, double drop) {
            boolean basic = c.block == Block.BASIC;
            boolean projected = first && (!basic || stride != 1 || in != out);
            downsample = projected ? child("downsample", shortcut(c, in, out, stride)) : null;
            if (basic) {
                add(c, in, out, 3, stride);
                add(c, out, out, 3, 1);
            } else {
                add(c, in, out / 4, 1, 1);
                add(c, out / 4, out / 4, 3, stride);
                add(c, out / 4, out, 1, 1);
            }
            dropout = child("dropout", new Dropout(c.dropout));
            this.drop = child("drop_path", new StochasticDepth(drop));
        }

        private void add(PreResNet c, int in, int out, int kernel, int stride) {
            int number = convs.size() + 1;
            norms.add(child("norm" + number, c.norm.of(in)));
            convs.add(child("conv" + number, c.conv(in, out, kernel, stride)));
        }

        private static Layer shortcut(PreResNet c, int in, int out, int stride) {
            var layers = new LinkedHashMap<String, Layer>();
            if (c.averaged && stride > 1) {
                var op = new Op.AvgPool2d(Size.of(2), Size.of(2), Size.of(0), true, false);
                layers.put("pool", new Lambda(x -> Ops.avgPool2d(x, op)));
                stride = 1;
            }
            layers.put("conv", c.conv(in, out, 1, stride));
            return new Sequential(layers);
        }

        @Override
        protected Tensor forward(Tensor x) {
            var active = relu_(norms.get(0).apply(x));
            var shortcut = downsample == null ? x : downsample.apply(active);
            var y = convs.get(0).apply(active);
            for (int i = 1; i < convs.size(); i++) {
                y = relu_(norms.get(i).apply(y));
                if (i == convs.size() - 1) y = dropout.apply(y);
                y = convs.get(i).apply(y);
            }
            return Ops.add(drop.apply(y), shortcut);
        }
    }
}
