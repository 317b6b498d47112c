package resnet4j.model;

import static resnet4j.nn.Lambda.maxPoolCeil;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.ConvNorm;
import resnet4j.nn.Dropout;
import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * GoogLeNet with batch normalisation, as torchvision has it: where the paper writes 5x5, the published weights are 3x3.
 * Szegedy et al. 2014, arXiv:1409.4842, Table 1.
 *
 * @param auxiliary two more heads, which only training uses
 * @param norm      normalisation after each convolution
 * @param dropout   chance of a feature to be dropped before the head
 * @param classes   logits
 */
public record GoogLeNet(boolean auxiliary, Norm norm, double dropout, int classes) implements Architecture {
    private static final double AUXILIARY_WEIGHT = 0.3; // section 5
    private static final double AUXILIARY_DROPOUT = 0.7; // section 5

    public GoogLeNet {
        Checks.dropout(dropout);
        Checks.classes(classes);
    }

    /** As published, with or without auxiliary heads. */
    public static GoogLeNet of(boolean auxiliary) {
        return new GoogLeNet(auxiliary, new Norm.Batch(0.1, 1e-3), 0.2, 1000);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public GoogLeNet withClasses(int classes) {
        return new GoogLeNet(auxiliary, norm, dropout, classes);
    }

    @Override
    public int minInputSize() {
        return 15;
    }

    @Override
    public boolean leavesOut(String weight) {
        return !auxiliary && (weight.startsWith("aux1.") || weight.startsWith("aux2."));
    }

    private static final class Network extends ClassificationNet {
        // up to inception4a, up to inception4d, and the rest: auxiliary heads look in between
        private final List<Layer> lower = new ArrayList<>(), middle = new ArrayList<>(), upper = new ArrayList<>();
        private final Auxiliary aux1, aux2; // null without auxiliary heads
        private final Layer dropout, fc;

        Network(GoogLeNet c) {
            super(c);
            lower.add(child("conv1", ConvNorm.relu(c.norm, Conv2d.of(3, 64, 7, 2))));
            lower.add(child("maxpool1", maxPoolCeil(3, 2, 0)));
            lower.add(child("conv2", conv(c, 64, 64, 1)));
            lower.add(child("conv3", conv(c, 64, 192, 3)));
            lower.add(child("maxpool2", maxPoolCeil(3, 2, 0)));
            lower.add(child("inception3a", new Inception(c, 192, 64, 96, 128, 16, 32, 32)));
            lower.add(child("inception3b", new Inception(c, 256, 128, 128, 192, 32, 96, 64)));
            lower.add(child("maxpool3", maxPoolCeil(3, 2, 0)));
            lower.add(child("inception4a", new Inception(c, 480, 192, 96, 208, 16, 48, 64)));
            middle.add(child("inception4b", new Inception(c, 512, 160, 112, 224, 24, 64, 64)));
            middle.add(child("inception4c", new Inception(c, 512, 128, 128, 256, 24, 64, 64)));
            middle.add(child("inception4d", new Inception(c, 512, 112, 144, 288, 32, 64, 64)));
            upper.add(child("inception4e", new Inception(c, 528, 256, 160, 320, 32, 128, 128)));
            upper.add(child("maxpool4", maxPoolCeil(2, 2, 0)));
            upper.add(child("inception5a", new Inception(c, 832, 256, 160, 320, 32, 128, 128)));
            upper.add(child("inception5b", new Inception(c, 832, 384, 192, 384, 48, 128, 128)));
            aux1 = c.auxiliary ? child("aux1", new Auxiliary(c, 512)) : null;
            aux2 = c.auxiliary ? child("aux2", new Auxiliary(c, 528)) : null;
            dropout = child("dropout", new Dropout(c.dropout));
            fc = child("fc", new Linear(1024, c.classes));
            for (var net : nets().values())
                if (net instanceof Conv2d conv) Init.truncatedNormal(conv.weight(), 0.01);
                else if (net instanceof Linear linear) Init.truncatedNormal(linear.weight(), 0.01);
        }

        private static Tensor run(List<Layer> layers, Tensor x) {
            for (var layer : layers) x = layer.apply(x);
            return x;
        }

        private Tensor pooled(Tensor x) {
            return dropout.apply(Ops.globalAvgPool(run(upper, x))); // [N,1024]
        }

        @Override
        public Tensor features(Tensor images) {
            return pooled(run(middle, run(lower, images)));
        }

        @Override
        public Layer head() {
            return fc;
        }

        @Override
        public List<Layer> heads() {
            return aux1 == null ? List.of(fc) : List.of(fc, aux1.fc2, aux2.fc2);
        }

        @Override
        public List<Output> outputs(Tensor images) {
            if (aux1 == null) return super.outputs(images);
            architecture().requireInput(images.size(2), images.size(3));
            var x1 = run(lower, images); // [N,512,H/16,W/16]
            var x2 = run(middle, x1); // [N,528,H/16,W/16]
            return List.of(
                    new Output(fc.apply(pooled(x2)), 1),
                    new Output(aux1.apply(x1), AUXILIARY_WEIGHT),
                    new Output(aux2.apply(x2), AUXILIARY_WEIGHT));
        }
    }

    private static Layer conv(GoogLeNet c, int in, int out, int kernel) {
        return ConvNorm.relu(c.norm, Conv2d.of(in, out, kernel));
    }

    /** Four views of the same input side by side. Figure 2b. */
    private static final class Inception extends Layer {
        private final Layer branch1, branch2, branch3, branch4;

        Inception(GoogLeNet c, int in, int one, int reduce3, int three, int reduce5, int five, int pool) {
            branch1 = child("branch1", conv(c, in, one, 1));
            branch2 = child("branch2", new Sequential(conv(c, in, reduce3, 1), conv(c, reduce3, three, 3)));
            branch3 = child("branch3", new Sequential(conv(c, in, reduce5, 1), conv(c, reduce5, five, 3)));
            branch4 = child("branch4", new Sequential(maxPoolCeil(3, 1, 1), conv(c, in, pool, 1)));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return Ops.cat(List.of(branch1.apply(x), branch2.apply(x), branch3.apply(x), branch4.apply(x)), 1);
        }
    }

    /** Logits from the middle of the network. Section 5. */
    private static final class Auxiliary extends Layer {
        private final Layer conv, fc1, fc2, dropout;

        Auxiliary(GoogLeNet c, int in) {
            conv = child("conv", conv(c, in, 128, 1));
            fc1 = child("fc1", new Linear(128 * 4 * 4, 1024));
            fc2 = child("fc2", new Linear(1024, c.classes));
            dropout = child("dropout", new Dropout(AUXILIARY_DROPOUT));
        }

        @Override
        protected Tensor forward(Tensor x) {
            x = conv.apply(Ops.adaptiveAvgPool2d(x, 4, 4)); // [N,128,4,4]
            x = Ops.relu_(fc1.apply(Ops.flatten(x, 1)));
            return fc2.apply(dropout.apply(x));
        }
    }
}
