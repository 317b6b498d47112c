package resnet4j.graph;

import java.util.Map;
import java.util.Optional;
import resnet4j.array.DType;
import resnet4j.tensor.OneDnn;
import resnet4j.tensor.Op;
import resnet4j.tensor.Tensor;

/**
 * One thing to do: a node, or a convolution with what comes before it and the sum and the activation that follow it.
 *
 * @param node       of a convolution that adds, the fourth input is the residual; its value is that of the last operation
 * @param add        whether it adds
 * @param activation what it ends with
 * @param eight      of a convolution or a linear layer in eight bits, whose inputs and weights are whole numbers
 * @param enlarged   of a convolution whose first input is enlarged to the size of the fourth, and joined with it where the
 *                   weight has channels for both
 */
record Instruction(Node node, boolean add, Optional<Op> activation, Optional<EightBits> eight, boolean enlarged) {

    /** Numbers in eight bits. @param scale the constant that they are multiplied by */
    record Whole(DType type, String scale) {}

    /** @param weight the constant with the scales of the weights @param residual and y are empty where they are floats */
    record EightBits(Whole x, String weight, Optional<Whole> residual, Optional<Whole> y) {}

    /** Of nothing but the node. */
    static Instruction of(Node node) {
        return new Instruction(node, false, Optional.empty(), Optional.empty(), false);
    }

    boolean isConvolution() {
        return OneDnn.kernelFor(node.op()) == OneDnn.Kernel.CONVOLUTION;
    }

    /** Whether it can do more than its node. */
    boolean joins() {
        return isConvolution() || eight.isPresent();
    }

    /** As oneDNN takes it. */
    OneDnn.Fused fused() {
        return new OneDnn.Fused(isConvolution() ? node.op() : OneDnn.ONE_PIXEL, add, activation);
    }

    /** With the numbers of {@code constants}, for oneDNN. */
    OneDnn.Scales scales(Map<String, Tensor> constants) {
        var e = eight.orElseThrow();
        return new OneDnn.Scales(
                e.x.type,
                number(e.x.scale, constants),
                constants.get(e.weight).toFloats(),
                add ? e.residual.map(Whole::type).orElse(node.value().dtype()) : null,
                e.residual.map(r -> number(r.scale, constants)).orElse(1f),
                node.value().dtype(),
                e.y.map(y -> number(y.scale, constants)).orElse(1f));
    }

    private static float number(String constant, Map<String, Tensor> constants) {
        return (float) constants.get(constant).item();
    }

    /** Whether a number of the result has as many bytes as one of the residual. */
    boolean residualFits() {
        return eight.isEmpty()
                || eight.get().residual.isPresent() == eight.get().y.isPresent();
    }

    @Override
    public String toString() {
        if (!add && activation.isEmpty() && eight.isEmpty() && !enlarged) return node.toString();
        return node.value() + " = " + node.op() + (enlarged ? " of the first, enlarged to the last" : "")
                + (add ? " + residual" : "") + activation.map(a -> ", " + a).orElse("") + node.inputs();
    }
}
