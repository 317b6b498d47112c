package resnet4j.tensor;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.global.torch;

/** Random numbers into a tensor, in place, from the global generator as PyTorch draws them. */
public final class Fill {
    static {
        Engine.ready();
    }

    private Fill() {}

    /** Uniform in [low,high), drawn as PyTorch draws it. */
    public static void uniform(Tensor t, double low, double high) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            t.handle.uniform_(low, high, new GeneratorOptional());
        }
    }

    /** Normal, drawn as PyTorch draws it. */
    public static void normal(Tensor t, double mean, double std) {
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            t.handle.normal_(mean, std, new GeneratorOptional());
        }
    }

    /** Normal with mean 0 within [-limit,limit], drawn as PyTorch's {@code trunc_normal_} draws it. */
    public static void truncatedNormal(Tensor t, double std, double limit) {
        double tail = normalCdf(-limit / std), head = normalCdf(limit / std);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            t.handle.uniform_(2 * tail - 1, 2 * head - 1, new GeneratorOptional());
            t.handle.erfinv_();
            t.handle.mul_(new Scalar(std * Math.sqrt(2)));
            t.handle.add_(new Scalar(0.0));
            torch.clamp_(t.handle, new ScalarOptional(new Scalar(-limit)), new ScalarOptional(new Scalar(limit)));
        }
    }

    /** Standard normal distribution function. */
    private static double normalCdf(double x) {
        try (var scope = new NativeScope()) {
            var value = new Tensor(Tensor.full(x / Math.sqrt(2), 1).handle.to(torch.ScalarType.Double));
            return (1 + new Tensor(torch.erf(value.handle)).item()) / 2;
        }
    }
}
