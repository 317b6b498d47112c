package resnet4j.model;

import java.util.Optional;
import resnet4j.nn.Layer;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * The one linear layer that a head is, whatever stands around it: dropout, a 1x1 convolution on means instead.
 *
 * @param weight [classes,D], or [classes,D,1,1]
 * @param bias   [classes]
 */
public record LinearHead(Tensor weight, Optional<Tensor> bias) {
    /** Of a head; empty where it has more weights than those of one layer. */
    public static Optional<LinearHead> of(Layer head) {
        Tensor weight = null, bias = null;
        for (var entry : head.parameters().entrySet()) {
            if (entry.getKey().endsWith("weight") && weight == null) weight = entry.getValue();
            else if (entry.getKey().endsWith("bias") && bias == null) bias = entry.getValue();
            else return Optional.empty();
        }
        return weight == null || weight.elements() != weight.size(0) * weight.size(1)
                ? Optional.empty()
                : Optional.of(new LinearHead(weight, Optional.ofNullable(bias)));
    }

    /** D: the numbers that it looks at. */
    public int features() {
        return (int) weight.size(1);
    }

    /** A row for each class, [classes,D]. */
    public Tensor rows() {
        return Ops.flatten(weight, 1);
    }
}
