package resnet4j.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * A shallow, wide residual network that learns small pictures in a few epochs: a stem that whitens 2x2 windows, stages of
 * a convolution, a pooling and a residual convolution, the largest of each map, one linear layer. Jordan 2024,
 * arXiv:2404.00498, section 3, whose networks follow Page 2019, "How to train your ResNet"; here each stage has a shortcut.
 *
 * @param widths  channels of each stage; each halves height and width
 * @param norm    normalisation after each convolution
 * @param classes logits
 */
public record SpeedResNet(List<Integer> widths, Norm norm, int classes) implements Architecture {
    private static final double LOGIT_SCALE = 1.0 / 9;

    public SpeedResNet {
        widths = List.copyOf(widths);
        Checks.positive("widths", widths, Math.max(1, widths.size()));
        Checks.classes(classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public SpeedResNet withClasses(int classes) {
        return new SpeedResNet(widths, norm, classes);
    }

    @Override
    public int minInputSize() {
        return (1 << widths.size()) + 1;
    }

    private static final class Network extends ClassificationNet {
        private final Whitening whiten;
        private final Layer stages, head;

        Network(SpeedResNet c) {
            super(c);
            whiten = child("whiten", new Whitening());
            var layers = new ArrayList<Layer>();
            int in = Whitening.FILTERS;
            for (int width : c.widths) {
                layers.add(new Stage(c.norm, in, width));
                in = width;
            }
            stages = child("layers", new Sequential(layers));
            head = child("head", new Linear(in, c.classes, false));
        }

        @Override
        public void calibrate(Supplier<Tensor> images) {
            whiten.fit(images.get());
        }

        @Override
        public Tensor features(Tensor images) {
            var x = Ops.gelu(whiten.apply(images)); // [N,24,H-1,W-1]
            x = Ops.max(stages.apply(x), List.of(2, 3), false); // [N,C]
            return Ops.affine(x, LOGIT_SCALE, 0);
        }

        @Override
        public Layer head() {
            return head;
        }
    }

    /** x = gelu(norm(pool(conv1(x)))), then gelu(norm(conv2(x)) + x). Both convolutions begin as the identity. */
    private static final class Stage extends Layer {
        private final Layer conv1, norm1, conv2, norm2;

        Stage(Norm norm, int in, int out) {
            conv1 = child("conv1", identity(norm, in, out));
            norm1 = child("norm1", norm.of(out));
            conv2 = child("conv2", identity(norm, out, out));
            norm2 = child("norm2", norm.of(out));
        }

        private static Conv2d identity(Norm norm, int in, int out) {
            var conv = norm.convolution(Conv2d.of(in, out, 3));
            Init.dirac(conv.weight());
            return conv;
        }

        @Override
        protected Tensor forward(Tensor x) {
            x = Ops.gelu(norm1.apply(Ops.maxPool2d(conv1.apply(x), 2, 2, 0)));
            return Ops.gelu(Ops.add(norm2.apply(conv2.apply(x)), x));
        }
    }

    /**
     * The principal components of 2x2 windows, each scaled to variance 1, and their negatives: a fixed convolution. [N,3,H,W]
     * -> [N,24,H-1,W-1].
     */
    private static final class Whitening extends Layer {
        private static final int K = 2, INPUTS = 3 * K * K, FILTERS = 2 * INPUTS;
        private static final double EPS = 5e-4; // arXiv:2404.00498 section 3.2
        private static final Op.Conv2d CONV = new Op.Conv2d(Size.of(1), Size.of(0), Size.of(1), 1);
        private final Tensor weight;

        Whitening() {
            try (var scope = new NativeScope()) {
                weight = buffer("weight", Tensor.zeros(FILTERS, 3, K, K));
                Init.normal(weight, 1 / Math.sqrt(INPUTS)); // until it is fitted
            }
        }

        void fit(Tensor images) {
            try (var scope = new NativeScope();
                    var noGrad = Ops.noGrad();
                    var exact = Ops.precision(Precision.FP32)) {
                var windows = Pixels.windows(images, K).permute(1, 0, 2).reshape(INPUTS, -1);
                var covariance = Losses.scale(Ops.linear(windows, windows, null), 1.0 / windows.size(1));
                var eigen = Pixels.eigen(covariance);
                float[] variances = eigen.get(0).toFloats(),
                        components = eigen.get(1).toFloats();
                var filters = new float[FILTERS * INPUTS];
                for (int i = 0; i < INPUTS * INPUTS; i++) {
                    float filter = (float) (components[i] / Math.sqrt(variances[i / INPUTS] + EPS));
                    filters[i] = filter;
                    filters[INPUTS * INPUTS + i] = -filter;
                }
                weight.set(Tensor.of(filters, FILTERS, 3, K, K));
            }
        }

        @Override
        protected Tensor forward(Tensor x) {
            return Ops.conv2d(x, weight, null, CONV);
        }
    }
}
