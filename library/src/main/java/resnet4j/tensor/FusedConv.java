package resnet4j.tensor;

import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A convolution of oneDNN with all that does not change from call to call made ready: weights in the order that this
 * processor's kernel reads, and the arguments. The sum with a residual and the activation are done while the result
 * is still in registers. Threads may share it. Owns its memory until {@link #close}.
 */
public final class FusedConv implements AutoCloseable {
    private static final String NAME = "mkldnn::_convolution_pointwise";

    private final Op.FusedConv2d op;
    private final DType dtype;
    private final List<IValue> weights; // reordered weight, bias, padding, stride, dilation, groups
    private final IValue activation, add, none, noScalars;

    /**
     * @param op    such that {@link #supports} holds
     * @param bias  [Cout], or null
     * @param dtype F32 or BF16: what the convolution computes in, with sums in 32 bits; results are of that type
     * @param shape of the images that the weights are ordered for, [N,Cin,H,W]; others are computed too, maybe slower
     */
    public FusedConv(Op.FusedConv2d op, Tensor weight, Tensor bias, DType dtype, List<Long> shape) {
        this.op = op;
        this.dtype = dtype;
        var conv = op.conv();
        long[] padding = conv.padding().longs(),
                stride = conv.stride().longs(),
                dilation = conv.dilation().longs();
        long groups = conv.groups();
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            var ordered = Dispatch.call(
                    "mkldnn::_reorder_convolution_weight",
                    "",
                    weight.detach().to(dtype),
                    padding,
                    stride,
                    dilation,
                    groups,
                    sizes);
            weights = List.of(
                    kept(result(ordered)),
                    kept(bias == null ? null : bias.detach().to(dtype)),
                    kept(padding),
                    kept(stride),
                    kept(dilation),
                    kept(groups));
            none = kept(null);
            add = kept("add");
            activation = op.activation() != null ? kept(name(op.activation())) : op.add() ? none : kept("none");
            noScalars = Dispatch.noScalars();
            noScalars.retainReference();
        }
    }

    /** Whether this machine's libtorch has oneDNN. */
    public static boolean available() {
        return torch.hasMKLDNN();
    }

    /** Whether oneDNN does {@code op} in one call. */
    public static boolean supports(Op.FusedConv2d op) {
        return op.activation() == null
                || (op.add() ? op.activation() instanceof Op.Relu : name(op.activation()) != null);
    }

    /** What oneDNN calls an activation; null for one that it lacks. */
    private static String name(Op activation) {
        if (activation instanceof Op.Silu) return "swish";
        boolean same =
                activation instanceof Op.Relu || activation instanceof Op.Sigmoid || activation instanceof Op.Tanh;
        return same ? activation.type() : null;
    }

    private static IValue kept(Object argument) {
        var value = Dispatch.value(argument);
        value.retainReference();
        return value;
    }

    /** Images [N,Cin,H,W] of any type and memory order to [N,Cout,H',W'], channels-last. Without a residual. */
    public Tensor apply(Tensor x) {
        try (var scope = new NativeScope()) {
            var stack = new IValueVector(value(x));
            weights.forEach(stack::push_back);
            stack.push_back(activation);
            stack.push_back(noScalars);
            stack.push_back(none);
            return scope.keep(call("", stack, x));
        }
    }

    /**
     * With {@code residual}, which has the shape of the result.
     *
     * @param overwrite lets the result take the residual's memory
     */
    public Tensor apply(Tensor x, Tensor residual, boolean overwrite) {
        try (var scope = new NativeScope()) {
            var stack = overwrite
                    ? new IValueVector(value(residual), value(x))
                    : new IValueVector(value(x), value(residual));
            weights.forEach(stack::push_back);
            stack.push_back(add);
            stack.push_back(none);
            stack.push_back(activation);
            stack.push_back(noScalars);
            stack.push_back(none);
            return scope.keep(call(overwrite ? "_" : "", stack, x));
        }
    }

    private IValue value(Tensor x) {
        return new IValue(x.to(dtype).channelsLast().handle);
    }

    private Tensor call(String suffix, IValueVector stack, Tensor x) {
        return Ops.guard(op.toString(), x, () -> {
            Dispatcher.singleton().callBoxed(Dispatch.handle(NAME + suffix, op.add() ? "binary" : ""), stack);
            return result(stack);
        });
    }

    /** The tensor on the stack, which keeps its memory when the stack goes. */
    private static Tensor result(IValueVector stack) {
        return new Tensor(new org.bytedeco.pytorch.Tensor(stack.get(0).toTensor()));
    }

    @Override
    public void close() {
        weights.forEach(IValue::close);
        if (activation != none) activation.close();
        for (var value : List.of(add, none, noScalars)) value.close();
    }
}
