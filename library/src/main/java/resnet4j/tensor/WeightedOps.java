package resnet4j.tensor;

import java.util.List;
import java.util.Set;
import resnet4j.tensor.Op.Size;

/** Products with weights, and norms. Each is known by its name in {@link Op}. */
public interface WeightedOps {
    /** Sums of products; but of convolutions, of as many as the last dimension of the first input is long. */
    sealed interface Product extends Op {
        @Override
        default boolean isProduct() {
            return true;
        }

        @Override
        default long macs(List<List<Long>> in, List<Long> out) {
            var x = in.get(0);
            return Op.elements(out) * x.get(x.size() - 1);
        }
    }

    /** x [N,Cin,H,W], weight [Cout,Cin/groups,kh,kw], bias [Cout] or null -> [N,Cout,H',W']. */
    record Conv2d(Size stride, Size padding, Size dilation, int groups) implements Product {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            var x = in.get(0);
            var weight = in.get(1);
            if (x.size() != 4 || x.get(1) != weight.get(1) * groups)
                throw new IllegalArgumentException(
                        "conv2d: expected images of " + weight.get(1) * groups + " channels, got shape " + x);
            return List.of(
                    x.get(0),
                    weight.get(0),
                    along(x.get(2), weight.get(2), stride.h(), padding.h(), dilation.h()),
                    along(x.get(3), weight.get(3), stride.w(), padding.w(), dilation.w()));
        }

        private static long along(long in, long kernel, int stride, int padding, int dilation) {
            long room = in + 2L * padding - (kernel - 1) * dilation - 1;
            if (room < 0) throw new IllegalArgumentException("conv2d: expected larger images, got " + in + " pixels");
            return room / stride + 1;
        }

        @Override
        public long macs(List<List<Long>> in, List<Long> out) {
            return Op.elements(out)
                    * (Op.elements(in.get(1)) / in.get(1).get(0)); // of each output: its filter's weights
        }

        @Override
        public boolean hasFilters() {
            return true;
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return groups == 1 ? Channels.CONTRACT : Channels.GROUPED;
        }

        @Override
        public Op cut(List<List<Long>> in, int[] from, int[] to) {
            if (groups == 1) return this;
            long each = in.get(1).get(1); // whole groups stay
            return new Conv2d(stride, padding, dilation, Math.toIntExact(from.length / each));
        }
    }

    /** x [N,Cin,H,W], weight [Cin,Cout/groups,kh,kw], bias [Cout] or null -> [N,Cout,H',W']: a convolution's gradient. */
    record ConvTranspose2d(Size stride, Size padding, Size outputPadding, Size dilation, int groups)
            implements Product {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            var x = in.get(0);
            var weight = in.get(1);
            if (x.size() != 4 || !x.get(1).equals(weight.get(0)))
                throw new IllegalArgumentException(
                        "conv_transpose2d: expected images of " + weight.get(0) + " channels, got shape " + x);
            long h = (x.get(2) - 1) * stride.h()
                    - 2L * padding.h()
                    + dilation.h() * (weight.get(2) - 1)
                    + outputPadding.h();
            long w = (x.get(3) - 1) * stride.w()
                    - 2L * padding.w()
                    + dilation.w() * (weight.get(3) - 1)
                    + outputPadding.w();
            return List.of(x.get(0), weight.get(1) * groups, h + 1, w + 1);
        }

        @Override
        public long macs(List<List<Long>> in, List<Long> out) {
            return Op.elements(in.get(0))
                    * (Op.elements(in.get(1)) / in.get(1).get(0)); // of each input: its filter's weights
        }
    }

    /** x [...,in], weight [out,in], bias [out] or null -> [...,out]. */
    record Linear() implements Product {
        @Override
        public boolean hasFilters() {
            return true;
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return in.get(0).size() == 2 ? Channels.CONTRACT : Channels.REFUSE;
        }
    }

    /** Matrix product of the last two dimensions: a [...,n,k], b [...,k,m] -> [...,n,m]. */
    record Matmul() implements Product {
        @Override
        public boolean mixesRows(List<List<Long>> rows) {
            var b = rows.get(1);
            return b != null && b.size() == 2 || Op.ranksDiffer(rows);
        }
    }

    // ---- norms: the result has x's shape, and scale and shift stay in 32 bits ----

    /** x, then a scale and a shift for each channel. */
    sealed interface Normalisation extends Op {
        @Override
        default List<Long> shape(List<List<Long>> in) {
            return in.get(0);
        }

        @Override
        default Set<Integer> exact() {
            return Set.of(1, 2, 3, 4);
        }
    }

    /**
     * x [N,C,...], weight, bias, running mean and running variance [C]. In training the batch's statistics are used
     * and the running ones are updated in place. arXiv:1502.03167.
     */
    record BatchNorm(boolean training, double momentum, double eps) implements Normalisation {
        @Override
        public Set<Integer> statistics() {
            return Set.of(3, 4);
        }

        @Override
        public Op inTraining() {
            return new BatchNorm(true, momentum, eps);
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }

        @Override
        public boolean mixesRows(List<List<Long>> rows) {
            return training || Normalisation.super.mixesRows(rows);
        }
    }

    /** x [N,C,...], weight and bias [C]. arXiv:1803.08494. */
    record GroupNorm(int groups, double eps) implements Normalisation {}

    /** x [...,C], weight and bias [C]: normalises the last dimension. arXiv:1607.06450. */
    record LayerNorm(double eps) implements Normalisation {}
}
