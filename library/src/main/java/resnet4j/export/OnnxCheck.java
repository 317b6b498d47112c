package resnet4j.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import resnet4j.array.HostTensor;
import resnet4j.graph.Graph;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/**
 * How far an exported classifier's answers are from the graph's own.
 *
 * @param largest    the largest difference of two logits
 * @param relative   the same, divided by the largest logit
 * @param agreements images whose likeliest class is the same
 * @param images     how many there were
 */
public record OnnxCheck(double largest, double relative, int agreements, int images) {
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
            return compare(graph.run(images).toFloats(), model.run(images.toFloats(), images.shape()), images.size(0));
        }
    }

    /** Both answers for {@code images} images, row by row. */
    public static OnnxCheck compare(float[] ours, float[] theirs, long images) {
        if (ours.length % images != 0)
            throw new IllegalArgumentException("logits: expected rows for " + images + " images, got " + ours.length);
        var difference = Difference.of(ours, theirs);
        int classes = (int) (ours.length / images), agreements = 0;
        for (int row = 0; row < images; row++)
            if (likeliest(ours, row, classes) == likeliest(theirs, row, classes)) agreements++;
        return new OnnxCheck(difference.largest, difference.relative, agreements, (int) images);
    }

    private static int likeliest(float[] logits, int row, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) if (logits[row * classes + c] > logits[row * classes + best]) best = c;
        return best;
    }
}
