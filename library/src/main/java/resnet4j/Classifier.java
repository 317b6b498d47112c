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
import resnet4j.image.ImageFile;
import resnet4j.image.Preprocess;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Engine;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
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
        /** Logits [N,K] of pixels [N,H,W,3], in a scope of the caller's. */
        Tensor logits(byte[] pixels, long... shape);
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
        network = (pixels, shape) -> inference.run(images(pixels, device, shape));
        close = inference::close;
    }

    private Classifier(OnnxMetadata metadata, OnnxModel model) {
        preprocess = metadata.preprocess();
        classNames = metadata.classNames();
        network = (pixels, shape) -> {
            float[] logits;
            if (model.takesPixels()) logits = model.run(pixels, shape);
            else {
                var images = images(pixels, Device.CPU, shape);
                logits = model.run(images.toFloats(), images.shape());
            }
            return Tensor.of(logits, shape[0], logits.length / shape[0]);
        };
        close = model::close;
    }

    /** Normalised [N,3,H,W]. */
    private Tensor images(byte[] pixels, Device device, long... shape) {
        return Ops.normalize(Tensor.of(pixels, shape).to(device), preprocess.mean(), preprocess.std());
    }

    /**
     * Opens a saved model or a run folder, or an ONNX file ({@code .onnx}) that ResNet4J exported, on the CPU in 32-bit
     * floats. ONNX Runtime must be on the class path for the latter, and its native parser was not made for hostile
     * files: open only ONNX files that you trust.
     *
     * @throws IOException with the path and what is wrong; an ONNX file from elsewhere is refused, as it does not say
     *                     how its input is made
     */
    public static Classifier load(Path path) throws IOException {
        if (path.toString().endsWith(".onnx")) return loadOnnx(path);
        return new Classifier(
                ModelFile.open(path.toString(), Optional.empty(), OptionalInt.empty()), Device.CPU, Precision.FP32);
    }

    /** Opens a network of the registry with published weights, such as {@code resnet50} with torchvision's file. */
    public static Classifier load(String model, Path weights) throws IOException {
        return new Classifier(
                ModelFile.open(model, Optional.of(weights), OptionalInt.empty()), Device.CPU, Precision.FP32);
    }

    private static Classifier loadOnnx(Path path) throws IOException {
        var metadata = OnnxMetadata.of(path); // in Java, before any native code sees the file
        var model = OnnxModel.openTrusted(path, Engine.threads());
        try {
            model.check(metadata);
            return new Classifier(metadata, model);
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
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
        return classify(ImageFile.read(picture, preprocess.applyExif()), top);
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
    public List<List<Prediction>> classify(Batch prepared, int top) {
        if (prepared.width() != preprocess.cropWidth() || prepared.height() != preprocess.cropHeight())
            throw new IllegalArgumentException("prepared: expected pictures of " + preprocess.cropWidth() + "x"
                    + preprocess.cropHeight() + ", got " + prepared.width() + "x" + prepared.height());
        return classify(prepared.pixels(), prepared.size(), top);
    }

    private List<List<Prediction>> classify(byte[] pixels, int pictures, int top) {
        if (top < 1) throw new IllegalArgumentException("top: expected at least 1, got " + top);
        float[] probabilities = probabilities(pixels, pictures);
        var names = classNames;
        var answers = new ArrayList<List<Prediction>>();
        for (int i = 0; i < pictures; i++) {
            int offset = i * names.size();
            answers.add(IntStream.range(0, names.size())
                    .boxed()
                    .sorted(Comparator.comparingDouble(c -> -probabilities[offset + c]))
                    .limit(top)
                    .map(c -> new Prediction(c, names.get(c), probabilities[offset + c]))
                    .toList());
        }
        return answers;
    }

    /** [pictures, classes], row by row. */
    private float[] probabilities(byte[] pixels, int pictures) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var logits = network.logits(pixels, pictures, preprocess.cropHeight(), preprocess.cropWidth(), 3);
            return Ops.softmax(logits, 1).toFloats();
        }
    }

    /** Frees the weights; no thread may be classifying. */
    @Override
    public void close() {
        close.run();
    }
}
