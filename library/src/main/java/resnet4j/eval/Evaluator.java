package resnet4j.eval;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.graph.Inference;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * Measures a network, as a function from normalised images [N,3,H,W] to logits [N,K], on every picture of a loader.
 *
 * @param network      in evaluation mode, in the precision it is to be measured in
 * @param classNames   what the logits stand for
 * @param keptMistakes how many of the surest mistakes the result holds
 */
public record Evaluator(
        UnaryOperator<Tensor> network,
        List<String> classNames,
        Preprocess preprocess,
        Device device,
        int keptMistakes) {

    /**
     * How right a network is as it is used: in the fastest way on {@code device}, at its temperature.
     *
     * @param opened   taken over, and closed
     * @param loader   of pictures whose labels are the network's, made ready by its own preprocessing
     * @param progress told how many pictures each batch had
     * @return with all mistakes
     */
    public static Evaluation evaluate(
            ModelFile.Opened opened,
            Loader<Label> loader,
            Views views,
            Device device,
            Precision precision,
            IntConsumer progress) {
        var file = opened.classifier().file();
        var preprocess = file.preprocess();
        try (var inference =
                Inference.of(opened.net(), device, precision, preprocess.cropHeight(), preprocess.cropWidth())) {
            double temperature = file.calibration().temperature();
            var network = views.of(inference::run);
            UnaryOperator<Tensor> calibrated =
                    temperature == 1 ? network : images -> Ops.affine(network.apply(images), 1 / temperature, 0);
            return new Evaluator(calibrated, file.classNames(), preprocess, device, Integer.MAX_VALUE)
                    .evaluate(loader, progress);
        }
    }

    /** @param progress told how many pictures each batch had */
    public Evaluation evaluate(Loader<Label> loader, IntConsumer progress) {
        var data = loader.data();
        var metrics = new Metrics(classNames.size(), keptMistakes);
        try (var batches = loader.epoch(0);
                var noGrad = Ops.noGrad()) {
            for (var batch : batches) {
                try (var scope = new NativeScope()) {
                    var logits = Inputs.answers(network, batch, preprocess, device);
                    metrics.add(
                            logits.toFloats(),
                            batch.size(),
                            (int) logits.size(1),
                            Label.indices(batch.targets()),
                            batch.indices());
                }
                progress.accept(batch.size());
            }
            return metrics.evaluation(classNames, data::name, batches.skipped());
        }
    }
}
