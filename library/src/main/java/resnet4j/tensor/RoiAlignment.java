package resnet4j.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.global.torch;

/** {@link Op.RoiAlign} out of libtorch's operations, so that gradients flow: sampling bilinearly, and means of samples. */
final class RoiAlignment {
    private final Op.RoiAlign op;
    private final Tensor x, boxes;
    private final long[] images;

    RoiAlignment(Op.RoiAlign op, List<Tensor> in) {
        this.op = op;
        x = in.get(0);
        boxes = in.get(1);
        images = in.get(2).toLongs();
    }

    /** Image by image, as a grid belongs to one. */
    org.bytedeco.pytorch.Tensor run() {
        var parts = new ArrayList<Tensor>();
        var order = new ArrayList<Integer>(); // boxes in the order of parts
        for (int n = 0; n < x.size(0); n++) {
            var mine = new ArrayList<Integer>();
            for (int r = 0; r < images.length; r++) if (images[r] == n) mine.add(r);
            if (mine.isEmpty()) continue;
            order.addAll(mine);
            var map = new Tensor(x.handle.narrow(0, n, 1));
            parts.add(align(map, new Tensor(torch.index_select(boxes.handle, 0, indices(mine).handle))));
        }
        if (order.size() < images.length)
            throw new IllegalArgumentException(
                    "images: expected indices from 0 to " + (x.size(0) - 1) + ", got " + Arrays.toString(images));
        if (parts.isEmpty())
            return x.handle.new_zeros(0, x.size(1), op.out().h(), op.out().w());
        var back = new Integer[order.size()];
        for (int i = 0; i < back.length; i++) back[order.get(i)] = i;
        return torch.index_select(torch.cat(LibTorch.vector(parts), 0), 0, indices(Arrays.asList(back)).handle);
    }

    private Tensor indices(List<Integer> numbers) {
        return Tensor.of(numbers.stream().mapToLong(Integer::longValue).toArray(), numbers.size())
                .to(x.device());
    }

    /** map [1,C,H,W], boxes [R,4] -> [R,C,h,w]. */
    private Tensor align(Tensor map, Tensor boxes) {
        long rois = boxes.size(0), channels = map.size(1);
        int h = op.out().h(), w = op.out().w(), s = op.sampling();
        var across = places(boxes, 0, w * s, map.size(3)); // [R,w*s]
        var down = places(boxes, 1, h * s, map.size(2)); // [R,h*s]
        var shape = new long[] {rois, (long) h * s, (long) w * s};
        var grid = torch.stack(
                LibTorch.vector(List.of(
                        new Tensor(across.at.handle.unsqueeze(1).expand(shape)),
                        new Tensor(down.at.handle.unsqueeze(2).expand(shape)))),
                -1);
        var flat = grid.reshape(1, rois * h * s, (long) w * s, 2).to(map.handle.scalar_type());
        // at the border, as places up to one pixel outside count as the border's
        var samples =
                torch.grid_sampler(map.handle, flat, 0, 1, false).reshape(channels, rois, (long) h * s, (long) w * s);
        var inside = across.inside.handle.unsqueeze(1).mul(down.inside.handle.unsqueeze(2)); // [R,h*s,w*s]
        samples = samples.mul(inside.to(map.handle.scalar_type())).permute(1, 0, 2, 3);
        var window = new long[] {s, s};
        return new Tensor(
                torch.avg_pool2d(samples, window, window, new long[] {0, 0}, false, true, new LongOptional()));
    }

    /** Where samples are, in the coordinates of a grid, and 1 where that is not too far outside, else 0. */
    private record Places(Tensor at, Tensor inside) {}

    private Places places(Tensor boxes, int axis, int samples, long pixels) {
        double half = op.aligned() ? 0.5 : 0;
        var low = column(boxes, axis, half);
        var length = torch.sub(column(boxes, axis + 2, half), low);
        if (!op.aligned()) length = torch.clamp(length, new ScalarOptional(new Scalar(1.0)), new ScalarOptional());
        var steps = new float[samples];
        for (int i = 0; i < samples; i++) steps[i] = (float) ((i + 0.5) / samples);
        var share = Tensor.of(steps, 1, samples).to(boxes.device());
        var at = torch.add(low, length.mul(share.handle)); // pixel i is at i
        var inside = at.ge(new Scalar(-1.0)).logical_and(at.le(new Scalar((double) pixels)));
        // a grid has the first pixel's outer edge at -1 and the last one's at 1
        var grid = at.add(new Scalar(0.5)).mul(new Scalar(2.0 / pixels)).sub(new Scalar(1.0));
        return new Places(new Tensor(grid), new Tensor(inside));
    }

    /** Of all boxes, in pixels of the map: [R,1]. */
    private org.bytedeco.pytorch.Tensor column(Tensor boxes, int i, double half) {
        return boxes.handle.narrow(1, i, 1).mul(new Scalar(op.scale())).sub(new Scalar(half));
    }
}
