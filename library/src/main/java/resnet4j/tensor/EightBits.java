package resnet4j.tensor;

import java.util.Arrays;
import resnet4j.array.DType;

/**
 * The numbers of a convolution in eight bits as its kernel takes them.
 *
 * @param weight [Cout,Cin/groups,kh,kw], I8
 * @param bias   [Cout], F32, in units
 * @param scales [Cout], F32: of a channel's sums, to units
 */
record EightBits(Tensor weight, Tensor bias, Tensor scales) {
    /** Without VNNI two neighbouring products, of numbers up to 255, are summed in 16 bits, and cut off. */
    private static final int MOST_OF_TWO = Short.MAX_VALUE / 255;

    /** @param exact whether the processor's sums have 32 bits */
    static EightBits of(Tensor weight, Tensor bias, OneDnn.Scales scales, float unit, boolean exact) {
        int channels = scales.weights().length;
        var factors = new float[channels];
        Arrays.fill(factors, 1);
        // of numbers with a sign oneDNN halves the weights itself
        var safe = exact || scales.x() != DType.U8 ? weight : narrow(weight, factors);
        var shift = bias == null ? new float[channels] : bias.toFloats();
        var all = new float[channels];
        for (int c = 0; c < channels; c++) {
            all[c] = scales.xScale() * scales.weights()[c] * factors[c] / unit;
            shift[c] /= unit;
        }
        return new EightBits(safe, Tensor.of(shift, channels), Tensor.of(all, channels));
    }

    /**
     * Weights in coarser steps, {@code factors} as wide, in the channels where two neighbours of one sign are more than
     * {@link #MOST_OF_TWO}. Neighbours are two input channels at the same place, the first of them even.
     */
    private static Tensor narrow(Tensor weight, float[] factors) {
        long[] size = weight.shape();
        float[] all = weight.toFloats();
        int in = (int) size[1], places = (int) (size[2] * size[3]), each = in * places;
        for (int c = 0; c < factors.length; c++) {
            int most = 0;
            for (int i = 0; i + 1 < in; i += 2)
                for (int p = 0; p < places; p++) {
                    int at = c * each + i * places + p;
                    most = Math.max(most, (int) Math.abs(all[at] + all[at + places]));
                }
            if (most <= MOST_OF_TWO) continue;
            // each of two rounds up by less than a half
            factors[c] = most / (MOST_OF_TWO - 1f);
            for (int i = c * each; i < (c + 1) * each; i++) all[i] = Math.round(all[i] / factors[c]);
        }
        return Tensor.of(all, size).to(DType.I8);
    }
}
