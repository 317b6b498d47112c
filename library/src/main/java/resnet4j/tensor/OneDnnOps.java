package resnet4j.tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl;
import resnet4j.tensor.OneDnn.Kernel;

/** What oneDNN has for each operation; some attributes rule it out, as {@link OneDnn#kernelFor} says. */
final class OneDnnOps {
    private OneDnnOps() {}

    static final Map<Class<? extends Op>, Kernel> KERNELS = new HashMap<>();

    private static void have(Kernel kernel, List<Class<? extends Op>> ops) {
        ops.forEach(op -> KERNELS.put(op, kernel));
    }

    static {
        have(Kernel.CONVOLUTION, List.of(Op.Conv2d.class, Op.ConvTranspose2d.class));
        have(Kernel.PRODUCT, List.of(Op.Linear.class));
        have(Kernel.POOLING, List.of(Op.MaxPool2d.class, Op.AvgPool2d.class, Op.AdaptiveAvgPool2d.class));
        have(
                Kernel.ACTIVATION,
                List.of(Op.Relu.class, Op.Sigmoid.class, Op.Tanh.class, Op.Silu.class, Op.Clamp.class, Op.Gelu.class));
        have(
                Kernel.NONE,
                List.of(
                        Op.Matmul.class,
                        Op.BatchNorm.class,
                        Op.GroupNorm.class,
                        Op.LayerNorm.class,
                        Op.Affine.class,
                        Op.Dropout.class,
                        Op.Add.class, // of a residual it is part of a convolution's
                        Op.Mul.class,
                        Op.Softmax.class,
                        Op.LogSoftmax.class,
                        Op.Upsample.class,
                        Op.UpsampleLike.class,
                        Op.Mean.class,
                        Op.Sum.class,
                        Op.Max.class,
                        Op.Flatten.class,
                        Op.Reshape.class,
                        Op.Permute.class,
                        Op.Slice.class,
                        Op.Cat.class,
                        Op.Pad.class,
                        Op.ReflectPad.class,
                        Op.Gather.class,
                        Op.TopK.class,
                        Op.GridSample.class,
                        Op.RoiAlign.class,
                        Op.Quantize.class,
                        Op.Dequantize.class,
                        Op.FakeQuantize.class));
    }

    /** What oneDNN calls an activation. */
    static dnnl.algorithm algorithm(Op activation) {
        if (activation instanceof Op.Relu) return dnnl.algorithm.eltwise_relu;
        if (activation instanceof Op.Sigmoid) return dnnl.algorithm.eltwise_logistic;
        if (activation instanceof Op.Tanh) return dnnl.algorithm.eltwise_tanh;
        if (activation instanceof Op.Silu) return dnnl.algorithm.eltwise_swish;
        if (activation instanceof Op.Clamp) return dnnl.algorithm.eltwise_clip;
        if (activation instanceof Op.Gelu) return dnnl.algorithm.eltwise_gelu_erf;
        throw new IllegalArgumentException("activation: oneDNN has none named " + activation);
    }
}
