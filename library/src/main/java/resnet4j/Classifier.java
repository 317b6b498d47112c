package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import resnet4j.data.Batch;
import resnet4j.data.Loader;
import resnet4j.export.OnnxMetadata;
import resnet4j.export.OnnxModel;
import resnet4j.graph.Inference;
import resnet4j.image.Image;
import resnet4j.image.Picture;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * Says what pictures show. On a CPU the network runs as a fused {@link resnet4j.graph.Plan}, that of an ONNX file by
 * ONNX Runtime. Safe to use from many threads at once; owns native memory until it is closed.
 */
public final class Classifier implements AutoCloseable {
    private final Preprocess preprocess;
    private final List<String> classNames;
    private final Network network;
    private final Runnable close;

    private interface Network {
        /** Pixels [N,H,W,3] to logits [N,K], row by row. */
        float[] logits(byte[] pixels, int pictures);
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
    public Classifier(ModelFile.Opened model, Device device, Precision precision) {
        preprocess = model.file().preprocess();
        classNames = model.file().classNames();
        var inference = Inference.of(model.net(), device, precision, preprocess.cropHeight(), preprocess.cropWidth());
        network = (pixels, pictures) -> {
            try (var scope = new NativeScope()) {
                var images = Tensor.of(pixels, pictures, preprocess.cropHeight(), preprocess.cropWidth(), 3)
                        .to(device);
                return inference
                        .run(Pixels.normalize(images, preprocess.mean(), preprocess.std()))
                        .toFloats();
            }
        };
        close = inference::close;
    }

    private Classifier(OnnxMetadata metadata, OnnxModel model) {
        preprocess = metadata.preprocess();
        classNames = metadata.classNames();
        long height = preprocess.cropHeight(), width = preprocess.cropWidth();
        network = (pixels, pictures) -> model.takesPixels()
                ? model.run(pixels, pictures, height, width, 3)
                : model.run(preprocess.normalize(pixels), pictures, 3, height, width);
        close = model::close;
    }

    /**
     * Opens a saved model or a run folder, or an ONNX file ({@code .onnx}) that ResNet4J exported, on the CPU in 32-bit
     * floats. The latter needs ONNX Runtime on the class path, and not libtorch; its native parser was not made for hostile
     * files: open only ONNX files that you trust.
     *
     * @throws IOException with the path and what is wrong; an ONNX file from elsewhere is refused, as it does not say
     *                     how its input is made
     */
    public static Classifier load(Path path) throws IOException {
        if (path.toString().endsWith(".onnx"))
            return loadOnnx(path, Runtime.getRuntime().availableProcessors());
        return new Classifier(
                ModelFile.open(path.toString(), Optional.empty(), OptionalInt.empty()), Device.CPU, Precision.FP32);
    }

    /** The same for an ONNX file, of which one prediction is split over {@code threads}. */
    public static Classifier loadOnnx(Path path, int threads) throws IOException {
        var metadata = OnnxMetadata.of(path); // in Java, before any native code sees the file
        var model = OnnxModel.openTrusted(path, threads);
        try {
            model.check(metadata);
            return new Classifier(metadata, model);
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Opens a network of the registry with published weights, such as {@code resnet50} with torchvision's file. */
    public static Classifier load(String model, Path weights) throws IOException {
        return new Classifier(
                ModelFile.open(model, Optional.of(weights), OptionalInt.empty()), Device.CPU, Precision.FP32);
    }

    /** How pictures are made ready. */
    public Preprocess preprocess() {
        return preprocess;
    }

    /** The classes' names, in the order of their numbers. */
    public List<String> classNames() {
        return classNames;
    }

    /** The {@code top} likeliest classes of a picture file, likeliest first. */
    public List<Prediction> classify(Path picture, int top) throws IOException {
        return classify(preprocess.decode(Picture.of(picture)), top);
    }

    /** The {@code top} likeliest classes of a picture, likeliest first. */
    public List<Prediction> classify(Image picture, int top) {
        return classify(List.of(picture), top).get(0);
    }

    /** The same for pictures of any sizes, which go through the network together. */
    public List<List<Prediction>> classify(List<Image> pictures, int top) {
        if (pictures.isEmpty()) return List.of();
        int size = preprocess.cropWidth() * preprocess.cropHeight() * 3;
        var pixels = new byte[Math.multiplyExact(pictures.size(), size)];
        for (int i = 0; i < pictures.size(); i++)
            System.arraycopy(preprocess.apply(pictures.get(i)).rgb(), 0, pixels, i * size, size);
        return classify(pixels, pictures.size(), top);
    }

    /** The same for the pictures of a {@link Loader} that applied this model's preprocessing. */
    public List<List<Prediction>> classify(Batch<?> prepared, int top) {
        var pixels = prepared.pixels();
        if (pixels.width() != preprocess.cropWidth() || pixels.height() != preprocess.cropHeight())
            throw new IllegalArgumentException("prepared: expected pictures of " + preprocess.cropWidth() + "x"
                    + preprocess.cropHeight() + ", got " + pixels.width() + "x" + pixels.height());
        return classify(pixels.rgb(), pixels.size(), top);
    }

    private List<List<Prediction>> classify(byte[] pixels, int pictures, int top) {
        if (top < 1) throw new IllegalArgumentException("top: expected at least 1, got " + top);
        float[] logits = network.logits(pixels, pictures);
        for (int i = 0; i < pictures * classNames.size(); i++)
            if (!Float.isFinite(logits[i]))
                throw new ArithmeticException("picture " + (i / classNames.size() + 1) + " of " + pictures
                        + ": the network answers " + logits[i] + " for class " + i % classNames.size()
                        + ", which is no answer; its weights, mean or std are damaged");
        var names = classNames;
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

    /** Frees the weights; no thread may be classifying. */
    @Override
    public void close() {
        close.run();
    }
}
