package resnet4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import resnet4j.data.Loader;
import resnet4j.data.Skipped;
import resnet4j.image.Preprocess;
import resnet4j.image.Target;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What a network says of each picture, beside what is true of it.
 *
 * @param logits  a row a picture
 * @param indices of each picture in its dataset
 */
public record Outputs<T>(List<float[]> logits, List<T> targets, int[] indices, List<Skipped> skipped) {
    public Outputs {
        logits = List.copyOf(logits);
        targets = List.copyOf(targets);
        skipped = List.copyOf(skipped);
    }

    /** The same pictures with these columns of the rows. */
    public Outputs<T> columns(int from, int to) {
        var some = logits.stream().map(row -> Arrays.copyOfRange(row, from, to)).toList();
        return new Outputs<>(some, targets, indices, skipped);
    }

    /** The rows one after another. */
    public float[] flat() {
        int width = logits.isEmpty() ? 0 : logits.get(0).length, at = 0;
        var flat = new float[Math.multiplyExact(width, logits.size())];
        for (var row : logits) System.arraycopy(row, 0, flat, width * at++, width);
        return flat;
    }

    /**
     * @param network  from normalised images [N,3,H,W] to logits [N,K], in evaluation mode
     * @param progress told how many pictures each batch had
     * @throws ArithmeticException if a logit is not finite
     */
    public static <T extends Target<T>> Outputs<T> of(
            UnaryOperator<Tensor> network,
            Loader<T> loader,
            Preprocess preprocess,
            Device device,
            IntConsumer progress) {
        var rows = new ArrayList<float[]>();
        var targets = new ArrayList<T>();
        var indices = IntStream.builder();
        try (var batches = loader.epoch(0);
                var noGrad = Ops.noGrad()) {
            for (var batch : batches) {
                try (var scope = new NativeScope()) {
                    var logits = Inputs.answers(network, batch, preprocess, device);
                    int k = (int) logits.size(1);
                    var all = logits.toFloats();
                    for (int i = 0; i < batch.size(); i++) {
                        var row = Arrays.copyOfRange(all, i * k, (i + 1) * k);
                        for (float logit : row)
                            if (!Float.isFinite(logit))
                                throw new ArithmeticException("logits of "
                                        + loader.data().name(batch.indices()[i]) + ": expected finite numbers, got "
                                        + logit + "; the training diverged or the weights are broken");
                        rows.add(row);
                    }
                    targets.addAll(batch.targets());
                    for (int index : batch.indices()) indices.add(index);
                }
                progress.accept(batch.size());
            }
            return new Outputs<>(rows, targets, indices.build().toArray(), batches.skipped());
        }
    }
}
