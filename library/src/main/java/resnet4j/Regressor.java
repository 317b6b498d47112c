package resnet4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import resnet4j.data.Batch;
import resnet4j.image.Image;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;

/** Says numbers of pictures, by name and in their own units: of a model that learned to {@code regress}. */
public final class Regressor implements Predictor<Map<String, Double>> {
    private final Pictures pictures;

    /** Takes a network over, and closes it in the end. */
    public Regressor(ModelFile.Opened model, Options options) {
        if (!(model.file().answer() instanceof Answer.Numbers)) {
            model.close();
            throw new IllegalArgumentException("model: expected one that answers with numbers, got "
                    + model.file().model() + ", which answers with "
                    + model.file().answer().words());
        }
        pictures = new Pictures(model.wholePictures(), options, "the regressor");
    }

    /** Opens a saved model or a run folder. */
    public static Regressor load(Path path, Options options) throws IOException {
        return new Regressor(ModelFile.open(path.toString(), Optional.empty(), OptionalInt.empty()), options);
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
