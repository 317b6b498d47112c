package resnet4j.detect;

import java.util.Optional;
import java.util.function.IntConsumer;
import resnet4j.compress.Cut;
import resnet4j.compress.Subject;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.data.Things;
import resnet4j.graph.Graph;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * What is in each picture, and where: the sum of a detector's losses, and the boxes' average precision. What comes out is a
 * detector with narrower layers.
 */
public record EachThing() implements Subject<Things> {
    private static final int SHOWN = 2; // at a time, with gradients, where pictures are large

    @Override
    public Graph graph(ModelFile.Opened model) {
        return net(model).graph();
    }

    @Override
    public ModelFile.Opened left(ModelFile.Opened model, Cut cut) {
        var net = net(model).left(cut);
        var file = model.file().withPreprocess(model.file().preprocess().unresized()); // it resizes itself
        return new ModelFile.Opened(file.withArchitecture(net.architecture()), net);
    }

    @Override
    public DataSource<Things> known(DataSource<Things> data, ModelFile file) {
        Measure.requireKnown(file, data.train());
        return data;
    }

    private static PyramidDetector net(ModelFile.Opened model) {
        if (model.net() instanceof PyramidDetector detector) return detector;
        throw new IllegalArgumentException(
                "prune: expected a network in floats, got one in eight bits; prune it first, and quantize the result");
    }

    @Override
    public int batch() {
        return 8;
    }

    @Override
    public Loader<Things> shown(Dataset<Things> pictures, ModelFile file) {
        return Measure.loader(file, pictures, SHOWN);
    }

    @Override
    public Tensor loss(ModelFile.Opened model, Batch<Things> batch) {
        return net(model).losses(batch, model.file().model(), Device.CPU).values().stream()
                .reduce(Ops::add)
                .orElseThrow();
    }

    @Override
    public Score score(ModelFile.Opened model, Dataset<Things> pictures, IntConsumer progress) {
        var score = Measure.of(model, pictures, 1, Optional.empty(), Device.CPU, progress);
        return new Score(ThingScore.HEADLINE, score.value());
    }
}
