package resnet4j.model;

import static resnet4j.tensor.Ops.add;
import static resnet4j.tensor.Ops.avgPool2d;
import static resnet4j.tensor.Ops.cat;
import static resnet4j.tensor.Ops.relu_;
import static resnet4j.tensor.Ops.slice;

import java.util.ArrayList;
import java.util.List;
import resnet4j.nn.BlurPool;
import resnet4j.nn.Conv2d;
import resnet4j.nn.ConvNorm;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.SelectiveKernel;
import resnet4j.nn.Sequential;
import resnet4j.nn.SplitAttention;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Tensor;

/** F of each {@link Block}. */
final class Branches {
    private Branches() {}

    /** Figure 5, left. */
    static final class Basic extends Branch {
        private final Layer conv1, bn1, dropBlock, aa, conv2, bn2;

        Basic(Place at) {
            int in = at.in(), planes = at.planes(), stride = at.stride();
            boolean blurred = at.blurs();
            conv1 = child("conv1", at.conv(in, planes, 3, blurred ? 1 : stride, 1, at.firstDilation()));
            bn1 = child("bn1", at.norm(planes));
            dropBlock = child("drop_block", at.squares());
            aa = child("aa", blurred ? new BlurPool() : new Sequential());
            conv2 = child("conv2", at.conv(planes, planes, 3, 1, 1, at.dilation()));
            bn2 = child("bn2", at.norm(planes));
        }

        @Override
        Tensor residual(Tensor x) {
            var y = aa.apply(relu_(dropBlock.apply(bn1.apply(conv1.apply(x)))));
            return bn2.apply(conv2.apply(y));
        }

        @Override
        Layer lastNorm() {
            return bn2;
        }
    }

    /** Figure 5, right, with the stride on the 3x3 convolution. */
    static final class Bottleneck extends Branch {
        private final Layer conv1, bn1, conv2, bn2, dropBlock, aa, conv3, bn3;

        /** @param first channels of the first convolution */
        Bottleneck(Place at, int first, int width, int groups) {
            int in = at.in(), planes = at.planes(), stride = at.stride();
            boolean blurred = at.blurs();
            conv1 = child("conv1", at.conv(in, first, 1, 1));
            bn1 = child("bn1", at.norm(first));
            conv2 = child("conv2", at.conv(first, width, 3, blurred ? 1 : stride, groups, at.firstDilation()));
            bn2 = child("bn2", at.norm(width));
            dropBlock = child("drop_block", at.squares());
            aa = child("aa", blurred ? new BlurPool() : new Sequential());
            conv3 = child("conv3", at.conv(width, planes * 4, 1, 1));
            bn3 = child("bn3", at.norm(planes * 4));
        }

        @Override
        Tensor residual(Tensor x) {
            var y = relu_(bn1.apply(conv1.apply(x)));
            y = aa.apply(relu_(dropBlock.apply(bn2.apply(conv2.apply(y)))));
            return bn3.apply(conv3.apply(y));
        }

        @Override
        Layer lastNorm() {
            return bn3;
        }
    }

    static final class SelectiveBasic extends Branch {
        private final Layer conv1;
        private final ConvNorm conv2;

        SelectiveBasic(Place at) {
            int in = at.in(), planes = at.planes(), stride = at.stride();
            int squeezed = Math.max(16, planes / 8);
            conv1 = child("conv1", new SelectiveKernel(at.norm(), in, planes, stride, squeezed));
            conv2 = child("conv2", ConvNorm.linear(at.norm(), Conv2d.of(planes, planes, 3)));
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
    static final class SelectiveBottleneck extends Branch {
        private final Layer conv1, conv2;
        private final ConvNorm conv3;

        SelectiveBottleneck(Place at, int width) {
            int in = at.in(), planes = at.planes(), stride = at.stride();
            int squeezed = Math.max(8, width / 16);
            conv1 = child("conv1", ConvNorm.relu(at.norm(), Conv2d.of(in, width, 1)));
            conv2 = child("conv2", new SelectiveKernel(at.norm(), width, width, stride, squeezed));
            conv3 = child("conv3", ConvNorm.linear(at.norm(), Conv2d.of(width, planes * 4, 1)));
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
    static final class SplitBottleneck extends Branch {
        private static final Op.AvgPool2d HALVES = new Op.AvgPool2d(Size.of(3), Size.of(2), Size.of(1), false, true);

        private final Layer conv1, bn1, conv2, conv3, bn3;
        private final boolean halves;

        SplitBottleneck(Place at, int width) {
            int in = at.in(), planes = at.planes(), stride = at.stride();
            halves = stride == 2;
            conv1 = child("conv1", at.conv(in, width, 1, 1));
            bn1 = child("bn1", at.norm(width));
            conv2 = child("conv2", new SplitAttention(at.norm(), width));
            conv3 = child("conv3", at.conv(width, planes * 4, 1, 1));
            bn3 = child("bn3", at.norm(planes * 4));
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
    static final class Res2Bottleneck extends Branch {
        private static final int SCALE = 4;

        private final Layer conv1, bn1, dropBlock, conv3, bn3;
        private final List<Layer> convs, bns;
        private final int width;
        private final Layer pool;
        private final boolean first; // of its stage

        Res2Bottleneck(Place at, int width, int groups) {
            int in = at.in(), planes = at.planes(), stride = at.stride();
            this.width = width;
            conv1 = child("conv1", at.conv(in, SCALE * width, 1, 1));
            bn1 = child("bn1", at.norm(SCALE * width));
            var narrow = new ArrayList<Layer>();
            var norms = new ArrayList<Layer>();
            for (int i = 0; i < SCALE - 1; i++) {
                narrow.add(at.conv(width, width, 3, stride, groups, 1));
                norms.add(at.norm(width));
            }
            convs = child("convs", new Sequential(narrow)).layers();
            bns = child("bns", new Sequential(norms)).layers();
            dropBlock = child("drop_block", at.squares());
            first = stride > 1 || in != planes * 4;
            var op = new Op.AvgPool2d(Size.of(3), Size.of(stride), Size.of(1), false, true);
            pool = child("pool", first ? new Lambda(y -> avgPool2d(y, op)) : new Sequential());
            conv3 = child("conv3", at.conv(SCALE * width, planes * 4, 1, 1));
            bn3 = child("bn3", at.norm(planes * 4));
        }

        @Override
        Tensor residual(Tensor x) {
            x = relu_(bn1.apply(conv1.apply(x)));
            var parts = new ArrayList<Tensor>();
            for (int i = 0; i < SCALE - 1; i++) {
                var part = part(x, i);
                if (!first && i > 0) part = add(parts.get(i - 1), part);
                part = bns.get(i).apply(convs.get(i).apply(part));
                parts.add(relu_(part));
            }
            parts.add(pool.apply(part(x, SCALE - 1)));
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
