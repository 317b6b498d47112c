package resnet4j.eval;

import static resnet4j.tensor.Pixels.normalize;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import resnet4j.data.Batch;
import resnet4j.data.Pixels;
import resnet4j.image.Preprocess;
import resnet4j.tensor.Device;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Batches of Java arrays as tensors of the innermost scope. */
public final class Inputs {
    private Inputs() {}

    /** Normalised images [N,3,H,W] of a batch's first view, channels-last. */
    public static Tensor images(Batch<?> batch, Preprocess preprocess, Device device) {
        return images(batch.pixels(), preprocess, device);
    }

    /** Normalised images [N,3,H,W], channels-last; what is padded is black before it is normalised. */
    public static Tensor images(Pixels view, Preprocess preprocess, Device device) {
        var pixels = Tensor.of(view.rgb(), view.size(), view.height(), view.width(), 3);
        return normalize(pixels.to(device), preprocess.mean(), preprocess.std());
    }

    /**
     * Normalised images of a batch's first view, in order: of all pictures together, [N,3,H,W], or where they differ in size
     * of each by itself, [1,3,H,W], as what they are padded with would be looked at too.
     */
    public static Stream<Tensor> unpadded(Batch<?> batch, Preprocess preprocess, Device device) {
        var view = batch.pixels();
        return (view.even() ? Stream.of(view) : view.apart().stream()).map(some -> images(some, preprocess, device));
    }

    /**
     * What a network answers to a batch's first view, [N,K], to nothing that a picture is padded with.
     *
     * @param network from normalised images [N,3,H,W] to answers [N,K]
     */
    public static Tensor answers(UnaryOperator<Tensor> network, Batch<?> batch, Preprocess preprocess, Device device) {
        return Ops.cat(unpadded(batch, preprocess, device).map(network).toList(), 0);
    }

    /** Class numbers [N] int64. */
    public static Tensor labels(int[] labels, Device device) {
        var numbers = new long[labels.length];
        for (int i = 0; i < labels.length; i++) numbers[i] = labels[i];
        return Tensor.of(numbers, numbers.length).to(device);
    }
}
