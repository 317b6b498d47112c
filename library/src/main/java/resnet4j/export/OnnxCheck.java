package resnet4j.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import resnet4j.array.HostTensor;
import resnet4j.graph.Graph;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/**
 * How far an exported network's logits are from the graph's own.
 *
 * @param largest    the largest difference of two logits
 * @param relative   the same, divided by the largest logit
 * @param moved      squares of all differences, divided by squares of all logits
 * @param agreements answers whose likeliest class is the same
 * @param answers    how many there were: one for an image, or for each pixel
 * @param images     how many were shown
 */
public record OnnxCheck(double largest, double relative, double moved, int agreements, int answers, int images)
        implements ExportCheck {
    private static final double TOLERANCE = 1e-4; // of the largest logit: fp32 sums in another order

    /** Squares of differences by squares of logits, in eight bits: a sum in another order may round to the next step. */
    private static final double MOVED = 1e-2;

    @Override
    public boolean passed(boolean eightBits) {
        return eightBits ? moved <= MOVED : relative <= TOLERANCE;
    }

    @Override
    public String words() {
        return String.format(
                Locale.ROOT,
                "%d images: largest difference %.2g (%.2g of the largest logit), the same class on %d%s",
                images,
                largest,
                relative,
                agreements,
                answers == images ? "" : " of %d pixels".formatted(answers));
    }

    /** How far one output of any graph is: the largest difference, and the same divided by the largest number. */
    public record Difference(double largest, double relative) {
        static Difference of(float[] ours, float[] theirs) {
            if (ours.length != theirs.length)
                throw new IllegalArgumentException(
                        "output: expected " + ours.length + " numbers, got " + theirs.length);
            double largest = 0, scale = 0;
            for (int i = 0; i < ours.length; i++) {
                largest = Math.max(largest, Math.abs(ours[i] - theirs[i])); // NaN stays
                scale = Math.max(scale, Math.abs(ours[i]));
            }
            return new Difference(largest, scale == 0 ? largest : largest / scale);
        }
    }

    /** Runs both on {@code inputs} and compares all outputs. The file is one that was just written: see {@link OnnxModel}. */
    public static Map<String, Difference> of(Path file, Graph graph, Map<String, Tensor> inputs) throws IOException {
        try (var model = OnnxModel.openTrusted(file, 1);
                var scope = new NativeScope()) {
            var given = new LinkedHashMap<String, HostTensor>();
            inputs.forEach((name, tensor) -> given.put(name, tensor.toHost()));
            var theirs = model.run(given);
            var differences = new LinkedHashMap<String, Difference>();
            graph.run(inputs)
                    .forEach((name, ours) -> differences.put(
                            name,
                            Difference.of(
                                    ours.toFloats(), Tensor.of(theirs.get(name)).toFloats())));
            return differences;
        }
    }

    /** Runs both on normalised {@code images} [N,3,H,W]. The file is one that was just written: see {@link OnnxModel}. */
    public static OnnxCheck of(Path file, Graph graph, Tensor images) throws IOException {
        try (var model = OnnxModel.openTrusted(file, 1);
                var scope = new NativeScope()) {
            var ours = graph.run(images);
            return compare(ours.toFloats(), model.run(images.toFloats(), images.shape()), ours.shape());
        }
    }

    /** Both answers. @param shape of logits, [N,K] or [N,K,H,W] */
    public static OnnxCheck compare(float[] ours, float[] theirs, long... shape) {
        int images = (int) shape[0], classes = (int) shape[1];
        if (ours.length % (images * classes) != 0)
            throw new IllegalArgumentException("logits: expected a number for each of " + classes + " classes and "
                    + images + " images, got " + ours.length);
        var difference = Difference.of(ours, theirs);
        double apart = 0, all = 0;
        for (int i = 0; i < ours.length; i++) {
            apart += Math.pow(ours[i] - theirs[i], 2);
            all += Math.pow(ours[i], 2);
        }
        int places = ours.length / images / classes, agreements = 0;
        for (int at = 0; at < images * places; at++) {
            int first = at / places * classes * places + at % places;
            if (likeliest(ours, first, places, classes) == likeliest(theirs, first, places, classes)) agreements++;
        }
        double moved = all == 0 ? apart : apart / all;
        return new OnnxCheck(difference.largest, difference.relative, moved, agreements, images * places, images);
    }

    /** @param first the place of the first class's logit; the next class's is {@code step} on */
    private static int likeliest(float[] logits, int first, int step, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) if (logits[first + c * step] > logits[first + best * step]) best = c;
        return best;
    }
}
