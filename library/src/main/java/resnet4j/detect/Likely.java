package resnet4j.detect;

import java.util.Arrays;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Scores of a level that are not too low, the surest first: where in [A,classes] they are, and they themselves. */
record Likely(int[] where, float[] scores) {
    /** Places of which scores are copied to Java's memory at once: a level may have millions of them. */
    private static final int TOGETHER = 4096;

    /** @param scores [1,A,classes] @param least which is too low @param most of them */
    static Likely of(Tensor scores, double least, int most) {
        int places = (int) scores.size(1), classes = (int) scores.size(2), n = 0;
        var where = new int[1024];
        var found = new float[1024];
        for (int from = 0; from < places; from += TOGETHER) {
            var some = scores.narrow(1, from, Math.min(TOGETHER, places - from)).toFloats();
            for (int i = 0; i < some.length; i++) {
                if (!(some[i] > least)) continue;
                if (n == where.length) {
                    where = Arrays.copyOf(where, 2 * n);
                    found = Arrays.copyOf(found, 2 * n);
                }
                where[n] = from * classes + i;
                found[n++] = some[i];
            }
        }
        long[] order = n == 0
                ? new long[0]
                : Ops.topK(Tensor.of(Arrays.copyOf(found, n), n), Math.min(n, most), 0)
                        .toLongs();
        var surest = new int[order.length];
        var sureness = new float[order.length];
        for (int i = 0; i < order.length; i++) {
            surest[i] = where[(int) order[i]];
            sureness[i] = found[(int) order[i]];
        }
        return new Likely(surest, sureness);
    }
}
