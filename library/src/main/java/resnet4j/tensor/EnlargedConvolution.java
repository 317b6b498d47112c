package resnet4j.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import resnet4j.array.DType;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Op.Size;

/**
 * A 3x3 convolution of a map x that is enlarged to another's height and width, by nearest pixels, and may be joined with
 * that: of a U-Net's decoder. Where that is twice as high and wide as x, three neighbours of the enlarged map are two of
 * x's, with the weights of those that are the same added up; so the convolution is a transposed one, 4x4 by steps of two,
 * with 4/9 of the products, and nothing is enlarged or joined. To other sizes x is enlarged and convolved.
 */
public final class EnlargedConvolution implements Prepared {
    /** Of one dimension: which of three weights are added up for each of the four. */
    private static final float[] SUMS = {0, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0};

    private static final Op.Conv2d CONVOLUTION = new Op.Conv2d(Size.of(1), Size.of(1), Size.of(1), 1);

    private final List<Runnable> owned = new ArrayList<>();
    private final Prepared beside; // null where nothing is joined
    private final Prepared doubled;
    private final OneDnn.Fused other; // for other sizes
    private final Tensor weight, bias; // of x, and null where they come with what is beside it
    private final DType dtype;
    private Prepared enlarged; // made when it is needed

    /** Whether a convolution is one like this, if its kernel is 3x3. */
    public static boolean takes(Op op) {
        return op.equals(CONVOLUTION);
    }

    /** Whether {@code op} enlarges as this does. */
    public static boolean enlarges(Op op) {
        return op.equals(new Op.UpsampleLike(Interpolation.NEAREST));
    }

    /** Whether {@code op} joins as this does. */
    public static boolean joins(Op op) {
        return op.equals(new Op.Cat(1));
    }

    /**
     * @param activation that follows, one that {@link OneDnn} has
     * @param weight     [Cout,C+D,3,3] for x with C channels and D of the other map; D is 0 where it is not joined
     * @param bias       [Cout], or null
     * @param dtype      F32 or BF16
     * @param x          shape that this is made ready for, and {@code like} of the other map
     */
    public EnlargedConvolution(
            Optional<Op> activation, Tensor weight, Tensor bias, DType dtype, List<Long> x, List<Long> like) {
        var transposed = new Op.ConvTranspose2d(Size.of(2), Size.of(1), Size.of(0), Size.of(1), 1);
        long channels = x.get(1), joined = weight.size(1) - channels;
        boolean joins = joined > 0;
        this.dtype = dtype;
        other = new OneDnn.Fused(CONVOLUTION, joins, activation);
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad();
                var exact = Ops.precision(Precision.FP32)) {
            beside = joins
                    ? own(Prepared.conv2d(
                            new OneDnn.Fused(CONVOLUTION, false, Optional.empty()),
                            false,
                            weight.narrow(1, channels, joined),
                            bias,
                            dtype,
                            dtype,
                            like))
                    : null;
            var own = weight.narrow(1, 0, channels);
            this.weight = own(own.to(dtype).copy().own());
            this.bias = joins || bias == null ? null : own(bias.detach().copy().own());
            doubled = own(OneDnn.conv2d(
                    new OneDnn.Fused(transposed, joins, activation), joins, summed(own), this.bias, dtype, dtype, x));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private <T extends Prepared> T own(T made) {
        owned.add(made::close);
        return made;
    }

    private Tensor own(Tensor made) {
        owned.add(made::close);
        return made;
    }

    /** [Cout,C,3,3] -> [C,Cout,4,4]. */
    private static Tensor summed(Tensor weight) {
        var sums = Tensor.of(SUMS, 4, 3);
        var along = Ops.matmul(weight.to(DType.F32), sums.permute(1, 0));
        return Ops.matmul(sums, along).permute(1, 0, 2, 3);
    }

    /** [N,C,H,W] and [N,D,H',W'] -> [N,Cout,H',W'] channels-last. */
    @Override
    public Tensor apply(Tensor x, Tensor like) {
        try (var scope = new NativeScope()) {
            var residual = beside == null ? null : beside.apply(like, null);
            boolean twice = like.size(2) == 2 * x.size(2) && like.size(3) == 2 * x.size(3);
            var made = twice
                    ? doubled.apply(x, residual)
                    : enlarged(x, like).apply(Ops.upsampleLike(x, like, Interpolation.NEAREST), residual);
            return scope.keep(made);
        }
    }

    private synchronized Prepared enlarged(Tensor x, Tensor like) {
        if (enlarged == null) {
            var shape = List.of(x.size(0), x.size(1), like.size(2), like.size(3));
            enlarged = own(Prepared.conv2d(other, other.add(), weight, bias, dtype, dtype, shape));
        }
        return enlarged;
    }

    @Override
    public void close() {
        owned.forEach(Runnable::run);
    }
}
