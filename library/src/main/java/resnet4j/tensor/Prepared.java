package resnet4j.tensor;

import java.util.List;
import resnet4j.array.DType;

/** An operation with fixed weights that was made ready. Threads may share it. Owns its memory until {@link #close}. */
public interface Prepared extends AutoCloseable {
    /** Of {@code x} and what is added to the result or joined with x; null where nothing is. Any type and memory order. */
    Tensor apply(Tensor x, Tensor other);

    @Override
    void close();

    /** A convolution in the way that is fastest for images of that shape: see {@link OneDnn#conv2d}. */
    static Prepared conv2d(
            OneDnn.Fused op, boolean inPlace, Tensor weight, Tensor bias, DType factors, DType y, List<Long> shape) {
        return WinogradConvolution.pays(op.op(), weight, shape, factors)
                ? new WinogradConvolution(op, weight, bias, y)
                : OneDnn.conv2d(op, inPlace, weight, bias, factors, y, shape);
    }
}
