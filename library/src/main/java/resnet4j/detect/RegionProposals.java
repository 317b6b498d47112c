package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import resnet4j.export.OnnxProgram.Value;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Lambda;
import resnet4j.nn.Layer;
import resnet4j.nn.Net;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** The network that says where something may be. Ren et al. 2015, arXiv:1506.01497, section 3.1. */
final class RegionProposals extends Net {
    private static final List<Double> RATIOS = List.of(0.5, 1.0, 2.0);
    private static final BoxCoder CODER = new BoxCoder(1, 1);
    private static final Matcher MATCHER = new Matcher(0.7f, 0.3f, true);
    private static final Sampler SAMPLER = new Sampler(256, 128);
    private static final Best TRAINING = new Best(2000, 2000), TESTING = new Best(1000, 1000);
    private static final double OVERLAP = 0.7;
    private static final float LEAST_SIDE = 1e-3f;

    /** How many boxes are left of each level, and then of an image. */
    private record Best(int ofLevel, int ofImage) {}

    private final Anchors anchors;
    private final Head head;

    /**
     * @param depth convolutions before the answers
     * @param sides of the squares to start from, by map
     */
    RegionProposals(int channels, int depth, List<Integer> sides) {
        anchors = new Anchors(sides.stream().map(List::of).toList(), RATIOS);
        head = child("head", new Head(channels, depth, anchors.each()));
    }

    /** Scores and codes of the anchors at every place of a map. */
    private static final class Head extends Net {
        private final Layer conv, score, code;

        Head(int channels, int depth, int anchors) {
            var windows = new ArrayList<Layer>();
            for (int i = 0; i < depth; i++)
                windows.add(new Sequential(Conv2d.biased(channels, channels, 3, 1), Lambda.relu()));
            this.conv = child("conv", new Sequential(windows));
            this.score = child("cls_logits", Conv2d.biased(channels, anchors, 1, 1));
            this.code = child("bbox_pred", Conv2d.biased(channels, 4 * anchors, 1, 1));
            for (var net : nets().values())
                if (net instanceof Conv2d conv) {
                    Init.normal(conv.weight(), 0.01);
                    Init.constant(conv.bias(), 0);
                }
        }
    }

    /**
     * Of a training step.
     *
     * @param boxes  for each image, likeliest first
     * @param losses by torchvision's names
     */
    record Proposals(List<Boxes> boxes, Map<String, Tensor> losses) {}

    Proposals train(ImageBatch batch, List<Tensor> maps) {
        var answers = places(maps).flat();
        var anchors = anchors(batch, maps);
        var code = Ops.cat(answers.codes, 1); // [N,A,4]
        return new Proposals(
                boxes(batch, answers.scores, code.detach().toFloats(), anchors, TRAINING),
                losses(batch, Ops.cat(answers.scores, 1), code, anchors));
    }

    /** For each image, likeliest first. */
    List<Boxes> propose(ImageBatch batch, Answers places) {
        var answers = places.flat();
        answers.scores.forEach(DetectionNet::sane);
        var codes = DetectionNet.sane(Ops.cat(answers.codes, 1)).toFloats();
        return boxes(batch, answers.scores, codes, anchors(batch, places.scores), TESTING);
    }

    /** The same in ONNX's operators: [n,4]. */
    Value propose(OnnxSteps steps, List<Value> scores, List<Value> codes) {
        var program = steps.program;
        var boxes = new ArrayList<Value>();
        var likely = new ArrayList<Value>();
        for (int level = 0; level < scores.size(); level++) {
            var flat = OnnxSteps.flat(scores.get(level), 1).reshape(-1);
            var top = flat.top(flat.size(0).least(program.whole(TESTING.ofLevel)), true);
            var from = steps.anchors(anchors, level, scores.get(level)).rows(top.places());
            var code = OnnxSteps.flat(codes.get(level), 4).rows(top.places());
            var all = steps.clipped(steps.decoded(CODER, code, from));
            var large = steps.large(all, LEAST_SIDE);
            all = all.rows(large);
            var sure = program.op("Sigmoid", top.values().rows(large));
            var kept = steps.suppressed(all, sure.reshape(1, -1), OVERLAP);
            boxes.add(all.rows(kept));
            likely.add(sure.rows(kept));
        }
        var best = program.cat(0, likely);
        best = best.top(best.size(0).least(program.whole(TESTING.ofImage)), true)
                .places();
        return program.cat(0, boxes).rows(best);
    }

    /** Of each level, finest first: [N,a,H,W] and [N,4a,H,W]; flat: [N,A,1] and [N,A,4]. */
    record Answers(List<Tensor> scores, List<Tensor> codes) {
        Answers flat() {
            return new Answers(
                    scores.stream().map(x -> RegionProposals.flat(x, 1)).toList(),
                    codes.stream().map(x -> RegionProposals.flat(x, 4)).toList());
        }
    }

    Answers places(List<Tensor> maps) {
        var scores = new ArrayList<Tensor>();
        var codes = new ArrayList<Tensor>();
        for (var map : maps) {
            var x = head.conv.apply(map);
            scores.add(head.score.apply(x));
            codes.add(head.code.apply(x));
        }
        return new Answers(scores, codes);
    }

    /** The same in every image. */
    private Boxes anchors(ImageBatch batch, List<Tensor> maps) {
        return Boxes.all(DenseHeads.anchors(anchors, maps, batch.images()));
    }

    /** [N,a*k,H,W] -> [N,H*W*a,k]. */
    static Tensor flat(Tensor x, int k) {
        int n = (int) x.size(0), h = (int) x.size(2), w = (int) x.size(3);
        return Ops.reshape(Ops.permute(Ops.reshape(x, n, -1, k, h, w), 0, 3, 4, 1, 2), n, -1, k);
    }

    private static List<Boxes> boxes(ImageBatch batch, List<Tensor> scores, float[] codes, Boxes anchors, Best most) {
        int images = batch.sizes().size();
        var best = new ArrayList<long[]>(); // by level: [N,k]
        var values = new ArrayList<float[]>();
        for (var score : scores) {
            var flat = Ops.reshape(score.detach(), images, -1);
            var top = Ops.topK(flat, (int) Math.min(most.ofLevel, flat.size(1)), 1);
            best.add(top.toLongs());
            values.add(Ops.sigmoid(Ops.gather(flat, 1, top)).toFloats());
        }
        var all = new ArrayList<Boxes>();
        for (int image = 0; image < images; image++) {
            int total = best.stream().mapToInt(b -> b.length).sum() / images, next = 0, offset = 0;
            var order = new int[total];
            var groups = new int[total];
            var likely = new float[total];
            for (int level = 0; level < best.size(); level++) {
                int k = best.get(level).length / images;
                for (int i = 0; i < k; i++, next++) {
                    order[next] = offset + (int) best.get(level)[image * k + i];
                    groups[next] = level;
                    likely[next] = values.get(level)[image * k + i];
                }
                offset += (int) scores.get(level).size(1);
            }
            var chosen = new float[4 * total];
            for (int i = 0; i < total; i++)
                System.arraycopy(codes, 4 * (image * anchors.size() + order[i]), chosen, 4 * i, 4);
            int[] size = batch.sizes().get(image);
            all.add(suppressed(
                    CODER.decode(chosen, anchors.pick(order)).clipped(size[0], size[1]), likely, groups, most));
        }
        return all;
    }

    private static Boxes suppressed(Boxes boxes, float[] likely, int[] groups, Best most) {
        int[] large = boxes.large(LEAST_SIDE);
        var left = boxes.pick(large);
        var scores = new float[large.length];
        var levels = new int[large.length];
        for (int i = 0; i < large.length; i++) {
            scores[i] = likely[large[i]];
            levels[i] = groups[large[i]];
        }
        int[] kept = Nms.batched(left, scores, levels, OVERLAP);
        return left.pick(IntStream.of(kept).limit(most.ofImage).toArray());
    }

    private static Map<String, Tensor> losses(ImageBatch batch, Tensor scores, Tensor codes, Boxes anchors) {
        var things = new ArrayList<Long>();
        var background = new ArrayList<Long>();
        var wanted = new ArrayList<Float>();
        for (int image = 0; image < batch.sizes().size(); image++) {
            var truth = batch.truth().get(image).boxes();
            int[] matches = truth.size() == 0 ? background(anchors.size()) : MATCHER.match(truth, anchors);
            var labels = IntStream.of(matches)
                    .map(m -> m >= 0 ? 1 : m == Matcher.BACKGROUND ? 0 : -1)
                    .toArray();
            var sample = SAMPLER.draw(labels);
            long offset = (long) image * anchors.size();
            for (int i : sample.things()) things.add(offset + i);
            for (int i : sample.background()) background.add(offset + i);
            var matched = truth.pick(
                    IntStream.of(sample.things()).map(i -> matches[i]).toArray());
            for (float code : CODER.encode(matched, anchors.pick(sample.things()))) wanted.add(code);
        }
        var all = new ArrayList<>(things);
        all.addAll(background);
        var labels = new float[all.size()];
        for (int i = 0; i < things.size(); i++) labels[i] = 1;
        var objectness = Rows.pick(Ops.reshape(scores, -1), Rows.numbers(all));
        return Map.of(
                "loss_objectness",
                        Losses.binaryCrossEntropy(
                                objectness, Tensor.of(labels, labels.length).to(codes.device())),
                "loss_rpn_box_reg", Rows.boxLoss(codes, Rows.numbers(things), wanted, all.size()));
    }

    private static int[] background(int n) {
        return IntStream.range(0, n).map(i -> Matcher.BACKGROUND).toArray();
    }
}
