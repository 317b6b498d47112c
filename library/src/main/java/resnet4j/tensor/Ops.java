package resnet4j.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The operations of networks and of their training, one spelling each. (libtorch's varargs lie: {@code
 * torch.max_pool2d(x, 3, 2)} compiles, and pools 3x2.) A shape that does not fit is a {@link NativeException}.
 */
public final class Ops {
    private Ops() {}

    private static final ThreadLocal<List<Listener>> LISTENERS = ThreadLocal.withInitial(List::of);
    private static final ThreadLocal<Precision> PRECISION = ThreadLocal.withInitial(() -> Precision.FP32);

    /** What {@link #noGrad}, {@link #listen} and {@link #precision} change until it is closed, on this thread. */
    public interface Mode extends AutoCloseable {
        @Override
        void close();
    }

    /** Records no history for gradients. */
    public static Mode noGrad() {
        var guard = new NoGradGuard();
        return guard::close;
    }

    /** Whether this thread's operations record their history for gradients: not inside {@link #noGrad}. */
    public static boolean recordsHistory() {
        return GradMode.is_enabled();
    }

    /** Computes convolutions and linear layers in {@code precision}. */
    public static Mode precision(Precision precision) {
        var before = PRECISION.get();
        PRECISION.set(precision);
        return () -> PRECISION.set(before);
    }

    /** Tells {@code listener} of every operation, and of every layer if it asks for them, after those that listen already. */
    public static Mode listen(Listener listener) {
        var before = LISTENERS.get();
        var all = new ArrayList<>(before);
        all.add(listener);
        LISTENERS.set(List.copyOf(all));
        return () -> LISTENERS.set(before);
    }

    /** Who listens on this thread. */
    public static List<Listener> listeners() {
        return LISTENERS.get();
    }

    /** Seeds the generator that initialisation, dropout and {@code rand} draw from: {@code torch.manual_seed}. */
    public static void seed(long seed) {
        torch.manual_seed(seed);
    }

    /** Where a device's generator is in its numbers; {@link #setRandomState} goes back there. */
    public static Tensor randomState(Device device) {
        return new Tensor(generator(device).get_state());
    }

    public static void setRandomState(Tensor state, Device device) {
        generator(device).set_state(state.handle);
    }

    private static Generator generator(Device device) {
        return torch.globalContext().defaultGenerator(device.handle());
    }

    // ---- the vocabulary of networks: what a graph can hold ----

    public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias, Op.Conv2d op) {
        return run(op, half(x), half(weight), half(bias));
    }

    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return run(new Op.Linear(), half(x), half(weight), half(bias));
    }

    public static Tensor batchNorm(
            Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, Op.BatchNorm op) {
        return run(op, x, weight, bias, mean, variance);
    }

    public static Tensor groupNorm(Tensor x, Tensor weight, Tensor bias, Op.GroupNorm op) {
        return run(op, x, weight, bias);
    }

    /** Over the last dimension. */
    public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        return run(new Op.LayerNorm(eps), x, weight, bias);
    }

    public static Tensor relu(Tensor x) {
        return run(new Op.Relu(), x);
    }

    /** ReLU in x's own memory: for an x that nothing else needs, such as a norm's output. */
    public static Tensor relu_(Tensor x) {
        return run(new Op.Relu(), in -> another(torch.relu_(in.get(0).handle)), x);
    }

    public static Tensor relu6(Tensor x) {
        return run(new Op.Clamp(0, 6), x);
    }

    public static Tensor clamp(Tensor x, double min, double max) {
        return run(new Op.Clamp(min, max), x);
    }

    public static Tensor sigmoid(Tensor x) {
        return run(new Op.Sigmoid(), x);
    }

    public static Tensor tanh(Tensor x) {
        return run(new Op.Tanh(), x);
    }

    public static Tensor silu(Tensor x) {
        return run(new Op.Silu(), x);
    }

    public static Tensor gelu(Tensor x) {
        return run(new Op.Gelu(), x);
    }

    public static Tensor softmax(Tensor x, int dim) {
        return run(new Op.Softmax(dim), x);
    }

    /** Square window. [N,C,H,W] -> [N,C,(H+2*padding-kernel)/stride+1,...]. */
    public static Tensor maxPool2d(Tensor x, int kernel, int stride, int padding) {
        return run(new Op.MaxPool2d(Op.Size.of(kernel), Op.Size.of(stride), Op.Size.of(padding), false), x);
    }

    public static Tensor maxPool2d(Tensor x, Op.MaxPool2d op) {
        return run(op, x);
    }

    public static Tensor avgPool2d(Tensor x, Op.AvgPool2d op) {
        return run(op, x);
    }

    public static Tensor adaptiveAvgPool2d(Tensor x, int height, int width) {
        return run(new Op.AdaptiveAvgPool2d(new Op.Size(height, width)), x);
    }

    /** [N,C,H,W] -> [N,C]. */
    public static Tensor globalAvgPool(Tensor x) {
        return flatten(adaptiveAvgPool2d(x, 1, 1), 1);
    }

    public static Tensor flatten(Tensor x, int start) {
        return run(new Op.Flatten(start), x);
    }

    public static Tensor mean(Tensor x, List<Integer> dims, boolean keep) {
        return run(new Op.Mean(dims, keep), x);
    }

    public static Tensor sum(Tensor x, List<Integer> dims, boolean keep) {
        return run(new Op.Sum(dims, keep), x);
    }

    public static Tensor max(Tensor x, List<Integer> dims, boolean keep) {
        return run(new Op.Max(dims, keep), x);
    }

    public static Tensor add(Tensor a, Tensor b) {
        return run(new Op.Add(), a, b);
    }

    /** a + b in a's own memory: for an a that nothing else needs, such as a branch's output. */
    public static Tensor add_(Tensor a, Tensor b) {
        return run(new Op.Add(), in -> another(in.get(0).handle.add_(in.get(1).handle)), a, b);
    }

    public static Tensor mul(Tensor a, Tensor b) {
        return run(new Op.Mul(), a, b);
    }

    /** x * scale + shift. */
    public static Tensor affine(Tensor x, double scale, double shift) {
        return run(new Op.Affine(scale, shift), x);
    }

    public static Tensor cat(List<Tensor> tensors, int dim) {
        return run(new Op.Cat(dim), tensors.toArray(Tensor[]::new));
    }

    /** Zeros before and after, last dimension first; see {@link Op.Pad}. */
    public static Tensor pad(Tensor x, Integer... pads) {
        return run(new Op.Pad(List.of(pads)), x);
    }

    public static Tensor reflectPad(Tensor x, int pad) {
        return run(new Op.ReflectPad(List.of(pad, pad, pad, pad)), x);
    }

    public static Tensor slice(Tensor x, int dim, long start, long end, long step) {
        return run(new Op.Slice(dim, start, end, step), x);
    }

    public static Tensor permute(Tensor x, Integer... dims) {
        return run(new Op.Permute(List.of(dims)), x);
    }

    /** A size of -1 is worked out, a size of 0 is kept. */
    public static Tensor reshape(Tensor x, Integer... shape) {
        return run(new Op.Reshape(List.of(shape)), x);
    }

    public static Tensor upsample(Tensor x, int height, int width) {
        return run(new Op.Upsample(new Op.Size(height, width)), x);
    }

    /** Draws from the generator that {@link #seed} seeds. */
    public static Tensor dropout(Tensor x, double p) {
        return run(new Op.Dropout(p), x);
    }

    // ---- inputs ----

    /**
     * Pixels to a network's input: {@code (x / 255 - mean) / std}, in torchvision's order of operations.
     *
     * @param pixels [N,H,W,3] uint8
     * @param mean   of red, green and blue, where white is 1
     * @param std    likewise
     * @return [N,3,H,W] fp32, channels-last
     */
    public static Tensor normalize(Tensor pixels, List<Double> mean, List<Double> std) {
        var x = pixels.permute(0, 3, 1, 2).to(DType.F32);
        x.handle.div_(new Scalar(255.0));
        x.handle.sub_(perChannel(mean, pixels).handle);
        x.handle.div_(perChannel(std, pixels).handle);
        return x;
    }

    private static Tensor perChannel(List<Double> rgb, Tensor on) {
        var values = new float[3];
        for (int i = 0; i < 3; i++) values[i] = rgb.get(i).floatValue();
        var t = Tensor.of(values, 1, 3, 1, 1);
        return on.handle.is_cuda() ? new Tensor(t.handle.to(on.handle.device(), DType.F32.scalarType())) : t;
    }

    /** Images [N,3,H,W] seen in a mirror: left and right change places. */
    public static Tensor mirror(Tensor images) {
        return new Tensor(torch.flip(images.handle, 3));
    }

    /** Images [N,3,H,W] drawn smaller, as Pillow's bilinear filter does: each pixel a weighted mean of those it covers. */
    public static Tensor shrink(Tensor images, int height, int width) {
        return guard(
                "_upsample_bilinear2d_aa",
                images,
                () -> new Tensor(Dispatch.call(
                                "aten::_upsample_bilinear2d_aa",
                                "",
                                images,
                                new long[] {height, width},
                                false,
                                null,
                                null)
                        .get(0)
                        .toTensor()));
    }

    // ---- statistics of inputs ----

    /** All windows of k x k pixels. [N,C,H,W] -> [N,C*k*k,(H-k+1)*(W-k+1)]; an element is channel, row, column. */
    public static Tensor windows(Tensor images, int k) {
        return guard(
                "im2col",
                images,
                () -> new Tensor(torch.im2col(
                        images.handle, new long[] {k, k}, new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1})));
    }

    /** Of a symmetric matrix [n,n]: values [n] from the least, and vectors [n,n], each a row. */
    public static List<Tensor> eigen(Tensor symmetric) {
        return guard("linalg_eigh", symmetric, () -> {
            var pair = torch.linalg_eigh(symmetric.handle);
            return List.of(new Tensor(pair.get0()), new Tensor(pair.get1()).permute(1, 0));
        });
    }

    // ---- losses, gradients and updates ----

    /** Mean cross entropy. logits [N,K] of any float type, labels [N] int64 -> [] fp32. arXiv:1512.00567 section 7. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
        return crossEntropy(logits, labels, null, smoothing);
    }

    /** Cross entropy weighted by {@code classWeights} [K], or plain where null. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels, Tensor classWeights, double smoothing) {
        return guard(
                "cross_entropy",
                logits,
                () -> new Tensor(torch.cross_entropy_loss(
                        logits.to(DType.F32).handle,
                        labels.handle,
                        classWeights == null ? new TensorOptional() : new TensorOptional(classWeights.handle),
                        1, // mean
                        -100,
                        smoothing)));
    }

    /** Mean squared error. Equal shapes -> []. */
    public static Tensor meanSquaredError(Tensor x, Tensor target) {
        return guard("mse_loss", x, () -> new Tensor(torch.mse_loss(x.to(DType.F32).handle, target.handle)));
    }

    /** a * scale, a scalar's share in a sum; not part of a graph. */
    public static Tensor scale(Tensor a, double scale) {
        return new Tensor(torch.mul(a.handle, new Scalar(scale)));
    }

    /** Scales the gradients so that their joint norm is at most {@code maxNorm}; gives the norm before. */
    public static double clipGradNorm(List<Tensor> parameters, double maxNorm) {
        return torch.clip_grad_norm_(
                new TensorVector(parameters.stream().map(t -> t.handle).toArray(org.bytedeco.pytorch.Tensor[]::new)),
                maxNorm);
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
                var noGrad = noGrad()) {
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
                var noGrad = noGrad()) {
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
                var noGrad = noGrad()) {
            Dispatch.call("aten::_foreach_lerp_", "Scalar", averages, values, weight);
        }
    }

    // ---- how an operation is run ----

    /** Runs {@code op}, tells the listener, and puts names and shapes into libtorch's complaint. */
    public static Tensor run(Op op, Tensor... in) {
        return run(op, op::apply, in);
    }

    /** An in-place operation gives back its argument's own C++ object, which would go when the argument is closed. */
    private static Tensor another(org.bytedeco.pytorch.Tensor same) {
        return new Tensor(new org.bytedeco.pytorch.Tensor(same));
    }

    private static Tensor run(Op op, Function<List<Tensor>, Tensor> kernel, Tensor... in) {
        var inputs = Collections.unmodifiableList(Arrays.asList(in));
        Tensor out;
        try {
            out = kernel.apply(inputs);
        } catch (RuntimeException e) {
            throw failure(op.toString(), inputs, e);
        }
        for (var listener : LISTENERS.get()) listener.op(op, inputs, out);
        return out;
    }

    static <T> T guard(String name, Tensor input, Supplier<T> body) {
        try {
            return body.get();
        } catch (RuntimeException e) {
            throw failure(name, List.of(input), e);
        }
    }

    private static NativeException failure(String name, List<Tensor> inputs, RuntimeException e) {
        var shapes = new ArrayList<Tensor>(inputs);
        return new NativeException(name, shapes.stream().map(String::valueOf).collect(Collectors.joining(", ")), e);
    }

    /** The tensor in the precision of this thread's convolutions; the cast is part of the history of gradients. */
    private static Tensor half(Tensor t) {
        return t == null || PRECISION.get() == Precision.FP32 ? t : t.to(DType.BF16);
    }
}
