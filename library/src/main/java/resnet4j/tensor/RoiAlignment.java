package resnet4j.tensor;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * {@link Op.RoiAlign} as sums of rows: every number of a piece is the weighted sum of what a few places of the map hold, the
 * same places and weights in all channels. libtorch sums rows by index ({@code embedding_bag}) with all channels of a
 * place beside one another, and gives gradients.
 */
final class RoiAlignment {
    private static final long SUM = 0;

    private final Op.RoiAlign op;
    private final List<Tensor> maps;
    private final float[] boxes;
    private final long[] images, levels;

    RoiAlignment(Op.RoiAlign op, List<Tensor> in) {
        this.op = op;
        int count = op.scales().size();
        maps = in.subList(0, count);
        boxes = in.get(count).toFloats();
        images = in.get(count + 1).toLongs();
        if (count > 1 && in.size() < count + 3)
            throw new IllegalArgumentException("levels: expected one for each box of " + count + " maps, got none");
        levels = count > 1 ? in.get(count + 2).toLongs() : new long[images.length];
        for (int r = 0; r < images.length; r++) {
            within("levels", levels[r], count);
            within("images", images[r], maps.get((int) levels[r]).size(0));
        }
    }

    org.bytedeco.pytorch.Tensor run() {
        var any = maps.get(0).handle;
        long channels = any.size(1);
        int h = op.out().h(), w = op.out().w(), rois = images.length;
        if (rois == 0) return any.new_zeros(0, channels, h, w);
        int most = 2 * op.sampling(); // places each way for a number: two for each sample
        var rows = new long[rois * h * w * most * most];
        var weights = new float[rows.length];
        var starts = new long[rois * h * w];
        var pixels = new Pixels();
        int next = 0, bag = 0;
        for (int r = 0; r < rois; r++) {
            int level = (int) levels[r];
            long height = maps.get(level).size(2), width = maps.get(level).size(3);
            var down = new Places(r, 1, h, (int) height);
            var across = new Places(r, 0, w, (int) width);
            long first = pixels.begin(level) + images[r] * height * width;
            for (int i = 0; i < h; i++)
                for (int j = 0; j < w; j++) {
                    starts[bag++] = next;
                    for (int y = down.first[i]; y < down.first[i + 1]; y++)
                        for (int x = across.first[j]; x < across.first[j + 1]; x++, next++) {
                            rows[next] = first + down.at[y] * width + across.at[x];
                            weights[next] = down.weight[y] * across.weight[x];
                        }
                }
        }
        var sums = torch.embedding_bag(
                        pixels.rows(channels),
                        indices(Arrays.copyOf(rows, next)),
                        indices(starts),
                        false,
                        SUM,
                        false,
                        new TensorOptional(Tensor.of(Arrays.copyOf(weights, next), next)
                                .to(maps.get(0).device())
                                .handle),
                        false,
                        new LongOptional())
                .get0();
        return sums.to(any.scalar_type()).reshape(rois, h, w, channels).permute(0, 3, 1, 2);
    }

    /** The pixels of the maps that boxes are cut from, one map after the other, in the order in which they are asked for. */
    private final class Pixels {
        private final Map<Integer, Long> begins = new LinkedHashMap<>();
        private long end;

        /** Of the first of a map's pixels. */
        long begin(int level) {
            return begins.computeIfAbsent(level, l -> {
                var map = maps.get(l);
                long begin = end;
                end += map.size(0) * map.size(2) * map.size(3);
                return begin;
            });
        }

        /** [P,C] in 32-bit floats, as bf16 would round the weights. */
        org.bytedeco.pytorch.Tensor rows(long channels) {
            var all = begins.keySet().stream()
                    .map(level -> maps.get(level)
                            .handle
                            .permute(0, 2, 3, 1)
                            .reshape(-1, channels)
                            .to(torch.ScalarType.Float))
                    .toArray(org.bytedeco.pytorch.Tensor[]::new);
            return all.length == 1 ? all[0] : torch.cat(new TensorVector(all), 0);
        }
    }

    private static void within(String what, long index, long count) {
        if (index < 0 || index >= count)
            throw new IllegalArgumentException(what + ": expected indices from 0 to " + (count - 1) + ", got " + index);
    }

    private org.bytedeco.pytorch.Tensor indices(long[] numbers) {
        return Tensor.of(numbers, numbers.length).to(maps.get(0).device()).handle;
    }

    /** Of one box along one axis: the pixels of every number, and their shares of the mean over its samples. */
    private final class Places {
        final int[] at, first; // those of number i from first[i] to first[i + 1]
        final float[] weight;
        private int count;

        Places(int box, int axis, int bins, int pixels) {
            int sampling = op.sampling();
            at = new int[2 * bins * sampling];
            first = new int[bins + 1];
            weight = new float[at.length];
            float half = op.aligned() ? 0.5f : 0,
                    scale = op.scales().get((int) levels[box]).floatValue();
            float low = boxes[4 * box + axis] * scale - half;
            float length = boxes[4 * box + axis + 2] * scale - half - low;
            if (!op.aligned()) length = Math.max(length, 1);
            float bin = length / bins;
            for (int i = 0; i < bins; i++) {
                for (int s = 0; s < sampling; s++) {
                    float x = low + i * bin + (s + 0.5f) * bin / sampling;
                    if (!(x >= -1 && x <= pixels)) continue; // too far outside, or no number
                    x = Math.max(x, 0);
                    int lower = Math.min((int) x, pixels - 1);
                    float share = lower == pixels - 1 ? 0 : x - lower;
                    add(first[i], lower, (1 - share) / sampling);
                    if (share > 0) add(first[i], lower + 1, share / sampling);
                }
                first[i + 1] = count;
            }
        }

        /** Once for each pixel of a number, from {@code begin} on, however many of its samples lie beside it. */
        private void add(int begin, int pixel, float share) {
            for (int k = count - 1; k >= begin; k--)
                if (at[k] == pixel) {
                    weight[k] += share;
                    return;
                }
            at[count] = pixel;
            weight[count++] = share;
        }
    }
}
