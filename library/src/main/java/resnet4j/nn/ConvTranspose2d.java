package resnet4j.nn;

import resnet4j.array.DType;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Transposed convolution with bias, which enlarges maps. [N,in,H,W] -> [N,out,(H-1)*stride-2*padding+kernel,...]. */
public final class ConvTranspose2d extends Layer {
    private final Tensor weight; // [in, out, k, k]
    private final Tensor bias;
    private final Op.ConvTranspose2d op;

    public ConvTranspose2d(int in, int out, int kernel, int stride, int padding) {
        op = new Op.ConvTranspose2d(Size.of(stride), Size.of(padding), Size.of(0), Size.of(1), 1);
        Init.take(in, out, kernel, kernel);
        try (var scope = new NativeScope()) {
            weight = parameter("weight", Tensor.empty(DType.F32, in, out, kernel, kernel));
            bias = parameter("bias", Tensor.empty(DType.F32, out));
            Init.defaults(weight, bias, (long) out * kernel * kernel); // what PyTorch takes for the fan-in here
        }
    }

    public Tensor weight() {
        return weight;
    }

    public Tensor bias() {
        return bias;
    }

    @Override
    protected Tensor forward(Tensor x) {
        return Ops.convTranspose2d(x, weight, bias, op);
    }
}
