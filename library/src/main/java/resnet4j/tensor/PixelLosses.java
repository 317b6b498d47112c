package resnet4j.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;

/**
 * How far segmentations are from the truth, class by class, as scalars in 32-bit floats; not part of a graph. Logits are
 * [N,K,...], labels [N,...] int64 from 0 to K-1, {@code weights} [K] or null; places whose label is {@code ignored} do not
 * count, and where none counts losses are 0. Others are a {@link NativeException}. Equal to {@code segmentation_models_pytorch}'s losses
 * of the mode "multiclass".
 */
public final class PixelLosses {
    static {
        Engine.ready();
    }

    private PixelLosses() {}

    private static final int NONE = 0; // at::Reduction
    private static final double LEAST = 1e-7; // of a denominator

    /**
     * Pictures place by place: logits [N,K,P]; truth [N,K,P], a one for the class of each place that counts and zeros
     * besides; counted [N,1,P], ones and zeros; sizes [K], how many places each class has.
     */
    private record Places(
            org.bytedeco.pytorch.Tensor logits,
            org.bytedeco.pytorch.Tensor truth,
            org.bytedeco.pytorch.Tensor counted,
            org.bytedeco.pytorch.Tensor sizes) {
        static Places of(Tensor logits, Tensor labels, int ignored) {
            long pictures = logits.size(0), classes = logits.size(1);
            var each = labels.handle.reshape(pictures, 1, -1);
            requireKnown(each, classes, ignored);
            var counted = each.ne(new Scalar((double) ignored)).to(torch.ScalarType.Float);
            var truth = each.eq(torch.arange(new Scalar((double) classes), labels.handle.options())
                            .reshape(1, -1, 1))
                    .to(torch.ScalarType.Float)
                    .mul(counted);
            // with the places last, softmax goes through memory in order
            var values =
                    logits.to(DType.F32).handle.reshape(pictures, classes, -1).contiguous();
            return new Places(values, truth, counted, sum(truth));
        }

        private static void requireKnown(org.bytedeco.pytorch.Tensor labels, long classes, int ignored) {
            var strange = labels.lt(new Scalar(0.0))
                    .logical_or(labels.ge(new Scalar((double) classes)))
                    .logical_and(labels.ne(new Scalar((double) ignored)));
            if (strange.any().item_bool())
                throw new IllegalArgumentException(
                        "labels: expected numbers from 0 to " + (classes - 1) + ", or " + ignored + ", got others");
        }

        /** Zeros where nothing counts. [N,K,P] */
        org.bytedeco.pytorch.Tensor probabilities() {
            return torch.softmax(logits, 1).mul(counted);
        }

        /** Ones for the classes that occur, zeros for the others. [K] */
        org.bytedeco.pytorch.Tensor present() {
            return sizes.gt(new Scalar(0.0)).to(torch.ScalarType.Float);
        }

        /** One class after the other: [N,K,P] to [K,NP]. */
        static org.bytedeco.pytorch.Tensor byClass(org.bytedeco.pytorch.Tensor x) {
            return x.movedim(1, 0).reshape(x.size(1), -1);
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
            var errors = places.truth.sub(places.probabilities()).abs(); // none where nothing counts: these come last
            var sorted = torch.sort(Places.byClass(errors), 1, true);
            var truth = Places.byClass(places.truth).gather(1, sorted.get1());
            var sizes = places.sizes.reshape(-1, 1);
            var left = sizes.sub(truth.cumsum(1));
            var union = sizes.add(truth.neg().add(new Scalar(1.0)).cumsum(1));
            var jaccard = left.div(union).neg().add(new Scalar(1.0));
            var steps = jaccard.diff(1, 1, new TensorOptional(torch.zeros_like(sizes)), new TensorOptional());
            var losses = sorted.get0().mul(steps).sum(new long[] {1}, false, new ScalarTypeOptional());
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
            var losses = sum(unsure.mul(entropy).mul(places.counted))
                    .div(places.counted.sum().clamp_min(new Scalar(LEAST)));
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

    /** Over pictures and places: [N,K,P] to [K]. */
    private static org.bytedeco.pytorch.Tensor sum(org.bytedeco.pytorch.Tensor x) {
        return x.sum(new long[] {0, 2}, false, new ScalarTypeOptional());
    }
}
