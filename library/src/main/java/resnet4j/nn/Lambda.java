package resnet4j.nn;

import java.util.function.UnaryOperator;
import resnet4j.tensor.Op;
import resnet4j.tensor.Op.Size;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A layer without weights. */
public final class Lambda extends Layer {
    private final UnaryOperator<Tensor> function;

    public Lambda(UnaryOperator<Tensor> function) {
        this.function = function;
    }

    /** ReLU that leaves its input as it is. */
    public static Lambda relu() {
        return new Lambda(Ops::relu);
    }

    /** Square window. */
    public static Lambda maxPool(int kernel, int stride, int padding) {
        return new Lambda(x -> Ops.maxPool2d(x, kernel, stride, padding));
    }

    /** Square window; the last one may hang over the edge. */
    public static Lambda maxPoolCeil(int kernel, int stride, int padding) {
        var op = new Op.MaxPool2d(Size.of(kernel), Size.of(stride), Size.of(padding), true);
        return new Lambda(x -> Ops.maxPool2d(x, op));
    }

    @Override
    protected Tensor forward(Tensor x) {
        return function.apply(x);
    }
}
