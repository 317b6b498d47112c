package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import resnet4j.data.Batch;
import resnet4j.data.Loader;
import resnet4j.eval.Score;
import resnet4j.image.Target;
import resnet4j.nn.Net;
import resnet4j.report.Section;
import resnet4j.tensor.Tensor;

/**
 * What is learned: the only part of a run that knows what a target is. Owns its networks until it is closed. The trainer
 * moves {@link #net}, and measures and saves it or an {@link Average} of it.
 *
 * @param <T> what is known of a picture
 */
public interface Task<T extends Target<T>> extends AutoCloseable {
    /** What the optimiser moves. */
    Net net();

    /** Another network of the same kind, on the same device, for an average; its weights are set then. The caller closes it. */
    Net twin();

    /**
     * Solves for what can be solved for, before the first epoch: a head. Most tasks have nothing of the kind.
     *
     * @param progress told how far it is: {@code features} of so many images, {@code solve} of so many fits
     */
    default Optional<Solved> solve(Work progress) throws IOException {
        return Optional.empty();
    }

    /** Hears how far work is that is no step. */
    @FunctionalInterface
    interface Work {
        /** @param unit what is counted, several of them: {@code images} */
        void at(String work, long done, long of, String unit);
    }

    /** Training batches of every epoch. */
    Loader<T> loader();

    /** What a training batch says of {@link #net}, which is in training mode; with gradients, in the innermost scope. */
    Losses losses(Batch<T> batch, Moment at);

    /** After each update: for momentum encoders and queues. */
    default void updated(Moment at) {}

    /** The training loss of one who looks at no picture; infinite where nobody can say. */
    default double guess() {
        return Double.POSITIVE_INFINITY;
    }

    /** How good a network is on the pictures held out. @param progress told how many pictures each batch had */
    Score validate(Net network, IntConsumer progress);

    /** How good the model in a file is on the pictures that {@code DataSource.measured} names. */
    Score test(Path model, IntConsumer progress) throws IOException;

    /** Writes a network that is a model: all that is needed to use it. */
    void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance) throws IOException;

    /** What steps change besides the weights and statistics of {@link #net}, to be saved and set: a queue. */
    default Map<String, Tensor> tensors() {
        return Map.of();
    }

    /** What the run's report says of a test's score, besides its numbers. @param model the file that was tested */
    default List<Section> sections(Path model, Score test) throws IOException {
        return List.of();
    }

    @Override
    void close();
}
