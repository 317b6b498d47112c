package resnet4j.segment;

import java.util.List;
import resnet4j.model.Backbone;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Layer;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A network from normalised images [N,3,H,W] to logits [N,classes,H,W]: a backbone, and a head on its deepest map. */
final class SegmentationNet extends ClassificationNet {
    static final String AUXILIARY = "aux_classifier";
    private static final double AUXILIARY_WEIGHT = 0.5; // torchvision's reference training

    private final Backbone backbone;
    private final String deepest, before;
    private final Sequential classifier;
    private final Sequential auxiliary; // or null

    SegmentationNet(SegmentationConfig config) {
        super(config);
        backbone = child("backbone", config.backbone().build());
        var levels = backbone.levels();
        var last = levels.get(levels.size() - 1);
        var second = levels.get(levels.size() - 2);
        deepest = last.path();
        before = second.path();
        // torchvision draws the auxiliary head first and names it last
        var norm = config.backbone().network().norm().anew();
        auxiliary = config.auxiliary() ? FcnHead.of(norm, second.channels(), config.classes()) : null;
        classifier = child("classifier", config.head().of(norm, last.channels(), config.classes()));
        if (auxiliary != null) child(AUXILIARY, auxiliary);
    }

    /** What the last convolution takes, of the deepest map's size. */
    @Override
    public Tensor features(Tensor images) {
        return classifier.first(classifier.layers().size() - 1, backbone.map(images));
    }

    @Override
    public Layer head() {
        return last(classifier);
    }

    private static Layer last(Sequential layers) {
        return layers.layers().get(layers.layers().size() - 1);
    }

    @Override
    public List<Layer> heads() {
        return auxiliary == null ? List.of(head()) : List.of(head(), last(auxiliary));
    }

    @Override
    protected Tensor logits(Tensor images) {
        return enlarged(super.logits(images), images);
    }

    @Override
    public List<Output> outputs(Tensor images) {
        if (auxiliary == null) return super.outputs(images);
        architecture().requireInput(images.size(2), images.size(3));
        var maps = backbone.maps(images, List.of(before, deepest));
        return List.of(
                new Output(enlarged(classifier.apply(maps.get(deepest)), images), 1),
                new Output(enlarged(auxiliary.apply(maps.get(before)), images), AUXILIARY_WEIGHT));
    }

    private static Tensor enlarged(Tensor logits, Tensor images) {
        return Ops.upsampleLike(logits, images, Interpolation.BILINEAR);
    }
}
