package resnet4j.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.pooling_forward;
import resnet4j.array.DType;
import resnet4j.tensor.OneDnnKernel.Operation;
import resnet4j.tensor.OneDnnKernel.Operation.Description;
import resnet4j.tensor.OneDnnKernel.Types;

/**
 * A convolution or a linear layer with fixed weights, or a pooling, computed by oneDNN on libtorch's tensors: a sum with a
 * residual and an activation are done while the result is still in registers. Kernels are compiled once for every shape;
 * libtorch, which has a oneDNN of its own, looks its kernel up anew at every call. Threads may share it. Owns its memory
 * until {@link #close}.
 */
public final class OneDnn implements Prepared {
    static {
        Engine.ready();
    }

    /** Kernels are kept for so many shapes of each that it was made ready for; then the one not used for longest goes. */
    private static final int KEPT = 16;

    private final Operation operation;
    private final Map<Integer, memory> constants = new HashMap<>(); // biases and scales, by oneDNN's argument
    private final List<memory> weights = new ArrayList<>(); // the same ones in every order that a kernel reads
    private final List<Tensor> spaces = new ArrayList<>(); // where they lie
    private final List<OneDnnKernel> kernels = new CopyOnWriteArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    private int kept = KEPT;

    /** Whether this machine has it, for {@code dtype}: BF16 also needs AVX-512 or AVX-NE-CONVERT, U8 and I8 an x86. */
    public static boolean available(DType dtype) {
        return switch (dtype) {
            case BF16 -> OneDnnLibrary.BF16;
            case U8, I8 -> OneDnnLibrary.EIGHT_BITS;
            default -> OneDnnLibrary.THERE;
        };
    }

    /** Whether the processor sums products of eight bits in 32 (VNNI, AMX), as far as oneDNN may use it. */
    public static boolean eightBitsInHardware() {
        return OneDnnLibrary.EIGHT_BITS_IN_HARDWARE;
    }

    /** The widest instruction set that it uses here, such as {@code AVX2}; {@code ONEDNN_MAX_CPU_ISA} can hold it down. */
    public static String instructionSet() {
        return dnnl.get_effective_cpu_isa().toString().toUpperCase(Locale.ROOT);
    }

    /** Whether that set multiplies bfloat16; where it does not, bfloat16 is converted number by number, or left out. */
    static boolean bf16InHardware() {
        return OneDnnLibrary.uses(OneDnnLibrary.BF16_INSTRUCTIONS);
    }

    /** Whether that set multiplies tiles of matrices. */
    static boolean amx() {
        return OneDnnLibrary.uses(OneDnnLibrary.AMX);
    }

    /** What it has for an operation. */
    public enum Kernel {
        CONVOLUTION,
        PRODUCT,
        POOLING,
        /** Part of a convolution's kernel. */
        ACTIVATION,
        NONE
    }

    /** What it has for {@code op}, with its attributes. */
    public static Kernel kernelFor(Op op) {
        var kernel = OneDnnOps.KERNELS.get(op.getClass());
        boolean lacking = kernel == Kernel.POOLING && Windows.ofPool(op, 1, 1) == null
                || op instanceof Op.ConvTranspose2d transposed && transposed.groups() > 1;
        return lacking ? Kernel.NONE : kernel;
    }

    /** What a linear layer is to an image of one pixel. */
    public static final Op.Conv2d ONE_PIXEL = new Op.Conv2d(Op.Size.of(1), Op.Size.of(0), Op.Size.of(1), 1);

    /**
     * A convolution with what follows it: activation(op(x) + residual).
     *
     * @param op         one that it has as {@link Kernel#CONVOLUTION}
     * @param activation one that it has as {@link Kernel#ACTIVATION}
     */
    public record Fused(Op op, boolean add, Optional<Op> activation) {}

    /**
     * A convolution from [N,Cin,H,W] to [N,Cout,H',W'] channels-last.
     *
     * @param inPlace lets the result take the residual's memory
     * @param bias    [Cout], or null
     * @param factors F32 or BF16: what is multiplied, with sums in 32 bits
     * @param y       the type of the residual and of the result: the same, or F32
     * @param shape   of the images that it is made ready for, [N,Cin,H,W]; for others it is at their first call
     */
    public static OneDnn conv2d(
            Fused op, boolean inPlace, Tensor weight, Tensor bias, DType factors, DType y, List<Long> shape) {
        var after = OneDnnConvolution.after(op, inPlace, null);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var conv = OneDnnConvolution.of(op, weight, Types.floats(factors, y, op.add()), after);
            return new OneDnn(conv.operation(inPlace), conv.arranged(weight), bias, null, shape);
        }
    }

    /**
     * How eight-bit numbers stand for real ones: each times a scale. Of floats the scale is 1.
     *
     * @param residual the type of what is added, or null
     * @param weights  a scale for each output channel
     */
    public record Scales(
            DType x, float xScale, float[] weights, DType residual, float residualScale, DType y, float yScale) {}

    /**
     * The same of numbers in eight bits: whole numbers are multiplied and summed exactly, and the sums are brought to the
     * result's scale once, at the end, halves to even. Where the processor has no instructions for it (VNNI) sums of two
     * products have 16 bits, and weights of channels that might not fit are rounded to coarser steps.
     *
     * @param inPlace as above, where residual and result have as many bytes
     * @param weight  I8; [Cout,Cin] of a {@linkplain #ONE_PIXEL linear layer}, from [N,Cin] to [N,Cout]
     * @param bias    [Cout], F32, or null
     */
    public static OneDnn conv2d(
            Fused op, boolean inPlace, Tensor weight, Tensor bias, Scales scales, List<Long> shape) {
        if (!available(DType.I8)) throw new IllegalStateException("conv2d: this machine has no kernels in eight bits");
        if (weight.dim() == 2)
            return conv2d(
                    op,
                    inPlace,
                    weight.reshape(weight.size(0), weight.size(1), 1, 1),
                    bias,
                    scales,
                    List.of(shape.get(0), shape.get(1), 1L, 1L));
        var types = new Types(scales.x, DType.I8, scales.residual, scales.y);
        var after = OneDnnConvolution.after(op, inPlace, scales);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var conv = OneDnnConvolution.of(op, weight, types, after);
            var eight = EightBits.of(weight, bias, scales, after.unit(), eightBitsInHardware());
            return new OneDnn(
                    conv.operation(inPlace), conv.arranged(eight.weight()), eight.bias(), eight.scales(), shape);
        }
    }

    /**
     * An affine map of the last dimension, from [...,in] to [...,out].
     *
     * @param bias    [out], or null
     * @param factors F32 or BF16, and {@code y}, as in a convolution
     * @param rows    the number of rows that it is made ready for; for others it is at their first call
     */
    public static OneDnn linear(Tensor weight, Tensor bias, DType factors, DType y, long rows) {
        long[] size = weight.shape();
        Description description = (in, x, b, none, made) -> new inner_product_forward.primitive_desc(
                OneDnnKernel.CPU,
                dnnl.prop_kind.forward_inference,
                x,
                OneDnnConvolution.anyOrder(size, factors),
                b,
                made,
                OneDnnKernel.attributes(),
                false);
        var operation = new Operation(
                "linear",
                Types.floats(factors, y, false),
                format_tag.ab,
                false,
                shape -> new long[] {shape[0], size[0]},
                description);
        return new OneDnn(operation, weight, bias, null, List.of(rows, size[1]));
    }

    /**
     * Pooling such that {@link #kernelFor} has it, from [N,C,H,W] to [N,C,H',W'] channels-last. The largest of numbers that
     * are all NaN is the least number, not NaN.
     *
     * @param dtype F32 or BF16; U8 or I8 too for the largest
     * @param shape of the images that it is made ready for, [N,C,H,W]; for others it is at their first call
     */
    public static OneDnn pool2d(Op op, DType dtype, List<Long> shape) {
        Description description = (in, x, none, nothing, y) -> {
            var windows = Windows.ofPool(op, in[2], in[3]);
            return new pooling_forward.primitive_desc(
                    OneDnnKernel.CPU,
                    dnnl.prop_kind.forward_inference,
                    windows.pooling(),
                    x,
                    y,
                    windows.stride().longs(),
                    windows.kernel().longs(),
                    windows.holes(),
                    windows.padding().longs(),
                    windows.paddingAfter(in),
                    OneDnnKernel.attributes(),
                    false);
        };
        UnaryOperator<long[]> result = in -> Windows.ofPool(op, in[2], in[3]).result(in, in[1]);
        return new OneDnn(
                new Operation(op.type(), Types.all(dtype, false), format_tag.nhwc, false, result, description), shape);
    }

    private OneDnn(Operation operation, List<Long> first) {
        this.operation = operation;
        compile(longs(first), Engine.threads());
    }

    /** @param scales that sums of channels are multiplied by, or null */
    OneDnn(Operation operation, Tensor weight, Tensor bias, Tensor scales, List<Long> first) {
        this.operation = operation;
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var shape = longs(first);
            var sums = bias == null ? Tensor.zeros(operation.result().apply(shape)[1]) : bias.detach();
            keep(dnnl.DNNL_ARG_BIAS, sums.to(DType.F32));
            if (scales != null) keep(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS, scales);
            var plain = weight.detach().to(operation.types().weight()).contiguous();
            var rowMajor = List.of(format_tag.ab, format_tag.abc, format_tag.abcd, format_tag.abcde);
            var source = OneDnnKernel.view(plain, rowMajor.get(plain.dim() - 2));
            // an order with sums of the weights beside them, as eight bits have, is made from the plain one only
            if (scales != null) reordered(source, source.get_desc());
            kernels.add(
                    new OneDnnKernel(operation, shape, Engine.threads(), order -> reordered(source, order), constants));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Makes it ready for images of another shape as well. */
    synchronized void add(List<Long> shape) {
        kept += KEPT;
        compile(longs(shape), Engine.threads());
    }

    private void keep(int argument, Tensor numbers) {
        var plain = OneDnnKernel.view(numbers.contiguous(), format_tag.a);
        constants.put(argument, OneDnnKernel.copy(plain, plain.get_desc()));
    }

    /** Without a residual. x of any type and memory order. */
    public Tensor apply(Tensor x) {
        return apply(x, null);
    }

    /** With {@code residual}, which has the shape of the result. x of any type and memory order. */
    @Override
    public Tensor apply(Tensor x, Tensor residual) {
        try (var scope = new NativeScope()) {
            return scope.keep(Ops.guard(operation.name(), x, () -> {
                var types = operation.types();
                Tensor in = ordered(x, types.x()),
                        other = residual == null ? null : ordered(residual, types.residual());
                var y = run(in.shape(), in, other);
                if (y.dim() == x.dim()) return y;
                var shape = x.shape();
                shape[shape.length - 1] = y.size(1);
                return y.reshape(shape);
            }));
        }
    }

    /** In that type and this operation's memory order, by a handle of its own. */
    private Tensor ordered(Tensor x, DType type) {
        if (x.device().cuda()) throw new IllegalArgumentException("x: expected it on the CPU, got " + x.device());
        var typed = type == null ? x : x.to(type);
        if (operation.order() == format_tag.nhwc)
            return (typed.dim() == 2 ? typed.reshape(typed.size(0), typed.size(1), 1, 1) : typed).channelsLast();
        return typed.contiguous().reshape(-1, x.size(x.dim() - 1));
    }

    Tensor run(long[] shape, Tensor x, Tensor residual) {
        int threads = Engine.threads();
        OneDnnKernel kernel;
        while ((kernel = kept(shape, threads)) == null) compile(shape, threads);
        try {
            return kernel.run(x, residual);
        } finally {
            kernel.leave();
        }
    }

    /** Entered, or null. */
    private OneDnnKernel kept(long[] shape, int threads) {
        long now = clock.incrementAndGet();
        for (var kernel : kernels) if (kernel.enter(shape, threads, now)) return kernel;
        return null;
    }

    private synchronized void compile(long[] shape, int threads) {
        var made = kept(shape, threads); // by another thread meanwhile
        if (made != null) {
            made.leave();
            return;
        }
        kernels.add(new OneDnnKernel(operation, shape, threads, weights.isEmpty() ? null : this::weight, constants));
        if (kernels.size() <= kept) return;
        var oldest = kernels.stream()
                .limit(kept) // the last one is new
                .min(Comparator.comparingLong(OneDnnKernel::lastUse))
                .orElseThrow();
        kernels.remove(oldest);
        oldest.close();
    }

    /** Shared with kernels that read the same order, or reordered. */
    private memory weight(memory.desc order) {
        for (var weight : weights) if (order.equals(weight.get_desc())) return weight;
        return reordered(weights.get(0), order);
    }

    /** In memory of libtorch's: oneDNN's own begins at a page, which leaves gaps that nothing fits. */
    private memory reordered(memory source, memory.desc order) {
        var space = Tensor.empty(DType.U8, order.get_size()).own();
        spaces.add(space);
        var made = OneDnnKernel.copy(source, order, space);
        weights.add(made);
        return made;
    }

    @Override
    public void close() {
        for (var kernel : kernels) kernel.close();
        for (var weight : weights) weight.close();
        for (var space : spaces) space.close();
        for (var constant : constants.values()) constant.close();
    }

    private static long[] longs(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
