package resnet4j.model;

import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * LeNet-5 for colour images of 32 pixels, with mean pooling and a linear last layer. LeCun et al. 1998, "Gradient-based
 * learning applied to document recognition", section II.B.
 *
 * @param classes logits
 */
public record LeNet(int classes) implements Architecture {
    public LeNet {
        Checks.classes(classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public LeNet withClasses(int classes) {
        return new LeNet(classes);
    }

    @Override
    public int minInputSize() {
        return 16;
    }

    private static final class Network extends ClassificationNet {
        private static final Op.AvgPool2d HALVES = new Op.AvgPool2d(Size.of(2), Size.of(2), Size.of(0), false, true);

        private final Layer conv1, conv2, fc1, fc2, fc3;

        Network(LeNet c) {
            super(c);
            conv1 = child("conv1", Conv2d.of(3, 6, Size.of(5), Size.of(1), Size.of(0), true));
            conv2 = child("conv2", Conv2d.of(6, 16, Size.of(5), Size.of(1), Size.of(0), true));
            fc1 = child("fc1", new Linear(16 * 5 * 5, 120));
            fc2 = child("fc2", new Linear(120, 84));
            fc3 = child("fc3", new Linear(84, c.classes));
        }

        @Override
        public Tensor features(Tensor images) {
            var x = Ops.avgPool2d(Ops.tanh(conv1.apply(images)), HALVES); // [N,6,14,14] of 32 pixels
            x = Ops.avgPool2d(Ops.tanh(conv2.apply(x)), HALVES);
            x = Ops.flatten(Ops.adaptiveAvgPool2d(x, 5, 5), 1); // other sizes are brought to [N,16,5,5]
            return Ops.tanh(fc2.apply(Ops.tanh(fc1.apply(x)))); // [N,84]
        }

        @Override
        public Layer head() {
            return fc3;
        }
    }
}
