package resnet4j.detect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import resnet4j.detect.FeaturePyramid.Coarser;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Every place of every map says of nine boxes around it what they are. Lin et al. 2017, arXiv:1708.02002; with norms and
 * boxes that learn to overlap, Zhang et al. 2019, arXiv:1912.02424.
 */
final class RetinaNet extends PyramidDetector {
    private static final Anchors ANCHORS = new Anchors(
            IntStream.range(0, 5)
                    .map(i -> 32 << i)
                    .mapToObj(s -> List.of(s, (int) (s * Math.cbrt(2)), (int) (s * Math.cbrt(4))))
                    .toList(),
            List.of(0.5, 1.0, 2.0));
    private static final Matcher MATCHER = new Matcher(0.5f, 0.4f, true);
    private static final BoxCoder CODER = new BoxCoder(1, 1);

    private final Head head;
    private final boolean improved;

    RetinaNet(DetectorConfig config, boolean improved) {
        super(
                config,
                new FeaturePyramid(
                        config.backbone(),
                        2,
                        config.channels(),
                        improved ? Coarser.CONVOLVED_BODY : Coarser.CONVOLVED,
                        Optional.empty()));
        this.improved = improved;
        head = child("head", new Head(config.channels(), config.classes(), improved));
    }

    private static final class Head extends Net {
        private final Branch classes, boxes;

        Head(int channels, int classes, boolean norms) {
            var first = DenseHeads.small(convolutions(channels, norms));
            this.classes = child(
                    "classification_head",
                    new Branch(first, "cls_logits", DenseHeads.rare(channels, ANCHORS.each() * classes)));
            var second = convolutions(channels, norms);
            var boxes = DenseHeads.answer(channels, ANCHORS.each() * 4, 0); // torchvision draws it before those
            this.boxes = child("regression_head", new Branch(DenseHeads.small(second), "bbox_reg", boxes));
        }

        private static Sequential convolutions(int channels, boolean norms) {
            var layers = new ArrayList<Layer>();
            for (int i = 0; i < 4; i++)
                layers.add(
                        norms
                                ? new Sequential(
                                        Conv2d.of(channels, channels, 3),
                                        new Norm.Group(32, 1e-5).of(channels),
                                        Lambda.relu())
                                : new Sequential(Conv2d.biased(channels, channels, 3, 1), Lambda.relu()));
            return new Sequential(layers);
        }
    }

    private static final class Branch extends Net {
        private final Layer conv, last;

        Branch(Layer conv, String name, Layer last) {
            this.conv = child("conv", conv);
            this.last = child(name, last);
        }
    }

    @Override
    public Layer head() {
        return head.classes.last;
    }

    /** Level by level: [N,a*classes,H,W]. */
    private List<Tensor> scores(List<Tensor> maps) {
        return DenseHeads.answers(head.classes.conv, head.classes.last, maps);
    }

    /** Level by level: [N,4a,H,W]. */
    private List<Tensor> codes(List<Tensor> maps) {
        return DenseHeads.answers(head.boxes.conv, head.boxes.last, maps);
    }

    @Override
    Tensor whole(List<Tensor> maps) {
        codes(maps);
        return Ops.max(Ops.cat(DenseHeads.flat(scores(maps), config.classes()), 1), List.of(1), false);
    }

    @Override
    Tensor about(List<Tensor> maps, Spot spot, Tensor box, Tensor image) {
        return DenseHeads.at(spot.place(), DenseHeads.flat(scores(maps), config.classes()));
    }

    @Override
    int place(Tensor images, int label, float score) {
        var scores = list(answers(Part.PLACES, images), "scores");
        return DenseHeads.place(DenseHeads.flat(scores, config.classes()), label, score);
    }

    @Override
    Map<String, Tensor> losses(ImageBatch batch, List<Tensor> maps) {
        var logits = Ops.cat(DenseHeads.flat(scores(maps), config.classes()), 1); // [N,A,classes]
        var codes = Ops.cat(DenseHeads.flat(codes(maps), 4), 1);
        var anchors = Boxes.all(DenseHeads.anchors(ANCHORS, maps, batch.images()));
        int images = batch.sizes().size(), n = anchors.size(), classes = config.classes();
        var targets = new float[images * n * classes];
        var weights = new float[images * n];
        Tensor boxLoss = null;
        for (int image = 0; image < images; image++) {
            var truth = batch.truth().get(image);
            int[] matches = truth.boxes().size() == 0
                    ? IntStream.range(0, n).map(i -> Matcher.BACKGROUND).toArray()
                    : MATCHER.match(truth.boxes(), anchors);
            int[] things = IntStream.range(0, n).filter(i -> matches[i] >= 0).toArray();
            int count = Math.max(1, things.length);
            for (int i : things) targets[(image * n + i) * classes + truth.labels()[matches[i]]] = 1;
            for (int i = 0; i < n; i++)
                weights[image * n + i] = matches[i] == Matcher.NEITHER ? 0 : 1f / count / images;
            int offset = image * n;
            long[] rows = IntStream.of(things).mapToLong(i -> offset + i).toArray();
            var matched =
                    truth.boxes().pick(IntStream.of(things).map(i -> matches[i]).toArray());
            var loss = Losses.scale(boxLoss(codes, rows, anchors.pick(things), matched), 1.0 / count / images);
            boxLoss = boxLoss == null ? loss : Ops.add(boxLoss, loss);
        }
        var losses = new LinkedHashMap<String, Tensor>();
        losses.put(
                "classification",
                Losses.focalSum(
                        logits,
                        Tensor.of(targets, images, n, classes).to(logits.device()),
                        Tensor.of(weights, images, n, 1).to(logits.device())));
        losses.put("bbox_regression", boxLoss);
        return losses;
    }

    private Tensor boxLoss(Tensor codes, long[] rows, Boxes anchors, Boxes truth) {
        var chosen = Rows.boxes(codes, rows); // [M,4]
        if (improved) return Losses.boxesApartSum(CODER.decode(chosen, anchors), truth.tensor(codes.device()));
        var wanted = Tensor.of(CODER.encode(truth, anchors), rows.length, 4).to(codes.device());
        return Losses.smoothL1Sum(chosen, wanted, 0);
    }

    @Override
    Map<String, Tensor> answers(Part part, Tensor images) {
        var maps = backbone().maps(images);
        var scores = scores(maps).stream().map(Ops::sigmoid).toList();
        return numbered(
                Map.of("maps", maps.subList(maps.size() - 1, maps.size()), "scores", scores, "codes", codes(maps)));
    }

    @Override
    List<Found> find(ImageBatch batch, Part.Engine engine, Limits limits) {
        var places = engine.answers(Part.PLACES, batch.images());
        var scores = list(places, "scores").stream().map(DetectionNet::sane).toList();
        var codes = DenseHeads.flat(list(places, "codes"), 4).stream()
                .map(DetectionNet::sane)
                .map(Tensor::toFloats)
                .toList();
        var anchors = DenseHeads.anchors(ANCHORS, scores, batch.images());
        var flat = DenseHeads.flat(scores, config.classes());
        var found = new ArrayList<Found>();
        for (int image = 0; image < batch.sizes().size(); image++)
            found.add(DenseHeads.best(image, batch.sizes().get(image), flat, codes, anchors, CODER::decode, limits));
        return found;
    }

    @Override
    OnnxFound find(OnnxSteps steps, Limits limits) {
        var places = steps.places();
        return DenseHeads.best(
                steps,
                OnnxSteps.list(places, "scores"),
                OnnxSteps.list(places, "codes"),
                config.classes(),
                ANCHORS,
                (codes, from) -> steps.decoded(CODER, codes, from),
                limits);
    }
}
