package resnet4j.tensor;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;

/** {@link Op.FakeQuantize} by libtorch. */
final class FakeQuantization {
    /** Of a scale; smaller ones leave nothing of what they are divided by. */
    private static final double LEAST = 1e-12;

    private final Op.FakeQuantize op;
    private final Tensor x, scale;
    private final double least, most;

    FakeQuantization(Op.FakeQuantize op, List<resnet4j.tensor.Tensor> in) {
        this.op = op;
        x = in.get(0).handle;
        scale = in.get(1).handle;
        boolean signed = op.to() == DType.I8;
        least = signed ? -128 : 0;
        most = signed ? 127 : 255;
    }

    Tensor run() {
        if (op.training()) follow();
        return op.learnt() ? learning() : passing();
    }

    /** The scale, from numbers that are there now. */
    private void follow() {
        try (var noGrad = Ops.noGrad()) {
            boolean channels = scale.numel() > 1;
            var largest = channels
                    ? torch.amax(x.abs().flatten(1, -1), new long[] {1}, false)
                    : x.abs().max();
            var now = largest.mul(new Scalar(op.momentum() / most));
            scale.mul_(new Scalar(1 - op.momentum())).add_(now).clamp_min_(new Scalar(LEAST));
        }
    }

    /** Gradients go to x alone, where it is inside the bounds. */
    private Tensor passing() {
        var zero = torch.zeros_like(scale.detach()).to(torch.ScalarType.Int);
        return scale.numel() == 1
                ? torch.fake_quantize_per_tensor_affine(x, scale.detach(), zero, (long) least, (long) most)
                : torch.fake_quantize_per_channel_affine(x, scale.detach(), zero, 0, (long) least, (long) most);
    }

    /** Gradients go to the scale too: Esser et al. 2020, arXiv:1902.08153, equations 3 and 5, and section 2.2 for its factor. */
    private Tensor learning() {
        double factor = 1 / Math.sqrt((double) x.numel() / x.size(0) * most);
        var exact = torch.clamp_min(scale, new Scalar(LEAST));
        var slow = exact.detach().add(exact.sub(exact.detach()).mul(new Scalar(factor)));
        var shape = new long[(int) x.dim()];
        Arrays.fill(shape, 1);
        if (scale.numel() > 1) shape[0] = scale.numel();
        var step = slow.reshape(shape);
        var cut = torch.clamp(
                torch.div(x, step), new ScalarOptional(new Scalar(least)), new ScalarOptional(new Scalar(most)));
        var whole = cut.add(torch.round(cut.detach()).sub(cut.detach())); // the value is whole, the gradient is cut's
        return whole.mul(step);
    }
}
