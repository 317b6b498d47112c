package resnet4j.segment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleBiFunction;
import java.util.function.UnaryOperator;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.data.Pixels;
import resnet4j.eval.Inputs;
import resnet4j.graph.Inference;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * Measures a network, as a function from normalised images [N,3,H,W] to logits [N,K,H,W], on whole pictures, at their own
 * sizes: logits are enlarged to a picture's size before the class of each pixel is chosen.
 *
 * @param network    in evaluation mode, in the precision it is to be measured in
 * @param preprocess of which the crop is left out
 * @param loss       of logits [1,K,H,W] and labels [1,H,W]
 */
public record PixelEvaluator(
        UnaryOperator<Tensor> network, Preprocess preprocess, Device device, ToDoubleBiFunction<Tensor, Tensor> loss) {

    /** With the mean cross entropy as the loss. */
    public PixelEvaluator(UnaryOperator<Tensor> network, Preprocess preprocess, Device device) {
        this(network, preprocess, device, (logits, labels) -> Losses.crossEntropy(
                        logits, labels, null, 0, LabelMap.IGNORED)
                .item());
    }

    public PixelEvaluator {
        preprocess = preprocess.withCrop(0, 0);
    }

    /**
     * The pictures, with classes as the network numbers them.
     *
     * @param asked what the pictures were asked for by
     */
    public static Dataset<LabelMap> known(String asked, Dataset<LabelMap> pictures, List<String> classNames) {
        if (!pictures.classes().equals(classNames))
            throw new IllegalArgumentException(asked + ": expected the network's classes, " + classNames + ", got "
                    + pictures.classes() + "; name them in this order in classes.json, or give a network of these");
        return pictures;
    }

    /** A model, which this takes over, on pictures one by one. @param progress told of each picture */
    public static IouScore evaluate(
            ModelFile.Opened model,
            Dataset<LabelMap> pictures,
            PixelViews views,
            Device device,
            Precision precision,
            IntConsumer progress) {
        try (var inference = Inference.of(model.net(), device, precision, 0, 0)) {
            return new PixelEvaluator(views.of(inference::run), model.file().preprocess(), device)
                    .evaluate(Loader.inOrder(pictures, 1), progress);
        }
    }

    /** @param progress told how many pictures each batch had */
    public IouScore evaluate(Loader<LabelMap> loader, IntConsumer progress) {
        var pictures = loader.data();
        var scores = new ArrayList<PictureScore>();
        int classes = pictures.classes().size();
        double sum = 0;
        try (var batches = loader.withPreprocess(preprocess).epoch(0);
                var noGrad = Ops.noGrad()) {
            for (var batch : batches) {
                try (var scope = new NativeScope()) {
                    var logits = network.apply(Inputs.images(batch, preprocess, device));
                    for (int i = 0; i < batch.size(); i++) {
                        var truth = truth(pictures, batch.indices()[i]);
                        var own = logits.narrow(0, i, 1)
                                .narrow(2, 0, batch.pixels().heights()[i])
                                .narrow(3, 0, batch.pixels().widths()[i]);
                        own = Ops.upsample(own, truth.height(), truth.width(), Interpolation.BILINEAR);
                        var labels = Segmentation.labels(List.of(truth), truth.height(), truth.width(), device);
                        double one = loss.applyAsDouble(own, labels);
                        if (Double.isFinite(one)) sum += one; // not where no pixel counts
                        var answer = own.argmax(1);
                        long[] confusion = Losses.confusion(answer, labels, classes, LabelMap.IGNORED)
                                .toLongs();
                        int index = batch.indices()[i];
                        scores.add(new PictureScore(
                                index,
                                pictures.name(index),
                                confusion,
                                Outlines.f1(truth, answer.to(Device.CPU).toLongs(), classes)));
                    }
                }
                progress.accept(batch.size());
            }
            return IouScore.of(pictures.classes(), scores, sum / scores.size(), batches.skipped());
        }
    }

    /** Of a picture that comes out of {@code preprocess}, which the network sees padded to its divisor: [1,classes,H,W]. */
    public static Tensor logits(UnaryOperator<Tensor> network, Image ready, Preprocess preprocess, Device device) {
        var pixels = Pixels.of(List.of(ready), preprocess.divisor());
        return network.apply(Inputs.images(pixels, preprocess, device))
                .narrow(2, 0, ready.height())
                .narrow(3, 0, ready.width());
    }

    /** The class of each pixel of a picture, at the size of its map. @param picture decoded by {@link #preprocess} */
    LabelMap answer(Image picture, int width, int height) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var ready = preprocess.apply(picture);
            var logits = logits(network, ready, preprocess, device);
            long[] answer = Ops.upsample(logits, height, width, Interpolation.BILINEAR)
                    .argmax(1)
                    .to(Device.CPU)
                    .toLongs();
            var labels = new byte[answer.length];
            for (int i = 0; i < labels.length; i++) labels[i] = (byte) answer[i];
            return new LabelMap(width, height, labels);
        }
    }

    private static LabelMap truth(Dataset<LabelMap> pictures, int index) {
        try {
            return pictures.target(index);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it was read a moment ago
        }
    }
}
