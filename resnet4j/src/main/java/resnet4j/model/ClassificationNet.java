package resnet4j.model;

import resnet4j.nn.Layer;
import resnet4j.tensor.Tensor;

/** A network from normalised images [N,3,H,W] to logits [N,classes]: a body, and a head that knows the classes. */
public abstract class ClassificationNet extends Layer {
    /** Normalised images [N,3,H,W] to what the head takes; [N,D] in most networks. */
    public abstract Tensor features(Tensor images);

    /** The part that is replaced when the classes change. */
    public abstract Layer head();

    @Override
    protected Tensor forward(Tensor images) {
        return head().apply(features(images));
    }
}
