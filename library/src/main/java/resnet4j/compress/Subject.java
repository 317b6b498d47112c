package resnet4j.compress;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import resnet4j.data.Batch;
import resnet4j.data.DataSource;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Labelled;
import resnet4j.data.Loader;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Inputs;
import resnet4j.graph.Graph;
import resnet4j.graph.GraphNet;
import resnet4j.graph.Plan;
import resnet4j.image.Target;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Losses;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Precision;
import resnet4j.tensor.Tensor;

/**
 * What kind of network is made smaller, and what it is to be right in.
 *
 * @param <T> what is known of a picture
 */
public interface Subject<T extends Target<T>> {
    /** The class of each picture: cross entropy and top-1. */
    Subject<Label> CLASSES = new OfLogits<>() {
        @Override
        public int batch() {
            return 128;
        }

        @Override
        public Graph graph(ModelFile.Opened model) {
            model.file().requireOneClass();
            return OfLogits.super.graph(model);
        }

        @Override
        public DataSource<Label> known(DataSource<Label> data, ModelFile file) {
            file.requireOneClass();
            int known = file.classNames().size(), asked = data.train().classes().size();
            if (known != asked)
                throw new IllegalArgumentException("data: expected the network's " + known + " classes, got " + asked
                        + " in " + data.name() + "; fine-tune the network on them first");
            return new DataSource<>(
                    data.name(),
                    Labelled.as(file.classNames(), data.train()),
                    data.val().map(part -> Labelled.as(file.classNames(), part)),
                    data.test().map(part -> Labelled.as(file.classNames(), part)));
        }

        @Override
        public Tensor loss(ModelFile.Opened model, Batch<Label> batch) {
            var logits = Inputs.answers(model.net()::apply, batch, model.file().preprocess(), Device.CPU);
            return loss(logits, batch.targets());
        }

        @Override
        public Tensor loss(Tensor logits, List<Label> labels) {
            return Losses.crossEntropy(logits, Inputs.labels(Label.indices(labels), Device.CPU), 0);
        }

        @Override
        public Measured measured(Dataset<Label> pictures, ModelFile file) {
            return Measured.top1(shown(pictures, file), file);
        }
    };

    /** All that it computes for a picture, with its own weights; of the innermost scope. */
    Graph graph(ModelFile.Opened model);

    /** A network with copies of the numbers that are left of this one's graph, which the caller closes. */
    ModelFile.Opened left(ModelFile.Opened model, Cut cut);

    /** The same pictures, known as the network knows them. @throws IllegalArgumentException for other classes */
    DataSource<T> known(DataSource<T> data, ModelFile file);

    /** How many pictures are looked at together, and learnt from. */
    int batch();

    /** Pictures as they are looked at. */
    default Loader<T> shown(Dataset<T> pictures, ModelFile file) {
        return Loader.inOrder(pictures, batch()).withPreprocess(file.preprocess());
    }

    /** Of a batch in its mean, with gradients. @param model in evaluation mode */
    Tensor loss(ModelFile.Opened model, Batch<T> batch);

    /** How right it is on these pictures. @param progress told how many pictures each batch had */
    Score score(ModelFile.Opened model, Dataset<T> pictures, IntConsumer progress);

    /** @param headline what it is: {@code top1} */
    record Score(String headline, double value) {}

    /** Of networks from images to logits. */
    interface OfLogits<T extends Target<T>> extends Subject<T> {
        /** In the mean of a batch, with gradients. @param targets those of its pictures */
        Tensor loss(Tensor logits, List<T> targets);

        /** How right networks with these answers are. @param file says how pictures are made ready, and what answers mean */
        Measured measured(Dataset<T> pictures, ModelFile file);

        @Override
        default Graph graph(ModelFile.Opened model) {
            return OneGraph.traced(model);
        }

        @Override
        default ModelFile.Opened left(ModelFile.Opened model, Cut cut) {
            try (var scope = new NativeScope()) {
                var net = GraphNet.of(cut.graph());
                return new ModelFile.Opened(model.file().withArchitecture(net.architecture()), net);
            }
        }

        @Override
        default Tensor loss(ModelFile.Opened model, Batch<T> batch) {
            var images = Inputs.images(batch, model.file().preprocess(), Device.CPU);
            return loss(model.net().apply(images), batch.targets());
        }

        @Override
        default Score score(ModelFile.Opened model, Dataset<T> pictures, IntConsumer progress) {
            var measured = measured(pictures, model.file());
            try (var scope = new NativeScope();
                    var plan = Plan.compile(graph(model), Precision.FP32)) {
                return new Score(measured.headline(), measured.score(plan::run, progress));
            }
        }
    }

    /** How right a network is on pictures that it is measured on. */
    interface Measured {
        /** The score's name: {@code top1}. */
        String headline();

        /** How many pictures there are. */
        int pictures();

        /** @param network in evaluation mode, from normalised images to logits @param progress told how many pictures each batch had */
        double score(UnaryOperator<Tensor> network, IntConsumer progress);

        /** The share of pictures whose likeliest class is the right one. */
        static Measured top1(Loader<Label> pictures, ModelFile file) {
            return new Measured() {
                @Override
                public String headline() {
                    return "top1";
                }

                @Override
                public int pictures() {
                    return pictures.data().size();
                }

                @Override
                public double score(UnaryOperator<Tensor> network, IntConsumer progress) {
                    return new Evaluator(network, file.classNames(), file.preprocess(), Device.CPU, 0)
                            .evaluate(pictures, progress)
                            .top1();
                }
            };
        }
    }
}
