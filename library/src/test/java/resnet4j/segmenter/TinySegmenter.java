package resnet4j.segmenter;

import resnet4j.nn.Conv2d;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Three convolutions of 3x3, the second and third dilated, and one of 1x1 that says of each pixel whether it shows something. */
final class TinySegmenter extends Layer {
    private final Layer conv1, bn1, conv2, bn2, conv3, bn3, classifier;

    TinySegmenter(int width) {
        conv1 = child("conv1", Conv2d.of(3, width, 3, 1));
        bn1 = child("bn1", Norm.BATCH.of(width));
        conv2 = child("conv2", Conv2d.of(width, width, 3, 1, 1, 2));
        bn2 = child("bn2", Norm.BATCH.of(width));
        conv3 = child("conv3", Conv2d.of(width, width, 3, 1, 1, 4));
        bn3 = child("bn3", Norm.BATCH.of(width));
        classifier = child("classifier", Conv2d.of(width, SegmentTiny.CLASSES.size(), 1, 1));
    }

    /** Images [N,3,H,W] to logits [N,2,H,W]. */
    @Override
    protected Tensor forward(Tensor images) {
        var x = Ops.relu(bn1.apply(conv1.apply(images)));
        x = Ops.relu(bn2.apply(conv2.apply(x)));
        x = Ops.relu(bn3.apply(conv3.apply(x)));
        return classifier.apply(x);
    }
}
