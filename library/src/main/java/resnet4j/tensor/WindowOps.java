package resnet4j.tensor;

import java.util.List;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Op.Size;

/** Windows and reductions: each channel by itself, or over dimensions. Each is known by its name in {@link Op}. */
public interface WindowOps {
    /** x [N,C,H,W] -> [N,C,H',W'], each channel by itself. */
    sealed interface Pixelwise extends Op {
        @Override
        default Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }
    }

    /** {@code ceil} lets the last window hang over the edge. */
    record MaxPool2d(Size kernel, Size stride, Size padding, boolean ceil) implements Pixelwise {
        @Override
        public boolean movesNumbers() {
            return true;
        }

        @Override
        public boolean keepsFactors() {
            return true;
        }
    }

    /** Padding counts as zeros when {@code countPadding}. */
    record AvgPool2d(Size kernel, Size stride, Size padding, boolean ceil, boolean countPadding) implements Pixelwise {}

    /** To [N,C,out.h(),out.w()], each output the mean of its share of the input. */
    record AdaptiveAvgPool2d(Size out) implements Pixelwise {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            return List.of(in.get(0).get(0), in.get(0).get(1), (long) out.h(), (long) out.w());
        }

        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return in.equals(out) && !this.out.equals(Size.of(1)); // a single pixel may be more in a larger image
        }
    }

    /** To [N,C,out.h(),out.w()]. */
    record Upsample(Size out, Interpolation by) implements Pixelwise {
        @Override
        public boolean bakesIn(List<Long> now, List<Long> other) {
            return !now.equals(other);
        }
    }

    /** x [N,C,H,W] and any other with four dimensions -> [N,C,H',W'] of the other's height and width. */
    record UpsampleLike(Interpolation by) implements Op {
        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.FIRST;
        }

        @Override
        public boolean mixesRows(List<List<Long>> rows) {
            return false;
        }
    }

    /** Over dimensions, which stay with one element where {@code keep}. */
    sealed interface Reduction extends Op {
        List<Integer> dims();

        boolean keep();

        @Override
        default Channels channels(List<List<Long>> in) {
            boolean overChannels =
                    dims().contains(1) || dims().contains(1 - in.get(0).size());
            return overChannels || dims().contains(0) ? Channels.REFUSE : Channels.SAME;
        }
    }

    record Mean(List<Integer> dims, boolean keep) implements Reduction {
        public Mean {
            dims = List.copyOf(dims);
        }
    }

    record Sum(List<Integer> dims, boolean keep) implements Reduction {
        public Sum {
            dims = List.copyOf(dims);
        }
    }

    record Max(List<Integer> dims, boolean keep) implements Reduction {
        public Max {
            dims = List.copyOf(dims);
        }
    }
}
