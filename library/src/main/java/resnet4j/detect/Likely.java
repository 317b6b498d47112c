package resnet4j.detect;

import java.util.Arrays;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Scores of a level that are not too low, the surest first: where in [A,classes] they are, and they themselves. */
record Likely(int[] where, float[] scores) {
    /** Places of which scores are copied to Java's memory at once: a level may have millions of them. */
    private static final long TOGETHER = 4096;

    /** @param scores [1,A,classes] @param least which is too low @param most of them */
    static Likely of(Tensor scores, double least, int most) {
        int classes = (int) scores.size(2), n = 0;
        var where = new int[1024];
        var found = new float[1024];
        for (long from = 0; from < scores.size(1); from += TOGETHER) {
            var some = scores.narrow(1, from, Math.min(TOGETHER, scores.size(1) - from))
                    .toFloats();
            for (int i = 0; i < some.length; i++) {
                if (!(some[i] > least)) continue;
                if (n == where.length) {
                    where = Arrays.copyOf(where, 2 * n);
                    found = Arrays.copyOf(found, 2 * n);
                }
                where[n] = (int) from * classes + i;
                found[n++] = some[i];
            }
        }
        int kept = Math.min(n, most);
        var likely = new Likely(new int[kept], new float[kept]);
        long[] order = kept == 0
                ? new long[0]
                : Ops.topK(Tensor.of(Arrays.copyOf(found, n), n), kept, 0).toLongs();
        for (int i = 0; i < kept; i++) {
            likely.where[i] = where[(int) order[i]];
            likely.scores[i] = found[(int) order[i]];
        }
        return likely;
    }
}
