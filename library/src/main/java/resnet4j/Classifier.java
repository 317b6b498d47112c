package resnet4j;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ObjIntConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import resnet4j.data.Batch;
import resnet4j.data.Loader;
import resnet4j.export.OnnxMetadata;
import resnet4j.export.OnnxModel;
import resnet4j.export.OnnxRuntime;
import resnet4j.graph.Inference;
import resnet4j.image.Image;
import resnet4j.image.Picture;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Engine;
import resnet4j.tensor.Lifetime;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * Says what pictures show: all classes, likeliest first, or the {@code top} of them. On a CPU the network runs as a fused
 * {@link resnet4j.graph.Plan}, that of an ONNX file by ONNX Runtime.
 */
public final class Classifier implements Predictor<List<Classifier.Prediction>> {
    private final Card card;
    private final Network network;
    private final int most; // pictures at a time
    private final Lifetime lifetime;

    private interface Network {
        /** Pixels [N,H,W,3] to logits [N,K], row by row. */
        float[] logits(byte[] pixels, int pictures);

        /** Pixels [N,H,W,3] to features [N,D], row by row. */
        float[] features(byte[] pixels, int pictures);
    }

    /**
     * One answer.
     *
     * @param index       the class's number
     * @param label       its name
     * @param probability in [0,1]; all classes together have 1
     */
    public record Prediction(int index, String label, double probability) {}

    /** Takes a network over, and closes it in the end. */
    public Classifier(ModelFile.Opened model, Options options) {
        var file = model.classifier().file();
        card = new Card(file.model(), file.classNames(), file.preprocess());
        most = options.batch();
        if (options.threads() > 0) Engine.threads(options.threads());
        var p = file.preprocess();
        var inference = Inference.of(model.net(), options.device(), options.precision(), p.cropHeight(), p.cropWidth());
        network = new Network() {
            @Override
            public float[] logits(byte[] pixels, int pictures) {
                return run(inference::run, pixels, pictures);
            }

            @Override
            public float[] features(byte[] pixels, int pictures) {
                return run(inference::features, pixels, pictures);
            }

            private float[] run(UnaryOperator<Tensor> way, byte[] pixels, int pictures) {
                try (var scope = new NativeScope()) {
                    var images = Tensor.of(pixels, pictures, p.cropHeight(), p.cropWidth(), 3)
                            .to(options.device());
                    return way.apply(Pixels.normalize(images, p.mean(), p.std()))
                            .toFloats();
                }
            }
        };
        lifetime = new Lifetime("the classifier", inference::close);
    }

    private Classifier(OnnxMetadata metadata, OnnxModel model, int most) {
        card = new Card(metadata.model(), metadata.classNames(), metadata.preprocess());
        this.most = most;
        var p = metadata.preprocess();
        long height = p.cropHeight(), width = p.cropWidth();
        network = new Network() {
            @Override
            public float[] logits(byte[] pixels, int pictures) {
                return model.takesPixels()
                        ? model.run(pixels, pictures, height, width, 3)
                        : model.run(p.normalize(pixels), pictures, 3, height, width);
            }

            @Override
            public float[] features(byte[] pixels, int pictures) {
                throw new IllegalStateException("features: an ONNX file gives the classes only; open the saved"
                        + " model that it was exported from");
            }
        };
        lifetime = new Lifetime("the classifier", model::close);
    }

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
        return path.toString().endsWith(".onnx")
                ? onnx(path, options)
                : new Classifier(ModelFile.open(path.toString(), Optional.empty(), OptionalInt.empty()), options);
    }

    private static Classifier onnx(Path path, Options options) throws IOException {
        if (options.device().cuda() || options.precision() != Precision.FP32)
            throw new IllegalArgumentException("options: an ONNX file runs on the CPU in 32-bit floats, got "
                    + options.device() + " and " + options.precision());
        var metadata = OnnxMetadata.of(path); // in Java, before any native code sees the file
        OnnxRuntime.require(path);
        int threads =
                options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
        var model = OnnxModel.openTrusted(path, threads);
        try {
            model.check(metadata);
            return new Classifier(metadata, model, options.batch());
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Opens a network of the registry with published weights, such as {@code resnet50} with torchvision's file. */
    public static Classifier load(String model, Path weights) throws IOException {
        return load(model, weights, new Options());
    }

    /** The same, run in another way. */
    public static Classifier load(String model, Path weights, Options options) throws IOException {
        return new Classifier(ModelFile.open(model, Optional.of(weights), OptionalInt.empty()), options);
    }

    @Override
    public Card card() {
        return card;
    }

    @Override
    public List<List<Prediction>> predict(List<Image> pictures) {
        return classify(pictures, card.classNames().size());
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
        return classify(card.preprocess().decode(picture), top);
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
        var answers = new ArrayList<List<Prediction>>();
        inBatches(pictures, (pixels, n) -> answers.addAll(answers(pixels, n, top)));
        return answers;
    }

    @Override
    public List<float[]> features(List<Image> pictures) {
        var answers = new ArrayList<float[]>();
        inBatches(pictures, (pixels, n) -> {
            var all = network.features(pixels, n);
            int each = all.length / n;
            for (int i = 0; i < n; i++) answers.add(Arrays.copyOfRange(all, i * each, (i + 1) * each));
        });
        return answers;
    }

    private void inBatches(List<Image> pictures, ObjIntConsumer<byte[]> batch) {
        lifetime.enter();
        try {
            var p = card.preprocess();
            int size = p.cropWidth() * p.cropHeight() * 3;
            for (int from = 0; from < pictures.size(); from += most) {
                int n = Math.min(most, pictures.size() - from);
                var pixels = new byte[Math.multiplyExact(n, size)];
                for (int i = 0; i < n; i++)
                    System.arraycopy(p.apply(pictures.get(from + i)).rgb(), 0, pixels, i * size, size);
                batch.accept(pixels, n);
            }
        } finally {
            lifetime.leave();
        }
    }

    /** The same for the pictures of a {@link Loader} that applied this model's preprocessing. */
    public List<List<Prediction>> classify(Batch<?> prepared, int top) {
        var pixels = prepared.pixels();
        var preprocess = card.preprocess();
        if (pixels.width() != preprocess.cropWidth() || pixels.height() != preprocess.cropHeight())
            throw new IllegalArgumentException("prepared: expected pictures of " + preprocess.cropWidth() + "x"
                    + preprocess.cropHeight() + ", got " + pixels.width() + "x" + pixels.height());
        lifetime.enter();
        try {
            return answers(pixels.rgb(), pixels.size(), top);
        } finally {
            lifetime.leave();
        }
    }

    private List<List<Prediction>> answers(byte[] pixels, int pictures, int top) {
        if (top < 1) throw new IllegalArgumentException("top: expected at least 1, got " + top);
        var names = card.classNames();
        float[] logits = network.logits(pixels, pictures);
        for (int i = 0; i < pictures * names.size(); i++)
            if (!Float.isFinite(logits[i]))
                throw new ArithmeticException("picture " + (i / names.size() + 1) + " of " + pictures
                        + ": the network answers " + logits[i] + " for class " + i % names.size()
                        + ", which is no answer; its weights, mean or std are damaged");
        var answers = new ArrayList<List<Prediction>>();
        for (int i = 0; i < pictures; i++) {
            var probabilities = softmax(logits, i * names.size(), names.size());
            answers.add(IntStream.range(0, names.size())
                    .boxed()
                    .sorted(Comparator.comparingDouble(c -> -probabilities[c]))
                    .limit(top)
                    .map(c -> new Prediction(c, names.get(c), probabilities[c]))
                    .toList());
        }
        return answers;
    }

    private static double[] softmax(float[] logits, int from, int n) {
        double largest = Double.NEGATIVE_INFINITY, sum = 0;
        for (int i = from; i < from + n; i++) largest = Math.max(largest, logits[i]);
        var p = new double[n];
        for (int i = 0; i < n; i++) sum += p[i] = Math.exp(logits[from + i] - largest);
        for (int i = 0; i < n; i++) p[i] /= sum;
        return p;
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
