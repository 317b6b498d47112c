package resnet4j.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.data.Label;
import resnet4j.data.Skipped;
import resnet4j.model.Answer;

/**
 * How near a network's answers are to the true classes, where classes have an order.
 *
 * @param kappa     Cohen's, by squared distances: 1 where all are right, 0 where answers might be drawn. Cohen 1968
 * @param accuracy  share of pictures whose class is right
 * @param mae       mean distance of the answer, in classes
 * @param confusion {@code [truth][answer]} in pictures
 */
public record OrderedScore(
        int samples,
        double kappa,
        double accuracy,
        double mae,
        List<String> classes,
        int[][] confusion,
        List<Skipped> skipped)
        implements Score {
    public static final String HEADLINE = "kappa";

    public static OrderedScore of(List<String> names, Answer.Ordered answer, Outputs<Label> outputs) {
        int n = outputs.targets().size(), k = names.size();
        if (n == 0) throw new IllegalArgumentException("data: expected pictures that can be read, found none");
        var confusion = new int[k][k];
        double right = 0, far = 0;
        for (int i = 0; i < n; i++) {
            int truth = outputs.targets().get(i).index();
            int said = answer.rank(outputs.logits().get(i), 0, k);
            confusion[truth][said]++;
            if (truth == said) right++;
            far += Math.abs(truth - said);
        }
        return new OrderedScore(n, kappa(confusion, n), right / n, far / n, names, confusion, outputs.skipped());
    }

    private static double kappa(int[][] confusion, int n) {
        int k = confusion.length;
        var truths = new double[k];
        var answers = new double[k];
        for (int t = 0; t < k; t++)
            for (int a = 0; a < k; a++) {
                truths[t] += confusion[t][a];
                answers[a] += confusion[t][a];
            }
        double got = 0, drawn = 0;
        for (int t = 0; t < k; t++)
            for (int a = 0; a < k; a++) {
                got += (t - a) * (t - a) * (double) confusion[t][a];
                drawn += (t - a) * (t - a) * truths[t] * answers[a] / n;
            }
        return drawn == 0 ? 0 : 1 - got / drawn; // all of one class and said to be: nothing is told apart
    }

    @Override
    public Map<String, Double> numbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put(HEADLINE, kappa);
        numbers.put("accuracy", accuracy);
        numbers.put("mae", mae);
        return numbers;
    }
}
