package resnet4j.train;

import java.util.List;
import resnet4j.config.Checks;
import resnet4j.tensor.Tensor;
import resnet4j.tensor.Updates;

/**
 * Which weights of convolutions and linear layers are held at zero while the others learn. Kernels here multiply zeros like
 * any other number, so that nothing is saved by it in time or in size: it is for research. Zeros stay zeros, so that a mask
 * needs no memory of its own.
 */
public sealed interface Sparsity {
    /** All weights learn. */
    record None() implements Sparsity {
        @Override
        public boolean cuts() {
            return false;
        }

        @Override
        public long zeros(Tensor weight, double progress) {
            return 0;
        }

        @Override
        public void cut(Tensor weight, double progress) {}

        @Override
        public void around(List<Tensor> weights, double progress, Runnable step) {
            step.run();
        }
    }

    /**
     * The smallest weights of every layer, ever more of them: by the cube of the share of the ramp that is left. Zhu and Gupta
     * 2017, arXiv:1710.01878, section 2.
     *
     * @param share of every layer's weights that are zero in the end
     * @param ramp  the share of the run's updates until then, in a hundred steps at most; 0 for at once
     */
    record Smallest(double share, double ramp) implements Sparsity {
        public Smallest() {
            this(0.5, 0.5);
        }

        public Smallest {
            if (!(share > 0 && share < 1)) throw new IllegalArgumentException("share: expected (0,1), got " + share);
            Checks.chance("ramp", ramp);
        }

        double at(double progress) {
            if (progress >= ramp) return share;
            double left = 1 - Math.floor(100 * progress / ramp) / 100;
            return share * (1 - left * left * left);
        }

        @Override
        public long zeros(Tensor weight, double progress) {
            return Math.round(at(progress) * weight.elements());
        }

        @Override
        public void cut(Tensor weight, double progress) {
            Updates.zeroSmallest(weight, zeros(weight, progress));
        }
    }

    /**
     * Of so many neighbouring input channels only some: N:M sparsity, as in arXiv:2104.08378. Layers whose input channels
     * cannot be shared out so, such as the first one, stay whole.
     *
     * @param n weights that learn, the largest ones, from the first update on
     * @param m of so many
     */
    record OfNeighbours(int n, int m) implements Sparsity {
        public OfNeighbours() {
            this(2, 4);
        }

        public OfNeighbours {
            Checks.atLeast("n", 1, n);
            if (m <= n) throw new IllegalArgumentException("m: expected more than n, which is " + n + ", got " + m);
        }

        @Override
        public long zeros(Tensor weight, double progress) {
            return weight.size(1) % m == 0 ? weight.elements() / m * (m - n) : 0;
        }

        @Override
        public void cut(Tensor weight, double progress) {
            if (weight.size(1) % m == 0) Updates.zeroSmallestOf(weight, m - n, m);
        }
    }

    /** Whether there is any. */
    default boolean cuts() {
        return true;
    }

    /** How many of a layer's weights [out,in,...] are zero at {@code progress}, a share of the run's updates. */
    long zeros(Tensor weight, double progress);

    /** Sets those of a layer's weights [out,in,...] to zero that are to be zero then. */
    void cut(Tensor weight, double progress);

    /** Moves weights by {@code step}, and holds at zero what is to be zero. In a scope. */
    default void around(List<Tensor> weights, double progress, Runnable step) {
        var layers = weights.stream().filter(weight -> weight.dim() > 1).toList();
        for (var weight : layers) // what is zero stays zero, so that there is rarely anything to choose
        if (progress == 0 || Updates.zeros(weight) < zeros(weight, progress)) cut(weight, progress);
        var masks = layers.stream().map(Updates::notZero).toList();
        step.run();
        for (int i = 0; i < masks.size(); i++) Updates.mask(layers.get(i), masks.get(i));
    }
}
