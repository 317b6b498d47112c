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
 * Every place of every map says what it is in, how far the four sides are, and how central it is. Tian et al. 2019,
 * arXiv:1904.01355; 2020, arXiv:2006.09214.
 */
final class Fcos extends PyramidDetector {
    /** Squares of a place's size: what stands for the place. */
    private static final Anchors ANCHORS =
            new Anchors(List.of(List.of(8), List.of(16), List.of(32), List.of(64), List.of(128)), List.of(1.0));

    private static final float RADIUS = 1.5f; // in places: as far from a thing's centre as one may stand for it

    private final Head head;

    Fcos(DetectorConfig config) {
        super(config, new FeaturePyramid(config.backbone(), 2, config.channels(), Coarser.CONVOLVED, Optional.empty()));
        head = child("head", new Head(config.channels(), config.classes()));
    }

    private static final class Head extends Net {
        private final Classes classes;
        private final Sides sides;

        Head(int channels, int classes) {
            this.classes = child("classification_head", new Classes(channels, classes));
            sides = child("regression_head", new Sides(channels));
        }

        private static Sequential convolutions(int channels) {
            var layers = new ArrayList<Layer>();
            for (int i = 0; i < 4; i++) {
                layers.add(Conv2d.biased(channels, channels, 3, 1));
                layers.add(new Norm.Group(32, 1e-5).of(channels));
                layers.add(Lambda.relu());
            }
            return new Sequential(layers);
        }
    }

    private static final class Classes extends Net {
        private final Layer conv, logits;

        Classes(int channels, int classes) {
            conv = child("conv", DenseHeads.small(Head.convolutions(channels)));
            logits = child("cls_logits", DenseHeads.rare(channels, classes));
        }
    }

    private static final class Sides extends Net {
        private final Layer conv, code, centre;

        Sides(int channels) {
            var layers = Head.convolutions(channels);
            // torchvision draws both, and then their starting values
            var code = Conv2d.biased(channels, 4, 3, 1);
            var centre = Conv2d.biased(channels, 1, 3, 1);
            this.code = DenseHeads.small(new Sequential(code)).layers().get(0);
            this.centre = DenseHeads.small(new Sequential(centre)).layers().get(0);
            conv = child("conv", DenseHeads.small(layers));
            child("bbox_reg", this.code);
            child("bbox_ctrness", this.centre);
        }
    }

    @Override
    public Layer head() {
        return head.classes.logits;
    }

    /** Level by level: [N,classes,H,W], [N,4,H,W] in sides of the place, [N,1,H,W]. */
    private record Answers(List<Tensor> logits, List<Tensor> codes, List<Tensor> centres) {
        /** [N,A,classes], [N,A,4], [N,A,1]. */
        Answers flat(int classes) {
            return new Answers(
                    DenseHeads.flat(logits, classes), DenseHeads.flat(codes, 4), DenseHeads.flat(centres, 1));
        }
    }

    private Answers answers(List<Tensor> maps) {
        var codes = new ArrayList<Tensor>();
        var centres = new ArrayList<Tensor>();
        for (var map : maps) {
            var x = head.sides.conv.apply(map);
            codes.add(Ops.relu(head.sides.code.apply(x)));
            centres.add(head.sides.centre.apply(x));
        }
        var logits = DenseHeads.answers(head.classes.conv, head.classes.logits, maps);
        return new Answers(logits, codes, centres);
    }

    @Override
    Tensor whole(List<Tensor> maps) {
        return Ops.max(Ops.cat(answers(maps).flat(config.classes()).logits, 1), List.of(1), false);
    }

    @Override
    Tensor about(List<Tensor> maps, Spot spot, Tensor box, Tensor image) {
        return DenseHeads.at(spot.place(), answers(maps).flat(config.classes()).logits);
    }

    @Override
    int place(Tensor images, int label, float score) {
        var squared = list(answers(Part.PLACES, images), "scores");
        return DenseHeads.place(DenseHeads.flat(squared, config.classes()), label, score * score);
    }

    @Override
    Map<String, Tensor> losses(ImageBatch batch, List<Tensor> maps) {
        var answers = answers(maps).flat(config.classes());
        var levels = DenseHeads.anchors(ANCHORS, maps, batch.images());
        var anchors = Boxes.all(levels);
        var logits = Ops.cat(answers.logits, 1);
        int images = batch.sizes().size(), n = anchors.size(), classes = config.classes();
        var targets = new float[images * n * classes];
        var rows = new ArrayList<Long>();
        var from = new Boxes(new float[0]);
        var to = new Boxes(new float[0]);
        for (int image = 0; image < images; image++) {
            var truth = batch.truth().get(image);
            int[] matches = match(truth.boxes(), anchors, levels);
            int[] things = IntStream.range(0, n).filter(i -> matches[i] >= 0).toArray();
            for (int i : things) {
                targets[(image * n + i) * classes + truth.labels()[matches[i]]] = 1;
                rows.add((long) image * n + i);
            }
            from = from.and(anchors.pick(things));
            to = to.and(
                    truth.boxes().pick(IntStream.of(things).map(i -> matches[i]).toArray()));
        }
        int count = Math.max(1, rows.size());
        long[] chosen = Rows.numbers(rows);
        var device = logits.device();
        var weights = Tensor.full(1.0 / count, 1, 1, 1).to(device);
        var focal =
                Losses.focalSum(logits, Tensor.of(targets, images, n, classes).to(device), weights);
        var boxes = decode(Rows.boxes(Ops.cat(answers.codes, 1), chosen), from);
        var centres = Rows.pick(Ops.reshape(Ops.cat(answers.centres, 1), -1), chosen);
        var losses = new LinkedHashMap<String, Tensor>();
        losses.put("classification", focal);
        losses.put("bbox_regression", Losses.scale(Losses.boxesApartSum(boxes, to.tensor(device)), 1.0 / count));
        losses.put(
                "bbox_ctrness",
                Losses.scale(
                        Losses.binaryCrossEntropySum(
                                centres,
                                Tensor.of(central(from, to), chosen.length).to(device)),
                        1.0 / count));
        return losses;
    }

    /** Which thing each place stands for, or a negative number: of those whose middle it is in and whose size suits its map, the smallest. */
    private static int[] match(Boxes truth, Boxes places, List<Boxes> levels) {
        int n = places.size(), finest = levels.get(0).size();
        int coarsest = n - levels.get(levels.size() - 1).size();
        var matches = new int[n];
        for (int i = 0; i < n; i++) {
            float x = (places.at(i, 0) + places.at(i, 2)) / 2, y = (places.at(i, 1) + places.at(i, 3)) / 2;
            float side = places.width(i);
            float least = i < finest ? 0 : 4 * side, most = i >= coarsest ? Float.POSITIVE_INFINITY : 8 * side;
            float best = 0;
            matches[i] = Matcher.BACKGROUND;
            for (int t = 0; t < truth.size(); t++) {
                float x1 = truth.at(t, 0), y1 = truth.at(t, 1), x2 = truth.at(t, 2), y2 = truth.at(t, 3);
                float away = Math.max(Math.abs(x - (x1 + x2) / 2), Math.abs(y - (y1 + y2) / 2));
                float near = Math.min(Math.min(x - x1, y - y1), Math.min(x2 - x, y2 - y));
                float far = Math.max(Math.max(x - x1, y - y1), Math.max(x2 - x, y2 - y));
                if (!(away < RADIUS * side && near > 0 && far > least && far < most)) continue;
                float small = 1e8f - truth.area(t);
                if (small > best) {
                    best = small;
                    matches[i] = t;
                }
            }
            if (best < 1e-5f) matches[i] = Matcher.BACKGROUND;
        }
        return matches;
    }

    /** How central each place is in its thing: 1 in the middle, 0 at a side. arXiv:1904.01355, equation 3. */
    private static float[] central(Boxes places, Boxes truth) {
        var all = new float[places.size()];
        for (int i = 0; i < all.length; i++) {
            float x = 0.5f * (places.at(i, 0) + places.at(i, 2)), y = 0.5f * (places.at(i, 1) + places.at(i, 3));
            float left = x - truth.at(i, 0), right = truth.at(i, 2) - x;
            float above = y - truth.at(i, 1), below = truth.at(i, 3) - y;
            all[i] = (float) Math.sqrt(
                    Math.min(left, right) / Math.max(left, right) * (Math.min(above, below) / Math.max(above, below)));
        }
        return all;
    }

    /** The boxes that codes [M,4] say, in sides of the places. */
    private static Tensor decode(Tensor codes, Boxes places) {
        int n = places.size();
        var middle = new float[4 * n];
        var scale = new float[4 * n];
        for (int i = 0; i < 4 * n; i++) {
            int axis = i % 2;
            middle[i] = 0.5f * (places.at(i / 4, axis) + places.at(i / 4, axis + 2));
            float side = axis == 0 ? places.width(i / 4) : places.height(i / 4);
            scale[i] = i % 4 < 2 ? -side : side;
        }
        var device = codes.device();
        return Ops.add(
                Tensor.of(middle, n, 4).to(device),
                Ops.mul(codes, Tensor.of(scale, n, 4).to(device)));
    }

    @Override
    Map<String, Tensor> answers(Part part, Tensor images) {
        var maps = backbone().maps(images);
        var answers = answers(maps);
        var scores = new ArrayList<Tensor>(); // squared
        for (int level = 0; level < maps.size(); level++)
            scores.add(Ops.mul(Ops.sigmoid(answers.logits.get(level)), Ops.sigmoid(answers.centres.get(level))));
        return numbered(
                Map.of("maps", maps.subList(maps.size() - 1, maps.size()), "scores", scores, "codes", answers.codes));
    }

    @Override
    List<Found> find(ImageBatch batch, Part.Engine engine, Limits limits) {
        var places = engine.answers(Part.PLACES, batch.images());
        var squared = list(places, "scores");
        var scores = DenseHeads.flat(squared, config.classes()).stream()
                .map(DetectionNet::sane)
                .map(Tensor::sqrt)
                .toList();
        var codes = DenseHeads.flat(list(places, "codes"), 4).stream()
                .map(DetectionNet::sane)
                .map(Tensor::toFloats)
                .toList();
        var anchors = DenseHeads.anchors(ANCHORS, squared, batch.images());
        var found = new ArrayList<Found>();
        for (int image = 0; image < batch.sizes().size(); image++)
            found.add(DenseHeads.best(
                    image,
                    batch.sizes().get(image),
                    scores,
                    codes,
                    anchors,
                    (code, from) -> from.size() == 0
                            ? from
                            : new Boxes(decode(Tensor.of(code, from.size(), 4), from)
                                    .toFloats()),
                    limits));
        return found;
    }

    @Override
    OnnxFound find(OnnxSteps steps, Limits limits) {
        var places = steps.places();
        var scores = OnnxSteps.list(places, "scores").stream()
                .map(squared -> steps.program.op("Sqrt", squared))
                .toList();
        return DenseHeads.best(
                steps,
                scores,
                OnnxSteps.list(places, "codes"),
                config.classes(),
                ANCHORS,
                (codes, from) -> {
                    var sides = OnnxSteps.sides(from);
                    var middle = from.columns(0, 2).plus(from.columns(2, 4)).times(0.5);
                    return steps.program.cat(
                            1,
                            List.of(
                                    middle.minus(codes.columns(0, 2).times(sides)),
                                    middle.plus(codes.columns(2, 4).times(sides))));
                },
                limits);
    }
}
