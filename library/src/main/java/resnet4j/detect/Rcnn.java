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
final class Rcnn extends PyramidDetector {
    private final RegionProposals rpn;
    private final RoiHeads heads;

    Rcnn(DetectorConfig config, Method.Regions method) {
        super(config, new FeaturePyramid(config.backbone(), 1, config.channels(), Coarser.POOLED, norm(method)));
        var norm = norm(method);
        int channels = config.channels();
        // torchvision draws the parts in the order in which it makes them, which is another one in its second version
        var early = method.improved() ? null : BoxDetail.of(method.detail(), channels, config.classes(), norm);
        rpn = child("rpn", new RegionProposals(channels, method.improved() ? 2 : 1, method.anchors()));
        var head = RoiHeads.head(channels, method);
        var detail = method.improved() ? BoxDetail.of(method.detail(), channels, config.classes(), norm) : early;
        heads = child("roi_heads", new RoiHeads(head, method, config.classes(), detail));
    }

    private static Optional<Norm> norm(Method.Regions method) {
        return method.improved() ? Optional.of(Norm.BATCH) : Optional.empty();
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
    Tensor whole(List<Tensor> maps) {
        rpn.places(maps);
        return heads.whole(maps.get(0));
    }

    @Override
    Tensor about(List<Tensor> maps, Spot spot, Tensor box, Tensor image) {
        return heads.about(maps, spot, box, image);
    }

    @Override
    boolean oneOfAll() {
        return true;
    }

    @Override
    Map<String, Tensor> losses(ImageBatch batch, List<Tensor> maps) {
        var proposals = rpn.train(batch, maps);
        var losses = new LinkedHashMap<>(heads.losses(batch, maps, proposals.boxes()));
        losses.putAll(proposals.losses());
        return losses;
    }

    @Override
    Map<String, Tensor> answers(Part part, Tensor in) {
        if (part != Part.PLACES) return heads.answers(part, in);
        var maps = backbone().maps(in);
        var places = rpn.places(maps);
        return numbered(Map.of("maps", maps, "scores", places.scores(), "codes", places.codes()));
    }

    @Override
    List<Found> find(ImageBatch batch, Part.Engine engine, Limits limits) {
        var places = engine.answers(Part.PLACES, batch.images());
        var answers = new RegionProposals.Answers(list(places, "scores"), list(places, "codes"));
        var maps = list(places, "maps");
        return heads.find(batch, maps, rpn.propose(batch, answers), engine, limits);
    }

    @Override
    OnnxFound find(OnnxSteps steps, Limits limits) {
        var places = steps.places();
        var proposals = rpn.propose(steps, OnnxSteps.list(places, "scores"), OnnxSteps.list(places, "codes"));
        return heads.find(steps, OnnxSteps.list(places, "maps"), proposals, limits);
    }
}
