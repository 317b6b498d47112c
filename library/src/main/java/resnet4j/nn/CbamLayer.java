package resnet4j.nn;

import java.util.List;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Channel attention, then spatial attention. Woo et al. 2018, arXiv:1807.06521, Figure 2. */
final class CbamLayer extends Layer {
    private final Layer channel, spatial;

    CbamLayer(int channels, int reduction) {
        channel = child("channel", new Channel(channels, reduction));
        spatial = child("spatial", new Spatial());
    }

    @Override
    protected Tensor forward(Tensor x) {
        return spatial.apply(channel.apply(x));
    }

    /** x * sigmoid(mlp(mean) + mlp(max)). Eq. 2. */
    private static final class Channel extends Layer {
        private final Layer fc1, fc2;

        Channel(int channels, int reduction) {
            int squeezed = Math.max(1, channels / reduction);
            fc1 = child("fc1", Conv2d.of(channels, squeezed, 1));
            fc2 = child("fc2", Conv2d.of(squeezed, channels, 1));
        }

        private Tensor mlp(Tensor x) {
            return fc2.apply(Ops.relu_(fc1.apply(x)));
        }

        @Override
        protected Tensor forward(Tensor x) {
            var mean = mlp(Ops.adaptiveAvgPool2d(x, 1, 1));
            var max = mlp(Ops.max(x, List.of(2, 3), true));
            return Ops.mul(x, Ops.sigmoid(Ops.add(mean, max)));
        }
    }

    /** x * sigmoid(conv7x7([mean; max])). Eq. 3. */
    private static final class Spatial extends Layer {
        private final Layer conv;

        Spatial() {
            conv = child("conv", ConvNorm.linear(Norm.BATCH, Conv2d.of(2, 1, 7)));
        }

        @Override
        protected Tensor forward(Tensor x) {
            var pooled = Ops.cat(List.of(Ops.mean(x, List.of(1), true), Ops.max(x, List.of(1), true)), 1); // [N,2,H,W]
            return Ops.mul(x, Ops.sigmoid(conv.apply(pooled)));
        }
    }
}
