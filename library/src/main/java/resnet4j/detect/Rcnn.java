package resnet4j.detect;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import resnet4j.detect.FeaturePyramid.Coarser;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;
import resnet4j.tensor.Tensor;

/**
 * Proposals, then what is in them, both on one feature pyramid. Ren et al. 2015, arXiv:1506.01497; with pyramids, Lin et
 * al. 2017, arXiv:1612.03144; with masks and keypoints, He et al. 2017, arXiv:1703.06870.
 */
final class Rcnn extends DetectionNet {
    private final FeaturePyramid backbone;
    private final RegionProposals rpn;
    private final RoiHeads heads;

    Rcnn(DetectorConfig config, Method.Regions method) {
        super(config);
        Optional<Norm> norm = method.improved() ? Optional.of(Norm.BATCH) : Optional.empty();
        int channels = config.channels();
        backbone = child("backbone", new FeaturePyramid(config.backbone(), 1, channels, Coarser.POOLED, norm));
        // torchvision draws the parts in the order in which it makes them, which is another one in its second version
        var early = method.improved() ? null : BoxDetail.of(method.detail(), channels, config.classes(), norm);
        rpn = child("rpn", new RegionProposals(channels, method.improved() ? 2 : 1));
        var head = RoiHeads.head(channels, method);
        var detail = method.improved() ? BoxDetail.of(method.detail(), channels, config.classes(), norm) : early;
        heads = child("roi_heads", new RoiHeads(head, method, config.classes(), detail));
    }

    @Override
    FeaturePyramid backbone() {
        return backbone;
    }

    @Override
    public Layer head() {
        return heads.score();
    }

    @Override
    public List<Layer> heads() {
        return heads.ofClasses();
    }

    @Override
    protected Tensor logits(Tensor images) {
        var maps = backbone.maps(images);
        rpn.answers(maps);
        return heads.whole(maps.get(0));
    }

    @Override
    Map<String, Tensor> losses(ImageBatch batch) {
        var maps = backbone.maps(batch.images());
        var proposals = rpn.train(batch, maps);
        var losses = new LinkedHashMap<>(heads.losses(batch, maps, proposals.boxes()));
        losses.putAll(proposals.losses());
        return losses;
    }

    @Override
    List<Found> find(ImageBatch batch, Limits limits) {
        var maps = backbone.maps(batch.images());
        return heads.find(batch, maps, rpn.propose(batch, maps), limits);
    }
}
