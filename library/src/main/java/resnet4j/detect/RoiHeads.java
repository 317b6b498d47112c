package resnet4j.detect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import resnet4j.export.OnnxProgram.Value;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Linear;
import resnet4j.nn.Net;
import resnet4j.nn.Norm;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** What is in each proposed box, and where exactly. Girshick 2015, arXiv:1504.08083; on pyramids, arXiv:1612.03144. */
final class RoiHeads extends Net {
    static final int SIDE = 7;
    private static final RoiPool POOL = new RoiPool(SIDE, 2);
    private static final BoxCoder CODER = new BoxCoder(10, 5);
    private static final Matcher MATCHER = new Matcher(0.5f, 0.5f, false);
    private static final float LEAST_SIDE = 1e-2f;

    private final Layer head;
    private final BoxPredictor predictor;
    private final BoxDetail detail; // or null
    private final Sampler sampler;
    private final int classes;

    RoiHeads(Layer head, Method.Regions method, int classes, BoxDetail detail) {
        this.classes = classes;
        sampler = new Sampler(method.sampled(), method.sampled() / 4);
        this.head = child("box_head", head);
        predictor = child("box_predictor", new BoxPredictor(method.hidden(), classes));
        this.detail = detail == null ? null : adopt(detail);
    }

    /** From pieces [R,C,7,7] to what the classes and sides of boxes are seen from [R,hidden]. */
    static Layer head(int channels, Method.Regions method) {
        if (!method.improved()) return new TwoLayers(channels * SIDE * SIDE, method.hidden());
        var layers = new ArrayList<Layer>();
        for (int i = 0; i < 4; i++)
            layers.add(new Sequential(Conv2d.of(channels, channels, 3), Norm.BATCH.of(channels), Lambda.relu()));
        layers.add(new Lambda(x -> Ops.flatten(x, 1)));
        layers.add(new Linear(channels * SIDE * SIDE, method.hidden()));
        layers.add(Lambda.relu());
        var head = new Sequential(layers);
        for (var net : head.nets().values()) if (net instanceof Conv2d conv) Init.kaimingNormalFanOut(conv.weight());
        return head;
    }

    private static final class TwoLayers extends Layer {
        private final Linear fc6, fc7;

        TwoLayers(int in, int hidden) {
            fc6 = child("fc6", new Linear(in, hidden));
            fc7 = child("fc7", new Linear(hidden, hidden));
        }

        @Override
        protected Tensor forward(Tensor x) {
            return Ops.relu(fc7.apply(Ops.relu(fc6.apply(Ops.flatten(x, 1)))));
        }
    }

    private static final class BoxPredictor extends Net {
        private final Linear score, code;

        BoxPredictor(int hidden, int classes) {
            score = child("cls_score", new Linear(hidden, classes));
            code = child("bbox_pred", new Linear(hidden, 4 * classes));
        }
    }

    Layer score() {
        return predictor.score;
    }

    /** Those that know the classes. */
    List<Layer> ofClasses() {
        var all = new ArrayList<Layer>(List.of(predictor.score, predictor.code));
        if (detail != null) detail.ofClasses().ifPresent(all::add);
        return all;
    }

    /** Boxes of an image that are learned from, with the label of each and the number of its true box. */
    record Sampled(Boxes boxes, int[] labels, int[] matches) {
        /** Those that are something. */
        Sampled things() {
            int[] some =
                    IntStream.range(0, labels.length).filter(i -> labels[i] > 0).toArray();
            return new Sampled(
                    boxes.pick(some),
                    IntStream.of(some).map(i -> labels[i]).toArray(),
                    IntStream.of(some).map(i -> matches[i]).toArray());
        }
    }

    Map<String, Tensor> losses(ImageBatch batch, List<Tensor> maps, List<Boxes> proposals) {
        var sampled = new ArrayList<Sampled>();
        for (int image = 0; image < proposals.size(); image++)
            sampled.add(sampled(batch.truth().get(image), proposals.get(image)));
        var losses = new LinkedHashMap<>(boxLosses(batch, maps, sampled));
        if (detail != null) {
            var things = sampled.stream().map(Sampled::things).toList();
            losses.put(detail.lossName(), detail.loss(batch, maps, things));
        }
        return losses;
    }

    private Sampled sampled(ImageBatch.Truth truth, Boxes proposals) {
        var all = proposals.and(truth.boxes());
        boolean empty = truth.boxes().size() == 0;
        int[] matches = empty ? new int[all.size()] : MATCHER.match(truth.boxes(), all);
        var found = IntStream.of(matches)
                .map(m -> empty || m == Matcher.BACKGROUND ? 0 : truth.labels()[m])
                .toArray();
        int[] sample = sampler.draw(found).all();
        return new Sampled(
                all.pick(sample),
                IntStream.of(sample).map(i -> found[i]).toArray(),
                IntStream.of(sample).map(i -> matches[i]).toArray());
    }

    private Map<String, Tensor> boxLosses(ImageBatch batch, List<Tensor> maps, List<Sampled> sampled) {
        var labels = new ArrayList<Long>();
        var things = new ArrayList<Long>(); // among the boxes of all classes, [R*classes]
        var wanted = new ArrayList<Float>();
        for (int image = 0; image < sampled.size(); image++) {
            var of = sampled.get(image);
            for (int i = 0; i < of.labels.length; i++) {
                int label = of.labels[i];
                if (label > 0) things.add((long) labels.size() * classes + label);
                labels.add((long) label);
            }
            var some = of.things();
            var matched = batch.truth().get(image).boxes().pick(some.matches);
            for (float code : CODER.encode(matched, some.boxes)) wanted.add(code);
        }
        var boxes = sampled.stream().map(Sampled::boxes).toList();
        Tensor x; // [R,hidden]
        try (var pieces = POOL.of(maps, boxes, batch.sizes())) {
            x = head.apply(pieces);
        }
        var target = Tensor.of(Rows.numbers(labels), labels.size()).to(x.device());
        var codes = predictor.code.apply(x);
        return Map.of(
                "loss_classifier",
                Losses.crossEntropy(predictor.score.apply(x), target, 0),
                "loss_box_reg",
                Rows.boxLoss(codes, Rows.numbers(things), wanted, labels.size()));
    }

    /** Logits [N,classes] of the box that is the whole image, from the finest map. */
    Tensor whole(Tensor map) {
        var x = head.apply(Ops.adaptiveAvgPool2d(map, SIDE, SIDE));
        predictor.code.apply(x);
        if (detail != null) detail.answers(Ops.adaptiveAvgPool2d(map, BoxDetail.POOL.side(), BoxDetail.POOL.side()));
        return predictor.score.apply(x);
    }

    /** What a part says of pieces. */
    Map<String, Tensor> answers(Part part, Tensor pieces) {
        if (part == Part.DETAIL) return detail.seen(pieces);
        var x = head.apply(pieces); // [R,hidden]
        return Map.of("scores", predictor.score.apply(x), "codes", predictor.code.apply(x));
    }

    /** Logits [1,classes] of one box of one image. */
    Tensor about(List<Tensor> maps, PyramidDetector.Spot spot, Tensor box, Tensor image) {
        return predictor.score.apply(head.apply(POOL.of(maps, spot.box(), spot.size(), box, image)));
    }

    /** What is in each image, surest first. */
    List<Found> find(ImageBatch batch, List<Tensor> maps, List<Boxes> proposals, Part.Engine engine, Limits limits) {
        if (proposals.stream().allMatch(p -> p.size() == 0))
            return proposals.stream()
                    .map(p -> new Found(p, new int[0], new float[0]))
                    .toList();
        float[] scores, codes;
        try (var scope = new NativeScope()) { // pieces are large, and not needed any more
            var answers = engine.answers(Part.BOXES, POOL.of(maps, proposals, batch.sizes()));
            scores = Ops.softmax(DetectionNet.sane(answers.get("scores")), 1).toFloats(); // [R,classes]
            codes = DetectionNet.sane(answers.get("codes")).toFloats(); // [R,classes,4]
        }
        var found = new ArrayList<Found>();
        int row = 0;
        for (int image = 0; image < proposals.size(); image++) {
            found.add(
                    find(proposals.get(image), row, scores, codes, batch.sizes().get(image), limits));
            row += proposals.get(image).size();
        }
        return detail == null ? found : detail.find(batch, maps, found, pieces -> engine.answers(Part.DETAIL, pieces));
    }

    /** The same in ONNX's operators. @param proposals [R,4] */
    OnnxFound find(OnnxSteps steps, List<Value> maps, Value proposals, Limits limits) {
        var program = steps.program;
        var answers = steps.answers(Part.BOXES, steps.pieces(POOL, maps, proposals));
        var things = program.whole(classes - 1);
        var scores = program.op("Softmax", Map.of("axis", 1), answers.get("scores"))
                .columns(1, classes)
                .reshape(-1);
        var sure = scores.above(limits.score()).places();
        var row = sure.over(things);
        var labels = program.op("Mod", sure, things).plus(program.whole(1));
        var codes = answers.get("codes")
                .reshape(-1, 4)
                .rows(row.times(program.whole(classes)).plus(labels));
        var boxes = steps.clipped(steps.decoded(CODER, codes, proposals.rows(row)));
        var large = steps.large(boxes, LEAST_SIDE);
        var found = steps.best(
                boxes.rows(large), labels.rows(large), scores.rows(sure).rows(large), limits);
        return detail == null ? found : detail.find(steps, maps, found);
    }

    private Found find(Boxes proposals, int row, float[] scores, float[] codes, int[] size, Limits limits) {
        var sure = IntStream.range(0, proposals.size() * classes)
                .filter(i -> i % classes > 0 && scores[row * classes + i] > limits.score())
                .toArray();
        var code = new float[4 * sure.length];
        for (int i = 0; i < sure.length; i++) System.arraycopy(codes, 4 * (row * classes + sure[i]), code, 4 * i, 4);
        var from = proposals.pick(IntStream.of(sure).map(i -> i / classes).toArray());
        var boxes = CODER.decode(code, from).clipped(size[0], size[1]);
        int[] large = boxes.large(LEAST_SIDE);
        var kept = new float[large.length];
        for (int i = 0; i < kept.length; i++) kept[i] = scores[row * classes + sure[large[i]]];
        int[] labels = IntStream.of(large).map(i -> sure[i] % classes).toArray();
        return Found.best(boxes.pick(large), labels, kept, limits);
    }
}
