package resnet4j.detect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;
import resnet4j.export.OnnxProgram.Value;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Init;
import resnet4j.nn.Layer;
import resnet4j.nn.Sequential;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** What the detectors have in common that answer at every place of every map. */
final class DenseHeads {
    private static final int OF_EACH_LEVEL = 1000;
    private static final double RARE =
            0.01; // a thing is that likely before anything is learned, arXiv:1708.02002 section 4.1

    private DenseHeads() {}

    /** Convolutions begin near 0. */
    static Sequential small(Sequential layers) {
        for (var net : layers.nets().values())
            if (net instanceof Conv2d conv) {
                Init.normal(conv.weight(), 0.01);
                if (conv.bias() != null) Init.constant(conv.bias(), 0);
            }
        return layers;
    }

    /** The last layer of one answer. */
    static Conv2d answer(int channels, int numbers, double bias) {
        var conv = Conv2d.biased(channels, numbers, 3, 1);
        Init.normal(conv.weight(), 0.01);
        Init.constant(conv.bias(), bias);
        return conv;
    }

    /** The last layer of logits of things, which are rare. */
    static Conv2d rare(int channels, int numbers) {
        return answer(channels, numbers, -Math.log((1 - RARE) / RARE));
    }

    /** A head's answers, level by level: [N,a*k,H,W]. */
    static List<Tensor> answers(Layer head, Layer last, List<Tensor> maps) {
        return maps.stream().map(map -> last.apply(head.apply(map))).toList();
    }

    /** Of k numbers a place and anchor, level by level: [N,a*k,H,W] -> [N,A,k]. */
    static List<Tensor> flat(List<Tensor> levels, int k) {
        return levels.stream().map(x -> RegionProposals.flat(x, k)).toList();
    }

    /** Boxes to start from, level by level; the same in every image. */
    static List<Boxes> anchors(Anchors anchors, List<Tensor> maps, Tensor images) {
        var all = new ArrayList<Boxes>();
        for (int level = 0; level < maps.size(); level++) {
            var map = maps.get(level);
            all.add(anchors.over(
                    level, (int) map.size(2), (int) map.size(3), (int) images.size(2), (int) images.size(3)));
        }
        return all;
    }

    /** The place, of all levels, that is as sure of a class as {@code score} says. @param sureness level by level [1,A,classes] */
    static int place(List<Tensor> sureness, int label, float score) {
        int place = 0, best = 0;
        float least = Float.POSITIVE_INFINITY;
        for (var level : sureness) {
            int classes = (int) level.size(2);
            float[] all = level.toFloats();
            for (int i = label; i < all.length; i += classes, place++)
                if (Math.abs(all[i] - score) < least) {
                    least = Math.abs(all[i] - score);
                    best = place;
                }
        }
        return best;
    }

    /** Of a place of all levels, by class [N,classes]. @param scores level by level [N,A,classes] */
    static Tensor at(int place, List<Tensor> scores) {
        var all = Ops.cat(scores, 1);
        return Ops.sum(Ops.slice(all, 1, place, place + 1, 1), List.of(1), false);
    }

    /** What boxes codes say from others. */
    interface Decoder {
        Boxes decode(float[] codes, Boxes from);
    }

    /**
     * The surest things of an image.
     *
     * @param scores  level by level [N,A,classes]
     * @param codes   level by level [N,A,4]
     * @param anchors level by level
     */
    static Found best(
            int image,
            int[] size,
            List<Tensor> scores,
            List<float[]> codes,
            List<Boxes> anchors,
            Decoder decoder,
            Limits limits) {
        var boxes = new Boxes(new float[0]);
        var labels = IntStream.builder();
        var sure = new ArrayList<Float>();
        for (int level = 0; level < scores.size(); level++) {
            int classes = (int) scores.get(level).size(2);
            var likely = Likely.of(scores.get(level).narrow(0, image, 1), limits.score(), OF_EACH_LEVEL);
            int[] at = Arrays.stream(likely.where()).map(i -> i / classes).toArray();
            var code = new float[4 * at.length];
            int offset = image * anchors.get(level).size();
            for (int i = 0; i < at.length; i++)
                System.arraycopy(codes.get(level), 4 * (offset + at[i]), code, 4 * i, 4);
            boxes = boxes.and(decoder.decode(code, anchors.get(level).pick(at)).clipped(size[0], size[1]));
            for (int i : likely.where()) labels.add(i % classes);
            for (float score : likely.scores()) sure.add(score);
        }
        var flat = new float[sure.size()];
        for (int i = 0; i < flat.length; i++) flat[i] = sure.get(i);
        return Found.best(boxes, labels.build().toArray(), flat, limits);
    }

    /** The same in ONNX's operators. @param decoder what boxes codes say from others */
    static OnnxFound best(
            OnnxSteps steps,
            List<Value> scores,
            List<Value> codes,
            int classes,
            Anchors anchors,
            BinaryOperator<Value> decoder,
            Limits limits) {
        var program = steps.program;
        var boxes = new ArrayList<Value>();
        var labels = new ArrayList<Value>();
        var sure = new ArrayList<Value>();
        for (int level = 0; level < scores.size(); level++) {
            var flat = OnnxSteps.flat(scores.get(level), classes).reshape(-1);
            var left = flat.above(limits.score()).places();
            var most = left.size(0).least(program.whole(OF_EACH_LEVEL));
            var top = flat.rows(left).top(most, true);
            var chosen = left.rows(top.places());
            var at = chosen.over(program.whole(classes));
            var from = steps.anchors(anchors, level, scores.get(level)).rows(at);
            var code = OnnxSteps.flat(codes.get(level), 4).rows(at);
            boxes.add(steps.clipped(decoder.apply(code, from)));
            labels.add(program.op("Mod", chosen, program.whole(classes)));
            sure.add(top.values());
        }
        return steps.best(program.cat(0, boxes), program.cat(0, labels), program.cat(0, sure), limits);
    }
}
