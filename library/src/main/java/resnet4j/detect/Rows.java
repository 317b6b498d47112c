package resnet4j.detect;

import java.util.List;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** What counts of a network's answers in a loss. */
final class Rows {
    private static final double BETA = 1.0 / 9; // where torchvision's smooth differences become plain ones

    private Rows() {}

    /** The rows of x [M,...] at indices. */
    static Tensor pick(Tensor x, long[] indices) {
        return x.rows(Tensor.of(indices, indices.length).to(x.device()));
    }

    /** Four numbers a box of codes [...,4], [4*M] in all, at the given boxes: [B,4]. */
    static Tensor boxes(Tensor codes, long[] boxes) {
        return pick(Ops.reshape(codes, -1, 4), boxes);
    }

    /** The sum of smooth absolute differences of boxes' codes [...,4] at the given boxes from {@code wanted}, by {@code count}. */
    static Tensor boxLoss(Tensor codes, long[] boxes, List<Float> wanted, int count) {
        var target = new float[wanted.size()];
        for (int i = 0; i < target.length; i++) target[i] = wanted.get(i);
        var sum = Losses.smoothL1Sum(
                boxes(codes, boxes), Tensor.of(target, boxes.length, 4).to(codes.device()), BETA);
        return Losses.scale(sum, 1.0 / Math.max(1, count));
    }

    static long[] numbers(List<Long> list) {
        return list.stream().mapToLong(Long::longValue).toArray();
    }
}
