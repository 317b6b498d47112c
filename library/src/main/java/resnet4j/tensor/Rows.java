package resnet4j.tensor;

/** Rows of a tensor, along its first dimension. */
public final class Rows {
    static {
        Engine.ready();
    }

    private Rows() {}

    /** Row i, along the first dimension, times {@code factors[i]}, rounded once; row-major, 32-bit floats. */
    public static Tensor scaled(Tensor t, double[] factors) {
        return scaled_(new Tensor(t.handle.detach().contiguous().clone()), factors);
    }

    /** {@link #scaled} in place where the rows lie in order; gives itself, or else another one. */
    public static Tensor scaled_(Tensor t, double[] factors) {
        if (!t.handle.is_contiguous()) return scaled(t, factors);
        var in = t.bytes().asByteBuffer().asFloatBuffer();
        var out = in.duplicate();
        var row = new float[Math.toIntExact(t.elements() / factors.length)];
        for (double factor : factors) {
            in.get(row);
            for (int i = 0; i < row.length; i++) row[i] = (float) (row[i] * factor);
            out.put(row);
        }
        return t;
    }

    /** Row by row, from the order of maps [C,P] to that of [P,C]; row-major, 32-bit floats. @param channels C */
    public static Tensor channelsLast(Tensor t, int channels) {
        return channelsLast_(new Tensor(t.handle.detach().contiguous().clone()), channels);
    }

    /** {@link #channelsLast} in place where the rows lie in order; gives itself, or else another one. */
    public static Tensor channelsLast_(Tensor t, int channels) {
        if (!t.handle.is_contiguous()) return channelsLast(t, channels);
        var in = t.bytes().asByteBuffer().asFloatBuffer();
        var out = in.duplicate();
        var row = new float[Math.toIntExact(t.elements() / t.size(0))];
        var turned = new float[row.length];
        int pixels = row.length / channels;
        for (long r = 0; r < t.size(0); r++) {
            in.get(row);
            for (int c = 0; c < channels; c++)
                for (int p = 0; p < pixels; p++) turned[p * channels + c] = row[c * pixels + p];
            out.put(turned);
        }
        return t;
    }
}
