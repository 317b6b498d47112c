package resnet4j.segment;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import resnet4j.config.Checks;
import resnet4j.image.Windows;
import resnet4j.tensor.Op.Interpolation;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Pixels;
import resnet4j.tensor.Tensor;

/**
 * How often, and how, a picture is looked at by a network that answers for each pixel. The probabilities of several views
 * are averaged.
 *
 * @param mirror whether its mirror image is looked at, too
 * @param scales the sizes that it is looked at in, of its own
 * @param window height and width of windows that overlap by half, whose logits are averaged; 0 for the whole at once
 */
public record PixelViews(boolean mirror, List<Double> scales, int window) {
    public PixelViews {
        scales = List.copyOf(scales);
        if (scales.isEmpty()) throw new IllegalArgumentException("scales: expected at least one, got none");
        for (double scale : scales) Checks.between("scales", 0.1, 10, scale);
        if (window != 0) new Windows(window);
    }

    /** The picture as it is. */
    public PixelViews() {
        this(false, List.of(1.0), 0);
    }

    /** Those windows, if there are any. */
    public Optional<Windows> windows() {
        return window == 0 ? Optional.empty() : Optional.of(new Windows(window));
    }

    /** For a network that finds things, which can look through windows alone. */
    public void refuseAllButWindows() {
        if (!equals(new PixelViews(false, List.of(1.0), window)))
            throw new IllegalArgumentException("scales and mirror: expected a network that answers for each pixel,"
                    + " got one that finds things; leave them out");
    }

    /** The network with these views: normalised images [N,3,H,W] to logits, or the logarithm of probabilities, [N,K,H,W]. */
    public UnaryOperator<Tensor> of(UnaryOperator<Tensor> network) {
        UnaryOperator<Tensor> windowed = window == 0 ? network : images -> windows(network, images);
        if (!mirror && scales.equals(List.of(1.0))) return windowed;
        return images -> {
            int height = (int) images.size(2), width = (int) images.size(3);
            Tensor sum = null;
            for (double scale : scales) {
                int h = Math.max(1, (int) Math.round(height * scale)), w = Math.max(1, (int) Math.round(width * scale));
                var scaled = scale == 1 ? images : Ops.upsample(images, h, w, Interpolation.BILINEAR);
                var seen = Ops.softmax(windowed.apply(scaled), 1);
                if (mirror) seen = Ops.add(seen, Pixels.mirror(Ops.softmax(windowed.apply(Pixels.mirror(scaled)), 1)));
                seen = scale == 1 ? seen : Ops.upsample(seen, height, width, Interpolation.BILINEAR);
                sum = sum == null ? seen : Ops.add(sum, seen);
            }
            int views = scales.size() * (mirror ? 2 : 1);
            return Pixels.log(Ops.affine(sum, 1.0 / views, 0));
        };
    }

    private Tensor windows(UnaryOperator<Tensor> network, Tensor images) {
        int height = (int) images.size(2), width = (int) images.size(3);
        var counts = new float[height * width];
        Tensor sum = null;
        for (var one : new Windows(window).over(width, height)) {
            int left = one.x(), top = one.y(), w = one.width(), h = one.height();
            var logits =
                    network.apply(images.narrow(2, top, h).narrow(3, left, w).channelsLast());
            var placed = Ops.pad(logits, left, width - left - w, top, height - top - h);
            sum = sum == null ? placed : Ops.add(sum, placed);
            for (int y = top; y < top + h; y++) for (int x = left; x < left + w; x++) counts[y * width + x]++;
        }
        for (int i = 0; i < counts.length; i++) counts[i] = 1 / counts[i];
        return Ops.mul(sum, Tensor.of(counts, 1, 1, height, width).to(images.device()));
    }
}
