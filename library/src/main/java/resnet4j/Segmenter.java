package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import resnet4j.data.Pixels;
import resnet4j.eval.Inputs;
import resnet4j.graph.Inference;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.segment.PixelEvaluator;
import resnet4j.segment.PixelViews;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Lifetime;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Says what each pixel of pictures shows, at their own sizes. Pictures are resized as the model was trained, and never
 * cropped; logits are enlarged to the picture's size before a class is chosen. On a CPU the network runs as a fused {@link
 * resnet4j.graph.Plan}.
 */
public final class Segmenter implements Predictor<Segmenter.Segmented> {
    /** What goes through a network at once, at most; more in windows. */
    private static final long MOST_PIXELS = 1 << 24;

    private final Card card;
    private final Inference inference;
    private final UnaryOperator<Tensor> network;
    private final Preprocess preprocess; // without a crop
    private final Options options;
    private final boolean windows;
    private final Lifetime lifetime;

    /**
     * What a picture shows.
     *
     * @param labels        the class of each pixel, an unsigned byte, row by row: {@code labels[y * width + x]}
     * @param probabilities of each class at each pixel, in [0,1]: {@code probabilities[c][y * width + x]}
     */
    public record Segmented(int width, int height, byte[] labels, float[][] probabilities) {}

    /** Takes a network over, and closes it in the end. */
    public Segmenter(ModelFile.Opened model, Options options, PixelViews views) {
        var file = model.file();
        if (!file.architecture().perPixel() || file.classNames().size() > LabelMap.IGNORED) {
            model.close();
            throw new IllegalArgumentException("model: expected a network that answers for each pixel with one of at"
                    + " most " + LabelMap.IGNORED + " classes, such as unet_resnet18, got " + file.model() + " with "
                    + file.classNames().size());
        }
        this.options = options;
        card = new Card(file.model(), file.classNames(), file.preprocess());
        preprocess = file.preprocess().withCrop(0, 0);
        windows = views.window() > 0;
        if (options.threads() > 0) Engine.threads(options.threads());
        inference = Inference.of(model.net(), options.device(), options.precision(), 0, 0);
        network = views.of(inference::run);
        lifetime = new Lifetime("the segmenter", inference::close);
    }

    /** On the CPU in 32-bit floats, each picture looked at once. */
    public static Segmenter load(Path path) throws IOException {
        return load(path, new Options(), new PixelViews());
    }

    /** Opens a saved model or a run folder. @throws IOException with the path and what is wrong */
    public static Segmenter load(Path path, Options options, PixelViews views) throws IOException {
        return new Segmenter(ModelFile.open(path.toString(), Optional.empty(), OptionalInt.empty()), options, views);
    }

    /** Opens a network of the registry with published weights, such as {@code fcn_resnet50} with torchvision's file. */
    public static Segmenter load(String model, Path weights, Options options) throws IOException {
        return new Segmenter(
                ModelFile.open(model, Optional.of(weights), OptionalInt.empty()), options, new PixelViews());
    }

    @Override
    public Card card() {
        return card;
    }

    @Override
    public List<Segmented> predict(List<Image> pictures) {
        return each(pictures, picture -> {
            var logits = logits(picture); // [1,K,H,W]
            float[] all = Ops.softmax(logits, 1).toFloats();
            int area = picture.width() * picture.height(), classes = all.length / area;
            var probabilities = new float[classes][area];
            for (int c = 0; c < classes; c++) System.arraycopy(all, c * area, probabilities[c], 0, area);
            return new Segmented(picture.width(), picture.height(), labels(logits), probabilities);
        });
    }

    /** The class of each pixel alone: with many classes much less memory than {@link #predict}. */
    public LabelMap map(Image picture) {
        return each(List.of(picture), p -> new LabelMap(p.width(), p.height(), labels(logits(p))))
                .get(0);
    }

    /** A picture of its own size each, since those of several sizes do not fit in one batch. */
    private <A> List<A> each(List<Image> pictures, Function<Image, A> answer) {
        lifetime.enter();
        try (var noGrad = Ops.noGrad()) {
            var answers = new ArrayList<A>();
            for (var picture : pictures) {
                try (var scope = new NativeScope()) {
                    answers.add(answer.apply(picture));
                }
            }
            return answers;
        } finally {
            lifetime.leave();
        }
    }

    private Image ready(Image picture) {
        var ready = preprocess.apply(picture);
        if (!windows && (long) ready.width() * ready.height() > MOST_PIXELS)
            throw new IllegalArgumentException("picture: expected at most " + MOST_PIXELS
                    + " pixels for a network to see at once, got " + ready.width() + "x" + ready.height()
                    + "; look at it in windows");
        return ready;
    }

    private Tensor logits(Image picture) {
        var logits = PixelEvaluator.logits(network, ready(picture), preprocess, options.device());
        if (!logits.isFinite())
            throw new ArithmeticException(
                    "picture: the network answers NaN or infinity, which is no answer; its weights,"
                            + " mean or std are damaged");
        return Ops.upsample(logits, picture.height(), picture.width(), Interpolation.BILINEAR);
    }

    private static byte[] labels(Tensor logits) {
        long[] chosen = logits.argmax(1).toLongs();
        var labels = new byte[chosen.length];
        for (int i = 0; i < labels.length; i++) labels[i] = (byte) chosen[i];
        return labels;
    }

    @Override
    public List<float[]> features(List<Image> pictures) {
        return each(pictures, picture -> inference
                .features(Inputs.images(Pixels.of(List.of(ready(picture)), 1), preprocess, options.device()))
                .toFloats());
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
