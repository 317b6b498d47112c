package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import resnet4j.compress.Quantizer;
import resnet4j.compress.Range;
import resnet4j.compress.Rounded;
import resnet4j.config.Checks;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.graph.Graph;
import resnet4j.graph.GraphConfig;
import resnet4j.graph.GraphNet;
import resnet4j.graph.Tracer;
import resnet4j.image.Preprocess;
import resnet4j.image.Target;
import resnet4j.model.ClassificationNet;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.NativeScope;

/**
 * Whether a network learns to be right in eight bits: its weights and values are rounded as they will be, gradients go
 * straight through, and norms are folded into the layers before them. Jacob et al. 2018, arXiv:1712.05877, section 3. The model is then a
 * network in eight bits.
 */
public sealed interface Rounding {
    /** Floats. */
    record None() implements Rounding {
        @Override
        public Graph graph(Quantizer seen) {
            throw new IllegalStateException("rounding: there is none");
        }
    }

    /**
     * The ranges are trained like weights. Esser et al. 2020, arXiv:1902.08153.
     *
     * @param range    how they begin
     * @param pictures that show the values of which they begin
     */
    record Learnt(Range range, int pictures) implements Rounding {
        public Learnt() {
            this(Range.MSE, 500);
        }

        public Learnt {
            Checks.atLeast("pictures", 1, pictures);
        }

        @Override
        public Graph graph(Quantizer seen) {
            return seen.fake(range, true, 1);
        }
    }

    /**
     * The ranges follow the largest weight of each channel, and of values the largest one of a batch.
     *
     * @param range    as above
     * @param pictures as above
     * @param momentum a batch's share in a range of values
     */
    record Moving(Range range, int pictures, double momentum) implements Rounding {
        public Moving() {
            this(Range.MSE, 500, 0.01);
        }

        public Moving {
            Checks.atLeast("pictures", 1, pictures);
            if (!(momentum > 0 && momentum <= 1))
                throw new IllegalArgumentException("momentum: expected (0,1], got " + momentum);
        }

        @Override
        public Graph graph(Quantizer seen) {
            return seen.fake(range, false, momentum);
        }
    }

    /** The network to be trained, of what pictures have shown. */
    Graph graph(Quantizer seen);

    /** How many pictures show it. */
    default int pictures() {
        return 0;
    }

    /** Whether a recipe's model is in eight bits. */
    default boolean rounds() {
        return !(this instanceof None);
    }

    /** {@code net}, which is closed, made ready to be trained so, on the CPU. */
    default GraphNet of(ClassificationNet net, Dataset<?> data, Preprocess preprocess) {
        try (net;
                var scope = new NativeScope()) {
            net.to(Device.CPU);
            net.train(false);
            var quantizer =
                    new Quantizer(Tracer.trace(net, 1, 3, preprocess.cropHeight(), preprocess.cropWidth()), Set.of());
            show(quantizer, data.limit(pictures()), preprocess);
            return GraphNet.of(graph(quantizer));
        }
    }

    private static <T extends Target<T>> void show(Quantizer quantizer, Dataset<T> data, Preprocess preprocess) {
        try (var batches = Loader.inOrder(data, 16).withPreprocess(preprocess).epoch(0)) {
            for (var batch : batches)
                try (var scope = new NativeScope()) {
                    quantizer.observe(Inputs.images(batch, preprocess, Device.CPU));
                }
        }
    }

    /** Writes a network that was trained so, in eight bits. @param as what the file says of it, but for its architecture */
    static void save(Path model, ClassificationNet trained, ModelFile as) throws IOException {
        var config = (GraphConfig) trained.architecture();
        var size = as.preprocess();
        try (var scope = new NativeScope();
                var net = GraphNet.of(config, trained.state());
                var small =
                        Quantizer.network(Rounded.of(Tracer.trace(net, 1, 3, size.cropHeight(), size.cropWidth())))) {
            new ModelFile(
                            as.model(),
                            small.architecture(),
                            size,
                            as.classNames(),
                            as.metrics(),
                            as.recipe(),
                            as.provenance())
                    .save(model, small);
        }
    }
}
