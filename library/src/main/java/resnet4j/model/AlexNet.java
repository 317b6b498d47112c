package resnet4j.model;

import static resnet4j.nn.Lambda.maxPool;
import static resnet4j.nn.Lambda.relu;

import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Dropout;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * AlexNet in the form for one GPU. Krizhevsky 2014, arXiv:1404.5997.
 *
 * @param hidden  features of the first two linear layers; 4096 in the paper
 * @param dropout chance of a feature to be dropped before the first two linear layers
 * @param classes logits
 */
public record AlexNet(int hidden, double dropout, int classes) implements Architecture {
    public AlexNet {
        Checks.positive("hidden", hidden);
        Checks.dropout(dropout);
        Checks.classes(classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public AlexNet withClasses(int classes) {
        return new AlexNet(hidden, dropout, classes);
    }

    @Override
    public int minInputSize() {
        return 63;
    }

    private static final class Network extends ClassificationNet {
        private final Layer features, head;
        private final Sequential classifier;

        Network(AlexNet c) {
            super(c);
            features = child(
                    "features",
                    new Sequential(
                            conv(3, 64, 11, 4, 2),
                            relu(),
                            maxPool(3, 2, 0),
                            conv(64, 192, 5, 1, 2),
                            relu(),
                            maxPool(3, 2, 0),
                            conv(192, 384, 3, 1, 1),
                            relu(),
                            conv(384, 256, 3, 1, 1),
                            relu(),
                            conv(256, 256, 3, 1, 1),
                            relu(),
                            maxPool(3, 2, 0)));
            classifier = child(
                    "classifier",
                    new Sequential(
                            new Dropout(c.dropout),
                            new Linear(256 * 6 * 6, c.hidden),
                            relu(),
                            new Dropout(c.dropout),
                            new Linear(c.hidden, c.hidden),
                            relu(),
                            new Linear(c.hidden, c.classes)));
            head = classifier.layers().get(6);
        }

        private static Layer conv(int in, int out, int kernel, int stride, int padding) {
            return Conv2d.of(in, out, Size.of(kernel), Size.of(stride), Size.of(padding), true);
        }

        private Tensor pooled(Tensor images) {
            var x = Ops.adaptiveAvgPool2d(features.apply(images), 6, 6); // [N,256,6,6]
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
