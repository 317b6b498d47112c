package resnet4j.nn;

import java.util.Arrays;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Batch normalisation: the batch's statistics in training, running ones otherwise. [N,C,H,W] -> the same.
 * Ioffe and Szegedy 2015, arXiv:1502.03167.
 */
public final class BatchNorm2d extends Layer {
    private final Tensor weight, bias, mean, variance; // [C] each
    private final Tensor batches; // [], how many there were, as PyTorch counts them; null where they change nothing
    private final double momentum, eps;
    private boolean frozen;

    /** Which of scale and shift are trained. */
    enum Trained {
        BOTH,
        SHIFT,
        NEITHER
    }

    BatchNorm2d(int channels, double momentum, double eps, Trained trained) {
        this.momentum = momentum;
        this.eps = eps;
        frozen = trained == Trained.NEITHER;
        try (var scope = new NativeScope()) {
            weight = trained == Trained.BOTH ? parameter("weight", ones(channels)) : buffer("weight", ones(channels));
            bias = frozen ? buffer("bias", Tensor.zeros(channels)) : parameter("bias", Tensor.zeros(channels));
            mean = buffer("running_mean", Tensor.zeros(channels));
            variance = buffer("running_var", ones(channels));
            batches = frozen
                    ? null
                    : buffer("num_batches_tracked", Tensor.of(new long[] {0}, 1).reshape());
        }
    }

    private static Tensor ones(int channels) {
        return Tensor.full(1, channels);
    }

    /** The scale, one number per channel. */
    public Tensor weight() {
        return weight;
    }

    /** Keeps the running statistics as they are, and uses them in training too: for fine-tuning on few images. */
    public void freezeStatistics() {
        frozen = true;
    }

    @Override
    protected Tensor forward(Tensor x) {
        boolean batch = training() && !frozen;
        if (batch && x.elements() == x.size(1)) // one value has no variance; PyTorch refuses it too
        throw new IllegalArgumentException(
                    "batch norm: expected more than one value a channel in training, got an input of "
                            + Arrays.toString(x.shape())
                            + "; take larger pictures, another batch size, or leave out the last, smaller batch (dropLast=true)");
        boolean again = Checkpointing.again();
        double step = again ? 0 : momentum; // the running statistics have seen this batch
        if (batch && !again) batches.increment();
        return Ops.batchNorm(x, weight, bias, mean, variance, new Op.BatchNorm(batch, step, eps));
    }
}
