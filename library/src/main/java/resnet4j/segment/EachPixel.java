package resnet4j.segment;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import resnet4j.compress.Subject;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Loader;
import resnet4j.image.LabelMap;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Tensor;

/** What each pixel shows: the cross entropy of those that count, and the mean IoU of pictures in their own sizes. */
public record EachPixel() implements Subject.OfLogits<LabelMap> {
    @Override
    public DataSource<LabelMap> known(DataSource<LabelMap> data, ModelFile file) {
        PixelEvaluator.known("data", data.train(), file.classNames());
        return data;
    }

    @Override
    public int batch() {
        return 8;
    }

    @Override
    public Tensor loss(Tensor logits, List<LabelMap> maps) {
        var labels = Segmentation.labels(maps, (int) logits.size(2), (int) logits.size(3), Device.CPU);
        return Losses.crossEntropy(logits, labels, null, 0, LabelMap.IGNORED);
    }

    @Override
    public Measured measured(Dataset<LabelMap> pictures, ModelFile file) {
        return new Measured() {
            @Override
            public String headline() {
                return IouScore.HEADLINE;
            }

            @Override
            public int pictures() {
                return pictures.size();
            }

            @Override
            public double score(UnaryOperator<Tensor> network, IntConsumer progress) {
                return new PixelEvaluator(network, file.preprocess(), Device.CPU)
                        .evaluate(Loader.inOrder(pictures, 1), progress)
                        .value();
            }
        };
    }
}
