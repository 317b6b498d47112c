package resnet4j.detect;

import java.util.LinkedHashMap;
import java.util.Map;
import resnet4j.model.BackboneConfig;
import resnet4j.nn.Net;
import resnet4j.tensor.Tensor;

/**
 * Proposals, then what is in them, both on one feature pyramid. Names of weights and losses are torchvision's. Ren et al.
 * 2015, arXiv:1506.01497; with pyramids, Lin et al. 2017, arXiv:1612.03144.
 */
final class FasterRcnn extends Net {
    private final FeaturePyramid backbone;
    private final RegionProposals rpn;
    private final RoiHeads heads;

    /** @param classes with background, which is 0 */
    FasterRcnn(BackboneConfig backbone, int classes) {
        if (classes < 2)
            throw new IllegalArgumentException(
                    "classes: expected at least 2, of which the first is background, got " + classes);
        this.backbone = child("backbone", new FeaturePyramid(backbone));
        rpn = child("rpn", new RegionProposals());
        heads = child("roi_heads", new RoiHeads(classes));
    }

    /** Of a training step, by name; their sum is differentiated. */
    Map<String, Tensor> losses(ImageBatch batch) {
        var maps = backbone.maps(batch.images());
        var proposals = rpn.propose(batch, maps);
        var losses = new LinkedHashMap<>(heads.losses(batch, maps, proposals.boxes()));
        losses.putAll(proposals.losses());
        return losses;
    }
}
