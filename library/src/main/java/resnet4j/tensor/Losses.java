package resnet4j.tensor;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;

/** How far answers are from targets, as scalars in 32-bit floats, and their gradients; not part of a graph. */
public final class Losses {
    static {
        Engine.ready();
    }

    private Losses() {}

    private static final float FAR = 1e9f;
    private static final int MEAN = 1, SUM = 2; // at::Reduction
    /** PyTorch's label of what does not count. */
    public static final int IGNORED = -100;

    /** Mean cross entropy. logits [N,K] of any float type, labels [N] int64 -> []. arXiv:1512.00567 section 7. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
        return crossEntropy(logits, labels, null, smoothing);
    }

    /** Cross entropy weighted by {@code classWeights} [K], or plain where null. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels, Tensor classWeights, double smoothing) {
        return crossEntropy(logits, labels, classWeights, smoothing, IGNORED);
    }

    /**
     * Mean cross entropy over places, as in segmentation: logits [N,K,...], labels [N,...] int64.
     *
     * @param classWeights [K], or null for equal ones
     * @param ignored      the label of places that do not count; where none counts the loss is NaN
     */
    public static Tensor crossEntropy(
            Tensor logits, Tensor labels, Tensor classWeights, double smoothing, int ignored) {
        return Ops.guard(
                "cross_entropy",
                logits,
                () -> new Tensor(torch.cross_entropy_loss(
                        logits.to(DType.F32).handle,
                        labels.handle,
                        classWeights == null ? new TensorOptional() : new TensorOptional(classWeights.handle),
                        MEAN,
                        ignored,
                        smoothing)));
    }

    /** Mean squared error. Equal shapes -> []. */
    public static Tensor meanSquaredError(Tensor x, Tensor target) {
        return Ops.guard("mse_loss", x, () -> new Tensor(torch.mse_loss(x.to(DType.F32).handle, target.handle)));
    }

    /** Mean of d^2 / (2 beta) where d, the difference, is less than {@code beta}, else d - beta / 2. arXiv:1504.08083. */
    public static Tensor smoothL1(Tensor x, Tensor target, double beta) {
        return Ops.guard(
                "smooth_l1_loss",
                x,
                () -> new Tensor(torch.smooth_l1_loss(x.to(DType.F32).handle, target.handle, MEAN, beta)));
    }

    /** As {@link #smoothL1}, and the sum: 0 where there is nothing. */
    public static Tensor smoothL1Sum(Tensor x, Tensor target, double beta) {
        return Ops.guard(
                "smooth_l1_loss",
                x,
                () -> new Tensor(torch.smooth_l1_loss(x.to(DType.F32).handle, target.handle, SUM, beta)));
    }

    /** Mean binary cross entropy of sigmoids, targets in [0,1]. Equal shapes -> []. */
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets) {
        return Ops.guard(
                "binary_cross_entropy_with_logits",
                logits,
                () -> new Tensor(torch.binary_cross_entropy_with_logits(
                        logits.to(DType.F32).handle,
                        targets.handle,
                        new TensorOptional(),
                        new TensorOptional(),
                        MEAN)));
    }

    /** As {@link #binaryCrossEntropy}, and the sum: 0 where there is nothing. */
    public static Tensor binaryCrossEntropySum(Tensor logits, Tensor targets) {
        return Ops.guard(
                "binary_cross_entropy_with_logits",
                logits,
                () -> new Tensor(torch.binary_cross_entropy_with_logits(
                        logits.to(DType.F32).handle, targets.handle, new TensorOptional(), new TensorOptional(), SUM)));
    }

    /**
     * The sum of weights [...,1] times binary cross entropies in which what is surely right counts little, as there are
     * many of it: {@code (1 - p)^2} where p is the probability of what is true; what is is 1/4 and what is not 3/4. Equal
     * shapes -> []. Lin et al. 2017, arXiv:1708.02002, equation 5.
     */
    public static Tensor focalSum(Tensor logits, Tensor targets, Tensor weights) {
        return Ops.guard("sigmoid_focal_loss", logits, () -> {
            var x = logits.to(DType.F32).handle;
            var t = targets.handle;
            var not = t.neg().add(new Scalar(1.0));
            var p = torch.sigmoid(x);
            var entropy = torch.binary_cross_entropy_with_logits(x, t, new TensorOptional(), new TensorOptional(), 0);
            var right = p.mul(t).add(p.neg().add(new Scalar(1.0)).mul(not));
            var wrong = right.neg().add(new Scalar(1.0));
            var share = t.mul(new Scalar(0.25)).add(not.mul(new Scalar(0.75)));
            return new Tensor(
                    share.mul(entropy.mul(wrong.mul(wrong))).mul(weights.handle).sum());
        });
    }

    /**
     * The sum over pairs of boxes x1, y1, x2, y2 of 1 - overlap + the share of the box around both that is in neither.
     * [N,4] each -> []. Rezatofighi et al. 2019, arXiv:1902.09630.
     */
    public static Tensor boxesApartSum(Tensor boxes, Tensor truth) {
        return Ops.guard("generalized_box_iou_loss", boxes, () -> {
            var a = corners(boxes.to(DType.F32));
            var b = corners(truth);
            var common = product(
                    torch.minimum(a[2], b[2]).sub(torch.maximum(a[0], b[0])).clamp_min(new Scalar(0.0)),
                    torch.minimum(a[3], b[3]).sub(torch.maximum(a[1], b[1])).clamp_min(new Scalar(0.0)));
            var union = product(a[2].sub(a[0]), a[3].sub(a[1]))
                    .add(product(b[2].sub(b[0]), b[3].sub(b[1])))
                    .sub(common);
            var around = product(
                    torch.maximum(a[2], b[2]).sub(torch.minimum(a[0], b[0])),
                    torch.maximum(a[3], b[3]).sub(torch.minimum(a[1], b[1])));
            var least = new Scalar(1e-7);
            var overlap = common.div(union.add(least));
            var apart = around.sub(union).div(around.add(least));
            return new Tensor(overlap.sub(apart).neg().add(new Scalar(1.0)).sum());
        });
    }

    private static org.bytedeco.pytorch.Tensor product(org.bytedeco.pytorch.Tensor a, org.bytedeco.pytorch.Tensor b) {
        return a.mul(b);
    }

    private static org.bytedeco.pytorch.Tensor[] corners(Tensor boxes) {
        var corners = new org.bytedeco.pytorch.Tensor[4];
        for (int i = 0; i < 4; i++) corners[i] = boxes.handle.select(1, i);
        return corners;
    }

    /**
     * The asymmetric loss of several labels, in the mean over labels and pictures: each sigmoid's cross entropy times
     * {@code (1 - p)^focus} of its target's probability {@code p}, where absent labels have {@code clip} added to theirs.
     * Ben-Baruch et al. 2020, arXiv:2009.14119, equation 7. Equal shapes -> [].
     *
     * @param present the exponent where the label is there
     * @param absent  where it is not
     */
    public static Tensor asymmetric(Tensor logits, Tensor targets, double present, double absent, double clip) {
        return Ops.guard("asymmetric_loss", logits, () -> {
            var there = targets.handle;
            var not = there.neg().add(new Scalar(1.0));
            var p = logits.to(DType.F32).handle.sigmoid();
            var q = p.neg().add(new Scalar(1 + clip)).clamp_max(new Scalar(1.0));
            var own = p.mul(there).add(q.mul(not)); // of what is true
            var focus = there.mul(new Scalar(present)).add(not.mul(new Scalar(absent)));
            var weight =
                    own.neg().add(new Scalar(1.0)).clamp_min(new Scalar(0.0)).pow(focus);
            return new Tensor(
                    own.clamp_min(new Scalar(1e-8)).log().mul(weight).mean().neg());
        });
    }

    /**
     * Cross entropy of cosines times {@code scale}, where the true class's angle is larger by {@code margin} (0 to pi), up to
     * pi. cosines [N,K], labels [N] int64 -> []. arXiv:1801.07698, equation 3.
     */
    public static Tensor arcFace(Tensor cosines, Tensor labels, double scale, double margin) {
        return Ops.guard("arc_face", cosines, () -> {
            var own = labels.handle.reshape(-1, 1);
            var cosine = cosines.to(DType.F32).handle.clamp(bound(-1 + 1e-7), bound(1 - 1e-7));
            var moved = cosine.gather(1, own)
                    .acos()
                    .add(new Scalar(margin))
                    .clamp_max(new Scalar(Math.PI))
                    .cos();
            return crossEntropy(new Tensor(cosine.scatter(1, own, moved).mul(new Scalar(scale))), labels, 0);
        });
    }

    private static ScalarOptional bound(double value) {
        return new ScalarOptional(new Scalar(value));
    }

    /**
     * How far the farthest row of the same class is beyond the nearest of another, plus a margin, or 0; in the mean of rows
     * that have both. rows [N,D], labels [N] int64 -> []. arXiv:1703.07737, equation 5.
     */
    public static Tensor batchHard(Tensor rows, Tensor labels, double margin) {
        return Ops.guard("batch_hard", rows, () -> {
            int n = (int) rows.size(0);
            var classes = labels.toLongs();
            float[] same = new float[n * n], other = new float[n * n], counts = new float[n];
            float some = 0;
            for (int i = 0; i < n; i++) {
                boolean near = false, far = false;
                for (int j = 0; j < n; j++) {
                    boolean alike = classes[i] == classes[j];
                    same[i * n + j] = alike ? 0 : -FAR;
                    other[i * n + j] = alike ? FAR : 0;
                    near |= alike && i != j;
                    far |= !alike;
                }
                if (near && far) counts[i] = 1;
                some += counts[i];
            }
            var x = rows.to(DType.F32).handle;
            var squares = x.mul(x).sum(new long[] {1}, true, new ScalarTypeOptional());
            var distances = squares.add(squares.t())
                    .sub(torch.mm(x, x.t()).mul(new Scalar(2.0)))
                    .clamp_min(new Scalar(1e-12))
                    .sqrt();
            var device = rows.device();
            var farthest =
                    distances.add(Tensor.of(same, n, n).to(device).handle).amax(new long[] {1}, false);
            var nearest =
                    distances.add(Tensor.of(other, n, n).to(device).handle).amin(new long[] {1}, false);
            var lacking = farthest.sub(nearest).add(new Scalar(margin)).clamp_min(new Scalar(0.0));
            var sum = lacking.mul(Tensor.of(counts, n).to(device).handle).sum();
            return new Tensor(sum.mul(new Scalar(1.0 / Math.max(1, some))));
        });
    }

    /** Rows of length 1, rows of zeros as they are: {@code functional.normalize}. [N,D] -> the same, 32-bit floats. */
    public static Tensor unit(Tensor x) {
        return Ops.guard("normalize", x, () -> {
            var rows = x.to(DType.F32).handle;
            var length = rows.norm(new ScalarOptional(new Scalar(2.0)), new long[] {1}, true);
            return new Tensor(rows.div(length.clamp_min(new Scalar(1e-12))));
        });
    }

    /** Mean cosine of the rows of a and those of b. [N,D] each -> []. */
    public static Tensor cosine(Tensor a, Tensor b) {
        return scale(Ops.sum(Ops.mul(unit(a), unit(b)), List.of(0, 1), false), 1.0 / a.size(0));
    }

    /** Of each column, the root of its unbiased variance plus {@code eps}. [N,D] -> [D], 32-bit floats. */
    public static Tensor deviation(Tensor x, double eps) {
        return Ops.guard(
                "var",
                x,
                () -> new Tensor(x.to(DType.F32)
                        .handle
                        .var(new long[] {0}, true, false)
                        .add(new Scalar(eps))
                        .sqrt()));
    }

    /** a * scale, a scalar's share in a sum; not part of a graph. */
    public static Tensor scale(Tensor a, double scale) {
        return new Tensor(torch.mul(a.handle, new Scalar(scale)));
    }

    /**
     * Gradients of the scalar {@code of} in each of {@code wrt}, which {@link Tensor#grad} does not see: PyTorch's {@code
     * autograd.grad}. The history stays, so that it can be asked again.
     *
     * @throws NativeException where {@code of} does not depend on one of them
     */
    public static List<Tensor> gradients(Tensor of, List<Tensor> wrt) {
        return gradients(of, wrt, false);
    }

    /** The same; null for each that {@code of} does not depend on. */
    public static List<Tensor> someGradients(Tensor of, List<Tensor> wrt) {
        return gradients(of, wrt, true);
    }

    private static List<Tensor> gradients(Tensor of, List<Tensor> wrt, boolean someAlone) {
        return Ops.guard("grad", of, () -> {
            var one = LibTorch.vector(List.of(new Tensor(torch.ones_like(of.handle))));
            var found = torch.grad(
                    LibTorch.vector(List.of(of)), LibTorch.vector(wrt), one, new BoolOptional(true), false, someAlone);
            return Arrays.stream(found.get())
                    .map(gradient -> gradient.defined() ? new Tensor(gradient) : null)
                    .toList();
        });
    }

    /**
     * How often each class was taken for each: [K,K] int64, a row for each true class.
     *
     * @param answers int64 of any shape, in [0,K)
     * @param labels  likewise; those that are {@code ignored} do not count
     */
    public static Tensor confusion(Tensor answers, Tensor labels, int classes, int ignored) {
        return Ops.guard("bincount", answers, () -> {
            var counts = labels.handle.ne(new Scalar((double) ignored));
            var pairs = labels.handle.mul(new Scalar((double) classes)).add(answers.handle);
            var all = torch.bincount(
                    pairs.masked_select(counts).to(torch.ScalarType.Long),
                    new TensorOptional(),
                    (long) classes * classes);
            if (all.numel() != (long) classes * classes)
                throw new IllegalArgumentException("classes: expected answers and labels below " + classes);
            return new Tensor(all.reshape(classes, classes));
        });
    }
}
