package resnet4j.eval;

import resnet4j.data.Batch;
import resnet4j.image.Preprocess;
import resnet4j.tensor.Device;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Tensor;

/** Batches of Java arrays as tensors of the innermost scope. */
public final class Inputs {
    private Inputs() {}

    /** Normalised images [N,3,H,W], channels-last. */
    public static Tensor images(Batch batch, Preprocess preprocess, Device device) {
        var pixels = Tensor.of(batch.pixels(), batch.size(), batch.height(), batch.width(), 3);
        return Pixels.normalize(pixels.to(device), preprocess.mean(), preprocess.std());
    }

    /** Class numbers [N] int64. */
    public static Tensor labels(int[] labels, Device device) {
        var numbers = new long[labels.length];
        for (int i = 0; i < labels.length; i++) numbers[i] = labels[i];
        return Tensor.of(numbers, numbers.length).to(device);
    }
}
