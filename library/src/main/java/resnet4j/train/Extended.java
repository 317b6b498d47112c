package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import resnet4j.eval.Score;
import resnet4j.image.Target;
import resnet4j.nn.Net;
import resnet4j.report.Section;

/** A task that has more to learn from than another one, and is measured, saved and reported as that one is. */
public interface Extended<T extends Target<T>> extends Task<T> {
    /** The other one, which this owns. */
    Task<T> own();

    /** The other one's network in one of this. */
    default Net own(Net network) {
        return network;
    }

    @Override
    default Net net() {
        return own().net();
    }

    @Override
    default Net twin() {
        return own().twin();
    }

    @Override
    default Score validate(Net network, IntConsumer progress) {
        return own().validate(own(network), progress);
    }

    @Override
    default Score test(Path model, IntConsumer progress) throws IOException {
        return own().test(model, progress);
    }

    @Override
    default void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance)
            throws IOException {
        own().save(model, own(network), metrics, provenance);
    }

    @Override
    default List<Section> sections(Path model, Score test) throws IOException {
        return own().sections(model, test);
    }

    @Override
    default void close() {
        own().close();
    }
}
