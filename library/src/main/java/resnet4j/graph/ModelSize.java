package resnet4j.graph;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import resnet4j.model.Models;
import resnet4j.tensor.NativeScope;

/**
 * How large a network of the registry is, with its own number of classes.
 *
 * @param parameters trained numbers that prediction uses: auxiliary classifiers, which only training uses, are left out
 * @param macs       multiply-adds for one image of the size it was designed for
 */
public record ModelSize(String name, long parameters, long macs) {
    private static final class Known {
        static final Map<String, ModelSize> ALL = read(); // a row of models.tsv each
    }

    private static Map<String, ModelSize> read() {
        try (var in = new BufferedReader(
                new InputStreamReader(ModelSize.class.getResourceAsStream("models.tsv"), StandardCharsets.UTF_8))) {
            return in.lines()
                    .map(line -> line.split("\t"))
                    .map(row -> new ModelSize(row[0], Long.parseLong(row[1]), Long.parseLong(row[2])))
                    .collect(Collectors.toMap(ModelSize::name, Function.identity()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As it is known, or measured where a new network has no row yet. */
    public static ModelSize of(Models.Entry entry) {
        var known = Known.ALL.get(entry.name());
        return known != null ? known : measure(entry);
    }

    static Map<String, ModelSize> known() {
        return Known.ALL;
    }

    /** Counted by running the network once. */
    static ModelSize measure(Models.Entry entry) {
        int side = entry.inputSize();
        try (var scope = new NativeScope();
                var net = entry.architecture().build()) {
            var costs = Costs.of(Tracer.trace(net, 1, 3, side, side));
            long trained = Math.min(costs.parameters(), net.parameterCount()); // not those of frozen norms
            return new ModelSize(entry.name(), trained, costs.macs());
        }
    }
}
