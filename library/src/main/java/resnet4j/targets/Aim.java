package resnet4j.targets;

import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Outputs;
import resnet4j.eval.Score;
import resnet4j.eval.Views;
import resnet4j.graph.Inference;
import resnet4j.image.Target;
import resnet4j.model.Answer;
import resnet4j.model.ModelFile;
import resnet4j.nn.Layer;
import resnet4j.report.Section;
import resnet4j.tensor.Device;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;
import resnet4j.train.Machine;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/**
 * What is learned of a whole picture: how it is compared with what the network says, and how that is read.
 *
 * @param <T> what is known of a picture
 */
public sealed interface Aim<T extends Target<T>> extends Objective permits MultiLabel, Regress, Ordinal {
    @Override
    Class<T> target();

    /** What logits stand for, from the training pictures. @throws IllegalArgumentException if these teach nothing */
    Answer answer(Dataset<T> train) throws IOException;

    /** The loss of logits [N,K], a scalar. */
    Tensor loss(Tensor logits, List<T> targets, Answer answer, Device device);

    /** What logits stand for, once a network's outputs for pictures held out are known. */
    default Answer chosen(Answer answer, Outputs<T> held) {
        return answer;
    }

    Score score(List<String> names, Answer answer, Outputs<T> outputs);

    /** More for the report of a score. */
    List<Section> sections(Score score);

    /** Logits in which those weights of a head are one that this wants to be one; others as they are. */
    default Tensor tied(Tensor logits, Layer head) {
        return logits;
    }

    /** Makes those weights of a fresh head one. @throws IllegalArgumentException for a head in which they cannot be */
    default void tie(Layer head) {}

    @Override
    default Task<T> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException {
        var linear = recipe.architectureFor(2).withLinearHead();
        return new Aiming<>(this, recipe.withArchitecture(linear), data.of(target()), machine);
    }

    /** The aim of a network that was trained for one: how to measure it. @throws IllegalArgumentException for classes */
    static Aim<?> of(ModelFile file) {
        var answer = file.answer();
        if (answer instanceof Answer.Labels) return new MultiLabel();
        if (answer instanceof Answer.Numbers) return new Regress();
        if (answer instanceof Answer.Ordered) return new Ordinal();
        throw new IllegalArgumentException("model: expected one that answers with labels, numbers or ordered classes,"
                + " got " + file.model() + ", which names one class");
    }

    /** How good a network is. @param loader gives every picture once. @param progress told how many each batch had */
    default Score measure(
            ModelFile.Opened opened,
            Loader<T> loader,
            Views views,
            Device device,
            Precision precision,
            IntConsumer progress) {
        var file = opened.file();
        requireNames(file.classNames(), loader.data());
        var preprocess = file.preprocess();
        try (var inference =
                Inference.of(opened.net(), device, precision, preprocess.cropHeight(), preprocess.cropWidth())) {
            var outputs = Outputs.of(views.of(inference::run), loader, preprocess, device, progress);
            return score(file.classNames(), file.answer(), outputs);
        }
    }

    private static void requireNames(List<String> names, Dataset<?> data) {
        if (!data.classes().equals(names))
            throw new IllegalArgumentException("data: expected what the network was taught, " + String.join(", ", names)
                    + ", in that order, got " + String.join(", ", data.classes()));
    }
}
