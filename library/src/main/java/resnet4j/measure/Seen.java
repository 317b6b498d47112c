package resnet4j.measure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import resnet4j.config.Records;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.eval.Score;
import resnet4j.image.Target;
import resnet4j.model.ModelFile;
import resnet4j.train.Recipe;
import resnet4j.train.RunAccount;

/**
 * The pictures that a network is measured on, and what they are to it.
 *
 * @param source the parts as the network's training saw them, where it was trained on these
 * @param split  the part that is measured on
 * @param recipe of that training; absent where it was another or is not known
 */
record Seen<T extends Target<T>>(DataSource<T> source, String split, Optional<Recipe> recipe) {

    static <T extends Target<T>> Seen<T> of(Report report, ModelFile file, Class<T> target) throws IOException {
        var recipe = file.recipe().isEmpty()
                ? Optional.<Recipe>empty()
                : Optional.of(Records.read(Records.parse(file.recipe()), Recipe.class));
        var name = report.data().or(() -> recipe.map(Recipe::data));
        if (name.isEmpty())
            throw new IllegalArgumentException("data: expected pictures to measure " + report.model()
                    + " on, as it does not say what it was trained with; name them, as in folder:DIR");
        var source = DataSource.parse(name.get(), target);
        boolean own = false;
        if (recipe.isPresent()) {
            var asTrained = recipe.get().of(source);
            own = asTrained.train().digest().equals(file.provenance().get("dataDigest"));
            if (own) source = asTrained;
        }
        if (report.limit().isPresent()) source = source.limit(report.limit().getAsInt());
        var split = report.split().orElse(source.measured());
        if (source.split(split).size() == 0)
            throw new IllegalArgumentException(
                    "data: expected pictures in the " + split + " part of " + source.name() + ", found none");
        return new Seen<>(source, split, own ? recipe : Optional.empty());
    }

    Dataset<T> pictures() {
        return source.split(split);
    }

    /** The training pictures, where they are others than those that are measured on. */
    Optional<Dataset<T>> others() {
        return split.equals("train") ? Optional.empty() : Optional.of(source.train());
    }

    /** {@code cifar10:DIR, test pictures}. */
    String words() {
        return source.name() + ", "
                + switch (split) {
                    case "val" -> "validation pictures";
                    case "train" -> "training pictures";
                    default -> "test pictures";
                };
    }

    /** What to know before one believes the score. */
    List<String> notes(Score score) {
        if (recipe.isPresent() && split.equals(source.measured()))
            return new RunAccount(recipe.get(), source, "").notes(score);
        var notes = new ArrayList<>(score.notes());
        if (recipe.isPresent() && split.equals("train"))
            notes.add("these are the training pictures themselves: no test");
        return notes;
    }
}
