package resnet4j.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/** What a step does to all weights at once, in place. */
public final class Updates {
    static {
        Engine.ready();
    }

    private Updates() {}

    /** Scales the gradients so that their joint norm is at most {@code maxNorm}; gives the norm before. */
    public static double clipGradNorm(List<Tensor> parameters, double maxNorm) {
        return torch.clip_grad_norm_(LibTorch.vector(parameters), maxNorm);
    }

    /**
     * One step of SGD on all parameters in one call; torch.optim.SGD's arithmetic.
     *
     * @param momenta zeros before the first step; none where {@code momentum} is 0
     */
    public static void sgdStep(
            List<Tensor> parameters,
            List<Tensor> gradients,
            List<Tensor> momenta,
            double weightDecay,
            double momentum,
            double lr,
            boolean nesterov) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Dispatch.call(
                    "aten::_fused_sgd_",
                    "",
                    parameters,
                    gradients,
                    momenta,
                    weightDecay,
                    momentum,
                    lr,
                    0.0,
                    nesterov,
                    false,
                    false, // momenta start as zeros, which is the same as being copied at the first step
                    null,
                    null);
        }
    }

    /**
     * What LARS makes of each gradient: {@code (gradient + weightDecay * weight)} at a rate that is {@code trust} times the
     * weight's length by that of both. You et al. 2017, arXiv:1708.03888, algorithm 1.
     */
    public static List<Tensor> trusted(List<Tensor> weights, List<Tensor> gradients, double weightDecay, double trust) {
        var all = new ArrayList<Tensor>();
        try (var noGrad = Ops.noGrad()) {
            for (int i = 0; i < weights.size(); i++) {
                Tensor weight = weights.get(i).detach(), gradient = gradients.get(i);
                double length = weight.handle.norm().item_double(),
                        slope = gradient.handle.norm().item_double();
                if (length == 0 || slope == 0) {
                    all.add(gradient);
                    continue;
                }
                var pulled = Ops.add(gradient, Losses.scale(weight, weightDecay));
                all.add(Losses.scale(pulled, trust * length / (slope + weightDecay * length + 1e-8)));
            }
        }
        return all;
    }

    /** One step of Adam, or of AdamW where {@code decoupled}, on all parameters in one call. {@code steps} count up. */
    public static void adamStep(
            boolean decoupled,
            List<Tensor> parameters,
            List<Tensor> gradients,
            List<Tensor> averages,
            List<Tensor> squares,
            List<Tensor> steps,
            double lr,
            double beta1,
            double beta2,
            double weightDecay,
            double eps) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Dispatch.call("aten::_foreach_add_", "Scalar", steps, 1L);
            Dispatch.call(
                    decoupled ? "aten::_fused_adamw_" : "aten::_fused_adam_",
                    "",
                    parameters,
                    gradients,
                    averages,
                    squares,
                    List.of(),
                    steps,
                    lr,
                    beta1,
                    beta2,
                    weightDecay,
                    eps,
                    false,
                    false,
                    null,
                    null);
        }
    }

    /** averages += weight * (values - averages), on all tensors in one call. */
    public static void lerp_(List<Tensor> averages, List<Tensor> values, double weight) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            Dispatch.call("aten::_foreach_lerp_", "Scalar", averages, values, weight);
        }
    }

    /** Sets the {@code count} numbers of a weight that are nearest to zero to zero. */
    public static void zeroSmallest(Tensor weight, long count) {
        if (count == 0) return;
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var size = weight.handle.abs().reshape(-1);
            var smallest = torch.topk(size, count, 0, false, false).get1();
            var kept = torch.ones_like(size);
            kept.index_fill_(0, smallest, new Scalar(0.0));
            weight.handle.mul_(kept.view(weight.shape()));
        }
    }

    /** Of each {@code m} neighbours along the second dimension, which {@code m} divides, sets the {@code count} smallest to zero. */
    public static void zeroSmallestOf(Tensor weight, int count, int m) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            long out = weight.size(0), in = weight.size(1);
            var size = weight.handle.abs().reshape(out, in / m, m, -1);
            var smallest = torch.topk(size, count, 2, false, false).get1();
            var kept = torch.ones_like(size);
            kept.scatter_(2, smallest, new Scalar(0.0));
            weight.handle.mul_(kept.reshape(weight.shape()));
        }
    }

    /** How many of its numbers are zero. */
    public static long zeros(Tensor weight) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            return weight.elements() - weight.handle.count_nonzero().item_long();
        }
    }

    /** 1 where a weight is not zero, and 0 where it is. */
    public static Tensor notZero(Tensor weight) {
        try (var noGrad = Ops.noGrad()) {
            return new Tensor(weight.handle.ne(new Scalar(0.0)).to(weight.handle.scalar_type()));
        }
    }

    /** weight *= mask. */
    public static void mask(Tensor weight, Tensor mask) {
        try (var noGrad = Ops.noGrad()) {
            weight.handle.mul_(mask.handle);
        }
    }
}
