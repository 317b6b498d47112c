package resnet4j.detect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.IntStream;
import resnet4j.tensor.Tensor;

/** Non-maximum suppression: of boxes that overlap too much, the best alone is kept. As {@code torchvision.ops}. */
final class Nms {
    /** From so many numbers on torchvision goes group by group; below, it moves groups apart, which rounds otherwise. */
    private static final int MOVED = 4000;

    private Nms() {}

    /**
     * Suppression within groups, such as levels or classes.
     *
     * @return those that are kept, best first; equal scores in torchvision's order
     */
    static int[] batched(Boxes boxes, float[] scores, int[] groups, double most) {
        if (boxes.size() == 0) return new int[0];
        if (boxes.values().length <= MOVED) {
            float farthest = Float.NEGATIVE_INFINITY;
            for (float value : boxes.values()) farthest = Math.max(farthest, value);
            var moved = boxes.values().clone();
            for (int i = 0; i < moved.length; i++) moved[i] += groups[i / 4] * (farthest + 1);
            return plain(new Boxes(moved), scores, all(boxes.size()), most);
        }
        var kept = new ArrayList<Integer>();
        var names = new TreeSet<Integer>();
        for (int group : groups) names.add(group);
        for (int group : names) {
            int[] members = IntStream.range(0, groups.length)
                    .filter(i -> groups[i] == group)
                    .toArray();
            for (int i : plain(boxes, scores, members, most)) kept.add(i);
        }
        kept.sort(null);
        var left = new float[kept.size()];
        for (int i = 0; i < left.length; i++) left[i] = scores[kept.get(i)];
        // not the stable sort: torchvision's is not either here, and a box more or less moves what is drawn from them
        return Arrays.stream(Tensor.of(left, left.length).descending().toLongs())
                .mapToInt(i -> kept.get((int) i))
                .toArray();
    }

    private static int[] plain(Boxes boxes, float[] scores, int[] members, double most) {
        int[] order = best(members, scores);
        var sorted = boxes.pick(order);
        var gone = new boolean[order.length];
        var kept = new int[order.length];
        int n = 0;
        for (int i = 0; i < order.length; i++) {
            if (gone[i]) continue;
            kept[n++] = order[i];
            for (int j = i + 1; j < order.length; j++)
                if (!gone[j] && sorted.overlap(i, sorted, j) > most) gone[j] = true;
        }
        return Arrays.copyOf(kept, n);
    }

    /** Best first; equal ones as they came. */
    private static int[] best(int[] members, float[] scores) {
        var keys = new long[members.length];
        for (int i = 0; i < keys.length; i++) {
            int bits = Float.floatToIntBits(scores[members[i]] + 0f); // no -0
            keys[i] = (long) (bits >= 0 ? ~bits : bits ^ Integer.MIN_VALUE) << 32 | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> members[(int) key]).toArray();
    }

    private static int[] all(int n) {
        return IntStream.range(0, n).toArray();
    }
}
