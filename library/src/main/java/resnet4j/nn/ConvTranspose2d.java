package resnet4j.nn;

import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Transposed convolution with bias, which enlarges maps. [N,in,H,W] -> [N,out,(H-1)*stride-2*padding+kernel,...]. */
public final class ConvTranspose2d extends Weighted {
    private final Op.ConvTranspose2d op;

    public ConvTranspose2d(int in, int out, int kernel, int stride, int padding) {
        super(new long[] {in, out, kernel, kernel}, out, true);
        op = new Op.ConvTranspose2d(Size.of(stride), Size.of(padding), Size.of(0), Size.of(1), 1);
    }

    @Override
    protected Tensor forward(Tensor x) {
        return Ops.convTranspose2d(x, weight, bias, op);
    }
}
