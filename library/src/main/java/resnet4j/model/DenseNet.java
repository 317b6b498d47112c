package resnet4j.model;

import java.util.LinkedHashMap;
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
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * DenseNet-BC: each layer sees the outputs of all layers before it. Huang et al. 2016, arXiv:1608.06993. Trained with
 * {@link resnet4j.nn.Checkpointing} it computes its concatenations again instead of keeping them, as arXiv:1707.06990.
 *
 * @param growth  channels that each layer adds: the paper's k
 * @param depths  layers per dense block; between blocks channels, height and width are halved
 * @param width   channels of the first convolution
 * @param pooled  a 7x7 stem with stride 2 and pooling for images of 224 pixels, or a 3x3 one for 32
 * @param norm    normalisation before each convolution
 * @param dropout chance of a feature to be dropped after each 3x3 convolution
 * @param classes logits
 */
public record DenseNet(
        int growth, List<Integer> depths, int width, boolean pooled, Norm norm, double dropout, int classes)
        implements Architecture {
    private static final int BOTTLENECK = 4; // a 1x1 convolution gives 4k channels, section 3

    public DenseNet {
        depths = List.copyOf(depths);
        Checks.positive("growth", growth);
        Checks.positive("width", width);
        Checks.positive("depths", depths, Math.max(1, depths.size()));
        Checks.dropout(dropout);
        Checks.classes(classes);
    }

    /** For images of 224 pixels. Table 1. */
    public static DenseNet imagenet(int growth, int width, Integer... depths) {
        return new DenseNet(growth, List.of(depths), width, true, Norm.BATCH, 0, 1000);
    }

    /** DenseNet-BC for CIFAR with {@code layers} = 6n+4, as (100, 12) and (190, 40). Table 2. */
    public static DenseNet cifar(int layers, int growth) {
        if (layers < 10 || (layers - 4) % 6 != 0)
            throw new IllegalArgumentException("layers: expected 6n+4, such as 100 or 190, got " + layers);
        int n = (layers - 4) / 6;
        return new DenseNet(growth, List.of(n, n, n), 2 * growth, false, Norm.BATCH, 0, 10);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public DenseNet withClasses(int classes) {
        return new DenseNet(growth, depths, width, pooled, norm, dropout, classes);
    }

    @Override
    public int minInputSize() {
        int halvings = depths.size() - 1;
        return pooled ? (1 << (halvings + 2)) - 3 : 1 << halvings; // the stem rounds up, the transitions down
    }

    private static final class Network extends ClassificationNet {
        private final Layer features, classifier;

        Network(DenseNet c) {
            super(c);
            var layers = new LinkedHashMap<String, Layer>();
            layers.put("conv0", c.norm.convolution(c.pooled ? Conv2d.of(3, c.width, 7, 2) : Conv2d.of(3, c.width, 3)));
            if (c.pooled) {
                layers.put("norm0", c.norm.of(c.width));
                layers.put("relu0", Lambda.relu());
                layers.put("pool0", Lambda.maxPool(3, 2, 1));
            }
            int channels = c.width;
            for (int i = 0; i < c.depths.size(); i++) {
                layers.put("denseblock" + (i + 1), block(c, channels, c.depths.get(i)));
                channels += c.depths.get(i) * c.growth;
                if (i == c.depths.size() - 1) break;
                layers.put("transition" + (i + 1), transition(c, channels));
                channels /= 2;
            }
            layers.put("norm5", c.norm.of(channels));
            features = child("features", new Sequential(layers));
            classifier = child("classifier", new Linear(channels, c.classes));
            for (var net : nets().values())
                if (net instanceof Conv2d conv) Init.kaimingNormalFanIn(conv.weight());
                else if (net instanceof Linear linear) Init.constant(linear.bias(), 0);
        }

        private static Sequential block(DenseNet c, int in, int depth) {
            var layers = new LinkedHashMap<String, Layer>();
            for (int i = 0; i < depth; i++) layers.put("denselayer" + (i + 1), new DenseLayer(c, in + i * c.growth));
            return new Sequential(layers);
        }

        private static Sequential transition(DenseNet c, int in) {
            var pool = new Op.AvgPool2d(Size.of(2), Size.of(2), Size.of(0), false, true);
            var layers = new LinkedHashMap<String, Layer>();
            layers.put("norm", c.norm.of(in));
            layers.put("relu", Lambda.relu());
            layers.put("conv", c.norm.convolution(Conv2d.of(in, in / 2, 1)));
            layers.put("pool", new Lambda(x -> Ops.avgPool2d(x, pool)));
            return new Sequential(layers);
        }

        @Override
        public Tensor features(Tensor images) {
            return Ops.globalAvgPool(Ops.relu(features.apply(images)));
        }

        @Override
        public Layer head() {
            return classifier;
        }
    }

    /** x with k more channels. [N,C,H,W] -> [N,C+k,H,W]. */
    private static final class DenseLayer extends Layer {
        private final Layer norm1, conv1, norm2, conv2, drop;

        DenseLayer(DenseNet c, int in) {
            norm1 = child("norm1", c.norm.of(in));
            conv1 = child("conv1", c.norm.convolution(Conv2d.of(in, BOTTLENECK * c.growth, 1)));
            norm2 = child("norm2", c.norm.of(BOTTLENECK * c.growth));
            conv2 = child("conv2", c.norm.convolution(Conv2d.of(BOTTLENECK * c.growth, c.growth, 3)));
            drop = child("drop", new Dropout(c.dropout));
        }

        @Override
        protected Tensor forward(Tensor x) {
            var y = conv1.apply(Ops.relu_(norm1.apply(x)));
            y = conv2.apply(Ops.relu_(norm2.apply(y)));
            return Ops.cat(List.of(x, drop.apply(y)), 1);
        }
    }
}
