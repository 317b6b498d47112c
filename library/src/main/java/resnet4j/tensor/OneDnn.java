package resnet4j.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
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
    /** For so many shapes kernels are kept; for others they are compiled at every call. */
    private static final int KEPT = 16;

    /** The bit of an instruction set of oneDNN's that is in AVX512_CORE_BF16 and not in those without. */
    private static final int BF16_INSTRUCTIONS =
            dnnl.dnnl_cpu_isa_avx512_core_bf16 & ~dnnl.dnnl_cpu_isa_avx512_core_vnni;

    private static final boolean THERE = load();
    private static final boolean BF16 = THERE && multipliesInBf16();

    private final Operation operation;
    private final memory bias; // null for an operation without weights
    private final List<OneDnnKernel> kernels = new CopyOnWriteArrayList<>(); // never empty

    private static boolean load() {
        // libtorch's OpenMP and oneDNN's would both be loaded on a Mac, which ends the process.
        if (Loader.getPlatform().startsWith("macosx")) return false;
        try {
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

    /** Whether {@code op} is one call: of a convolution, a linear layer or a pooling. */
    public static boolean supports(Op op) {
        if (op instanceof Op.FusedConv2d conv) return conv.activation() == null || algorithm(conv.activation()) != null;
        return op instanceof Op.Linear || Windows.ofPool(op, 1, 1) != null;
    }

    /**
     * A convolution such that {@link #supports} holds, from [N,Cin,H,W] to [N,Cout,H',W'] channels-last.
     *
     * @param inPlace lets the result take the residual's memory
     * @param bias    [Cout], or null
     * @param dtype   F32 or BF16: what it computes in, with sums in 32 bits, and the type of the result
     * @param shape   of the images that it is made ready for, [N,Cin,H,W]; for others it is at their first call
     */
    public static OneDnn conv2d(
            Op.FusedConv2d op, boolean inPlace, Tensor weight, Tensor bias, DType dtype, List<Long> shape) {
        var conv = op.conv();
        long[] size = weight.shape();
        var windows = new Windows(
                new Size((int) size[2], (int) size[3]), conv.stride(), conv.padding(), conv.dilation(), false, null);
        int groups = conv.groups();
        long[] grouped = groups == 1 ? size : new long[] {groups, size[0] / groups, size[1], size[2], size[3]};
        Description description = (x, b, y) -> new convolution_forward.primitive_desc(
                OneDnnKernel.CPU,
                dnnl.prop_kind.forward_inference,
                dnnl.algorithm.convolution_direct,
                x,
                anyOrder(grouped, dtype),
                b,
                y,
                windows.stride.longs(),
                windows.holes(),
                windows.padding.longs(),
                windows.padding.longs(),
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
        Description description = (x, b, y) -> new inner_product_forward.primitive_desc(
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
     * Pooling such that {@link #supports} holds, from [N,C,H,W] to [N,C,H',W'] channels-last. The largest of numbers that
     * are all NaN is the least number, not NaN.
     *
     * @param dtype F32 or BF16
     * @param shape of the images that it is made ready for, [N,C,H,W]; others have the same H and W
     */
    public static OneDnn pool2d(Op op, DType dtype, List<Long> shape) {
        var windows = Windows.ofPool(op, shape.get(2).intValue(), shape.get(3).intValue());
        Description description = (x, none, y) -> new pooling_forward.primitive_desc(
                OneDnnKernel.CPU,
                dnnl.prop_kind.forward_inference,
                windows.pooling,
                x,
                y,
                windows.stride.longs(),
                windows.kernel.longs(),
                windows.holes(),
                windows.padding.longs(),
                windows.paddingAfter(shape),
                attributes(),
                false);
        UnaryOperator<long[]> result = in -> {
            if (in[2] != shape.get(2) || in[3] != shape.get(3))
                throw new IllegalArgumentException("x: expected images like " + shape + ", got " + Arrays.toString(in));
            return windows.result(in, in[1]);
        };
        return new OneDnn(new Operation(op.type(), dtype, format_tag.nhwc, false, false, result, description), shape);
    }

    private OneDnn(Operation operation, List<Long> first) {
        this.operation = operation;
        bias = null;
        kernels.add(compile(longs(first), Engine.threads()));
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
            kernels.add(new OneDnnKernel(
                    operation, shape, Engine.threads(), order -> OneDnnKernel.copy(source, order), this.bias));
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
        var kernel = kept(shape, threads);
        if (kernel == null) {
            synchronized (kernels) {
                if (kept(shape, threads) == null && kernels.size() < KEPT) kernels.add(compile(shape, threads));
            }
            kernel = kept(shape, threads);
        }
        if (kernel != null) return kernel.run(x, residual);
        try (var once = compile(shape, threads)) {
            return once.run(x, residual);
        }
    }

    private OneDnnKernel kept(long[] shape, int threads) {
        for (var kernel : kernels) if (kernel.fits(shape, threads)) return kernel;
        return null;
    }

    private OneDnnKernel compile(long[] shape, int threads) {
        return new OneDnnKernel(operation, shape, threads, this::weight, bias);
    }

    /** Shared with a kernel that reads the same order, or reordered. */
    private memory weight(memory.desc order) {
        var made = kernels.stream().map(OneDnnKernel::weight).toList();
        var same = made.stream().filter(w -> order.equals(w.get_desc())).findFirst();
        return same.map(memory::new).map(NativeScope::own).orElseGet(() -> OneDnnKernel.copy(made.get(0), order));
    }

    @Override
    public void close() {
        for (var kernel : kernels) kernel.close();
        if (bias != null) bias.close();
    }

    /** Weights in the order that suits the kernel best. */
    private static memory.desc anyOrder(long[] shape, DType dtype) {
        return new memory.desc(shape, OneDnnKernel.type(dtype), format_tag.any);
    }

    private static primitive_attr attributes(Op.FusedConv2d op, boolean inPlace, memory.desc y) {
        var after = new post_ops();
        if (op.add() && inPlace) after.append_sum();
        else if (op.add()) after.append_binary(dnnl.algorithm.binary_add, y);
        if (op.activation() instanceof Op.Clamp clamp)
            after.append_eltwise(algorithm(clamp), (float) clamp.min(), (float) clamp.max());
        else if (op.activation() != null)
            after.append_eltwise(algorithm(op.activation()), op.activation() instanceof Op.Silu ? 1 : 0, 0);
        var attributes = attributes();
        attributes.set_post_ops(after);
        return attributes;
    }

    private static primitive_attr attributes() {
        var attributes = new primitive_attr();
        attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user); // the library's own belongs to one thread
        return attributes;
    }

    /** What oneDNN calls an activation; null for one that it lacks. */
    private static dnnl.algorithm algorithm(Op activation) {
        if (activation instanceof Op.Relu) return dnnl.algorithm.eltwise_relu;
        if (activation instanceof Op.Sigmoid) return dnnl.algorithm.eltwise_logistic;
        if (activation instanceof Op.Tanh) return dnnl.algorithm.eltwise_tanh;
        if (activation instanceof Op.Silu) return dnnl.algorithm.eltwise_swish;
        if (activation instanceof Op.Clamp) return dnnl.algorithm.eltwise_clip;
        if (activation instanceof Op.Gelu) return dnnl.algorithm.eltwise_gelu_erf;
        return null;
    }

    private static long[] longs(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * Where a kernel goes.
     *
     * @param ceil    whether the last window may hang over the edge
     * @param pooling what becomes of a window; null for a convolution
     */
    private record Windows(
            Size kernel, Size stride, Size padding, Size dilation, boolean ceil, dnnl.algorithm pooling) {

        /** Of pooling, over images of h x w pixels; null for an operation that is none, or none of oneDNN's. */
        static Windows ofPool(Op op, int h, int w) {
            var one = Size.of(1);
            if (op instanceof Op.MaxPool2d max)
                return new Windows(
                        max.kernel(), max.stride(), max.padding(), one, max.ceil(), dnnl.algorithm.pooling_max);
            if (op instanceof Op.AvgPool2d mean && !mean.ceil()) {
                var counted = mean.countPadding()
                        ? dnnl.algorithm.pooling_avg_include_padding
                        : dnnl.algorithm.pooling_avg_exclude_padding;
                return new Windows(mean.kernel(), mean.stride(), mean.padding(), one, false, counted);
            }
            if (op instanceof Op.AdaptiveAvgPool2d mean && mean.out().equals(one))
                return new Windows(
                        new Size(h, w), one, Size.of(0), one, false, dnnl.algorithm.pooling_avg_exclude_padding);
            return null;
        }

        /** oneDNN counts what lies between two pixels of a window. */
        long[] holes() {
            return new long[] {dilation.h() - 1, dilation.w() - 1};
        }

        long[] result(long[] in, long channels) {
            return new long[] {
                in[0],
                channels,
                along(in[2], kernel.h(), stride.h(), padding.h(), dilation.h()),
                along(in[3], kernel.w(), stride.w(), padding.w(), dilation.w())
            };
        }

        private long along(long in, int kernel, int stride, int padding, int dilation) {
            long room = in + 2L * padding - (kernel - 1L) * dilation - 1;
            if (!ceil) return room / stride + 1;
            long windows = (room + stride - 1) / stride + 1;
            return (windows - 1) * stride >= in + padding ? windows - 1 : windows; // none begins behind the image
        }

        /** Up to the end of the last window. */
        long[] paddingAfter(List<Long> in) {
            var out = result(longs(in), 0);
            return new long[] {
                (out[2] - 1) * stride.h() + kernel.h() - in.get(2) - padding.h(),
                (out[3] - 1) * stride.w() + kernel.w() - in.get(3) - padding.w()
            };
        }
    }
}
