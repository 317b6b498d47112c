package resnet4j.tensor;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import resnet4j.array.DType;

/**
 * One operation of a network with its attributes, apart from the tensors it works on, and what is true of it whoever
 * computes it. A layer runs it through {@link Ops}; a traced graph keeps it, and can run it again. Every engine has one
 * table of what it makes of each: {@link LibTorch}, {@link OneDnn}, and an exporter's.
 *
 * <p>The records stand in four files by what they do to numbers; here, each is {@code Op.Conv2d} and so on.
 */
public sealed interface Op extends WeightedOps, ElementOps, WindowOps, ShapeOps
        permits WeightedOps.Product,
                WeightedOps.Normalisation,
                ElementOps.Pointwise,
                ElementOps.Scaled,
                ElementOps.Add,
                ElementOps.Mul,
                ElementOps.Softmax,
                ElementOps.LogSoftmax,
                WindowOps.Pixelwise,
                WindowOps.UpsampleLike,
                WindowOps.Reduction,
                ShapeOps.View,
                ShapeOps.Cat,
                ShapeOps.Pad,
                ShapeOps.ReflectPad,
                ShapeOps.Gather,
                ShapeOps.TopK,
                ShapeOps.GridSample,
                ShapeOps.RoiAlign {
    /** Runs the operation by libtorch. {@code in} as the record's comment says; null for an absent optional input. */
    default Tensor apply(List<Tensor> in) {
        return LibTorch.run(this, in);
    }

    /** The name in PyTorch's functional interface, where it has one. */
    default String type() {
        String name = getClass().getSimpleName();
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    /** The shape of the result, for inputs of these shapes; null for an absent one. Throws where they do not fit. */
    default List<Long> shape(List<List<Long>> in) {
        return LibTorch.shape(this, in); // worked out without computing anything
    }

    /** Whether the result may share memory with the first input. */
    default boolean isView() {
        return false;
    }

    /** Whether it gives back its first input in evaluation, for that input's shape and the result's. */
    default boolean isIdentity(List<Long> in, List<Long> out) {
        return false;
    }

    /** Multiply-adds of convolutions and matrix products, which are what papers count; of others 0. */
    default long macs(List<List<Long>> in, List<Long> out) {
        return 0;
    }

    /** Whether it multiplies inputs or weights with each other: computed in the precision of {@link Ops#precision}. */
    default boolean isProduct() {
        return false;
    }

    /** Whether its second input is a weight of a filter for each channel of the result, along the first dimension. */
    default boolean hasFilters() {
        return false;
    }

    /** Whether it is a + b: of a product's result, the residual is added by the product's own kernel. */
    default boolean isSum() {
        return false;
    }

    /** Whether it is 0 below 0 and lets pass what is above, up to a limit if it has one. */
    default boolean isRectifier() {
        return false;
    }

    /** Whether it makes numbers in eight bits of floats and a scale. */
    default boolean toEightBits() {
        return false;
    }

    /** Whether it makes floats of numbers in eight bits and scales. */
    default boolean fromEightBits() {
        return false;
    }

    /** The type in eight bits whose numbers it rounds floats to, which stay floats; null where it does nothing of the kind. */
    default DType roundsTo() {
        return null;
    }

    /**
     * Whether every number of the result is one of an input's, or 0, and their order says which: so that the operation does
     * the same to numbers in eight bits, if all inputs have one scale.
     */
    default boolean movesNumbers() {
        return false;
    }

    /** Whether every channel times a number above 0 gives the channel of the result times that number. */
    default boolean keepsFactors() {
        return false;
    }

    /** What it is in training; a graph holds what it is in evaluation. */
    default Op inTraining() {
        return this;
    }

    /** The inputs that are running statistics: saved, and not trained. */
    default Set<Integer> statistics() {
        return Set.of();
    }

    /** The inputs that stay in 32-bit floats when the operation is computed in less. */
    default Set<Integer> exact() {
        return Set.of();
    }

    /** Whether {@link Ops#runInPlace} can give the result the first input's memory, where that has the result's shape. */
    default boolean hasInPlaceForm() {
        return false;
    }

    /** Whether its attributes fit inputs of shape {@code now} only and may be wrong for {@code other}, without failing. */
    default boolean bakesIn(List<Long> now, List<Long> other) {
        return false;
    }

    /**
     * Whether a row of the result, along its first dimension, may depend on other rows of the inputs than its own, though it
     * has as many. A value of another operation takes its rows in order, so long as one input has them.
     *
     * @param rows shapes of the inputs that have a row for each picture of a batch; null for others
     */
    default boolean mixesRows(List<List<Long>> rows) {
        return rows.stream().skip(1).anyMatch(Objects::nonNull);
    }

    /** Of operations that take all inputs row by row if they have as many dimensions: broadcasting begins at the last one. */
    static boolean ranksDiffer(List<List<Long>> rows) {
        return rows.stream().filter(Objects::nonNull).map(List::size).distinct().count() > 1;
    }

    /** How the channels of the result, its dimension 1, come from those of the inputs. */
    default Channels channels(List<List<Long>> in) {
        return Channels.REFUSE;
    }

    /** Of {@link Channels#SHIFT}: channel c of the first input is channel c + this of the result. */
    default long channelShift() {
        return 0;
    }

    /**
     * The operation when channels are cut before and after it.
     *
     * @param in   shapes of the inputs as they were
     * @param from the first input's channels that stay, rising
     * @param to   the result's
     */
    default Op cut(List<List<Long>> in, int[] from, int[] to) {
        return this;
    }

    /** How channels go through an operation: what has to be cut when some are cut before it or after it. */
    enum Channels {
        /** Channel c of every input with more than one is channel c of the result, and weights have one number for each. */
        SAME,
        /** As SAME, of the first input alone; others are no channels, or none of the result's. */
        FIRST,
        /** Channel c of the first input is channel c + {@link Op#channelShift} of the result, if there is such a one; others are 0. */
        SHIFT,
        /** All channels go into each new one: weight [out,in,...], bias [out]. */
        CONTRACT,
        /** As CONTRACT, for each of several groups of channels by itself: weight [out,in/groups,...]. */
        GROUPED,
        /** The channels of the inputs, one input after another. */
        CONCAT,
        /** Each channel becomes a run of equally many new ones. */
        SPREAD,
        /** Anything else; channels before it cannot be cut. */
        REFUSE
    }

    /** Two lengths, along height and along width. */
    record Size(int h, int w) {
        public static Size of(int both) {
            return new Size(both, both);
        }

        long[] longs() {
            return new long[] {h, w};
        }
    }

    /** How pixels between pixels are made; centres of pixels are at halves, as everywhere but in old networks. */
    enum Interpolation {
        NEAREST,
        BILINEAR
    }

    /** How many numbers a tensor of this shape has. */
    static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
