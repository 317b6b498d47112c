package resnet4j.model;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.LayerNorm;
import resnet4j.nn.Linear;
import resnet4j.nn.Sequential;
import resnet4j.nn.StochasticDepth;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * ConvNeXt: a residual network with the choices of vision transformers. Liu et al. 2022, arXiv:2201.03545.
 *
 * @param depths          blocks per stage; each stage but the first halves height and width
 * @param widths          channels per stage
 * @param layerScale      what the factors of the residual branches start with
 * @param stochasticDepth chance of the last block to be dropped in training, linear in depth. arXiv:1603.09382
 * @param classes         logits
 */
public record ConvNeXt(
        List<Integer> depths, List<Integer> widths, double layerScale, double stochasticDepth, int classes)
        implements Architecture {
    private static final double EPS = 1e-6;

    public ConvNeXt {
        depths = List.copyOf(depths);
        widths = List.copyOf(widths);
        Checks.positive("depths", depths, 4);
        Checks.positive("widths", widths, 4);
        Checks.chance("stochasticDepth", stochasticDepth);
        Checks.classes(classes);
    }

    /** With the width of the first stage; each later stage has twice as many channels. Section 3. */
    public static ConvNeXt of(int width, double stochasticDepth, Integer... depths) {
        return new ConvNeXt(
                List.of(depths), List.of(width, 2 * width, 4 * width, 8 * width), 1e-6, stochasticDepth, 1000);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public ConvNeXt withClasses(int classes) {
        return new ConvNeXt(depths, widths, layerScale, stochasticDepth, classes);
    }

    @Override
    public int minInputSize() {
        return 32;
    }

    private static final class Network extends ClassificationNet {
        private final Layer features, head;
        private final Sequential classifier;

        Network(ConvNeXt c) {
            super(c);
            var layers = new ArrayList<Layer>();
            int in = c.widths.get(0);
            layers.add(new Sequential(patches(3, in, 4), LayerNorm.ofMaps(in, EPS)));
            int blocks = c.depths.stream().mapToInt(Integer::intValue).sum(), block = 0;
            for (int i = 0; i < c.depths.size(); i++) {
                int width = c.widths.get(i);
                if (i > 0) layers.add(new Sequential(LayerNorm.ofMaps(in, EPS), patches(in, width, 2)));
                var stage = new ArrayList<Layer>();
                for (int j = 0; j < c.depths.get(i); j++, block++)
                    stage.add(new Block(width, c.layerScale, c.stochasticDepth * block / Math.max(1, blocks - 1)));
                layers.add(new Sequential(stage));
                in = width;
            }
            features = child("features", new Sequential(layers));
            head = new Linear(in, c.classes);
            classifier = child(
                    "classifier", new Sequential(LayerNorm.ofMaps(in, EPS), new Lambda(x -> Ops.flatten(x, 1)), head));
            for (var net : nets().values())
                if (net instanceof Conv2d conv) {
                    Init.truncatedNormal(conv.weight(), 0.02);
                    Init.constant(conv.bias(), 0);
                } else if (net instanceof Linear linear) {
                    Init.truncatedNormal(linear.weight(), 0.02);
                    Init.constant(linear.bias(), 0);
                }
        }

        /** A convolution whose windows lie side by side. */
        private static Conv2d patches(int in, int out, int size) {
            return Conv2d.of(in, out, Size.of(size), Size.of(size), Size.of(0), true);
        }

        private Tensor pooled(Tensor images) {
            return Ops.adaptiveAvgPool2d(features.apply(images), 1, 1); // [N,C,1,1]
        }

        @Override
        public Tensor features(Tensor images) {
            return classifier.first(2, pooled(images)); // [N,C]
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

    /** x + scale * F(x): 7x7 depthwise, layer norm, 1x1 to four times the channels, GELU, 1x1. Figure 4. */
    private static final class Block extends Layer {
        private final Layer block, drop;
        private final Tensor scale; // [C,1,1]

        Block(int channels, double layerScale, double drop) {
            try (var scope = new NativeScope()) {
                scale = parameter("layer_scale", Tensor.full(layerScale, channels, 1, 1));
            }
            block = child(
                    "block",
                    new Sequential(
                            Conv2d.biased(channels, channels, 7, 1, channels),
                            new Lambda(x -> Ops.permute(x, 0, 2, 3, 1)),
                            LayerNorm.of(channels, EPS),
                            new Linear(channels, 4 * channels),
                            new Lambda(Ops::gelu),
                            new Linear(4 * channels, channels),
                            new Lambda(x -> Ops.permute(x, 0, 3, 1, 2))));
            this.drop = child("stochastic_depth", new StochasticDepth(drop));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return Ops.add(drop.apply(Ops.mul(block.apply(x), scale)), x);
        }
    }
}
