package resnet4j.segmenter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import resnet4j.array.HostTensor;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.eval.Inputs;
import resnet4j.eval.Score;
import resnet4j.image.LabelMap;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;
import resnet4j.train.Losses;
import resnet4j.train.Machine;
import resnet4j.train.Moment;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;
import resnet4j.weights.SafeTensors;

/** Whether each pixel shows something. */
public record SegmentTiny(int width) implements Objective {
    static final List<String> CLASSES = List.of("background", "something");

    public SegmentTiny() {
        this(16);
    }

    @Override
    public Class<LabelMap> target() {
        return LabelMap.class;
    }

    @Override
    public String headline() {
        return "miou";
    }

    @Override
    public Task<LabelMap> task(Recipe recipe, DataSource<?> data, Machine machine) {
        Ops.seed(recipe.seed());
        var source = data.of(LabelMap.class);
        return new Segmentation(recipe, source, machine, new TinySegmenter(width));
    }

    private record Segmentation(Recipe recipe, DataSource<LabelMap> data, Machine machine, TinySegmenter net)
            implements Task<LabelMap> {
        @Override
        public TinySegmenter twin() {
            return new TinySegmenter(((SegmentTiny) recipe.learn()).width);
        }

        @Override
        public Loader<LabelMap> loader() {
            return Loader.shuffled(data.train(), recipe.batch(), recipe.seed())
                    .withPreprocess(recipe.preprocess())
                    .withAugments(recipe.augment());
        }

        @Override
        public Losses losses(Batch<LabelMap> batch, Moment at) {
            return Losses.of(loss(logits(net, batch), batch));
        }

        /** A row for each pixel. */
        private Tensor logits(Net network, Batch<LabelMap> batch) {
            var maps = ((TinySegmenter) network).apply(Inputs.images(batch, recipe.preprocess(), machine.device()));
            return Ops.reshape(Ops.permute(maps, 0, 2, 3, 1), -1, CLASSES.size());
        }

        private Tensor loss(Tensor logits, Batch<LabelMap> batch) {
            return resnet4j.tensor.Losses.crossEntropy(logits, Inputs.labels(labels(batch), machine.device()), null, 0);
        }

        private static int[] labels(Batch<LabelMap> batch) {
            int area = batch.pixels().width() * batch.pixels().height();
            var labels = new int[batch.size() * area];
            for (int i = 0; i < labels.length; i++) {
                int label = batch.targets().get(i / area).labels()[i % area] & 255;
                labels[i] = label == LabelMap.IGNORED ? resnet4j.tensor.Losses.IGNORED : Math.min(label, 1);
            }
            return labels;
        }

        @Override
        public Score validate(Net network, IntConsumer progress) {
            return measure(network, data.val().orElseThrow(), progress);
        }

        @Override
        public Score test(Path model, IntConsumer progress) throws IOException {
            try (var network = twin();
                    var scope = new NativeScope()) {
                var saved = SafeTensors.read(model).tensors();
                network.state().forEach((name, t) -> t.set(Tensor.of(saved.get(name))));
                return measure(network, data.split(data.measured()), progress);
            }
        }

        private Score measure(Net network, Dataset<LabelMap> pictures, IntConsumer progress) {
            network.train(false);
            var counts = new long[CLASSES.size()][CLASSES.size()];
            double loss = 0;
            try (var batches = Loader.inOrder(pictures, recipe.batch())
                            .withPreprocess(recipe.preprocess())
                            .epoch(0);
                    var noGrad = Ops.noGrad()) {
                for (var batch : batches) {
                    try (var scope = new NativeScope()) {
                        var logits = logits(network, batch);
                        loss += loss(logits, batch).item() * batch.size();
                        var guesses = logits.argmax(1).toLongs();
                        var labels = labels(batch);
                        for (int i = 0; i < labels.length; i++)
                            if (labels[i] >= 0) counts[labels[i]][(int) guesses[i]]++;
                    }
                    progress.accept(batch.size());
                }
                return new IouScore(CLASSES, counts, loss / pictures.size(), batches.skipped());
            }
        }

        @Override
        public void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance)
                throws IOException {
            var tensors = new LinkedHashMap<String, HostTensor>();
            network.state().forEach((name, t) -> tensors.put(name, t.toHost()));
            SafeTensors.write(model, tensors, provenance);
        }

        @Override
        public void close() {
            net.close();
        }
    }
}
