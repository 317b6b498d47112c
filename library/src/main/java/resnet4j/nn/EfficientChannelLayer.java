package resnet4j.nn;

import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** x * sigmoid(conv(mean(x))), the convolution along channels. Wang et al. 2019, arXiv:1910.03151, section 3. */
final class EfficientChannelLayer extends Layer {
    private final Layer conv;

    EfficientChannelLayer(int channels) {
        int t = (int) ((Math.log(channels) / Math.log(2) + 1) / 2); // eq. 12 with gamma 2 and b 1
        conv = child("conv", new AlongChannels(Math.max(3, t % 2 == 1 ? t : t + 1)));
    }

    @Override
    protected Tensor forward(Tensor x) {
        var mean = Ops.adaptiveAvgPool2d(x, 1, 1); // [N,C,1,1]
        return Ops.mul(x, Ops.sigmoid(conv.apply(mean)));
    }

    /** One-dimensional convolution over the channels of [N,C,1,1], with the weight [1,1,k] of PyTorch's Conv1d. */
    private static final class AlongChannels extends Weighted {
        private final int kernel;

        AlongChannels(int kernel) {
            super(new long[] {1, 1, kernel}, 1, false);
            this.kernel = kernel;
        }

        @Override
        protected Tensor forward(Tensor x) {
            var row = Ops.reshape(x, 0, 1, 1, -1); // [N,1,1,C]
            var op = new Op.Conv2d(Size.of(1), new Size(0, kernel / 2), Size.of(1), 1);
            return Ops.reshape(Ops.conv2d(row, Ops.reshape(weight, 1, 1, 1, kernel), null, op), 0, -1, 1, 1);
        }
    }
}
