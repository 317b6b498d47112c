package resnet4j.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.deconvolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import resnet4j.array.DType;
import resnet4j.tensor.OneDnn.Fused;
import resnet4j.tensor.OneDnn.Scales;
import resnet4j.tensor.OneDnnKernel.Operation;
import resnet4j.tensor.OneDnnKernel.Operation.Description;
import resnet4j.tensor.OneDnnKernel.Types;
import resnet4j.tensor.Op.Size;

/**
 * A convolution as oneDNN is told of it, or a transposed one.
 *
 * @param size of the weights, [Cout,Cin/groups,kh,kw]; of a transposed one too, which has no groups
 */
record OneDnnConvolution(Op op, long[] size, Types types, After after) {

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

    /** @param weight as the operation takes it */
    static OneDnnConvolution of(Fused fused, Tensor weight, Types types, After after) {
        return new OneDnnConvolution(fused.op(), filters(fused.op(), weight).shape(), types, after);
    }

    /** A filter for each channel of the result, along the first dimension. */
    private static Tensor filters(Op op, Tensor weight) {
        return op instanceof Op.ConvTranspose2d ? weight.permute(1, 0, 2, 3) : weight;
    }

    /** The weights' shape as oneDNN takes it. */
    private long[] grouped() {
        int groups = groups();
        return groups == 1 ? size : new long[] {groups, size[0] / groups, size[1], size[2], size[3]};
    }

    private int groups() {
        return op instanceof Op.Conv2d conv ? conv.groups() : 1;
    }

    /** The weights so, in rows. */
    Tensor arranged(Tensor weight) {
        return filters(op, weight).contiguous().reshape(grouped());
    }

    Operation operation(boolean inPlace) {
        return op instanceof Op.Conv2d conv ? convolution(conv, inPlace) : transposed((Op.ConvTranspose2d) op, inPlace);
    }

    private Operation convolution(Op.Conv2d conv, boolean inPlace) {
        var windows = new Windows(
                new Size((int) size[2], (int) size[3]), conv.stride(), conv.padding(), conv.dilation(), false, null);
        Description description = (in, x, bias, residual, y) -> new convolution_forward.primitive_desc(
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
                attributes(residual),
                false);
        UnaryOperator<long[]> result = in -> windows.result(in, size[0]);
        return new Operation("conv2d", types, format_tag.nhwc, inPlace, result, description);
    }

    private Operation transposed(Op.ConvTranspose2d conv, boolean inPlace) {
        Size padding = conv.padding(), more = conv.outputPadding();
        Description description = (in, x, bias, residual, y) -> new deconvolution_forward.primitive_desc(
                OneDnnKernel.CPU,
                dnnl.prop_kind.forward_inference,
                dnnl.algorithm.deconvolution_direct,
                x,
                anyOrder(size, types.weight()),
                bias,
                y,
                conv.stride().longs(),
                new long[] {conv.dilation().h() - 1, conv.dilation().w() - 1}, // what lies between two pixels
                padding.longs(),
                new long[] {padding.h() - more.h(), padding.w() - more.w()},
                attributes(residual),
                false);
        var weight = List.of(size[1], size[0], size[2], size[3]);
        UnaryOperator<long[]> result =
                in -> conv.shape(List.of(Arrays.stream(in).boxed().toList(), weight)).stream()
                        .mapToLong(Long::longValue)
                        .toArray();
        return new Operation("conv_transpose2d", types, format_tag.nhwc, inPlace, result, description);
    }

    private primitive_attr attributes(memory.desc residual) {
        var attributes = OneDnnKernel.attributes();
        var list = new post_ops();
        after.steps.appendTo(list, residual);
        attributes.set_post_ops(list);
        if (types.weight() == DType.I8)
            attributes.set_scales_mask(dnnl.DNNL_ARG_WEIGHTS, groups() == 1 ? 1 : 1 | 1 << 1);
        return attributes;
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
