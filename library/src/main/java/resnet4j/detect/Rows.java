package resnet4j.detect;

import java.util.List;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** What counts of a network's answers in a loss. */
final class Rows {
    private static final double BETA = 1.0 / 9;

    private Rows() {}

    /** Numbers of x [M] at indices. */
    static Tensor of(Tensor x, long[] indices) {
        return Ops.gather(x, 0, Tensor.of(indices, indices.length));
    }

    /** The sum of smooth absolute differences of boxes' codes [4*M] at the given boxes from {@code wanted}, by {@code count}. */
    static Tensor boxLoss(Tensor codes, long[] boxes, List<Float> wanted, int count) {
        var indices = new long[4 * boxes.length];
        for (int i = 0; i < indices.length; i++) indices[i] = 4 * boxes[i / 4] + i % 4;
        var target = new float[indices.length];
        for (int i = 0; i < target.length; i++) target[i] = wanted.get(i);
        var sum = Losses.smoothL1Sum(of(codes, indices), Tensor.of(target, target.length), BETA);
        return Losses.scale(sum, 1.0 / Math.max(1, count));
    }

    static long[] numbers(List<Long> list) {
        return list.stream().mapToLong(Long::longValue).toArray();
    }
}
