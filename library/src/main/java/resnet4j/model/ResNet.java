package resnet4j.model;

import static resnet4j.tensor.Op.Slice.TO_THE_END;
import static resnet4j.tensor.Ops.add;
import static resnet4j.tensor.Ops.add_;
import static resnet4j.tensor.Ops.avgPool2d;
import static resnet4j.tensor.Ops.cat;
import static resnet4j.tensor.Ops.globalAvgPool;
import static resnet4j.tensor.Ops.pad;
import static resnet4j.tensor.Ops.relu_;
import static resnet4j.tensor.Ops.slice;

import java.util.ArrayList;
import java.util.List;
import resnet4j.model.ResNetConfig.Shortcut;
import resnet4j.nn.Attention;
import resnet4j.nn.BatchNorm2d;
import resnet4j.nn.BlurPool;
import resnet4j.nn.Conv2d;
import resnet4j.nn.ConvNorm;
import resnet4j.nn.DropBlock;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.SelectiveKernel;
import resnet4j.nn.Sequential;
import resnet4j.nn.SplitAttention;
import resnet4j.nn.StochasticDepth;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Tensor;

/** ResNet v1.5: the stride sits on the 3x3 convolution. He et al. 2015, arXiv:1512.03385. */
public final class ResNet extends ClassificationNet {
    private final Layer conv1, bn1, fc;
    private final Layer maxpool; // null where the stem does not pool
    private final List<Sequential> stages = new ArrayList<>();

    ResNet(ResNetConfig c) {
        super(c);
        int width = c.planes().get(0) * c.stem().expansion;
        conv1 = child("conv1", stem(c, width));
        bn1 = child("bn1", c.norm().of(width));
        maxpool = pooling(c, width);
        if (maxpool != null) child("maxpool", maxpool);
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
        if (maxpool != null) x = maxpool.apply(x);
        var maps = new ArrayList<Tensor>();
        for (var stage : stages) maps.add(x = stage.apply(x));
        return maps;
    }

    private static Layer stem(ResNetConfig c, int width) {
        return switch (c.stem()) {
            case CONV7_POOL -> c.norm().convolution(Conv2d.of(3, width, 7, 2));
            case CONV3 -> c.norm().convolution(Conv2d.of(3, width, 3));
            case DEEP_POOL, DEEP_CONV, WIDE_DEEP_POOL ->
                new Sequential(
                        c.norm().convolution(Conv2d.of(3, width / 2, 3, 2)),
                        c.norm().of(width / 2),
                        Lambda.relu(),
                        c.norm().convolution(Conv2d.of(width / 2, width / 2, 3)),
                        c.norm().of(width / 2),
                        Lambda.relu(),
                        c.norm().convolution(Conv2d.of(width / 2, width, 3)));
        };
    }

    private static Layer pooling(ResNetConfig c, int width) {
        return switch (c.stem()) {
            case CONV3 -> null;
            case CONV7_POOL, DEEP_POOL, WIDE_DEEP_POOL ->
                c.blurPool() ? new Sequential(Lambda.maxPool(3, 1, 1), new BlurPool()) : Lambda.maxPool(3, 2, 1);
            case DEEP_CONV -> {
                var layers = new ArrayList<Layer>();
                layers.add(c.norm().convolution(Conv2d.of(width, width, 3, c.blurPool() ? 1 : 2)));
                if (c.blurPool()) layers.add(new BlurPool());
                layers.add(c.norm().of(width));
                layers.add(Lambda.relu());
                yield new Sequential(layers);
            }
        };
    }

    /** The first block changes width and stride; the others keep both. */
    private static Sequential stage(ResNetConfig c, int index, int in, int first) {
        var blocks = new ArrayList<Block>();
        for (int i = 0; i < c.depths().get(index); i++) {
            int stride = i == 0 && index > 0 ? 2 : 1;
            double drop = c.stochasticDepth() * (first + i) / Math.max(1, c.blocks() - 1);
            blocks.add(block(c, in, c.planes().get(index), stride, drop, dropBlock(c, index)));
            in = c.planes().get(index) * c.block().expansion;
        }
        return new Sequential(blocks);
    }

    private static Block block(ResNetConfig c, int in, int planes, int stride, double drop, DropBlock dropBlock) {
        return switch (c.block()) {
            case BASIC -> new BasicBlock(c, in, planes, stride, drop, dropBlock);
            case BOTTLENECK, SENET -> new Bottleneck(c, in, planes, stride, drop, dropBlock);
            case SELECTIVE_BASIC -> new SelectiveBasicBlock(c, in, planes, stride, drop);
            case SELECTIVE_BOTTLENECK -> new SelectiveBottleneck(c, in, planes, stride, drop);
            case SPLIT_ATTENTION -> new SplitBottleneck(c, in, planes, stride, drop);
            case RES2 -> new Res2Bottleneck(c, in, planes, stride, drop, dropBlock);
        };
    }

    /** Squares and factors are timm's. */
    private static DropBlock dropBlock(ResNetConfig c, int stage) {
        return switch (stage) {
            case 2 -> new DropBlock(c.dropBlock(), 5, 0.25);
            case 3 -> new DropBlock(c.dropBlock(), 3, 1);
            default -> new DropBlock(0, 3, 1);
        };
    }

    /** relu(attention(F(x)) + shortcut(x)). Figure 2. */
    private abstract static class Block extends Layer {
        private final ResNetConfig config;
        private final Layer downsample; // null where x itself is added, or nothing
        private final StochasticDepth drop;
        private Layer attention; // null without

        /** torchvision draws the shortcut's weights before the block's own, and names them after. */
        Block(ResNetConfig c, int in, int out, int stride, double drop) {
            config = c;
            downsample = downsample(c, in, out, stride);
            this.drop = new StochasticDepth(drop);
        }

        /** F(x). */
        abstract Tensor residual(Tensor x);

        /** What ends F. */
        abstract Layer lastNorm();

        /** The block's last children, which all kinds of blocks have. */
        final void end(int out) {
            attention = config.attention() instanceof Attention.None
                    ? null
                    : child("se", config.attention().of(out)); // timm names every attention se
            if (downsample != null) child("downsample", downsample);
            child("drop", drop);
        }

        @Override
        protected Tensor forward(Tensor x) {
            var y = residual(x);
            if (attention != null) y = attention.apply(y);
            y = drop.apply(y);
            if (config.shortcut() != Shortcut.NONE) y = add_(y, downsample == null ? x : downsample.apply(x));
            return config.reluAfterAdd() ? relu_(y) : y;
        }
    }

    private static int width(ResNetConfig c, int planes) {
        return planes * c.groupWidth() / 64 * c.groups();
    }

    private static Layer downsample(ResNetConfig c, int in, int out, int stride) {
        boolean sameShape = stride == 1 && in == out;
        return switch (c.shortcut()) {
            case NONE -> null;
            case A -> sameShape ? null : new Lambda(x -> zeroPadded(x, out - in, stride));
            case B -> sameShape ? null : projection(c, in, out, stride);
            case C -> projection(c, in, out, stride);
            case D -> sameShape ? null : averaged(c, in, out, stride);
            case SENET ->
                sameShape
                        ? null
                        : new Sequential(
                                conv(c, in, out, stride == 1 ? 1 : 3, stride),
                                c.norm().of(out));
        };
    }

    private static Layer projection(ResNetConfig c, int in, int out, int stride) {
        return new Sequential(conv(c, in, out, 1, stride), c.norm().of(out));
    }

    private static Layer averaged(ResNetConfig c, int in, int out, int stride) {
        var op = new Op.AvgPool2d(Size.of(2), Size.of(2), Size.of(0), true, false);
        var pool = stride == 1 ? new Sequential() : new Lambda(x -> avgPool2d(x, op));
        return new Sequential(pool, conv(c, in, out, 1, 1), c.norm().of(out));
    }

    private static Conv2d conv(ResNetConfig c, int in, int out, int kernel, int stride) {
        return conv(c, in, out, kernel, stride, 1);
    }

    private static Conv2d conv(ResNetConfig c, int in, int out, int kernel, int stride, int groups) {
        return c.norm().convolution(Conv2d.of(in, out, kernel, stride, groups));
    }

    /** Every {@code stride}-th pixel, with {@code more} zero channels, half of them before and half after. */
    private static Tensor zeroPadded(Tensor x, int more, int stride) {
        if (stride > 1) x = slice(slice(x, 2, 0, TO_THE_END, stride), 3, 0, TO_THE_END, stride);
        return more == 0 ? x : pad(x, 0, 0, 0, 0, more / 2, more - more / 2);
    }

    /** Figure 5, left. */
    private static final class BasicBlock extends Block {
        private final Layer conv1, bn1, dropBlock, conv2, bn2;
        private final Layer aa; // null where it does not blur

        BasicBlock(ResNetConfig c, int in, int planes, int stride, double drop, DropBlock squares) {
            super(c, in, planes, stride, drop);
            boolean blurred = c.blurPool() && stride == 2;
            conv1 = child("conv1", conv(c, in, planes, 3, blurred ? 1 : stride));
            bn1 = child("bn1", c.norm().of(planes));
            dropBlock = child("drop_block", squares);
            aa = blurred ? child("aa", new BlurPool()) : null;
            conv2 = child("conv2", conv(c, planes, planes, 3, 1));
            bn2 = child("bn2", c.norm().of(planes));
            end(planes);
        }

        @Override
        Tensor residual(Tensor x) {
            var y = relu_(dropBlock.apply(bn1.apply(conv1.apply(x))));
            if (aa != null) y = aa.apply(y);
            return bn2.apply(conv2.apply(y));
        }

        @Override
        Layer lastNorm() {
            return bn2;
        }
    }

    /** Figure 5, right, with the stride on the 3x3 convolution. */
    private static final class Bottleneck extends Block {
        private final Layer conv1, bn1, conv2, bn2, dropBlock, conv3, bn3;
        private final Layer aa; // null where it does not blur

        Bottleneck(ResNetConfig c, int in, int planes, int stride, double drop, DropBlock squares) {
            super(c, in, planes * 4, stride, drop);
            boolean blurred = c.blurPool() && stride == 2;
            int width = width(c, planes), first = c.block() == ResNetConfig.Block.SENET ? width / 2 : width;
            conv1 = child("conv1", conv(c, in, first, 1, 1));
            bn1 = child("bn1", c.norm().of(first));
            conv2 = child("conv2", conv(c, first, width, 3, blurred ? 1 : stride, c.groups()));
            bn2 = child("bn2", c.norm().of(width));
            dropBlock = child("drop_block", squares);
            aa = blurred ? child("aa", new BlurPool()) : null;
            conv3 = child("conv3", conv(c, width, planes * 4, 1, 1));
            bn3 = child("bn3", c.norm().of(planes * 4));
            end(planes * 4);
        }

        @Override
        Tensor residual(Tensor x) {
            var y = relu_(bn1.apply(conv1.apply(x)));
            y = relu_(dropBlock.apply(bn2.apply(conv2.apply(y))));
            if (aa != null) y = aa.apply(y);
            return bn3.apply(conv3.apply(y));
        }

        @Override
        Layer lastNorm() {
            return bn3;
        }
    }

    private static final class SelectiveBasicBlock extends Block {
        private final Layer conv1;
        private final ConvNorm conv2;

        SelectiveBasicBlock(ResNetConfig c, int in, int planes, int stride, double drop) {
            super(c, in, planes, stride, drop);
            int squeezed = Math.max(16, planes / 8);
            conv1 = child("conv1", new SelectiveKernel(c.norm(), in, planes, stride, squeezed));
            conv2 = child("conv2", ConvNorm.linear(c.norm(), Conv2d.of(planes, planes, 3)));
            end(planes);
        }

        @Override
        Tensor residual(Tensor x) {
            return conv2.apply(conv1.apply(x));
        }

        @Override
        Layer lastNorm() {
            return conv2.norm();
        }
    }

    /** arXiv:1903.06586, Table 1. */
    private static final class SelectiveBottleneck extends Block {
        private final Layer conv1, conv2;
        private final ConvNorm conv3;

        SelectiveBottleneck(ResNetConfig c, int in, int planes, int stride, double drop) {
            super(c, in, planes * 4, stride, drop);
            int width = width(c, planes), squeezed = Math.max(8, width / 16);
            conv1 = child("conv1", ConvNorm.relu(c.norm(), Conv2d.of(in, width, 1)));
            conv2 = child("conv2", new SelectiveKernel(c.norm(), width, width, stride, squeezed));
            conv3 = child("conv3", ConvNorm.linear(c.norm(), Conv2d.of(width, planes * 4, 1)));
            end(planes * 4);
        }

        @Override
        Tensor residual(Tensor x) {
            return conv3.apply(conv2.apply(conv1.apply(x)));
        }

        @Override
        Layer lastNorm() {
            return conv3.norm();
        }
    }

    /** A pooling after the 3x3 convolution takes its stride. arXiv:2004.08955, section 4.1. */
    private static final class SplitBottleneck extends Block {
        private static final Op.AvgPool2d HALVES = new Op.AvgPool2d(Size.of(3), Size.of(2), Size.of(1), false, true);

        private final Layer conv1, bn1, conv2, conv3, bn3;
        private final boolean halves;

        SplitBottleneck(ResNetConfig c, int in, int planes, int stride, double drop) {
            super(c, in, planes * 4, stride, drop);
            int width = width(c, planes);
            halves = stride == 2;
            conv1 = child("conv1", conv(c, in, width, 1, 1));
            bn1 = child("bn1", c.norm().of(width));
            conv2 = child("conv2", new SplitAttention(c.norm(), width));
            conv3 = child("conv3", conv(c, width, planes * 4, 1, 1));
            bn3 = child("bn3", c.norm().of(planes * 4));
            end(planes * 4);
        }

        @Override
        Tensor residual(Tensor x) {
            var y = conv2.apply(relu_(bn1.apply(conv1.apply(x))));
            if (halves) y = avgPool2d(y, HALVES);
            return bn3.apply(conv3.apply(y));
        }

        @Override
        Layer lastNorm() {
            return bn3;
        }
    }

    /** Each narrow 3x3 sees its own channels and the one before it. arXiv:1904.01169, Figure 2b. */
    private static final class Res2Bottleneck extends Block {
        private static final int SCALE = 4;

        private final Layer conv1, bn1, dropBlock, conv3, bn3;
        private final List<Layer> convs, bns;
        private final int width;
        private final Op.AvgPool2d pool; // null inside a stage

        Res2Bottleneck(ResNetConfig c, int in, int planes, int stride, double drop, DropBlock squares) {
            super(c, in, planes * 4, stride, drop);
            width = width(c, planes);
            conv1 = child("conv1", conv(c, in, SCALE * width, 1, 1));
            bn1 = child("bn1", c.norm().of(SCALE * width));
            var narrow = new ArrayList<Layer>();
            var norms = new ArrayList<Layer>();
            for (int i = 0; i < SCALE - 1; i++) {
                narrow.add(conv(c, width, width, 3, stride, c.groups()));
                norms.add(c.norm().of(width));
            }
            convs = child("convs", new Sequential(narrow)).layers();
            bns = child("bns", new Sequential(norms)).layers();
            dropBlock = child("drop_block", squares);
            boolean first = stride > 1 || in != planes * 4;
            pool = first ? new Op.AvgPool2d(Size.of(3), Size.of(stride), Size.of(1), false, true) : null;
            conv3 = child("conv3", conv(c, SCALE * width, planes * 4, 1, 1));
            bn3 = child("bn3", c.norm().of(planes * 4));
            end(planes * 4);
        }

        @Override
        Tensor residual(Tensor x) {
            x = relu_(bn1.apply(conv1.apply(x)));
            var parts = new ArrayList<Tensor>();
            for (int i = 0; i < SCALE - 1; i++) {
                var part = part(x, i);
                if (pool == null && i > 0) part = add(parts.get(i - 1), part);
                part = bns.get(i).apply(convs.get(i).apply(part));
                parts.add(relu_(part));
            }
            parts.add(pool == null ? part(x, SCALE - 1) : avgPool2d(part(x, SCALE - 1), pool));
            return bn3.apply(conv3.apply(dropBlock.apply(cat(parts, 1))));
        }

        private Tensor part(Tensor x, int i) {
            return slice(x, 1, (long) i * width, (i + 1L) * width, 1);
        }

        @Override
        Layer lastNorm() {
            return bn3;
        }
    }
}
