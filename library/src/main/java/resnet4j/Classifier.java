package resnet4j;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import resnet4j.data.Batch;
import resnet4j.data.Loader;
import resnet4j.explain.Method;
import resnet4j.image.Image;
import resnet4j.image.Picture;
import resnet4j.model.Answer;
import resnet4j.model.Calibration;
import resnet4j.model.ModelFile;

/**
 * Says what pictures show: all classes, likeliest first, or the {@code top} of them. On a CPU the network runs as a fused
 * {@link resnet4j.graph.Plan}, that of an ONNX file by ONNX Runtime.
 */
public final class Classifier implements Predictor<List<Classifier.Prediction>> {
    private final Pictures pictures;
    private final Explaining explaining;

    /**
     * One answer.
     *
     * @param index       the class's number
     * @param label       its name
     * @param probability in [0,1]; all classes together have 1
     */
    public record Prediction(int index, String label, double probability) {}

    /**
     * An answer, and how far to rely on it: what a model says that was calibrated.
     *
     * @param top   the likeliest classes, likeliest first
     * @param doubts why it is "not sure", a sentence each; none where it is sure; absent where its calibration has no say
     * @param oneOf  the classes of which one is the true one as often as was wanted; absent where that was not
     */
    public record Judged(List<Prediction> top, Optional<List<String>> doubts, Optional<List<Prediction>> oneOf) {
        public Judged {
            top = List.copyOf(top);
            doubts = doubts.map(List::copyOf);
            oneOf = oneOf.map(List::copyOf);
        }
    }

    /** Takes a network over whose answer is one class, of such as have an order too, and closes it in the end. */
    public Classifier(ModelFile.Opened model, Options options) {
        this(Pictures.of(model, options, Pictures.Kind.CLASSIFIER), Explaining.nothing());
    }

    private Classifier(Pictures pictures, Explaining explaining) {
        this.pictures = pictures;
        this.explaining = explaining;
    }

    /**
     * An answer, and where in the picture it rests.
     *
     * @param answer  the likeliest class
     * @param map     how much each pixel counts, row by row, of the picture as the network saw it: from 0 to 1, but for
     *                methods whose numbers have a unit of their own
     * @param overlay the map over that picture: blue counts least, red most
     */
    public record Explanation(Prediction answer, float[][] map, BufferedImage overlay) {}

    /** {@link #load(Path, Predictor.Options)} on the CPU in 32-bit floats. */
    public static Classifier load(Path path) throws IOException {
        return load(path, new Options());
    }

    /**
     * Opens a saved model or a run folder, or an ONNX file ({@code .onnx}) that ResNet4J exported. The latter needs ONNX
     * Runtime on the class path, and not libtorch; its native parser was not made for hostile files: open only ONNX files
     * that you trust.
     *
     * @throws IOException with the path and what is wrong; an ONNX file from elsewhere is refused, as it does not say
     *                     how its input is made
     */
    public static Classifier load(Path path, Options options) throws IOException {
        var opening = path.toString().endsWith(".onnx")
                ? Explaining.nothing()
                : new Explaining(() -> ModelFile.open(path.toString(), Optional.empty(), OptionalInt.empty()));
        return new Classifier(Pictures.load(path, options, Pictures.Kind.CLASSIFIER), opening);
    }

    /** Opens a network of the registry with published weights, such as {@code resnet50} with torchvision's file. */
    public static Classifier load(String model, Path weights) throws IOException {
        return load(model, weights, new Options());
    }

    /** The same, run in another way. */
    public static Classifier load(String model, Path weights, Options options) throws IOException {
        Explaining.Opening opening = () -> ModelFile.open(model, Optional.of(weights), OptionalInt.empty());
        return new Classifier(Pictures.of(opening.open(), options, Pictures.Kind.CLASSIFIER), new Explaining(opening));
    }

    @Override
    public Card card() {
        return pictures.card;
    }

    @Override
    public List<List<Prediction>> predict(List<Image> pictures) {
        return classify(pictures, card().classNames().size());
    }

    /** The {@code top} likeliest classes of a picture file, likeliest first. */
    public List<Prediction> classify(Path file, int top) throws IOException {
        return classify(Picture.of(file), top);
    }

    /** The same of the bytes of a picture file. */
    public List<Prediction> classify(byte[] file, int top) throws IOException {
        return classify(Picture.of(file), top);
    }

    /** The same of a picture file that a stream gives; the caller closes the stream. */
    public List<Prediction> classify(InputStream file, int top) throws IOException {
        return classify(Picture.of(file), top);
    }

    private List<Prediction> classify(Picture picture, int top) throws IOException {
        return classify(card().preprocess().decode(picture), top);
    }

    /** The same of a picture in memory. */
    public List<Prediction> classify(BufferedImage picture, int top) {
        return classify(Image.of(picture), top);
    }

    /** The same of pixels. */
    public List<Prediction> classify(Image picture, int top) {
        return classify(List.of(picture), top).get(0);
    }

    /** The same for pictures of any sizes, which go through the network together. */
    public List<List<Prediction>> classify(List<Image> pictures, int top) {
        return answers(this.pictures.values(pictures), top);
    }

    @Override
    public List<float[]> features(List<Image> pictures) {
        return this.pictures.features(pictures);
    }

    /**
     * What a picture shows, and where in it that rests, by {@code method}:
     *
     * <pre>{@code
     * try (var net = Classifier.load(path)) {
     *     var why = net.explain(ImageIO.read(file), Method.named("gradcam", Optional.empty()));
     *     ImageIO.write(why.overlay(), "png", out);
     * }
     * }</pre>
     *
     * <p>The first call opens the network's file once more, as a plan has nothing that gradients could go back through.
     *
     * @throws IOException           if that file cannot be opened any more
     * @throws IllegalStateException if it is closed, or was not loaded from a file of ResNet4J's or of published weights
     */
    public Explanation explain(BufferedImage picture, Method method) throws IOException {
        return explain(Image.of(picture), method);
    }

    /** The same of a picture file. */
    public Explanation explain(Path file, Method method) throws IOException {
        return explain(card().preprocess().decode(Picture.of(file)), method);
    }

    /** The same of pixels. */
    public Explanation explain(Image picture, Method method) throws IOException {
        return explaining.explain(card().preprocess().apply(picture), card().classNames(), method);
    }

    /** The same for the pictures of a {@link Loader} that applied this model's preprocessing. */
    public List<List<Prediction>> classify(Batch<?> prepared, int top) {
        return answers(pictures.values(prepared), top);
    }

    /** The {@code top} likeliest classes of pictures of any sizes, and whether the model is sure. */
    public List<Judged> judge(List<Image> pictures, int top) {
        return this.pictures.read(pictures, judging(top));
    }

    /** The same for the pictures of a {@link Loader} that applied this model's preprocessing. */
    public List<Judged> judge(Batch<?> prepared, int top) {
        return pictures.read(prepared, judging(top));
    }

    private Pictures.Reader<Judged> judging(int top) {
        return (logits, from, names) -> {
            var p = pictures.answer.values(logits, from, names);
            var all = predictions(p, names);
            var calibration =
                    pictures.answer instanceof Answer.Classes classes ? classes.calibration() : Calibration.NONE;
            return new Judged(
                    all.subList(0, Math.min(top, names)),
                    calibration.doubts(logits, from, p),
                    calibration.sets().map(sets -> all.subList(0, sets.of(p).size())));
        };
    }

    private List<List<Prediction>> answers(List<double[]> probabilities, int top) {
        if (top < 1) throw new IllegalArgumentException("top: expected at least 1, got " + top);
        return probabilities.stream().map(p -> predictions(p, top)).toList();
    }

    private List<Prediction> predictions(double[] p, int top) {
        var names = pictures.card.classNames();
        return IntStream.range(0, names.size())
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -p[c]))
                .limit(top)
                .map(c -> new Prediction(c, names.get(c), p[c]))
                .toList();
    }

    @Override
    public void close() {
        pictures.close();
        explaining.close();
    }
}
