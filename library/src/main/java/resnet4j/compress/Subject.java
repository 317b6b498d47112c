package resnet4j.compress;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import resnet4j.data.Dataset;
import resnet4j.data.Label;
import resnet4j.data.Loader;
import resnet4j.eval.Evaluator;
import resnet4j.eval.Inputs;
import resnet4j.image.Target;
import resnet4j.model.ModelFile;
import resnet4j.tensor.Device;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Tensor;

/**
 * What a network is to be right in while it is made smaller.
 *
 * @param <T> what is known of a picture
 */
public interface Subject<T extends Target<T>> {
    /** The class of each picture: cross entropy and top-1. */
    Subject<Label> CLASSES = new Subject<>() {
        private static final int BATCH = 128;

        @Override
        public Tensor loss(Tensor logits, List<Label> labels) {
            return Losses.crossEntropy(logits, Inputs.labels(Label.indices(labels), Device.CPU), 0);
        }

        @Override
        public Measured measured(Dataset<Label> pictures, ModelFile file) {
            return Measured.top1(Loader.inOrder(pictures, BATCH).withPreprocess(file.preprocess()), file);
        }
    };

    /** In the mean of a batch, with gradients. @param targets those of its pictures */
    Tensor loss(Tensor logits, List<T> targets);

    /** How right networks with these answers are. @param file says how pictures are made ready, and what answers mean */
    Measured measured(Dataset<T> pictures, ModelFile file);

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
