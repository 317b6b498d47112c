package resnet4j.selfsup;

import static resnet4j.tensor.Losses.cosine;
import static resnet4j.tensor.Losses.crossEntropy;
import static resnet4j.tensor.Losses.deviation;
import static resnet4j.tensor.Losses.meanSquaredError;
import static resnet4j.tensor.Losses.scale;
import static resnet4j.tensor.Losses.unit;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import resnet4j.array.DType;
import resnet4j.config.Checks;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What makes a network say the same of two views of a picture, and not the same of all pictures. Losses are lightly's,
 * number for number.
 */
public sealed interface Method
        permits Method.SimClr, Method.MoCo, Method.Byol, Method.SimSiam, Method.BarlowTwins, Method.VicReg, Dino {
    /** Width of the projector's hidden layers. */
    int hidden();

    /** Width of what it gives. */
    int width();

    /** Its linear layers. */
    default int layers() {
        return 2;
    }

    /** Whether a norm comes after its last layer too. */
    default boolean normalised() {
        return false;
    }

    /** Width of the predictor's hidden layer, where there is a predictor. */
    default OptionalInt predictor() {
        return OptionalInt.empty();
    }

    /** How much of itself the momentum encoder keeps in an update; 0 where there is none. */
    default double momentum(double progress) {
        return 0;
    }

    /** Whether targets are needed, and are the network's own where there is no momentum encoder. */
    default boolean matches() {
        return momentum(0) > 0;
    }

    /** Whether both views are asked and matched; otherwise the first is asked, and the second matched. */
    default boolean symmetric() {
        return true;
    }

    /** Views of a picture; beyond the first two, the network that learns alone sees them. */
    default int views() {
        return 2;
    }

    /** What {@link Memory} begins with, drawn from the global generator. */
    default Optional<Tensor> memory() {
        return Optional.empty();
    }

    /** Keeps what the targets of an update's batch were. */
    default void remember(Memory memory, List<Tensor> targets) {}

    /** The loss, a scalar. */
    Tensor loss(Views views);

    /** NT-Xent: a view is told from all others of the batch. Chen et al. 2020, arXiv:2002.05709, equation 1. */
    record SimClr(int hidden, int width, double temperature) implements Method {
        public SimClr() {
            this(512, 128, 0.5);
        }

        public SimClr {
            checkWidths(hidden, width);
            Checks.aboveZero("temperature", temperature);
        }

        @Override
        public Tensor loss(Views views) {
            int n = (int) views.online().get(0).size(0);
            var z = unit(Ops.cat(views.online(), 0)); // [2N,width]
            var alike = Ops.affine(Ops.matmul(z, Ops.permute(z, 1, 0)), 1 / temperature, 0);
            var itself = Ops.affine(eye(2 * n, z), -1e9, 0); // exp gives 0
            var partners = new long[2 * n];
            for (int i = 0; i < 2 * n; i++) partners[i] = (i + n) % (2 * n);
            return crossEntropy(
                    Ops.add(alike, itself), Tensor.of(partners, 2 * n).to(z.device()), 0);
        }
    }

    /** A view is told from earlier batches' pictures, by a momentum encoder's word. arXiv:1911.05722, arXiv:2003.04297. */
    record MoCo(int hidden, int width, double temperature, double momentum, int queue) implements Method {
        public MoCo() {
            this(512, 128, 0.2, 0.99, 4096);
        }

        public MoCo {
            checkWidths(hidden, width);
            Checks.aboveZero("temperature", temperature);
            Checks.insideUnit("momentum", momentum);
            Checks.atLeast("queue", 1, queue);
        }

        @Override
        public double momentum(double progress) {
            return momentum;
        }

        @Override
        public boolean symmetric() {
            return false;
        }

        @Override
        public Optional<Tensor> memory() {
            return Optional.of(unit(Tensor.randn(queue, width)));
        }

        @Override
        public void remember(Memory memory, List<Tensor> targets) {
            memory.enqueue(targets.get(0));
        }

        @Override
        public Tensor loss(Views views) {
            var query = unit(views.online().get(0));
            var key = unit(views.targets().get(0));
            var same = Ops.sum(Ops.mul(query, key), List.of(1), true); // [N,1]
            var others = Ops.matmul(query, Ops.permute(views.memory().orElseThrow(), 1, 0)); // [N,queue]
            var logits = Ops.affine(Ops.cat(List.of(same, others), 1), 1 / temperature, 0);
            int n = (int) query.size(0);
            return crossEntropy(logits, Tensor.of(new long[n], n).to(query.device()), 0);
        }
    }

    /** A predictor finds what a momentum encoder says of the other view. Grill et al. 2020, arXiv:2006.07733. */
    record Byol(int hidden, int width, double momentum) implements Method {
        public Byol() {
            this(512, 128, 0.99);
        }

        public Byol {
            checkWidths(hidden, width);
            Checks.insideUnit("momentum", momentum);
        }

        @Override
        public OptionalInt predictor() {
            return OptionalInt.of(hidden);
        }

        @Override
        public double momentum(double progress) {
            return towardsOne(momentum, progress);
        }

        @Override
        public Tensor loss(Views views) {
            return crossed(views);
        }
    }

    /** A predictor finds what the network itself says of the other view. Chen and He 2020, arXiv:2011.10566. */
    record SimSiam(int hidden, int width, int bottleneck) implements Method {
        public SimSiam() {
            this(512, 512, 128);
        }

        public SimSiam {
            checkWidths(hidden, width);
            Checks.atLeast("bottleneck", 1, bottleneck);
        }

        @Override
        public int layers() {
            return 3;
        }

        @Override
        public boolean normalised() {
            return true;
        }

        @Override
        public OptionalInt predictor() {
            return OptionalInt.of(bottleneck);
        }

        @Override
        public boolean matches() {
            return true;
        }

        @Override
        public Tensor loss(Views views) {
            return crossed(views);
        }
    }

    /** The numbers of two views are correlated each with itself alone. Zbontar et al. 2021, arXiv:2103.03230. */
    record BarlowTwins(int hidden, int width, double redundancy) implements Method {
        public BarlowTwins() {
            this(512, 512, 0.005);
        }

        public BarlowTwins {
            checkWidths(hidden, width);
            Checks.aboveZero("redundancy", redundancy);
        }

        @Override
        public int layers() {
            return 3;
        }

        @Override
        public Tensor loss(Views views) {
            Tensor a = standard(views.online().get(0)),
                    b = standard(views.online().get(1));
            var correlations = Ops.affine(Ops.matmul(Ops.permute(a, 1, 0), b), 1.0 / a.size(0), 0);
            var one = eye((int) a.size(1), a);
            var off = Ops.add(correlations, Ops.affine(one, -1, 0));
            var weights = Ops.affine(one, 1 - redundancy, redundancy); // 1 on the diagonal
            return Ops.sum(Ops.mul(Ops.mul(off, off), weights), List.of(0, 1), false);
        }

        private static Tensor standard(Tensor x) {
            return Ops.batchNorm(x.to(DType.F32), null, null, null, null, new Op.BatchNorm(true, 0, 1e-5));
        }
    }

    /** Views agree, numbers vary, and are not correlated. Bardes et al. 2021, arXiv:2105.04906, equation 6. */
    record VicReg(int hidden, int width, double invariance, double variance, double covariance) implements Method {
        public VicReg() {
            this(512, 512, 25, 25, 1);
        }

        public VicReg {
            checkWidths(hidden, width);
            Checks.aboveZero("invariance", invariance);
            Checks.aboveZero("variance", variance);
            Checks.aboveZero("covariance", covariance);
        }

        @Override
        public int layers() {
            return 3;
        }

        @Override
        public Tensor loss(Views views) {
            Tensor a = views.online().get(0).to(DType.F32),
                    b = views.online().get(1).to(DType.F32);
            var vary = Ops.add(still(a), still(b));
            var apart = Ops.add(together(a), together(b));
            return Ops.add(
                    scale(meanSquaredError(a, b), invariance),
                    Ops.add(scale(vary, variance / 2), scale(apart, covariance)));
        }

        /** How much the deviations lack of 1. */
        private static Tensor still(Tensor x) {
            return Ops.mean(Ops.relu(Ops.affine(deviation(x, 1e-4), -1, 1)), List.of(0), false);
        }

        /** The squared covariances of different numbers. */
        private static Tensor together(Tensor x) {
            int width = (int) x.size(1);
            var centred = Ops.add(x, Ops.affine(Ops.mean(x, List.of(0), true), -1, 0));
            var all = Ops.affine(Ops.matmul(Ops.permute(centred, 1, 0), centred), 1.0 / (x.size(0) - 1), 0);
            var others = Ops.affine(eye(width, x), -1, 1);
            return scale(Ops.sum(Ops.mul(Ops.mul(all, all), others), List.of(0, 1), false), 1.0 / width);
        }
    }

    /** Minus the cosine of each prediction and the other view's target, in the mean. */
    private static Tensor crossed(Views views) {
        var p = views.online();
        var z = views.targets();
        return scale(Ops.add(cosine(p.get(0), z.get(1)), cosine(p.get(1), z.get(0))), -0.5);
    }

    private static double towardsOne(double momentum, double progress) {
        return 1 - (1 - momentum) * (1 + Math.cos(Math.PI * progress)) / 2; // arXiv:2006.07733, section 3.2
    }

    private static Tensor eye(int n, Tensor like) {
        var values = new float[n * n];
        for (int i = 0; i < n; i++) values[i * n + i] = 1;
        return Tensor.of(values, n, n).to(like.device());
    }

    private static void checkWidths(int hidden, int width) {
        Checks.atLeast("hidden", 1, hidden);
        Checks.atLeast("width", 2, width);
    }
}
