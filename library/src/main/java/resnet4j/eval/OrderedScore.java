package resnet4j.eval;

import java.util.Arrays;
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
 * @param intervals of kappa by draws, of the accuracy by Wilson, of the distance by the normal distribution
 */
public record OrderedScore(
        int samples,
        double kappa,
        double accuracy,
        double mae,
        List<String> classes,
        int[][] confusion,
        List<Skipped> skipped,
        Map<String, Interval> intervals)
        implements Score {
    public static final String HEADLINE = "kappa";

    public static OrderedScore of(List<String> names, Answer.Ordered answer, Outputs<Label> outputs) {
        int n = outputs.targets().size(), k = names.size();
        if (n == 0) throw new IllegalArgumentException("data: expected pictures that can be read, found none");
        var confusion = new int[k][k];
        int right = 0;
        var truths = new int[n];
        var answers = new int[n];
        var distances = new double[n];
        for (int i = 0; i < n; i++) {
            int truth = outputs.targets().get(i).index();
            int said = answer.rank(outputs.logits().get(i), 0, k);
            confusion[truth][said]++;
            if (truth == said) right++;
            truths[i] = truth;
            answers[i] = said;
            distances[i] = Math.abs(truth - said);
        }
        var intervals = new LinkedHashMap<String, Interval>();
        intervals.put(HEADLINE, Interval.resampled(n, places -> {
            var drawn = new int[k][k];
            for (int i : places) drawn[truths[i]][answers[i]]++;
            return kappa(drawn, n);
        }));
        intervals.put("accuracy", Interval.ofShare(right, n));
        if (n > 1) intervals.put("mae", Interval.ofMean(distances));
        return new OrderedScore(
                n,
                kappa(confusion, n),
                (double) right / n,
                Arrays.stream(distances).sum() / n,
                names,
                confusion,
                outputs.skipped(),
                intervals);
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
