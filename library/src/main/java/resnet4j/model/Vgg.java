package resnet4j.model;

import static resnet4j.nn.Lambda.maxPool;
import static resnet4j.nn.Lambda.relu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Dropout;
import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * VGG: 3x3 convolutions in five stages, then three linear layers. Simonyan and Zisserman 2014, arXiv:1409.1556, Table 1.
 *
 * @param depths  convolutions per stage; each stage ends in a pooling that halves height and width
 * @param norm    after each convolution; absent in the paper's networks
 * @param hidden  features of the first two linear layers; 4096 in the paper
 * @param dropout chance of a feature to be dropped after the first two linear layers
 * @param classes logits
 */
public record Vgg(List<Integer> depths, Optional<Norm> norm, int hidden, double dropout, int classes)
        implements Architecture {
    private static final int[] WIDTHS = {64, 128, 256, 512, 512};

    public Vgg {
        depths = List.copyOf(depths);
        Checks.positive("depths", depths, WIDTHS.length);
        Checks.positive("hidden", hidden);
        Checks.dropout(dropout);
        Checks.classes(classes);
    }

    /** As in the paper. */
    public static Vgg plain(Integer... depths) {
        return new Vgg(List.of(depths), Optional.empty(), 4096, 0.5, 1000);
    }

    /** With batch normalisation. */
    public static Vgg normalised(Integer... depths) {
        return new Vgg(List.of(depths), Optional.of(Norm.BATCH), 4096, 0.5, 1000);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public Vgg withClasses(int classes) {
        return new Vgg(depths, norm, hidden, dropout, classes);
    }

    @Override
    public int minInputSize() {
        return 32;
    }

    private static final class Network extends ClassificationNet {
        private final Layer features, head;
        private final Sequential classifier;

        Network(Vgg c) {
            super(c);
            features = child("features", body(c));
            classifier = child(
                    "classifier",
                    new Sequential(
                            new Linear(512 * 7 * 7, c.hidden),
                            relu(),
                            new Dropout(c.dropout),
                            new Linear(c.hidden, c.hidden),
                            relu(),
                            new Dropout(c.dropout),
                            new Linear(c.hidden, c.classes)));
            head = classifier.layers().get(6);
            for (var net : nets().values())
                if (net instanceof Conv2d conv) {
                    Init.kaimingNormalFanOut(conv.weight());
                    Init.constant(conv.bias(), 0);
                } else if (net instanceof Linear linear) {
                    Init.normal(linear.weight(), 0.01);
                    Init.constant(linear.bias(), 0);
                }
        }

        private static Sequential body(Vgg c) {
            var layers = new ArrayList<Layer>();
            int in = 3;
            for (int stage = 0; stage < WIDTHS.length; stage++) {
                for (int i = 0; i < c.depths.get(stage); i++) {
                    int out = WIDTHS[stage];
                    var conv = Conv2d.biased(in, out, 3, 1);
                    layers.add(c.norm.map(norm -> norm.convolution(conv)).orElse(conv));
                    c.norm.ifPresent(norm -> layers.add(norm.of(out)));
                    layers.add(relu());
                    in = out;
                }
                layers.add(maxPool(2, 2, 0));
            }
            return new Sequential(layers);
        }

        private Tensor pooled(Tensor images) {
            var x = Ops.adaptiveAvgPool2d(features.apply(images), 7, 7); // [N,512,7,7]
            return Ops.flatten(x, 1);
        }

        @Override
        public Tensor features(Tensor images) {
            return classifier.first(6, pooled(images)); // [N,hidden]
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
}
