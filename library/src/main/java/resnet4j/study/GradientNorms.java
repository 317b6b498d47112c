package resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Conv2d;
import resnet4j.tensor.Losses;
import resnet4j.tensor.Tensor;

/**
 * How large the gradient is at each depth of a network: a batch forward in training mode, and back.
 *
 * @param layers the 3x3 and larger convolutions, from the input to the output; shortcuts' projections are left out
 */
public record GradientNorms(List<Layer> layers) {
    /**
     * One convolution.
     *
     * @param path     its name
     * @param gradient Euclidean length of the loss's gradient in its weights
     * @param weights  Euclidean length of the weights
     */
    public record Layer(String path, double gradient, double weights) {
        /** What a step at rate 1 would change, as a share of what is there. */
        public double relative() {
            return gradient / weights;
        }
    }

    public GradientNorms {
        layers = List.copyOf(layers);
    }

    /**
     * Measures in the innermost scope. The network's weights stay; its running statistics move.
     *
     * @param images normalised, [N,3,H,W]
     * @param labels [N] int64
     */
    public static GradientNorms of(ClassificationNet net, Tensor images, Tensor labels) {
        net.train(true);
        net.parameters().values().forEach(Tensor::dropGrad);
        Losses.crossEntropy(net.apply(images), labels, null, 0).backward();
        var layers = new ArrayList<Layer>();
        net.nets().forEach((path, layer) -> {
            if (!(layer instanceof Conv2d conv) || conv.weight().size(2) < 3) return;
            layers.add(new Layer(path, length(conv.weight().grad()), length(conv.weight())));
        });
        net.parameters().values().forEach(Tensor::dropGrad);
        return new GradientNorms(layers);
    }

    private static double length(Tensor t) {
        double sum = 0;
        for (float x : t.detach().toFloats()) sum += (double) x * x;
        return Math.sqrt(sum);
    }
}
