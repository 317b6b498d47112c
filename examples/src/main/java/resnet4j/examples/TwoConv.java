package resnet4j.examples;

import resnet4j.config.Checks;
import resnet4j.model.Architecture;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** An architecture of one's own: two convolutions and the mean of each map. */
public record TwoConv(int width, Norm norm, int classes) implements Architecture {
    public TwoConv {
        Checks.positive("width", width);
        Checks.classes(classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public TwoConv withClasses(int classes) {
        return new TwoConv(width, norm, classes);
    }

    private static final class Network extends ClassificationNet {
        private final Layer conv1, bn1, conv2, bn2, fc;

        Network(TwoConv c) {
            super(c);
            conv1 = child("conv1", c.norm.convolution(Conv2d.of(3, c.width, 3, 2)));
            bn1 = child("bn1", c.norm.of(c.width));
            conv2 = child("conv2", c.norm.convolution(Conv2d.of(c.width, c.width, 3, 2)));
            bn2 = child("bn2", c.norm.of(c.width));
            fc = child("fc", new Linear(c.width, c.classes));
        }

        @Override
        public Tensor features(Tensor images) {
            var x = Ops.relu_(bn1.apply(conv1.apply(images)));
            x = Ops.relu_(bn2.apply(conv2.apply(x)));
            return Ops.globalAvgPool(x); // [N,width]
        }

        @Override
        public Layer head() {
            return fc;
        }
    }
}
