package resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import resnet4j.data.Batch;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.data.Skipped;
import resnet4j.eval.Metrics;
import resnet4j.eval.Score;
import resnet4j.image.Image;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Net;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A {@link Classification} whose head alone learns, from what the body makes of each picture. */
final class LinearProbe implements Task<Label> {
    private final Classification whole;
    private Features train, held; // made when first asked for, when the body's weights are those to go on from

    /** Takes the task over. */
    LinearProbe(Classification whole) {
        this.whole = whole;
    }

    private Features train() {
        if (train == null) train = features(whole.data().train());
        return train;
    }

    private Features held() {
        if (held == null) held = features(whole.data().val().orElseThrow());
        return held;
    }

    private Features features(Dataset<Label> pictures) {
        return Features.of(whole.net(), pictures, whole.recipe().preprocess(), whole.machine());
    }

    private Tensor logits(ClassificationNet network, Features features, Batch<Label> batch) {
        return network.head()
                .apply(features.rows(batch.indices(), whole.machine().device()));
    }

    @Override
    public Net net() {
        return whole.net();
    }

    @Override
    public Net twin() {
        return whole.twin();
    }

    /** The head alone: the others stay. */
    @Override
    public List<List<String>> stages() {
        return whole.stages().subList(0, 1);
    }

    @Override
    public Loader<Label> loader() {
        return whole.shuffled(train().data());
    }

    @Override
    public Losses losses(Batch<Label> batch, Moment at) {
        var logits = logits(whole.net(), train(), batch);
        return whole.losses(List.of(new ClassificationNet.Output(logits, 1)), batch);
    }

    @Override
    public Score validate(Net network, IntConsumer progress) {
        network.train(false);
        var data = held().data();
        var metrics = new Metrics(data.classes().size(), 0);
        try (var batches = Loader.inOrder(data, whole.recipe().batch()).epoch(0);
                var noGrad = Ops.noGrad()) {
            for (var batch : batches) {
                try (var scope = new NativeScope()) {
                    var logits = logits((ClassificationNet) network, held(), batch);
                    metrics.add(
                            logits.toFloats(),
                            batch.size(),
                            (int) logits.size(1),
                            Label.indices(batch.targets()),
                            batch.indices());
                }
                progress.accept(batch.size());
            }
        }
        return metrics.evaluation(data.classes(), data::name, held().skipped());
    }

    @Override
    public Score test(Path model, IntConsumer progress) throws IOException {
        return whole.test(model, progress);
    }

    @Override
    public void save(Path model, Net network, Map<String, Double> metrics, Map<String, String> provenance)
            throws IOException {
        whole.save(model, network, metrics, provenance);
    }

    @Override
    public List<Skipped> skipped() {
        return train().skipped();
    }

    @Override
    public List<Image> pictures(Score test) throws IOException {
        return whole.pictures(test);
    }

    @Override
    public void close() {
        whole.close();
    }
}
