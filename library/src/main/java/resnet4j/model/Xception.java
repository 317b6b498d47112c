package resnet4j.model;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Xception: residual blocks of depthwise convolutions. Chollet 2016, arXiv:1610.02357, Figure 5; names are timm's
 * {@code legacy_xception}.
 *
 * @param norm    normalisation after each convolution
 * @param classes logits
 */
public record Xception(Norm norm, int classes) implements Architecture {
    public Xception {
        Checks.classes(classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public Xception withClasses(int classes) {
        return new Xception(norm, classes);
    }

    @Override
    public int minInputSize() {
        return 7; // the stem's convolutions have no padding
    }

    private static final class Network extends ClassificationNet {
        private final Layer conv1, bn1, conv2, bn2, conv3, bn3, conv4, bn4, fc;
        private final List<Layer> blocks = new ArrayList<>();

        Network(Xception c) {
            super(c);
            conv1 = child("conv1", unpadded(c, 3, 32, 2));
            bn1 = child("bn1", c.norm.of(32));
            conv2 = child("conv2", unpadded(c, 32, 64, 1));
            bn2 = child("bn2", c.norm.of(64));
            // entry flow
            block(new Block(c, 64, 128, 2, List.of(128, 128), false));
            block(new Block(c, 128, 256, 2, List.of(256, 256), true));
            block(new Block(c, 256, 728, 2, List.of(728, 728), true));
            // middle flow
            for (int i = 0; i < 8; i++) block(new Block(c, 728, 728, 1, List.of(728, 728, 728), true));
            // exit flow
            block(new Block(c, 728, 1024, 2, List.of(728, 1024), true));
            conv3 = child("conv3", new Separable(c, 1024, 1536));
            bn3 = child("bn3", c.norm.of(1536));
            conv4 = child("conv4", new Separable(c, 1536, 2048));
            bn4 = child("bn4", c.norm.of(2048));
            fc = child("fc", new Linear(2048, c.classes));
            for (var net : nets().values()) if (net instanceof Conv2d conv) Init.kaimingNormalFanOut(conv.weight());
        }

        private static Conv2d unpadded(Xception c, int in, int out, int stride) {
            return c.norm.convolution(Conv2d.of(in, out, Size.of(3), Size.of(stride), Size.of(0), false));
        }

        private void block(Block block) {
            blocks.add(child("block" + (blocks.size() + 1), block));
        }

        @Override
        public Tensor features(Tensor images) {
            var x = Ops.relu_(bn1.apply(conv1.apply(images)));
            x = Ops.relu_(bn2.apply(conv2.apply(x)));
            for (var block : blocks) x = block.apply(x);
            x = Ops.relu_(bn3.apply(conv3.apply(x)));
            x = Ops.relu_(bn4.apply(conv4.apply(x)));
            return Ops.globalAvgPool(x); // [N,2048]
        }

        @Override
        public Layer head() {
            return fc;
        }
    }

    /** 3x3 on each channel, then 1x1. Figure 4, in the order of section 3. */
    private static final class Separable extends Layer {
        private final Layer conv1, pointwise;

        Separable(Xception c, int in, int out) {
            conv1 = child("conv1", c.norm.convolution(Conv2d.of(in, in, 3, 1, in)));
            pointwise = child("pointwise", c.norm.convolution(Conv2d.of(in, out, 1)));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return pointwise.apply(conv1.apply(x));
        }
    }

    /** F(x) + shortcut(x), with ReLU before each separable convolution. */
    private static final class Block extends Layer {
        private final Layer skip, skipbn; // null where x itself is added
        private final Layer rep;

        /** @param widths channels out of each separable convolution */
        Block(Xception c, int in, int out, int stride, List<Integer> widths, boolean startWithRelu) {
            boolean same = in == out && stride == 1;
            skip = same ? null : child("skip", c.norm.convolution(Conv2d.of(in, out, 1, stride)));
            skipbn = same ? null : child("skipbn", c.norm.of(out));
            var layers = new ArrayList<Layer>();
            for (int width : widths) {
                if (startWithRelu || !layers.isEmpty()) layers.add(Lambda.relu());
                layers.add(new Separable(c, in, width));
                layers.add(c.norm.of(width));
                in = width;
            }
            if (stride > 1) layers.add(Lambda.maxPool(3, stride, 1));
            rep = child("rep", new Sequential(layers));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return Ops.add_(rep.apply(x), skip == null ? x : skipbn.apply(skip.apply(x)));
        }
    }
}
