package resnet4j.nn;

/** Which normalisation a network is built with. */
public sealed interface Norm {
    Layer of(int channels);

    /** The default of PyTorch and of the papers' networks. */
    Norm BATCH = new Batch(0.1, 1e-5);

    /** Batch statistics in training, running statistics in evaluation. arXiv:1502.03167. */
    record Batch(double momentum, double eps) implements Norm {
        @Override
        public Layer of(int channels) {
            return new BatchNorm2d(channels, momentum, eps, false);
        }
    }

    /** Running statistics always, and an affine part that is not trained: for fine-tuning with small batches. */
    record FrozenBatch(double eps) implements Norm {
        @Override
        public Layer of(int channels) {
            return new BatchNorm2d(channels, 0, eps, true);
        }
    }

    /** Statistics of channel groups within an image: the same in training and evaluation. arXiv:1803.08494. */
    record Group(int groups, double eps) implements Norm {
        @Override
        public Layer of(int channels) {
            return new GroupNorm(channels, groups, eps);
        }
    }
}
