package resnet4j.tensor;

import java.util.List;
import resnet4j.array.DType;

/** An operation with fixed weights that was made ready. Threads may share it. Owns its memory until {@link #close}. */
public interface Prepared extends AutoCloseable {
    /** Of {@code x} and what is added to the result or joined with x; null where nothing is. Any type and memory order. */
    Tensor apply(Tensor x, Tensor other);

    @Override
    void close();

    /** A convolution whose weights no other has. */
    static Prepared conv2d(
            OneDnn.Fused op, boolean inPlace, Tensor weight, Tensor bias, DType factors, DType y, List<Long> shape) {
        return conv2d(op, inPlace, weight, bias, factors, y, shape, false, List.of());
    }

    /**
     * A convolution in the way that suits images of that shape: see {@link OneDnn#conv2d}.
     *
     * @param shared whether several convolutions have these weights
     * @param known  what was made of the same arguments for other images, and is given again where that is faster, made ready for these
     */
    static Prepared conv2d(
            OneDnn.Fused op,
            boolean inPlace,
            Tensor weight,
            Tensor bias,
            DType factors,
            DType y,
            List<Long> shape,
            boolean shared,
            List<Prepared> known) {
        for (var one : known) if (one instanceof WinogradConvolution winograd && winograd.suits(shape)) return one;
        var way = WinogradConvolution.way(op.op(), weight, shape, factors, shared);
        if (way.isPresent()) return new WinogradConvolution(way.get(), op, weight, bias, factors, y);
        for (var one : known)
            if (one instanceof OneDnn direct) {
                direct.add(shape);
                return direct;
            }
        return OneDnn.conv2d(op, inPlace, weight, bias, factors, y, shape);
    }
}
