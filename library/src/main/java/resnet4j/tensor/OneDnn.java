package resnet4j.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.global.torch;

/**
 * One operation of oneDNN with all that does not change from call to call made ready: weights in the order that this
 * processor's kernel reads, and the arguments. A sum with a residual and an activation are done while the result is
 * still in registers. Threads may share it. Owns its memory until {@link #close}.
 */
public final class OneDnn implements AutoCloseable {
    private final String name;
    private final OperatorHandle operator, inPlace; // the latter with a residual only
    private final DType dtype;
    private final IValueVector arguments; // x and the residual are empty until they are there

    /** Whether this machine's libtorch has it, for {@code dtype}: BF16 also needs AVX-512 or AVX-NE-CONVERT. */
    public static boolean available(DType dtype) {
        if (!torch.hasMKLDNN()) return false;
        if (dtype != DType.BF16) return true;
        try (var scope = new NativeScope()) {
            return Dispatch.call("mkldnn::_is_mkldnn_bf16_supported", "").get(0).toBool();
        }
    }

    /** Whether {@code op} is one call. */
    public static boolean supports(Op.FusedConv2d op) {
        return op.activation() == null
                || (op.add() ? op.activation() instanceof Op.Relu : name(op.activation()) != null);
    }

    /**
     * A convolution such that {@link #supports} holds, from [N,Cin,H,W] to [N,Cout,H',W'] channels-last.
     *
     * @param bias  [Cout], or null
     * @param dtype F32 or BF16: what it computes in, with sums in 32 bits, and the type of the result
     * @param shape of the images that weights are ordered for, [N,Cin,H,W]; others are computed too, maybe slower
     */
    public static OneDnn conv2d(Op.FusedConv2d op, Tensor weight, Tensor bias, DType dtype, List<Long> shape) {
        var conv = op.conv();
        Object[] sizes = {
            conv.padding().longs(), conv.stride().longs(), conv.dilation().longs(), (long) conv.groups()
        };
        var prepared = new OneDnn("mkldnn::_convolution_pointwise", op.add(), dtype);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var images = shape.stream().mapToLong(Long::longValue).toArray();
            prepared.weights("mkldnn::_reorder_convolution_weight", weight, bias, sizes, images);
            for (var size : sizes) prepared.add(Dispatch.value(size));
            if (op.add()) {
                prepared.add(Dispatch.value("add"));
                prepared.add(Dispatch.value(null));
            }
            prepared.activation(op.activation(), op.add() ? null : "none");
        }
        return prepared;
    }

    /**
     * An affine map of the last dimension, from [...,in] to [...,out].
     *
     * @param bias  [out], or null
     * @param dtype F32 or BF16, as in a convolution
     * @param batch the number of rows that weights are ordered for; others are computed too, maybe slower
     */
    public static OneDnn linear(Tensor weight, Tensor bias, DType dtype, long batch) {
        var prepared = new OneDnn("mkldnn::_linear_pointwise", false, dtype);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            prepared.weights("mkldnn::_reorder_linear_weight", weight, bias, new Object[0], batch);
            prepared.activation(null, "none");
        }
        return prepared;
    }

    private OneDnn(String name, boolean residual, DType dtype) {
        this.name = name;
        this.dtype = dtype;
        operator = Dispatch.handle(name, residual ? "binary" : "");
        inPlace = residual ? Dispatch.handle(name + "_", "binary") : null;
        arguments = new IValueVector(residual ? 2 : 1);
        arguments.retainReference();
    }

    private void weights(String reorder, Tensor weight, Tensor bias, Object[] attributes, Object inputSize) {
        var arguments = new ArrayList<Object>(List.of(weight.detach().to(dtype)));
        arguments.addAll(List.of(attributes));
        arguments.add(inputSize);
        add(Dispatch.value(result(Dispatch.call(reorder, "", arguments.toArray()))));
        add(Dispatch.value(bias == null ? null : bias.detach().to(dtype)));
    }

    private void activation(Op op, String absent) {
        add(Dispatch.value(op == null ? absent : name(op)));
        add(op instanceof Op.Clamp clamp ? Dispatch.scalars(clamp.min(), clamp.max()) : Dispatch.scalars());
        add(Dispatch.value(op instanceof Op.Gelu ? "none" : null)); // GELU exact, not by tanh
    }

    private void add(IValue argument) {
        arguments.push_back(argument);
    }

    /** What oneDNN calls an activation; null for one that it lacks. */
    private static String name(Op activation) {
        if (activation instanceof Op.Silu) return "swish";
        if (activation instanceof Op.Clamp) return "hardtanh";
        boolean same = activation instanceof Op.Relu
                || activation instanceof Op.Sigmoid
                || activation instanceof Op.Tanh
                || activation instanceof Op.Gelu;
        return same ? activation.type() : null;
    }

    /** Without a residual. x of any type and memory order. */
    public Tensor apply(Tensor x) {
        try (var scope = new NativeScope()) {
            return scope.keep(call(operator, x, x.to(dtype)));
        }
    }

    /**
     * With {@code residual}, which has the shape of the result.
     *
     * @param overwrite lets the result take the residual's memory
     */
    public Tensor apply(Tensor x, Tensor residual, boolean overwrite) {
        try (var scope = new NativeScope()) {
            Tensor in = x.to(dtype), other = residual.channelsLast().to(dtype);
            return scope.keep(overwrite ? call(inPlace, x, other, in) : call(operator, x, in, other));
        }
    }

    private Tensor call(OperatorHandle operator, Tensor x, Tensor... inputs) {
        var stack = new IValueVector().put(arguments);
        for (int i = 0; i < inputs.length; i++) stack.put(i, new IValue(inputs[i].handle));
        return Ops.guard(name, x, () -> {
            operator.callBoxed(stack);
            return result(stack);
        });
    }

    /** The tensor on the stack, which keeps its memory when the stack goes. */
    private static Tensor result(IValueVector stack) {
        return new Tensor(new org.bytedeco.pytorch.Tensor(stack.get(0).toTensor()));
    }

    @Override
    public void close() {
        arguments.close();
    }
}
