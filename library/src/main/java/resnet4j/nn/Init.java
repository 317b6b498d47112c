package resnet4j.nn;

import resnet4j.array.DType;
import resnet4j.tensor.Fill;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Placeholder;
import resnet4j.tensor.Tensor;

/** Random starting values, drawn as {@code torch.nn.init} draws them, so that a seed gives PyTorch's bits. */
public final class Init {
    private Init() {}

    private static final ThreadLocal<Boolean> DRAWS = ThreadLocal.withInitial(() -> true);

    /** Nothing is drawn on this thread until it is closed: weights hold anything, for nets that are loaded next. */
    public static Ops.Mode none() {
        boolean before = DRAWS.get();
        DRAWS.set(false);
        return () -> DRAWS.set(before);
    }

    private static final ThreadLocal<Double> ROOM = ThreadLocal.withInitial(() -> Double.POSITIVE_INFINITY);

    /**
     * As {@link #none}, for nets that somebody else describes: one whose convolutions and linear layers have more than
     * {@code most} weights in all is refused with an {@link IllegalArgumentException} before they take memory.
     */
    public static Ops.Mode none(long most) {
        double before = ROOM.get();
        var nothing = none();
        ROOM.set((double) most);
        return () -> {
            ROOM.set(before);
            nothing.close();
        };
    }

    private static final double WIDER = 1000;
    private static final ThreadLocal<Boolean> OUTLINES = ThreadLocal.withInitial(() -> false);

    /**
     * Where nothing is drawn, weights take no memory on this thread until it is closed, and are zeros: for nets that {@link
     * Net#narrow} makes smaller next, and gives memory. They may be a thousand times as large as there is {@link #none(long)
     * room} for.
     */
    public static Ops.Mode outlines() {
        boolean before = OUTLINES.get();
        double room = ROOM.get();
        OUTLINES.set(true);
        ROOM.set(room * WIDER);
        return () -> {
            OUTLINES.set(before);
            ROOM.set(room);
        };
    }

    /** A layer's weights, of the innermost scope, before they are drawn. */
    static Tensor weights(long... shape) {
        take(shape);
        boolean outline = OUTLINES.get() && !DRAWS.get();
        return outline ? Placeholder.zeros(shape) : Tensor.empty(DType.F32, shape);
    }

    /** Refuses a layer's weights of that shape if there is no room for them. */
    static void take(long... shape) {
        double room = ROOM.get();
        if (Double.isInfinite(room)) return;
        for (double numbers = 1, i = 0; i < shape.length; i++) {
            numbers *= shape[(int) i];
            if (numbers > room)
                throw new IllegalArgumentException(
                        "architecture: expected a network of the size of its weights, got a larger one");
            if (i == shape.length - 1) ROOM.set(room - numbers);
        }
    }

    /** Normal with variance 2 / fan-out, for ReLU networks. arXiv:1502.01852 eq. 14. */
    public static void kaimingNormalFanOut(Tensor weight) {
        long fanOut = weight.elements() / weight.size(1);
        normal(weight, Math.sqrt(2.0) / Math.sqrt(fanOut));
    }

    /** Normal with variance 2 / fan-in: {@code kaiming_normal_}. */
    public static void kaimingNormalFanIn(Tensor weight) {
        normal(weight, Math.sqrt(2.0) / Math.sqrt(fanIn(weight)));
    }

    /** Uniform with variance 2 / fan-in: {@code kaiming_uniform_}. */
    public static void kaimingUniform(Tensor weight) {
        uniform(weight, Math.sqrt(3.0) * (Math.sqrt(2.0) / Math.sqrt(fanIn(weight))));
    }

    private static long fanIn(Tensor weight) {
        return weight.elements() / weight.size(0);
    }

    /** Normal within [-2,2], in absolute numbers: {@code trunc_normal_}. */
    public static void truncatedNormal(Tensor t, double std) {
        if (DRAWS.get()) Fill.truncatedNormal(t, std, 2);
    }

    /** What {@code torch.nn.Conv2d} and {@code Linear} start with: {@code kaiming_uniform_(a=sqrt(5))}, to the bit. */
    static void defaults(Tensor weight, Tensor bias) {
        long fanIn = fanIn(weight);
        double slope = Math.sqrt(5), gain = Math.sqrt(2 / (1 + slope * slope));
        uniform(weight, Math.sqrt(3.0) * (gain / Math.sqrt(fanIn)));
        if (bias != null) uniform(bias, 1 / Math.sqrt(fanIn));
    }

    public static void uniform(Tensor t, double bound) {
        if (DRAWS.get()) Fill.uniform(t, -bound, bound);
    }

    public static void normal(Tensor t, double std) {
        if (DRAWS.get()) Fill.normal(t, 0, std);
    }

    /**
     * Makes the first filters of a convolution [out,in,k,k] give back its input, as far as there are filters and inputs:
     * {@code dirac_} on {@code weight[:in]}; the other filters stay as they are. Zagoruyko and Komodakis 2017,
     * arXiv:1706.00388.
     */
    public static void dirac(Tensor weight) {
        if (!DRAWS.get()) return;
        int n = (int) Math.min(weight.size(0), weight.size(1)), in = (int) weight.size(1), k = (int) weight.size(2);
        var values = new float[n * in * k * k];
        for (int i = 0; i < n; i++) values[((i * in + i) * k + k / 2) * k + k / 2] = 1;
        try (var scope = new NativeScope();
                var noGrad = Ops.noGrad()) {
            weight.narrow(0, 0, n).set(Tensor.of(values, n, in, k, k));
        }
    }

    public static void constant(Tensor t, double value) {
        if (!DRAWS.get()) return;
        try (var scope = new NativeScope()) {
            t.set(Tensor.full(value, t.shape()));
        }
    }
}
