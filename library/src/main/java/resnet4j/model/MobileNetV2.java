package resnet4j.model;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Dropout;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * MobileNet-V2: residual blocks that are wide inside and narrow between. Sandler et al. 2018, arXiv:1801.04381, Table 2.
 *
 * @param width   factor of all channels
 * @param norm    normalisation after each convolution
 * @param dropout chance of a feature to be dropped before the head
 * @param classes logits
 */
public record MobileNetV2(double width, Norm norm, double dropout, int classes) implements Architecture {
    /** Expansion, channels, blocks, stride of the first block. */
    private static final int[][] STAGES = {
        {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}
    };

    public MobileNetV2 {
        if (!(width > 0)) throw new IllegalArgumentException("width: expected a positive factor, got " + width);
        Checks.dropout(dropout);
        Checks.classes(classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public MobileNetV2 withClasses(int classes) {
        return new MobileNetV2(width, norm, dropout, classes);
    }

    /** The nearest multiple of 8 that is not below nine tenths. */
    private int channels(double planned) {
        int rounded = Math.max(8, (int) (planned + 4) / 8 * 8);
        return rounded < 0.9 * planned ? rounded + 8 : rounded;
    }

    private static final class Network extends ClassificationNet {
        private final Layer features, head;
        private final Sequential classifier;

        Network(MobileNetV2 c) {
            super(c);
            var layers = new ArrayList<Layer>();
            int in = c.channels(32 * c.width);
            layers.add(unit(c, Conv2d.of(3, in, 3, 2)));
            for (int[] stage : STAGES) {
                int out = c.channels(stage[1] * c.width);
                for (int i = 0; i < stage[2]; i++) {
                    layers.add(new InvertedResidual(c, in, out, i == 0 ? stage[3] : 1, stage[0]));
                    in = out;
                }
            }
            int last = c.channels(1280 * Math.max(1, c.width));
            layers.add(unit(c, Conv2d.of(in, last, 1)));
            features = child("features", new Sequential(layers));
            head = new Linear(last, c.classes);
            classifier = child("classifier", new Sequential(new Dropout(c.dropout), head));
            for (var net : nets().values())
                if (net instanceof Conv2d conv) Init.kaimingNormalFanOut(conv.weight());
                else if (net instanceof Linear linear) {
                    Init.normal(linear.weight(), 0.01);
                    Init.constant(linear.bias(), 0);
                }
        }

        private Tensor pooled(Tensor images) {
            return Ops.globalAvgPool(features.apply(images));
        }

        @Override
        public Tensor features(Tensor images) {
            return classifier.first(1, pooled(images)); // [N,1280]
        }

        @Override
        protected Tensor logits(Tensor images) {
            return classifier.apply(pooled(images));
        }

        @Override
        public Layer head() {
            return head;
        }
    }

    private static Sequential unit(MobileNetV2 c, Conv2d conv) {
        return new Sequential(
                c.norm.convolution(conv), c.norm.of((int) conv.weight().size(0)), new Lambda(Ops::relu6));
    }

    /** 1x1 to many channels, 3x3 on each, 1x1 to few without ReLU. Figure 4d. */
    private static final class InvertedResidual extends Layer {
        private final Layer conv;
        private final boolean shortcut;

        InvertedResidual(MobileNetV2 c, int in, int out, int stride, int expansion) {
            int wide = in * expansion;
            var layers = new ArrayList<Layer>();
            if (expansion != 1) layers.add(unit(c, Conv2d.of(in, wide, 1)));
            layers.add(unit(c, Conv2d.of(wide, wide, 3, stride, wide)));
            layers.addAll(List.of(c.norm.convolution(Conv2d.of(wide, out, 1)), c.norm.of(out)));
            conv = child("conv", new Sequential(layers));
            shortcut = stride == 1 && in == out;
        }

        @Override
        protected Tensor forward(Tensor x) {
            var y = conv.apply(x);
            return shortcut ? Ops.add_(y, x) : y;
        }
    }
}
