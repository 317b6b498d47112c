package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import resnet4j.data.Batch;
import resnet4j.image.Image;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;

/** Says which labels pictures have, any number of them: of a model that learned {@code multiLabel}. */
public final class Labeller implements Predictor<List<Labeller.Found>> {
    private final Pictures pictures;
    private final List<Double> thresholds;

    /**
     * What is said of a label.
     *
     * @param probability in [0,1], of each label by itself
     * @param there       whether that is as much as the label's threshold, which was chosen in training
     */
    public record Found(int index, String label, double probability, boolean there) {}

    /** Takes a network over, and closes it in the end. */
    public Labeller(ModelFile.Opened model, Options options) {
        this(Pictures.of(model, options, Pictures.Kind.LABELLER));
    }

    private Labeller(Pictures pictures) {
        this.pictures = pictures;
        thresholds = ((Answer.Labels) pictures.answer).thresholds();
    }

    /** Opens a saved model, a run folder, or an ONNX file, as {@link Classifier#load(Path, Predictor.Options)} does. */
    public static Labeller load(Path path, Options options) throws IOException {
        return new Labeller(Pictures.load(path, options, Pictures.Kind.LABELLER));
    }

    @Override
    public Card card() {
        return pictures.card;
    }

    /** All labels of each picture, likeliest first. */
    @Override
    public List<List<Found>> predict(List<Image> pictures) {
        return found(this.pictures.values(pictures));
    }

    /** The same for the pictures of a loader that applied this model's preprocessing. */
    public List<List<Found>> predict(Batch<?> prepared) {
        return found(pictures.values(prepared));
    }

    private List<List<Found>> found(List<double[]> probabilities) {
        var names = pictures.card.classNames();
        return probabilities.stream()
                .map(p -> IntStream.range(0, names.size())
                        .boxed()
                        .sorted(Comparator.comparingDouble(c -> -p[c]))
                        .map(c -> new Found(c, names.get(c), p[c], p[c] >= thresholds.get(c)))
                        .toList())
                .toList();
    }

    @Override
    public List<float[]> features(List<Image> pictures) {
        return this.pictures.features(pictures);
    }

    @Override
    public void close() {
        pictures.close();
    }
}
