package resnet4j.model;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.nn.Conv2d;
import resnet4j.nn.ConvNorm;
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
 * A plain network for little data: 3x3 convolutions with pooling between them, the mean of each map, one linear layer.
 *
 * @param widths  channels of each convolution; each halves height and width
 * @param norm    normalisation after each convolution
 * @param dropout chance of a feature to be dropped before the head
 * @param classes logits
 */
public record SmallCnn(List<Integer> widths, Norm norm, double dropout, int classes) implements Architecture {
    public SmallCnn {
        widths = List.copyOf(widths);
        Checks.positive("widths", widths, Math.max(1, widths.size()));
        Checks.dropout(dropout);
        Checks.classes(classes);
    }

    @Override
    public ClassificationNet build() {
        return new Network(this);
    }

    @Override
    public SmallCnn withClasses(int classes) {
        return new SmallCnn(widths, norm, dropout, classes);
    }

    @Override
    public int minInputSize() {
        return 1 << widths.size();
    }

    private static final class Network extends ClassificationNet {
        private final Layer body, dropout, fc;

        Network(SmallCnn c) {
            super(c);
            var layers = new ArrayList<Layer>();
            int in = 3;
            for (int width : c.widths) {
                layers.add(ConvNorm.relu(c.norm, Conv2d.of(in, width, 3)));
                layers.add(Lambda.maxPool(2, 2, 0));
                in = width;
            }
            body = child("body", new Sequential(layers));
            dropout = child("dropout", new Dropout(c.dropout));
            fc = child("fc", new Linear(in, c.classes));
            for (var net : nets().values()) if (net instanceof Conv2d conv) Init.kaimingNormalFanOut(conv.weight());
        }

        @Override
        public Tensor features(Tensor images) {
            return dropout.apply(Ops.globalAvgPool(body.apply(images)));
        }

        @Override
        public Layer head() {
            return fc;
        }
    }
}
