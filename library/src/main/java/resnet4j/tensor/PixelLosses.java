package resnet4j.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;

/**
 * How far segmentations are from the truth, class by class, as scalars in 32-bit floats; not part of a graph. Logits are
 * [N,K,...], labels [N,...] int64, {@code weights} [K] or null; places whose label is {@code ignored} do not count. Equal to
 * {@code segmentation_models_pytorch}'s losses of the mode "multiclass".
 */
public final class PixelLosses {
    static {
        Engine.ready();
    }

    private PixelLosses() {}

    private static final int NONE = 0; // at::Reduction
    private static final double LEAST = 1e-7; // of a denominator

    /** The places that count: logits [P,K], labels [P], and those as zeros and ones [P,K]. */
    private record Places(
            org.bytedeco.pytorch.Tensor logits, org.bytedeco.pytorch.Tensor truth, org.bytedeco.pytorch.Tensor sizes) {
        static Places of(Tensor logits, Tensor labels, int ignored) {
            long classes = logits.size(1);
            var flat = labels.handle.reshape(-1);
            var counts = flat.ne(new Scalar((double) ignored)).nonzero().reshape(-1);
            var rows = logits.to(DType.F32).handle.movedim(1, -1).reshape(-1, classes);
            var truth = torch.one_hot(flat.index_select(0, counts), classes).to(torch.ScalarType.Float);
            return new Places(rows.index_select(0, counts), truth, sum(truth));
        }

        org.bytedeco.pytorch.Tensor probabilities() {
            return torch.softmax(logits, 1);
        }

        /** Ones for the classes that occur, zeros for the others. [K] */
        org.bytedeco.pytorch.Tensor present() {
            return sizes.gt(new Scalar(0.0)).to(torch.ScalarType.Float);
        }
    }

    /** One minus Dice's coefficient of the probabilities, 0 for classes that do not occur. Mean over all classes. */
    public static Tensor dice(Tensor logits, Tensor labels, Tensor weights, int ignored) {
        return Ops.guard("dice_loss", logits, () -> {
            var places = Places.of(logits, labels, ignored);
            var answer = places.probabilities();
            var both = sum(answer.mul(places.truth));
            var mean = sum(answer).add(places.sizes).mul(new Scalar(0.5)).clamp_min(new Scalar(LEAST));
            var losses = both.div(mean).neg().add(new Scalar(1.0)).mul(places.present());
            return new Tensor(weights == null ? losses.mean() : weighted(losses, weights.handle));
        });
    }

    /** The Lovász extension of the intersection over union. Mean over classes that occur. arXiv:1705.08790, Algorithm 1. */
    public static Tensor lovasz(Tensor logits, Tensor labels, Tensor weights, int ignored) {
        return Ops.guard("lovasz_softmax", logits, () -> {
            var places = Places.of(logits, labels, ignored);
            var sorted = torch.sort(places.truth.sub(places.probabilities()).abs(), 0, true);
            var truth = places.truth.gather(0, sorted.get1());
            var left = places.sizes.sub(truth.cumsum(0));
            var union = places.sizes.add(truth.neg().add(new Scalar(1.0)).cumsum(0));
            var jaccard = left.div(union).neg().add(new Scalar(1.0));
            var steps = jaccard.diff(
                    1, 0, new TensorOptional(torch.zeros_like(places.sizes).reshape(1, -1)), new TensorOptional());
            var losses = sum(sorted.get0().mul(steps));
            var counted = weights == null ? places.present() : places.present().mul(weights.handle);
            return new Tensor(weighted(losses, counted));
        });
    }

    /** Of each class against the others, by sigmoids: errors that are sure weigh more. arXiv:1708.02002, equation 4. */
    public static Tensor focal(Tensor logits, Tensor labels, Tensor weights, double gamma, int ignored) {
        return Ops.guard("focal_loss", logits, () -> {
            var places = Places.of(logits, labels, ignored);
            var entropy = torch.binary_cross_entropy_with_logits(
                    places.logits, places.truth, new TensorOptional(), new TensorOptional(), NONE);
            var unsure = entropy.neg().exp().neg().add(new Scalar(1.0)).pow(new Scalar(gamma));
            var losses = unsure.mul(entropy).mean(new long[] {0}, false, new ScalarTypeOptional());
            return new Tensor(weights == null ? losses.mean() : weighted(losses, weights.handle));
        });
    }

    /**
     * Mean cross entropy of softmax, where places count by their class's weight, or 1, and by what {@code more} [N,...] adds.
     */
    public static Tensor crossEntropy(
            Tensor logits, Tensor labels, Tensor weights, Tensor more, double smoothing, int ignored) {
        return Ops.guard("cross_entropy", logits, () -> {
            var each = torch.cross_entropy_loss(
                    logits.to(DType.F32).handle, labels.handle, new TensorOptional(), NONE, ignored, smoothing);
            var counted = labels.handle.ne(new Scalar((double) ignored)).to(torch.ScalarType.Float);
            var own = weights == null
                    ? counted
                    : weights.handle
                            .index_select(
                                    0,
                                    labels.handle
                                            .mul(counted.to(torch.ScalarType.Long))
                                            .reshape(-1))
                            .reshape(labels.handle.sizes())
                            .mul(counted);
            return new Tensor(weighted(each, own.add(more.handle.mul(counted))));
        });
    }

    private static org.bytedeco.pytorch.Tensor weighted(
            org.bytedeco.pytorch.Tensor losses, org.bytedeco.pytorch.Tensor weights) {
        return losses.mul(weights).sum().div(weights.sum().clamp_min(new Scalar(LEAST)));
    }

    /** Over places: [P,K] to [K]. */
    private static org.bytedeco.pytorch.Tensor sum(org.bytedeco.pytorch.Tensor x) {
        return x.sum(new long[] {0}, false, new ScalarTypeOptional());
    }
}
