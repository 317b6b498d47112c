package resnet4j.segment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.model.Backbone;
import resnet4j.nn.Layer;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A network from normalised images [N,3,H,W] to logits [N,classes,H,W]: a backbone, and a head on its deepest map. */
public final class SegmentationNet extends Layer {
    private final SegmentationConfig config;
    private final Backbone backbone;
    private final String deepest, before;
    private final Layer classifier;
    private final Layer auxiliary; // or null

    SegmentationNet(SegmentationConfig config) {
        this.config = config;
        backbone = child("backbone", config.backbone().build());
        var levels = backbone.levels();
        var last = levels.get(levels.size() - 1);
        var second = levels.get(levels.size() - 2);
        deepest = last.path();
        before = second.path();
        // torchvision draws the auxiliary head first and names it last
        auxiliary = config.auxiliary() ? FcnHead.of(second.channels(), config.classes()) : null;
        classifier = child("classifier", config.head().of(last.channels(), config.classes()));
        if (auxiliary != null) child("aux_classifier", auxiliary);
    }

    /** What this network was built from. */
    public SegmentationConfig config() {
        return config;
    }

    /** Logits by torchvision's names: {@code out}, and {@code aux} where there is an auxiliary head; [N,classes,H,W] each. */
    public Map<String, Tensor> outputs(Tensor images) {
        var maps = backbone.maps(images, auxiliary == null ? List.of(deepest) : List.of(before, deepest));
        var outputs = new LinkedHashMap<String, Tensor>();
        outputs.put("out", enlarged(classifier.apply(maps.get(deepest)), images));
        if (auxiliary != null) outputs.put("aux", enlarged(auxiliary.apply(maps.get(before)), images));
        return outputs;
    }

    @Override
    protected Tensor forward(Tensor images) {
        return enlarged(classifier.apply(backbone.map(images)), images);
    }

    private static Tensor enlarged(Tensor logits, Tensor images) {
        return Ops.upsampleLike(logits, images, Interpolation.BILINEAR);
    }
}
