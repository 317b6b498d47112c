package resnet4j.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import resnet4j.tensor.Op.Size;

/** Operations that move and pick numbers. Each is known by its name in {@link Op}. */
public interface ShapeOps {
    /** The result may be the input's memory, read in another way. */
    sealed interface View extends Op {
        @Override
        default boolean isView() {
            return true;
        }

        @Override
        default boolean movesNumbers() {
            return true;
        }
    }

    /** Joins the dimensions from {@code start} on. */
    record Flatten(int start) implements View {
        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return in.equals(out);
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            if (start != 1) return start > 1 ? Channels.SAME : Channels.REFUSE;
            var x = in.get(0);
            return Op.elements(x.subList(2, x.size())) == 1 ? Channels.SAME : Channels.SPREAD;
        }
    }

    /** The same elements in another shape; one size may be -1, and 0 keeps the input's size there. */
    record Reshape(List<Integer> shape) implements View {
        public Reshape {
            shape = List.copyOf(shape);
        }

        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return in.equals(out) && shape.stream().skip(2).allMatch(size -> size <= 0); // of any height and width
        }
    }

    /** Dimensions in the order given. */
    record Permute(List<Integer> dims) implements View {
        public Permute {
            dims = List.copyOf(dims);
        }
    }

    /** Every {@code step}-th element of dimension {@code dim} in [start,end); {@link #TO_THE_END} is any size's end. */
    record Slice(int dim, long start, long end, long step) implements View {
        public static final long TO_THE_END = Long.MAX_VALUE;

        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return in.equals(out) && start == 0 && (dim == 1 || end == TO_THE_END); // of any batch, height and width
        }

        @Override
        public boolean bakesIn(List<Long> now, List<Long> other) {
            int along = dim < 0 ? dim + now.size() : dim;
            return end != TO_THE_END && !now.get(along).equals(other.get(along));
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            if (dim == 1 && step == 1 && start >= 0) return Channels.SHIFT;
            return dim > 1 ? Channels.SAME : Channels.REFUSE;
        }

        @Override
        public long channelShift() {
            return -start;
        }

        @Override
        public Op cut(List<List<Long>> in, int[] from, int[] to) {
            if (dim != 1) return this;
            long first = Arrays.stream(from).filter(c -> c < start).count();
            return new Slice(dim, first, end == TO_THE_END ? end : first + to.length, step);
        }
    }

    /** Joins any number of tensors along {@code dim}. */
    record Cat(int dim) implements Op {
        @Override
        public boolean movesNumbers() {
            return true;
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return dim == 1 ? Channels.CONCAT : dim > 1 ? Channels.SAME : Channels.REFUSE;
        }

        @Override
        public boolean mixesRows(List<List<Long>> rows) {
            return false;
        }
    }

    /** Zeros around x: {@code pads} hold before and after for the last dimension, then the one before it, and so on. */
    record Pad(List<Integer> pads) implements Op {
        public Pad {
            pads = List.copyOf(pads);
        }

        @Override
        public boolean movesNumbers() {
            return true;
        }

        @Override
        public boolean isIdentity(List<Long> in, List<Long> out) {
            return pads.stream().allMatch(p -> p == 0);
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            int rank = in.get(0).size();
            if (pads.size() <= ofChannels(rank)) return Channels.SAME;
            boolean grows = pads.size() == ofChannels(rank) + 2 && pads.get(ofChannels(rank)) >= 0;
            return grows ? Channels.SHIFT : Channels.REFUSE;
        }

        /** Where the zeros before and after the channels are, of {@code rank} dimensions. */
        private static int ofChannels(int rank) {
            return 2 * (rank - 2);
        }

        @Override
        public long channelShift() {
            return pads.get(pads.size() - 2);
        }

        @Override
        public Op cut(List<List<Long>> in, int[] from, int[] to) {
            int at = ofChannels(in.get(0).size());
            if (pads.size() <= at) return this;
            var now = new ArrayList<>(pads);
            int before = (int) Arrays.stream(to).filter(c -> c < pads.get(at)).count();
            now.set(at, before);
            now.set(at + 1, to.length - before - from.length);
            return new Pad(now);
        }
    }

    /** Mirrors x [N,C,H,W] at its edges without repeating them; {@code pads} are left, right, top, bottom. */
    record ReflectPad(List<Integer> pads) implements Op {
        public ReflectPad {
            pads = List.copyOf(pads);
        }

        @Override
        public List<Long> shape(List<List<Long>> in) {
            var x = in.get(0);
            long h = x.get(2) + pads.get(2) + pads.get(3), w = x.get(3) + pads.get(0) + pads.get(1);
            return List.of(x.get(0), x.get(1), h, w);
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.SAME;
        }
    }

    // ---- picking numbers ----

    /** x, indices int64 of as many dimensions -> x's elements at the indices along {@code dim}, in the indices' shape. */
    record Gather(int dim) implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            return in.get(1);
        }
    }

    /** Where the {@code k} largest elements along {@code dim} are, the largest first: int64. */
    record TopK(int k, int dim) implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            var shape = new ArrayList<>(in.get(0));
            shape.set(dim < 0 ? dim + shape.size() : dim, (long) k);
            return shape;
        }
    }

    /**
     * x [N,C,H,W], grid [N,H',W',2] -> [N,C,H',W']: x at the places of the grid, which holds x and y from -1, the left
     * or upper edge, to 1. Bilinear; outside are zeros.
     */
    record GridSample() implements Op {
        @Override
        public List<Long> shape(List<List<Long>> in) {
            var x = in.get(0);
            var grid = in.get(1);
            return List.of(x.get(0), x.get(1), grid.get(1), grid.get(2));
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.FIRST;
        }

        @Override
        public boolean mixesRows(List<List<Long>> rows) {
            return false;
        }
    }

    /**
     * x [N,C,H,W], boxes [R,4] of x1, y1, x2, y2 in pixels of the image, their images' indices [R] int64 ->
     * [R,C,out.h(),out.w()]. Every number is the mean of {@code sampling} x {@code sampling} places of x, which is the image
     * by its scale. He et al. 2017, arXiv:1703.06870, section 3. Of several maps, a scale each: these first, and behind the
     * indices of images those of the maps that boxes are cut from [R] int64; equation 1 of arXiv:1612.03144 chooses them.
     *
     * @param aligned whether centres of pixels are at halves, as they should be; torchvision's first networks lack it
     */
    record RoiAlign(Size out, List<Double> scales, int sampling, boolean aligned) implements Op {
        public RoiAlign {
            scales = List.copyOf(scales);
            if (scales.isEmpty()) throw new IllegalArgumentException("scales: expected one for each map, got none");
        }

        public RoiAlign(Size out, double scale, int sampling, boolean aligned) {
            this(out, List.of(scale), sampling, aligned);
        }

        /** Of one map: its scale. */
        public double scale() {
            if (scales.size() > 1) throw new IllegalStateException("pieces of " + scales.size() + " maps, not of one");
            return scales.get(0);
        }

        @Override
        public List<Long> shape(List<List<Long>> in) {
            return List.of(in.get(scales.size()).get(0), in.get(0).get(1), (long) out.h(), (long) out.w());
        }

        @Override
        public Channels channels(List<List<Long>> in) {
            return Channels.FIRST;
        }

        @Override
        public Set<Integer> exact() {
            return IntStream.range(scales.size(), scales.size() + 3).boxed().collect(Collectors.toSet());
        }
    }
}
