package resnet4j.certainty;

import java.util.Arrays;
import resnet4j.eval.Outputs;
import resnet4j.model.Familiarity;
import resnet4j.model.Floats;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Tensor;

/** In which directions what a head decides by varies on training pictures: what {@link Familiarity.Distance} measures by. */
final class Distances {
    private static final int ROWS = 4096; // at once
    private static final double ROUNDING = 1e-6; // of the largest eigenvalue

    private Distances() {}

    /**
     * Where all logits of a linear head are 0, {@code -pinv(W) b}: the paper's origin. 0 for a head of another kind.
     *
     * @param weight [K,width], row by row
     * @param bias   [K]
     */
    static float[] origin(float[] weight, float[] bias, int width) {
        int classes = bias.length;
        if (classes == 0 || weight.length != classes * width) return new float[width];
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var w = Tensor.of(weight, classes, width);
            var turned = Ops.permute(w, 1, 0);
            var eigen = Pixels.eigen(Ops.matmul(turned, w)); // of W^T W, the least first
            float[] values = eigen.get(0).toFloats();
            var along = Ops.matmul(eigen.get(1), Ops.matmul(turned, Tensor.of(bias, classes, 1)));
            float[] pulled = along.toFloats();
            for (int i = 0; i < width; i++)
                pulled[i] = values[i] > ROUNDING * values[width - 1] ? -pulled[i] / values[i] : 0;
            return Ops.matmul(Ops.permute(eigen.get(1), 1, 0), Tensor.of(pulled, width, 1))
                    .toFloats();
        }
    }

    /** How many directions count as those in which features vary most, as the paper's authors choose them. */
    static int principal(int width) {
        return width >= 2048 ? 1000 : width >= 768 ? 512 : width / 2;
    }

    /**
     * @param said      of training pictures: logits, and behind them what the head decides by
     * @param classes   how many logits there are
     * @param principal how many directions are left out of the residual
     */
    static Familiarity.Distance fit(Outputs<?> said, int classes, float[] origin, int principal) {
        int n = said.logits().size(), width = origin.length;
        if (n < 2)
            throw new IllegalArgumentException(
                    "data: expected at least two training pictures that can be read, got " + n);
        var products = new double[width * width];
        double largest = 0; // logits, added up
        for (int from = 0; from < n; from += ROWS) {
            int size = Math.min(ROWS, n - from);
            var centred = new float[size * width];
            for (int i = 0; i < size; i++) {
                var row = said.logits().get(from + i);
                for (int c = 0; c < width; c++) centred[i * width + c] = row[classes + c] - origin[c];
                float most = row[0];
                for (int k = 1; k < classes; k++) most = Math.max(most, row[k]);
                largest += most;
            }
            try (var scope = new NativeScope();
                    var noGrad = Ops.noGrad()) {
                var rows = Tensor.of(centred, size, width);
                var some = Ops.matmul(Ops.permute(rows, 1, 0), rows).toFloats();
                for (int i = 0; i < some.length; i++) products[i] += some[i];
            }
        }
        var mean = new float[products.length];
        for (int i = 0; i < mean.length; i++) mean[i] = (float) (products[i] / n);
        float[] residual;
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var vectors = Pixels.eigen(Tensor.of(mean, width, width)).get(1).toFloats(); // the least first
            residual = Arrays.copyOf(vectors, (width - principal) * width);
        }
        return matched(said, classes, origin, residual, largest / n);
    }

    /** The factor that makes the residual as large, in the mean, as the largest logit: eq. 5. */
    private static Familiarity.Distance matched(
            Outputs<?> said, int classes, float[] origin, float[] residual, double largest) {
        var plain = new Familiarity.Distance(origin.length, new Floats(origin), new Floats(residual), 1);
        double lengths = 0;
        for (var row : said.logits())
            lengths += new Familiarity.Energy().score(row, 0, classes) - plain.score(row, 0, classes);
        double factor = largest * said.logits().size() / lengths;
        if (!(factor > 0 && Double.isFinite(factor)))
            throw new IllegalArgumentException("model: expected features that differ from picture to picture and logits"
                    + " above 0, got others; its weights are damaged or were never trained");
        return new Familiarity.Distance(origin.length, new Floats(origin), new Floats(residual), factor);
    }
}
