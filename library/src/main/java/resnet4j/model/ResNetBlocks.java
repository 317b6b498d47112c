package resnet4j.model;

import static resnet4j.tensor.Op.Slice.TO_THE_END;
import static resnet4j.tensor.Ops.add;
import static resnet4j.tensor.Ops.add_;
import static resnet4j.tensor.Ops.avgPool2d;
import static resnet4j.tensor.Ops.cat;
import static resnet4j.tensor.Ops.pad;
import static resnet4j.tensor.Ops.relu_;
import static resnet4j.tensor.Ops.slice;

import java.util.ArrayList;
import java.util.List;
import resnet4j.model.ResNetConfig.Shortcut;
import resnet4j.nn.Attention;
import resnet4j.nn.BlurPool;
import resnet4j.nn.Conv2d;
import resnet4j.nn.ConvNorm;
import resnet4j.nn.DropBlock;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.SelectiveKernel;
import resnet4j.nn.Sequential;
import resnet4j.nn.SplitAttention;
import resnet4j.nn.StochasticDepth;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Tensor;

/** The blocks of the residual family. */
final class ResNetBlocks {
    private ResNetBlocks() {}

    /**
     * Where a block stands.
     *
     * @param in            channels that it is given
     * @param firstDilation of the 3x3 convolution that would take the stride
     * @param dilation      of a 3x3 convolution after that
     * @param drop          the chance of being dropped
     * @param squares       what zeroes parts of its maps
     */
    record Place(int in, int planes, int stride, int firstDilation, int dilation, double drop, DropBlock squares) {}

    static Block of(ResNetConfig c, Place at) {
        return switch (c.block()) {
            case BASIC -> new BasicBlock(c, at);
            case BOTTLENECK, SENET -> new Bottleneck(c, at);
            case SELECTIVE_BASIC -> new SelectiveBasicBlock(c, at);
            case SELECTIVE_BOTTLENECK -> new SelectiveBottleneck(c, at);
            case SPLIT_ATTENTION -> new SplitBottleneck(c, at);
            case RES2 -> new Res2Bottleneck(c, at);
        };
    }

    /** relu(attention(F(x)) + shortcut(x)). Figure 2. */
    abstract static class Block extends Layer {
        private final ResNetConfig config;
        private final Layer downsample; // null where x itself is added, or nothing
        private final StochasticDepth drop;
        private Layer attention; // null without

        /** torchvision draws the shortcut's weights before the block's own, and names them after. */
        Block(ResNetConfig c, Place at, int out) {
            config = c;
            downsample = downsample(c, at, out);
            drop = new StochasticDepth(at.drop);
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

    private static Layer downsample(ResNetConfig c, Place at, int out) {
        int in = at.in, stride = at.stride;
        boolean sameShape = stride == 1 && in == out;
        return switch (c.shortcut()) {
            case NONE -> null;
            case A -> sameShape ? null : new Lambda(x -> zeroPadded(x, out - in, stride));
            case B -> sameShape ? null : projection(c, in, out, stride);
            case C -> projection(c, in, out, stride);
            case D -> sameShape ? null : averaged(c, at, out);
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

    /** Where dilation stands for the stride, means of 2x2 at every place, as timm's. */
    private static Layer averaged(ResNetConfig c, Place at, int out) {
        var op = new Op.AvgPool2d(Size.of(2), Size.of(at.stride), Size.of(0), true, false);
        Layer pool = at.stride > 1
                ? new Lambda(x -> avgPool2d(x, op))
                : at.dilation > 1 ? new Lambda(x -> avgPool2d(pad(x, 0, 1, 0, 1), op)) : new Sequential();
        return new Sequential(pool, conv(c, at.in, out, 1, 1), c.norm().of(out));
    }

    private static Conv2d conv(ResNetConfig c, int in, int out, int kernel, int stride) {
        return conv(c, in, out, kernel, stride, 1, 1);
    }

    private static Conv2d conv(ResNetConfig c, int in, int out, int kernel, int stride, int groups, int dilation) {
        return c.norm().convolution(Conv2d.of(in, out, kernel, stride, groups, dilation));
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

        BasicBlock(ResNetConfig c, Place at) {
            super(c, at, at.planes);
            int in = at.in, planes = at.planes, stride = at.stride;
            boolean blurred = c.blurPool() && stride == 2;
            conv1 = child("conv1", conv(c, in, planes, 3, blurred ? 1 : stride, 1, at.firstDilation));
            bn1 = child("bn1", c.norm().of(planes));
            dropBlock = child("drop_block", at.squares);
            aa = blurred ? child("aa", new BlurPool()) : null;
            conv2 = child("conv2", conv(c, planes, planes, 3, 1, 1, at.dilation));
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

        Bottleneck(ResNetConfig c, Place at) {
            super(c, at, at.planes * 4);
            int in = at.in, planes = at.planes, stride = at.stride;
            boolean blurred = c.blurPool() && stride == 2;
            int width = width(c, planes), first = c.block() == ResNetConfig.Block.SENET ? width / 2 : width;
            conv1 = child("conv1", conv(c, in, first, 1, 1));
            bn1 = child("bn1", c.norm().of(first));
            conv2 = child("conv2", conv(c, first, width, 3, blurred ? 1 : stride, c.groups(), at.firstDilation));
            bn2 = child("bn2", c.norm().of(width));
            dropBlock = child("drop_block", at.squares);
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

        SelectiveBasicBlock(ResNetConfig c, Place at) {
            super(c, at, at.planes);
            int in = at.in, planes = at.planes, stride = at.stride;
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

        SelectiveBottleneck(ResNetConfig c, Place at) {
            super(c, at, at.planes * 4);
            int in = at.in, planes = at.planes, stride = at.stride;
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

        SplitBottleneck(ResNetConfig c, Place at) {
            super(c, at, at.planes * 4);
            int in = at.in, planes = at.planes, stride = at.stride;
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

        Res2Bottleneck(ResNetConfig c, Place at) {
            super(c, at, at.planes * 4);
            int in = at.in, planes = at.planes, stride = at.stride;
            width = width(c, planes);
            conv1 = child("conv1", conv(c, in, SCALE * width, 1, 1));
            bn1 = child("bn1", c.norm().of(SCALE * width));
            var narrow = new ArrayList<Layer>();
            var norms = new ArrayList<Layer>();
            for (int i = 0; i < SCALE - 1; i++) {
                narrow.add(conv(c, width, width, 3, stride, c.groups(), 1));
                norms.add(c.norm().of(width));
            }
            convs = child("convs", new Sequential(narrow)).layers();
            bns = child("bns", new Sequential(norms)).layers();
            dropBlock = child("drop_block", at.squares);
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
