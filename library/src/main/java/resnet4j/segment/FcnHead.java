package resnet4j.segment;

import resnet4j.nn.Conv2d;
import resnet4j.nn.Dropout;
import resnet4j.nn.Lambda;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;

/** The head of a fully convolutional network: [N,in,H,W] to logits [N,classes,H,W]. arXiv:1411.4038, as torchvision. */
final class FcnHead {
    private FcnHead() {}

    static Sequential of(Norm norm, int in, int classes) {
        int inner = in / 4;
        return new Sequential(
                norm.convolution(Conv2d.of(in, inner, 3)),
                norm.of(inner),
                Lambda.relu(),
                new Dropout(0.1),
                Conv2d.biased(inner, classes, 1, 1));
    }
}
