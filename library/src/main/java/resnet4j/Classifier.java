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
import resnet4j.graph.Inference;
import resnet4j.image.Image;
import resnet4j.image.ImageFile;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * Says what pictures show. On a CPU the network runs as a fused {@link resnet4j.graph.Plan}. Safe to use from many threads at once; owns
 * native memory until it is closed.
 */
public final class Classifier implements AutoCloseable {
    private final ModelFile description;
    private final Device device;
    private final Inference network;

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
        description = model.file();
        this.device = device;
        var preprocess = description.preprocess();
        network = Inference.of(model.net(), device, precision, preprocess.cropHeight(), preprocess.cropWidth());
    }

    /** Opens a saved model or a run folder, on the CPU in 32-bit floats. */
    public static Classifier load(Path path) throws IOException {
        return new Classifier(
                ModelFile.open(path.toString(), Optional.empty(), OptionalInt.empty()), Device.CPU, Precision.FP32);
    }

    /** Opens a network of the registry with published weights, such as {@code resnet50} with torchvision's file. */
    public static Classifier load(String model, Path weights) throws IOException {
        return new Classifier(
                ModelFile.open(model, Optional.of(weights), OptionalInt.empty()), Device.CPU, Precision.FP32);
    }

    /** What is known of the model: classes, preprocessing, metrics. */
    public ModelFile description() {
        return description;
    }

    /** The {@code top} likeliest classes of a picture file, likeliest first. */
    public List<Prediction> classify(Path picture, int top) throws IOException {
        return classify(ImageFile.read(picture, description.preprocess().applyExif()), top);
    }

    /** The {@code top} likeliest classes of a picture, likeliest first. */
    public List<Prediction> classify(Image picture, int top) {
        return classify(List.of(picture), top).get(0);
    }

    /** The same for pictures of any sizes, which go through the network together. */
    public List<List<Prediction>> classify(List<Image> pictures, int top) {
        if (pictures.isEmpty()) return List.of();
        var preprocess = description.preprocess();
        int size = preprocess.cropWidth() * preprocess.cropHeight() * 3;
        var pixels = new byte[Math.multiplyExact(pictures.size(), size)];
        for (int i = 0; i < pictures.size(); i++)
            System.arraycopy(preprocess.apply(pictures.get(i)).rgb(), 0, pixels, i * size, size);
        return classify(pixels, pictures.size(), top);
    }

    /** The same for the pictures of a {@link Loader} that applied this model's preprocessing. */
    public List<List<Prediction>> classify(Batch prepared, int top) {
        var preprocess = description.preprocess();
        if (prepared.width() != preprocess.cropWidth() || prepared.height() != preprocess.cropHeight())
            throw new IllegalArgumentException("prepared: expected pictures of " + preprocess.cropWidth() + "x"
                    + preprocess.cropHeight() + ", got " + prepared.width() + "x" + prepared.height());
        return classify(prepared.pixels(), prepared.size(), top);
    }

    private List<List<Prediction>> classify(byte[] pixels, int pictures, int top) {
        if (top < 1) throw new IllegalArgumentException("top: expected at least 1, got " + top);
        float[] probabilities = probabilities(pixels, pictures);
        var names = description.classNames();
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
        var preprocess = description.preprocess();
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var images = Ops.normalize(
                    Tensor.of(pixels, pictures, preprocess.cropHeight(), preprocess.cropWidth(), 3)
                            .to(device),
                    preprocess.mean(),
                    preprocess.std());
            return Ops.softmax(network.run(images), 1).toFloats();
        }
    }

    /** Frees the weights; no thread may be classifying. */
    @Override
    public void close() {
        network.close();
    }
}
