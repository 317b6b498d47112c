package resnet4j.model;

import static resnet4j.tensor.Ops.add_;
import static resnet4j.tensor.Ops.globalAvgPool;
import static resnet4j.tensor.Ops.maxPool2d;
import static resnet4j.tensor.Ops.pad;
import static resnet4j.tensor.Ops.relu_;
import static resnet4j.tensor.Ops.slice;

import java.util.ArrayList;
import java.util.List;
import resnet4j.model.ResNetConfig.Shortcut;
import resnet4j.model.ResNetConfig.Stem;
import resnet4j.nn.BatchNorm2d;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Sequential;
import resnet4j.nn.StochasticDepth;
import resnet4j.tensor.Tensor;

/** ResNet v1.5: the stride sits on the 3x3 convolution. He et al. 2015, arXiv:1512.03385. */
public final class ResNet extends ClassificationNet {
    private final Layer conv1, bn1, fc;
    private final boolean pooled;
    private final List<Sequential> stages = new ArrayList<>();

    ResNet(ResNetConfig c) {
        super(c);
        int width = c.planes().get(0);
        conv1 = child("conv1", stem(c, width));
        bn1 = child("bn1", c.norm().of(width));
        pooled = c.stem() != Stem.CONV3;
        int in = width, first = 0;
        for (int i = 0; i < c.depths().size(); i++) {
            stages.add(child("layer" + (i + 1), stage(c, i, in, first)));
            in = c.planes().get(i) * c.block().expansion;
            first += c.depths().get(i);
        }
        fc = child("fc", new Linear(c.featureChannels(), c.classes()));
        initialise(c);
    }

    /** torchvision's pass over all layers, after they drew their defaults. */
    private void initialise(ResNetConfig c) {
        for (var net : nets().values()) if (net instanceof Conv2d conv) Init.kaimingNormalFanOut(conv.weight());
        if (!c.zeroInitLast()) return;
        for (var net : nets().values())
            if (net instanceof Block block && block.lastNorm() instanceof BatchNorm2d norm)
                Init.constant(norm.weight(), 0);
    }

    @Override
    public Tensor features(Tensor images) {
        var maps = featureMaps(images);
        return globalAvgPool(maps.get(maps.size() - 1)); // [N,C]
    }

    @Override
    public Layer head() {
        return fc;
    }

    /** Normalised images [N,3,H,W] to the maps after each stage: C2..C5 at strides 4, 8, 16 and 32 in ResNet-50. */
    public List<Tensor> featureMaps(Tensor images) {
        var x = relu_(bn1.apply(conv1.apply(images)));
        if (pooled) x = maxPool2d(x, 3, 2, 1);
        var maps = new ArrayList<Tensor>();
        for (var stage : stages) maps.add(x = stage.apply(x));
        return maps;
    }

    private static Layer stem(ResNetConfig c, int width) {
        return switch (c.stem()) {
            case CONV7_POOL -> Conv2d.of(3, width, 7, 2);
            case CONV3 -> Conv2d.of(3, width, 3);
            case DEEP_POOL ->
                new Sequential(
                        Conv2d.of(3, width / 2, 3, 2),
                        c.norm().of(width / 2),
                        Lambda.relu(),
                        Conv2d.of(width / 2, width / 2, 3),
                        c.norm().of(width / 2),
                        Lambda.relu(),
                        Conv2d.of(width / 2, width, 3));
        };
    }

    /** The first block changes width and stride; the others keep both. */
    private static Sequential stage(ResNetConfig c, int index, int in, int first) {
        var blocks = new ArrayList<Block>();
        for (int i = 0; i < c.depths().get(index); i++) {
            int stride = i == 0 && index > 0 ? 2 : 1;
            double drop = c.stochasticDepth() * (first + i) / Math.max(1, c.blocks() - 1);
            blocks.add(block(c, in, c.planes().get(index), stride, drop));
            in = c.planes().get(index) * c.block().expansion;
        }
        return new Sequential(blocks);
    }

    private static Block block(ResNetConfig c, int in, int planes, int stride, double drop) {
        return switch (c.block()) {
            case BASIC -> new BasicBlock(c, in, planes, stride, drop);
            case BOTTLENECK -> new Bottleneck(c, in, planes, stride, drop);
        };
    }

    /** relu(F(x) + shortcut(x)). Figure 2. */
    private abstract static class Block extends Layer {
        private final ResNetConfig config;
        private final Layer downsample; // null where x itself is added, or nothing
        private final StochasticDepth drop;

        /** torchvision draws the shortcut's weights before the block's own, and names them after. */
        Block(ResNetConfig c, int in, int out, int stride, double drop) {
            config = c;
            downsample = downsample(c, in, out, stride);
            this.drop = new StochasticDepth(drop);
        }

        /** F(x). */
        abstract Tensor residual(Tensor x);

        abstract Layer lastNorm();

        final void nameShortcut() {
            if (downsample != null) child("downsample", downsample);
            child("drop", drop);
        }

        @Override
        protected Tensor forward(Tensor x) {
            var y = drop.apply(residual(x));
            if (config.shortcut() != Shortcut.NONE) y = add_(y, downsample == null ? x : downsample.apply(x));
            return config.reluAfterAdd() ? relu_(y) : y;
        }
    }

    private static Layer downsample(ResNetConfig c, int in, int out, int stride) {
        boolean sameShape = stride == 1 && in == out;
        return switch (c.shortcut()) {
            case NONE -> null;
            case A -> sameShape ? null : new Lambda(x -> zeroPadded(x, out - in, stride));
            case B -> sameShape ? null : projection(c, in, out, stride);
            case C -> projection(c, in, out, stride);
        };
    }

    private static Layer projection(ResNetConfig c, int in, int out, int stride) {
        return new Sequential(Conv2d.of(in, out, 1, stride), c.norm().of(out));
    }

    /** Every {@code stride}-th pixel, with {@code more} zero channels, half of them before and half after. */
    private static Tensor zeroPadded(Tensor x, int more, int stride) {
        if (stride > 1) x = slice(slice(x, 2, 0, x.size(2), stride), 3, 0, x.size(3), stride);
        return more == 0 ? x : pad(x, 0, 0, 0, 0, more / 2, more - more / 2);
    }

    /** Figure 5, left. */
    private static final class BasicBlock extends Block {
        private final Layer conv1, bn1, conv2, bn2;

        BasicBlock(ResNetConfig c, int in, int planes, int stride, double drop) {
            super(c, in, planes, stride, drop);
            conv1 = child("conv1", Conv2d.of(in, planes, 3, stride));
            bn1 = child("bn1", c.norm().of(planes));
            conv2 = child("conv2", Conv2d.of(planes, planes, 3));
            bn2 = child("bn2", c.norm().of(planes));
            nameShortcut();
        }

        @Override
        Tensor residual(Tensor x) {
            var y = relu_(bn1.apply(conv1.apply(x)));
            return bn2.apply(conv2.apply(y));
        }

        @Override
        Layer lastNorm() {
            return bn2;
        }
    }

    /** Figure 5, right, with the stride on the 3x3 convolution. */
    private static final class Bottleneck extends Block {
        private final Layer conv1, bn1, conv2, bn2, conv3, bn3;

        Bottleneck(ResNetConfig c, int in, int planes, int stride, double drop) {
            super(c, in, planes * 4, stride, drop);
            int width = planes * c.groupWidth() / 64 * c.groups();
            conv1 = child("conv1", Conv2d.of(in, width, 1));
            bn1 = child("bn1", c.norm().of(width));
            conv2 = child("conv2", Conv2d.of(width, width, 3, stride, c.groups()));
            bn2 = child("bn2", c.norm().of(width));
            conv3 = child("conv3", Conv2d.of(width, planes * 4, 1));
            bn3 = child("bn3", c.norm().of(planes * 4));
            nameShortcut();
        }

        @Override
        Tensor residual(Tensor x) {
            var y = relu_(bn1.apply(conv1.apply(x)));
            y = relu_(bn2.apply(conv2.apply(y)));
            return bn3.apply(conv3.apply(y));
        }

        @Override
        Layer lastNorm() {
            return bn3;
        }
    }
}
