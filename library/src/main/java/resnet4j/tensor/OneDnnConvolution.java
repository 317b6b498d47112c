package resnet4j.tensor;

import java.util.function.UnaryOperator;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.post_ops;
import resnet4j.array.DType;
import resnet4j.tensor.OneDnn.Fused;
import resnet4j.tensor.OneDnn.Scales;
import resnet4j.tensor.OneDnnKernel.Operation;
import resnet4j.tensor.OneDnnKernel.Operation.Description;
import resnet4j.tensor.OneDnnKernel.Types;
import resnet4j.tensor.Op.Size;

/** A convolution as oneDNN is told of it. @param size of the weights, [Cout,Cin/groups,kh,kw] */
record OneDnnConvolution(Op.Conv2d conv, long[] size, Types types, After after) {

    /**
     * What is done to a channel's sum while it is in a register.
     *
     * @param unit of what the sum is counted in when it begins, and of the bias
     */
    record After(float unit, Steps steps) {
        interface Steps {
            void appendTo(post_ops list, memory.desc residual);
        }
    }

    /**
     * @param inPlace whether the residual lies where the result comes to lie
     * @param scales  null for floats
     */
    static After after(Fused op, boolean inPlace, Scales scales) {
        float residual = scales == null ? 1 : scales.residualScale(), y = scales == null ? 1 : scales.yScale();
        var activation = op.activation().orElse(null);
        // the result's unit, where an activation does not mind the unit; a residual that is read has to be in its own
        boolean homogeneous = activation == null || activation instanceof Op.Relu || activation instanceof Op.Clamp;
        boolean reads = op.add() && !inPlace;
        float first = reads ? residual : homogeneous ? y : 1;
        float active = homogeneous ? first : 1;
        return new After(first, (list, desc) -> {
            if (reads) list.append_binary(dnnl.algorithm.binary_add, desc);
            else if (op.add()) list.append_sum(residual / first, 0, desc.get_data_type());
            scale(list, first / active);
            if (activation instanceof Op.Clamp clamp)
                list.append_eltwise(
                        OneDnnOps.algorithm(clamp), (float) (clamp.min() / active), (float) (clamp.max() / active));
            else if (activation != null)
                list.append_eltwise(OneDnnOps.algorithm(activation), activation instanceof Op.Silu ? 1 : 0, 0);
            scale(list, active / y);
        });
    }

    private static void scale(post_ops list, float factor) {
        if (factor != 1) list.append_eltwise(dnnl.algorithm.eltwise_linear, factor, 0);
    }

    /** The weights' shape as oneDNN takes it. */
    long[] grouped() {
        int groups = conv.groups();
        return groups == 1 ? size : new long[] {groups, size[0] / groups, size[1], size[2], size[3]};
    }

    Operation operation(boolean inPlace) {
        var windows = new Windows(
                new Size((int) size[2], (int) size[3]), conv.stride(), conv.padding(), conv.dilation(), false, null);
        Description description = (in, x, bias, residual, y) -> {
            var attributes = OneDnn.attributes();
            var list = new post_ops();
            after.steps.appendTo(list, residual);
            attributes.set_post_ops(list);
            if (types.weight() == DType.I8)
                attributes.set_scales_mask(dnnl.DNNL_ARG_WEIGHTS, conv.groups() == 1 ? 1 : 1 | 1 << 1);
            return new convolution_forward.primitive_desc(
                    OneDnnKernel.CPU,
                    dnnl.prop_kind.forward_inference,
                    dnnl.algorithm.convolution_direct,
                    x,
                    anyOrder(grouped(), types.weight()),
                    bias,
                    y,
                    windows.stride().longs(),
                    windows.holes(),
                    windows.padding().longs(),
                    windows.padding().longs(),
                    attributes,
                    false);
        };
        UnaryOperator<long[]> result = in -> windows.result(in, size[0]);
        return new Operation("conv2d", types, format_tag.nhwc, inPlace, result, description);
    }

    /** Weights in the order that suits the kernel best. */
    static memory.desc anyOrder(long[] shape, DType dtype) {
        return new memory.desc(shape, OneDnnKernel.type(dtype), format_tag.any);
    }

    /** Whether oneDNN has more than its slow reference for eight bits here. */
    static boolean hasEightBits() {
        try (var scope = new NativeScope()) {
            var one = Size.of(1);
            var conv = new OneDnnConvolution(
                    new Op.Conv2d(one, Size.of(0), one, 1),
                    new long[] {16, 16, 1, 1},
                    new Types(DType.U8, DType.I8, null, DType.U8),
                    new After(1, (list, residual) -> {}));
            var images = new memory.desc(new long[] {1, 16, 4, 4}, memory.data_type.u8, format_tag.nhwc);
            var bias = new memory.desc(new long[] {16}, memory.data_type.f32, format_tag.a);
            var made = conv.operation(false).description().of(null, images, bias, images, images);
            return !made.impl_info_str().getString().startsWith("ref");
        } catch (RuntimeException unimplemented) {
            return false;
        }
    }
}
