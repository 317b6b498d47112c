package resnet4j.nn;

import java.util.List;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * A 3x3 and a dilated 3x3 convolution that share each channel by attention. [N,in,H,W] -> [N,out,H',W']. Li et al. 2019,
 * arXiv:1903.06586, Figure 1; each path sees half of the input, as in timm.
 */
public final class SelectiveKernel extends Layer {
    private final List<Layer> paths;
    private final Attend attn;
    private final int half;

    /** @param squeezed channels between the two layers of the attention */
    public SelectiveKernel(Norm norm, int in, int out, int stride, int squeezed) {
        if (in % 2 != 0) throw new IllegalArgumentException("in: expected an even number of channels, got " + in);
        half = in / 2;
        var both = new Sequential(
                ConvNorm.relu(norm, Conv2d.of(half, out, 3, stride, 1, 1)),
                ConvNorm.relu(norm, Conv2d.of(half, out, 3, stride, 1, 2)));
        paths = child("paths", both).layers();
        attn = child("attn", new Attend(norm, out, squeezed));
    }

    @Override
    protected Tensor forward(Tensor x) {
        var narrow = paths.get(0).apply(Ops.slice(x, 1, 0, half, 1));
        var wide = paths.get(1).apply(Ops.slice(x, 1, half, 2L * half, 1));
        return Paths.shared(narrow, wide, attn.apply(Ops.add(narrow, wide)));
    }

    /** [N,C,H,W] -> [N,2C,1,1]. */
    private static final class Attend extends Layer {
        private final Layer reduce, bn, select;

        Attend(Norm norm, int channels, int squeezed) {
            reduce = child("fc_reduce", Conv2d.of(channels, squeezed, 1));
            bn = child("bn", norm.of(squeezed));
            select = child("fc_select", Conv2d.of(squeezed, 2 * channels, 1));
        }

        @Override
        protected Tensor forward(Tensor x) {
            var mean = Ops.adaptiveAvgPool2d(x, 1, 1);
            return select.apply(Ops.relu_(bn.apply(reduce.apply(mean))));
        }
    }
}
