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
        int n = order.length, kept = 0;
        var x1 = new float[n];
        var y1 = new float[n];
        var x2 = new float[n];
        var y2 = new float[n];
        var area = new float[n];
        var overlap = new float[n]; // the most with one that is kept
        for (int i = 0; i < n; i++) {
            x1[i] = boxes.at(order[i], 0);
            y1[i] = boxes.at(order[i], 1);
            x2[i] = boxes.at(order[i], 2);
            y2[i] = boxes.at(order[i], 3);
            area[i] = (x2[i] - x1[i]) * (y2[i] - y1[i]);
        }
        var left = new int[n];
        for (int i = 0; i < n; i++) {
            if (overlap[i] > most) continue;
            left[kept++] = order[i];
            if (!Float.isNaN(area[i])) overlaps(i, x1, y1, x2, y2, area, overlap);
        }
        return Arrays.copyOf(left, kept);
    }

    /** Of box i with all after it. The one loop over pairs: without a branch, so that Java's compiler makes vectors of it. */
    private static void overlaps(int i, float[] x1, float[] y1, float[] x2, float[] y2, float[] area, float[] overlap) {
        float ax1 = x1[i], ay1 = y1[i], ax2 = x2[i], ay2 = y2[i], own = area[i];
        for (int j = i + 1; j < overlap.length; j++) {
            float w = Math.max(Math.min(ax2, x2[j]) - Math.max(ax1, x1[j]), 0);
            float h = Math.max(Math.min(ay2, y2[j]) - Math.max(ay1, y1[j]), 0);
            float both = w * h;
            overlap[j] = Math.max(overlap[j], both / (own + area[j] - both)); // of two points that is no number: none
        }
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
