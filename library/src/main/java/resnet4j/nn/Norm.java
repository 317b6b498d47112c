package resnet4j.nn;

/** Which normalisation a network is built with. */
public sealed interface Norm {
    Layer of(int channels);

    /** The convolution before it, made ready for it. */
    default Conv2d convolution(Conv2d convolution) {
        return convolution;
    }

    /** The norm of layers that begin anew beside a network with this one: the same, but for one that is frozen. */
    default Norm anew() {
        return this;
    }

    /** The default of PyTorch and of the papers' networks. */
    Norm BATCH = new Batch(0.1, 1e-5);

    /** Big Transfer's: 32 groups. */
    Norm BIT = new Standardized(32, 1e-5);

    /** Batch statistics in training, running statistics in evaluation. arXiv:1502.03167. */
    record Batch(double momentum, double eps) implements Norm {
        @Override
        public Layer of(int channels) {
            return new BatchNorm2d(channels, momentum, eps, BatchNorm2d.Trained.BOTH);
        }
    }

    /** Batch norm that shifts and does not scale: its scale stays 1. Page 2019, "How to train your ResNet", part 7. */
    record ShiftedBatch(double momentum, double eps) implements Norm {
        @Override
        public Layer of(int channels) {
            return new BatchNorm2d(channels, momentum, eps, BatchNorm2d.Trained.SHIFT);
        }
    }

    /** Running statistics always, and an affine part that is not trained: for fine-tuning with small batches. */
    record FrozenBatch(double eps) implements Norm {
        @Override
        public Layer of(int channels) {
            return new BatchNorm2d(channels, 0, eps, BatchNorm2d.Trained.NEITHER);
        }

        @Override
        public Norm anew() {
            return BATCH;
        }
    }

    /** Statistics of channel groups within an image: the same in training and evaluation. arXiv:1803.08494. */
    record Group(int groups, double eps) implements Norm {
        @Override
        public Layer of(int channels) {
            return new GroupNorm(channels, groups, eps);
        }
    }

    /**
     * Group norm after convolutions whose filters have mean 0 and variance 1. Qiao et al. 2019, arXiv:1903.10520; Big
     * Transfer, arXiv:1912.11370.
     */
    record Standardized(int groups, double eps) implements Norm {
        private static final double FILTER_EPS = 1e-8; // as Big Transfer's published networks

        @Override
        public Layer of(int channels) {
            return new GroupNorm(channels, groups, eps);
        }

        @Override
        public Conv2d convolution(Conv2d convolution) {
            return convolution.standardized(FILTER_EPS);
        }
    }
}
