package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.data.Batch;
import resnet4j.image.Image;
import resnet4j.model.ModelFile;

/** Says numbers of pictures, by name and in their own units: of a model that learned to {@code regress}. */
public final class Regressor implements Predictor<Map<String, Double>> {
    private final Pictures pictures;

    /** Takes a network over, and closes it in the end. */
    public Regressor(ModelFile.Opened model, Options options) {
        this(Pictures.of(model, options, Pictures.Kind.REGRESSOR));
    }

    private Regressor(Pictures pictures) {
        this.pictures = pictures;
    }

    /** Opens a saved model, a run folder, or an ONNX file, as {@link Classifier#load(Path, Predictor.Options)} does. */
    public static Regressor load(Path path, Options options) throws IOException {
        return new Regressor(Pictures.load(path, options, Pictures.Kind.REGRESSOR));
    }

    @Override
    public Card card() {
        return pictures.card;
    }

    @Override
    public List<Map<String, Double>> predict(List<Image> pictures) {
        return named(this.pictures.values(pictures));
    }

    /** The same for the pictures of a loader that applied this model's preprocessing. */
    public List<Map<String, Double>> predict(Batch<?> prepared) {
        return named(pictures.values(prepared));
    }

    private List<Map<String, Double>> named(List<double[]> values) {
        var names = pictures.card.classNames();
        return values.stream()
                .map(numbers -> {
                    Map<String, Double> named = new LinkedHashMap<>();
                    for (int i = 0; i < numbers.length; i++) named.put(names.get(i), numbers[i]);
                    return named;
                })
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
