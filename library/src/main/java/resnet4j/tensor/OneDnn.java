package resnet4j.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import resnet4j.array.DType;
import resnet4j.files.Natives;
import resnet4j.tensor.OneDnnKernel.Operation;
import resnet4j.tensor.OneDnnKernel.Operation.Description;
import resnet4j.tensor.Op.Size;

/**
 * A convolution or a linear layer with fixed weights, or a pooling, computed by oneDNN on libtorch's tensors: a sum with a
 * residual and an activation are done while the result is still in registers. Kernels are compiled once for every shape;
 * libtorch, which has a oneDNN of its own, looks its kernel up anew at every call. Threads may share it. Owns its memory
 * until {@link #close}.
 */
public final class OneDnn implements AutoCloseable {
    static {
        Engine.ready();
    }

    /** For so many shapes kernels are kept; then the one that was not used for longest goes. */
    private static final int KEPT = 16;

    /** The bit of an instruction set of oneDNN's that is in AVX512_CORE_BF16 and not in those without. */
    private static final int BF16_INSTRUCTIONS =
            dnnl.dnnl_cpu_isa_avx512_core_bf16 & ~dnnl.dnnl_cpu_isa_avx512_core_vnni;

    private static final boolean THERE = load();
    private static final boolean BF16 = THERE && multipliesInBf16();

    private final Operation operation;
    private final memory bias; // null for an operation without weights
    private final List<memory> weights = new ArrayList<>(); // the same ones in every order that a kernel reads
    private final List<Tensor> spaces = new ArrayList<>(); // where they lie
    private final List<OneDnnKernel> kernels = new CopyOnWriteArrayList<>();
    private final AtomicLong clock = new AtomicLong();

    private static boolean load() {
        // libtorch's OpenMP and oneDNN's would both be loaded on a Mac, which ends the process.
        if (Loader.getPlatform().startsWith("macosx")) return false;
        try {
            Loader.load(torch.class); // first: both have an OpenMP, and one of them is used
            Natives.unpack(dnnl.class);
            Loader.load(dnnl.class);
            return true;
        } catch (LinkageError | TypeNotPresentException missing) { // no natives for this machine, or not all jars
            return false;
        }
    }

    private static boolean multipliesInBf16() {
        try (var scope = new NativeScope()) {
            var one = new memory.desc(new long[] {1, 1}, memory.data_type.bf16, format_tag.ab);
            new matmul.primitive_desc(OneDnnKernel.CPU, one, one, one);
            return true;
        } catch (RuntimeException unimplemented) {
            return false;
        }
    }

    /** Whether this machine has it, for {@code dtype}: BF16 also needs AVX-512 or AVX-NE-CONVERT. */
    public static boolean available(DType dtype) {
        return dtype == DType.BF16 ? BF16 : THERE;
    }

    /** The widest instruction set that it uses here, such as {@code AVX2}; {@code ONEDNN_MAX_CPU_ISA} can hold it down. */
    public static String instructionSet() {
        return dnnl.get_effective_cpu_isa().toString().toUpperCase(Locale.ROOT);
    }

    /** Whether that set multiplies bfloat16; where it does not, bfloat16 is converted number by number, or left out. */
    static boolean bf16InHardware() {
        return (dnnl.dnnl_get_effective_cpu_isa() & BF16_INSTRUCTIONS) != 0;
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
        return kernel == Kernel.POOLING && Windows.ofPool(op, 1, 1) == null ? Kernel.NONE : kernel;
    }

    /**
     * A convolution with what follows it: activation(conv(x) + residual).
     *
     * @param activation one that it has as {@link Kernel#ACTIVATION}
     */
    public record Fused(Op.Conv2d conv, boolean add, Optional<Op> activation) {}

    /**
     * A convolution from [N,Cin,H,W] to [N,Cout,H',W'] channels-last.
     *
     * @param inPlace lets the result take the residual's memory
     * @param bias    [Cout], or null
     * @param dtype   F32 or BF16: what it computes in, with sums in 32 bits, and the type of the result
     * @param shape   of the images that it is made ready for, [N,Cin,H,W]; for others it is at their first call
     */
    public static OneDnn conv2d(Fused op, boolean inPlace, Tensor weight, Tensor bias, DType dtype, List<Long> shape) {
        var conv = op.conv();
        long[] size = weight.shape();
        var windows = new Windows(
                new Size((int) size[2], (int) size[3]), conv.stride(), conv.padding(), conv.dilation(), false, null);
        int groups = conv.groups();
        long[] grouped = groups == 1 ? size : new long[] {groups, size[0] / groups, size[1], size[2], size[3]};
        Description description = (in, x, b, y) -> new convolution_forward.primitive_desc(
                OneDnnKernel.CPU,
                dnnl.prop_kind.forward_inference,
                dnnl.algorithm.convolution_direct,
                x,
                anyOrder(grouped, dtype),
                b,
                y,
                windows.stride().longs(),
                windows.holes(),
                windows.padding().longs(),
                windows.padding().longs(),
                attributes(op, inPlace, y),
                false);
        UnaryOperator<long[]> result = in -> windows.result(in, size[0]);
        var operation = new Operation("conv2d", dtype, format_tag.nhwc, op.add(), inPlace, result, description);
        try (var scope = new NativeScope()) {
            return new OneDnn(operation, weight.reshape(grouped), bias, shape);
        }
    }

    /**
     * An affine map of the last dimension, from [...,in] to [...,out].
     *
     * @param bias  [out], or null
     * @param dtype F32 or BF16, as in a convolution
     * @param rows  the number of rows that it is made ready for; for others it is at their first call
     */
    public static OneDnn linear(Tensor weight, Tensor bias, DType dtype, long rows) {
        long[] size = weight.shape();
        Description description = (in, x, b, y) -> new inner_product_forward.primitive_desc(
                OneDnnKernel.CPU,
                dnnl.prop_kind.forward_inference,
                x,
                anyOrder(size, dtype),
                b,
                y,
                attributes(),
                false);
        var operation = new Operation(
                "linear", dtype, format_tag.ab, false, false, shape -> new long[] {shape[0], size[0]}, description);
        return new OneDnn(operation, weight, bias, List.of(rows, size[1]));
    }

    /**
     * Pooling such that {@link #kernelFor} has it, from [N,C,H,W] to [N,C,H',W'] channels-last. The largest of numbers that
     * are all NaN is the least number, not NaN.
     *
     * @param dtype F32 or BF16
     * @param shape of the images that it is made ready for, [N,C,H,W]; for others it is at their first call
     */
    public static OneDnn pool2d(Op op, DType dtype, List<Long> shape) {
        Description description = (in, x, none, y) -> {
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
                    attributes(),
                    false);
        };
        UnaryOperator<long[]> result = in -> Windows.ofPool(op, in[2], in[3]).result(in, in[1]);
        return new OneDnn(new Operation(op.type(), dtype, format_tag.nhwc, false, false, result, description), shape);
    }

    private OneDnn(Operation operation, List<Long> first) {
        this.operation = operation;
        bias = null;
        compile(longs(first), Engine.threads());
    }

    private OneDnn(Operation operation, Tensor weight, Tensor bias, List<Long> first) {
        this.operation = operation;
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var shape = longs(first);
            var sums = bias == null ? Tensor.zeros(operation.result().apply(shape)[1]) : bias.detach();
            var plainSums = OneDnnKernel.view(sums.to(DType.F32).contiguous(), format_tag.a);
            this.bias = OneDnnKernel.copy(plainSums, plainSums.get_desc());
            var plain = weight.detach().to(operation.dtype()).contiguous();
            var rowMajor = List.of(format_tag.ab, format_tag.abc, format_tag.abcd, format_tag.abcde);
            var source = OneDnnKernel.view(plain, rowMajor.get(plain.dim() - 2));
            kernels.add(
                    new OneDnnKernel(operation, shape, Engine.threads(), order -> reordered(source, order), this.bias));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Without a residual. x of any type and memory order. */
    public Tensor apply(Tensor x) {
        return apply(x, null);
    }

    /** With {@code residual}, which has the shape of the result. x of any type and memory order. */
    public Tensor apply(Tensor x, Tensor residual) {
        try (var scope = new NativeScope()) {
            return scope.keep(Ops.guard(operation.name(), x, () -> {
                Tensor in = ordered(x), other = residual == null ? null : ordered(residual);
                var y = run(in.shape(), in, other);
                if (y.dim() == x.dim()) return y;
                var shape = x.shape();
                shape[shape.length - 1] = y.size(1);
                return y.reshape(shape);
            }));
        }
    }

    /** In this operation's type and memory order, by a handle of its own. */
    private Tensor ordered(Tensor x) {
        if (x.device().cuda()) throw new IllegalArgumentException("x: expected it on the CPU, got " + x.device());
        var typed = x.to(operation.dtype());
        if (operation.order() == format_tag.nhwc) return typed.channelsLast();
        return typed.contiguous().reshape(-1, x.size(x.dim() - 1));
    }

    private Tensor run(long[] shape, Tensor x, Tensor residual) {
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
        kernels.add(new OneDnnKernel(operation, shape, threads, this::weight, bias));
        if (kernels.size() <= KEPT) return;
        var oldest = kernels.stream()
                .limit(KEPT) // the last one is new
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
        if (bias != null) bias.close();
    }

    /** Weights in the order that suits the kernel best. */
    private static memory.desc anyOrder(long[] shape, DType dtype) {
        return new memory.desc(shape, OneDnnKernel.type(dtype), format_tag.any);
    }

    private static primitive_attr attributes(Fused op, boolean inPlace, memory.desc y) {
        var after = new post_ops();
        if (op.add() && inPlace) after.append_sum();
        else if (op.add()) after.append_binary(dnnl.algorithm.binary_add, y);
        var activation = op.activation().orElse(null);
        if (activation instanceof Op.Clamp clamp)
            after.append_eltwise(OneDnnOps.algorithm(clamp), (float) clamp.min(), (float) clamp.max());
        else if (activation != null)
            after.append_eltwise(OneDnnOps.algorithm(activation), activation instanceof Op.Silu ? 1 : 0, 0);
        var attributes = attributes();
        attributes.set_post_ops(after);
        return attributes;
    }

    private static primitive_attr attributes() {
        var attributes = new primitive_attr();
        attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user); // the library's own belongs to one thread
        return attributes;
    }

    private static long[] longs(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
