package resnet4j.model;

import static resnet4j.tensor.Ops.globalAvgPool;

import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.tensor.Tensor;

/** ResNet v1.5: the stride sits on the 3x3 convolution. He et al. 2015, arXiv:1512.03385. */
public final class ResNet extends ClassificationNet {
    private final ResNetBody body;
    private final Layer fc;

    ResNet(ResNetConfig c) {
        super(c);
        body = adopt(new ResNetBody(c));
        fc = child("fc", new Linear(c.featureChannels(), c.classes()));
        body.initialise();
    }

    @Override
    public Tensor features(Tensor images) {
        return globalAvgPool(body.map(images)); // [N,C]
    }

    @Override
    public Layer head() {
        return fc;
    }
}
