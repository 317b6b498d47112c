package resnet4j.train;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import resnet4j.data.Skipped;
import resnet4j.model.LinearHead;
import resnet4j.nn.Layer;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/**
 * What was solved for before the first epoch.
 *
 * @param pictures it was solved on
 * @param train    means over them, as {@code loss}
 * @param skipped  training pictures that could not be read
 * @param all      whether nothing is left for steps
 */
public record Solved(int pictures, Map<String, Double> train, List<Skipped> skipped, boolean all) {
    public Solved {
        train = Map.copyOf(train);
        skipped = List.copyOf(skipped);
    }

    /** Sets the weights of {@code head} to the logistic regression on features. */
    static Solved of(Layer head, Features features, boolean balanced, long seed, boolean all, Task.Work progress) {
        int n = features.labels().length, classes = features.classes();
        if (n == 0) throw new IllegalArgumentException("data: expected training pictures that can be read, found none");
        int width = features.values().length / n;
        var linear = LinearHead.of(head)
                .filter(found -> found.weight().elements() == (long) classes * width)
                .orElseThrow(() -> new IllegalArgumentException("head: expected one linear layer on " + width
                        + " features, as it is what logistic regression solves for; this network's is not."
                        + (head.parameters().size() == 2
                                ? " For SqueezeNet, set architecture.rectified to false"
                                : "")));
        var rows = new LogisticRegression.Rows(
                features.values(),
                width,
                features.labels(),
                classes,
                balanced ? balance(features) : null,
                linear.bias().isPresent());
        var solved = LogisticRegression.fit(rows, seed, (done, of) -> progress.at("solve", done, of, "fits"));
        try (var scope = new NativeScope()) {
            linear.weight().set(Tensor.of(solved.weight(), linear.weight().shape()));
            linear.bias().ifPresent(bias -> bias.set(Tensor.of(solved.bias(), classes)));
        }
        double loss = 0, right = 0;
        for (int i = 0; i < n; i++) {
            var logits = solved.logits(rows, i);
            double own = logits[features.labels()[i]];
            loss += LogisticRegression.logSumExp(logits) - own;
            if (own >= Arrays.stream(logits).max().orElseThrow()) right++;
        }
        return new Solved(n, Map.of("loss", loss / n, "accuracy", right / n), features.skipped(), all);
    }

    /** What each class's pictures count, so that every class counts the same. */
    private static double[] balance(Features features) {
        var weights = new double[features.classes()];
        for (int label : features.labels()) weights[label]++;
        for (int c = 0; c < weights.length; c++)
            if (weights[c] > 0) weights[c] = features.labels().length / (weights.length * weights[c]);
        return weights;
    }
}
