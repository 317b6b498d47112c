package resnet4j.model;

import static resnet4j.nn.Lambda.maxPoolCeil;
import static resnet4j.nn.Lambda.relu;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Dropout;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * SqueezeNet. Iandola et al. 2016, arXiv:1602.07360, Figure 2; version 1.1 is from the authors' repository.
 *
 * @param version   V1_0 as in the paper, V1_1 with 2.4 times fewer multiplications
 * @param dropout   chance of a feature to be dropped before the last convolution
 * @param rectified whether logits are means of what a ReLU leaves, as in the paper. It dies where classes are few and
 *                  steps are long; without it, the last convolution is a linear layer on the means of the features, of
 *                  the same name and shape
 * @param classes   logits
 */
public record SqueezeNet(Version version, double dropout, boolean rectified, int classes) implements Architecture {
    public enum Version {
        V1_0,
        V1_1
    }

    /** Version 1.0 as published. */
    public SqueezeNet() {
        this(Version.V1_0, 0.5, true, 1000);
    }

    public SqueezeNet {
        Checks.dropout(dropout);
        Checks.classes(classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public SqueezeNet withClasses(int classes) {
        return new SqueezeNet(version, dropout, rectified, classes);
    }

    @Override
    public SqueezeNet withLinearHead() {
        return new SqueezeNet(version, dropout, false, classes);
    }

    @Override
    public int minInputSize() {
        return version == Version.V1_0 ? 21 : 17;
    }

    private static final class Network extends ClassificationNet {
        private final Layer features, classifier;
        private final boolean rectified;

        Network(SqueezeNet c) {
            super(c);
            rectified = c.rectified;
            boolean first = c.version == Version.V1_0;
            var layers = new ArrayList<Layer>(List.of(stem(first ? 96 : 64, first ? 7 : 3), relu()));
            int in = first ? 96 : 64;
            // the pooling stands before these fire modules
            var pooled = first ? List.of(0, 3, 7) : List.of(0, 2, 4);
            int[] squeezes = {16, 16, 32, 32, 48, 48, 64, 64};
            for (int i = 0; i < squeezes.length; i++) {
                if (pooled.contains(i)) layers.add(maxPoolCeil(3, 2, 0));
                layers.add(new Fire(in, squeezes[i], squeezes[i] * 4));
                in = squeezes[i] * 8;
            }
            features = child("features", new Sequential(layers));
            var last = conv(in, c.classes, 1);
            classifier = child(
                    "classifier",
                    rectified
                            ? new Sequential(new Dropout(c.dropout), last, relu(), new Lambda(Ops::globalAvgPool))
                            : new Sequential(new Dropout(c.dropout), last, new Lambda(x -> Ops.flatten(x, 1))));
            for (var net : nets().values())
                if (net instanceof Conv2d conv) {
                    if (conv == last) Init.normal(conv.weight(), 0.01);
                    else Init.kaimingUniform(conv.weight());
                    Init.constant(conv.bias(), 0);
                }
        }

        private static Conv2d stem(int out, int kernel) {
            return Conv2d.of(3, out, Size.of(kernel), Size.of(2), Size.of(0), true);
        }

        private static Conv2d conv(int in, int out, int kernel) {
            return Conv2d.biased(in, out, kernel, 1);
        }

        /** [N,512,H',W']; their means [N,512,1,1] before a linear head. */
        @Override
        public Tensor features(Tensor images) {
            var x = features.apply(images);
            return rectified ? x : Ops.adaptiveAvgPool2d(x, 1, 1);
        }

        @Override
        public Layer head() {
            return classifier;
        }
    }

    /** Squeezes to few channels, then expands with 1x1 and 3x3 side by side. Figure 1. */
    private static final class Fire extends Layer {
        private final Layer squeeze, expand1x1, expand3x3;

        Fire(int in, int squeezed, int expanded) {
            squeeze = child("squeeze", Network.conv(in, squeezed, 1));
            expand1x1 = child("expand1x1", Network.conv(squeezed, expanded, 1));
            expand3x3 = child("expand3x3", Network.conv(squeezed, expanded, 3));
        }

        @Override
        protected Tensor forward(Tensor x) {
            x = Ops.relu_(squeeze.apply(x));
            return Ops.cat(List.of(Ops.relu_(expand1x1.apply(x)), Ops.relu_(expand3x3.apply(x))), 1);
        }
    }
}
