package resnet4j.nn;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** x * sigmoid(W2 relu(W1 mean(x))), channel by channel. Hu et al. 2017, arXiv:1709.01507, Figure 2. */
final class SqueezeExciteLayer extends Layer {
    private final Layer fc1, fc2;

    SqueezeExciteLayer(int channels, int reduction) {
        int squeezed = Math.max(8, (channels / reduction + 4) / 8 * 8); // timm rounds to multiples of 8
        fc1 = child("fc1", Conv2d.biased(channels, squeezed, 1, 1));
        fc2 = child("fc2", Conv2d.biased(squeezed, channels, 1, 1));
    }

    @Override
    protected Tensor forward(Tensor x) {
        var mean = Ops.adaptiveAvgPool2d(x, 1, 1); // [N,C,1,1]
        return Ops.mul(x, Ops.sigmoid(fc2.apply(Ops.relu_(fc1.apply(mean)))));
    }
}
