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
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;
import resnet4j.tensor.Op.Interpolation;

/**
 * The vocabulary of networks, what a graph can hold, one spelling each, and how a thread runs it. (libtorch's varargs lie: {@code
 * torch.max_pool2d(x, 3, 2)} compiles, and pools 3x2.) A shape that does not fit is a {@link NativeException}.
 */
public final class Ops {
    static {
        Engine.ready();
    }

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

    /** What convolutions and linear layers of this thread are computed in. */
    public static Precision precision() {
        return PRECISION.get();
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

    // ---- the vocabulary ----

    public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias, Op.Conv2d op) {
        return run(op, x, weight, bias);
    }

    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return run(new Op.Linear(), x, weight, bias);
    }

    public static Tensor convTranspose2d(Tensor x, Tensor weight, Tensor bias, Op.ConvTranspose2d op) {
        return run(op, x, weight, bias);
    }

    /** Of the last two dimensions: [...,n,k] and [...,k,m] -> [...,n,m]. */
    public static Tensor matmul(Tensor a, Tensor b) {
        return run(new Op.Matmul(), a, b);
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
        return runInPlace(new Op.Relu(), x);
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

    public static Tensor logSoftmax(Tensor x, int dim) {
        return run(new Op.LogSoftmax(dim), x);
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
        return runInPlace(new Op.Add(), a, b);
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

    /** [N,C,H,W] -> [N,C,height,width]. */
    public static Tensor upsample(Tensor x, int height, int width, Interpolation by) {
        return run(new Op.Upsample(new Op.Size(height, width), by), x);
    }

    /** To the height and width of {@code like}. */
    public static Tensor upsampleLike(Tensor x, Tensor like, Interpolation by) {
        return run(new Op.UpsampleLike(by), x, like);
    }

    /** x's elements at {@code indices} along {@code dim}, in the indices' shape. */
    public static Tensor gather(Tensor x, int dim, Tensor indices) {
        return run(new Op.Gather(dim), x, indices);
    }

    /** Where the {@code k} largest elements along {@code dim} are, the largest first; {@link #gather} gives them. */
    public static Tensor topK(Tensor x, int k, int dim) {
        return run(new Op.TopK(k, dim), x);
    }

    /** x at the places of {@code grid}; see {@link Op.GridSample}. */
    public static Tensor gridSample(Tensor x, Tensor grid) {
        return run(new Op.GridSample(), x, grid);
    }

    /** A piece of x for each box; see {@link Op.RoiAlign}. */
    public static Tensor roiAlign(Tensor x, Tensor boxes, Tensor images, Op.RoiAlign op) {
        return run(op, x, boxes, images);
    }

    /** Draws from the generator that {@link #seed} seeds. */
    public static Tensor dropout(Tensor x, double p) {
        return run(new Op.Dropout(p), x);
    }

    // ---- how an operation is run ----

    /**
     * Runs {@code op}, one that {@link Op#isProduct} in this thread's precision, tells the listeners, and puts names and
     * shapes into libtorch's complaint.
     */
    public static Tensor run(Op op, Tensor... in) {
        if (op.isProduct() && PRECISION.get() != Precision.FP32) {
            in = in.clone();
            for (int i = 0; i < in.length; i++) if (in[i] != null) in[i] = in[i].to(DType.BF16); // part of the history
        }
        return run(op, op::apply, in);
    }

    /**
     * As {@link #run} in the memory of the first input, for an {@code op} that {@link Op#hasInPlaceForm}; in memory of its own
     * where somebody listens, who would not find the input any more.
     */
    public static Tensor runInPlace(Op op, Tensor... in) {
        if (!LISTENERS.get().isEmpty()) return run(op, in);
        return run(
                op,
                args -> {
                    var x = args.get(0).handle;
                    if (op.equals(new Op.Relu())) return another(torch.relu_(x));
                    if (op.equals(new Op.Add())) return another(x.add_(args.get(1).handle));
                    throw new IllegalArgumentException("op: expected one that has an in-place form");
                },
                in);
    }

    /** An in-place operation gives back its argument's own C++ object, which would go when the argument is closed. */
    private static Tensor another(org.bytedeco.pytorch.Tensor same) {
        return new Tensor(new org.bytedeco.pytorch.Tensor(same));
    }

    private static Tensor run(Op op, Function<List<Tensor>, Tensor> kernel, Tensor... in) {
        var inputs = Collections.unmodifiableList(Arrays.asList(in));
        Tensor out = null;
        try {
            for (var listener : LISTENERS.get()) if (out == null) out = listener.instead(op, inputs);
            if (out == null) out = kernel.apply(inputs);
        } catch (RuntimeException e) {
            throw failure(op.toString(), inputs, e);
        }
        for (var listener : LISTENERS.get()) listener.op(op, inputs, out);
        return out;
    }

    static <T> T guard(String name, Tensor input, Supplier<T> body) {
        return guard(name, List.of(input), body);
    }

    static <T> T guard(String name, List<Tensor> inputs, Supplier<T> body) {
        try {
            return body.get();
        } catch (RuntimeException e) {
            throw failure(name, inputs, e);
        }
    }

    private static NativeException failure(String name, List<Tensor> inputs, RuntimeException e) {
        return new NativeException(name, inputs.stream().map(String::valueOf).collect(Collectors.joining(", ")), e);
    }
}
