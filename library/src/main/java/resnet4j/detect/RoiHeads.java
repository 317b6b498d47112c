package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import resnet4j.nn.Linear;
import resnet4j.nn.Net;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** What is in each proposed box, and where exactly. Girshick 2015, arXiv:1504.08083; on pyramids, arXiv:1612.03144. */
final class RoiHeads extends Net {
    private static final int SIDE = 7, HIDDEN = 1024;
    private static final RoiPool POOL = new RoiPool(SIDE, 2);
    private static final BoxCoder CODER = new BoxCoder(10, 5);
    private static final Matcher MATCHER = new Matcher(0.5f, 0.5f, false);
    private static final Sampler SAMPLER = new Sampler(512, 128);

    private final BoxHead head = child("box_head", new BoxHead());
    private final BoxPredictor predictor;
    private final int classes;

    RoiHeads(int classes) {
        this.classes = classes;
        predictor = child("box_predictor", new BoxPredictor(classes));
    }

    private static final class BoxHead extends Net {
        private final Linear fc6 = child("fc6", new Linear(FeaturePyramid.CHANNELS * SIDE * SIDE, HIDDEN));
        private final Linear fc7 = child("fc7", new Linear(HIDDEN, HIDDEN));
    }

    private static final class BoxPredictor extends Net {
        private final Linear score, code;

        BoxPredictor(int classes) {
            score = child("cls_score", new Linear(HIDDEN, classes));
            code = child("bbox_pred", new Linear(HIDDEN, 4 * classes));
        }
    }

    Map<String, Tensor> losses(ImageBatch batch, List<Tensor> maps, List<Boxes> proposals) {
        var boxes = new ArrayList<Boxes>();
        var labels = new ArrayList<Long>();
        var things = new ArrayList<Long>(); // in the codes, [R*classes]
        var wanted = new ArrayList<Float>();
        for (int image = 0; image < proposals.size(); image++) {
            var truth = batch.truth().get(image);
            var all = proposals.get(image).and(truth.boxes());
            boolean empty = truth.boxes().size() == 0;
            int[] matches = empty ? new int[all.size()] : MATCHER.match(truth.boxes(), all);
            var found = IntStream.of(matches)
                    .map(m -> empty || m == Matcher.BACKGROUND ? 0 : truth.labels()[m])
                    .toArray();
            int[] sample = SAMPLER.draw(found).all();
            var chosen = all.pick(sample);
            for (int i = 0; i < sample.length; i++) {
                int label = found[sample[i]];
                if (label > 0) {
                    things.add((long) labels.size() * classes + label);
                    var matched = truth.boxes().pick(new int[] {matches[sample[i]]});
                    for (float code : CODER.encode(matched, chosen.pick(new int[] {i}))) wanted.add(code);
                }
                labels.add((long) label);
            }
            boxes.add(chosen);
        }
        var x = Ops.flatten(POOL.of(maps, boxes, batch.sizes()), 1); // [R,256*7*7]
        x = Ops.relu(head.fc6.apply(x));
        x = Ops.relu(head.fc7.apply(x));
        var target = Tensor.of(Rows.numbers(labels), labels.size());
        var codes = Ops.reshape(predictor.code.apply(x), -1);
        return Map.of(
                "loss_classifier", Losses.crossEntropy(predictor.score.apply(x), target, 0),
                "loss_box_reg", Rows.boxLoss(codes, Rows.numbers(things), wanted, labels.size()));
    }
}
