package resnet4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import resnet4j.data.Numbers;
import resnet4j.data.Skipped;
import resnet4j.model.Answer;

/**
 * How near a network's numbers are to the true ones.
 *
 * @param r2  mean over the numbers of the share of their variance that is explained
 * @param mae mean over the numbers of the absolute error, in their own units
 * @param intervals of both by draws of pictures
 */
public record NumbersScore(
        int samples,
        double r2,
        double mae,
        List<NumberResult> results,
        List<Skipped> skipped,
        Map<String, Interval> intervals)
        implements Score {
    public static final String HEADLINE = "r2";
    private static final String ERROR = "mae";
    private static final int SHOWN = 500;

    /**
     * Of one number, in its own unit.
     *
     * @param r2    share of the variance that is explained: 1 - squared errors / squared distances from the mean
     * @param pairs of some pictures, evenly spaced: the truth and the answer
     */
    public record NumberResult(
            String name,
            double r2,
            Interval r2Interval,
            double mae,
            Interval maeInterval,
            double rmse,
            List<Pair> pairs) {}

    /** The truth, and what the network says. */
    public record Pair(double truth, double answer) {}

    public static NumbersScore of(List<String> names, Answer.Numbers answer, Outputs<Numbers> outputs) {
        int n = outputs.targets().size();
        if (n < 2)
            throw new IllegalArgumentException("data: expected at least two pictures that can be read, got " + n);
        var results = new ArrayList<NumberResult>();
        var off = new double[n]; // mean over the numbers of each picture
        var answers = outputs.logits().stream()
                .map(row -> answer.values(row, 0, names.size()))
                .toList();
        for (int i = 0; i < names.size(); i++) {
            var truth = new double[n];
            var said = new double[n];
            for (int k = 0; k < n; k++) {
                truth[k] = outputs.targets().get(k).values().get(i);
                said[k] = answers.get(k)[i];
                off[k] += Math.abs(said[k] - truth[k]) / names.size();
            }
            results.add(result(names.get(i), truth, said));
        }
        var intervals = new LinkedHashMap<String, Interval>();
        intervals.put(HEADLINE, meanOfDraws(results));
        intervals.put(ERROR, Interval.resampled(n, places -> mean(off, places)));
        return new NumbersScore(
                n,
                results.stream().mapToDouble(NumberResult::r2).average().orElseThrow(),
                results.stream().mapToDouble(NumberResult::mae).average().orElseThrow(),
                results,
                outputs.skipped(),
                intervals);
    }

    /** The draws are the same of all numbers. */
    private static Interval meanOfDraws(List<NumberResult> results) {
        int draws = results.get(0).r2Interval.draws().size();
        return Interval.ofDraws(IntStream.range(0, draws)
                .mapToObj(b -> results.stream()
                        .mapToDouble(r -> r.r2Interval.draws().get(b))
                        .average()
                        .orElseThrow())
                .toList());
    }

    private static double mean(double[] values, int[] places) {
        double sum = 0;
        for (int i : places) sum += values[i];
        return sum / places.length;
    }

    private static NumberResult result(String name, double[] truth, double[] said) {
        int n = truth.length;
        var errors = new double[n];
        double squares = 0;
        for (int i = 0; i < n; i++) {
            errors[i] = Math.abs(said[i] - truth[i]);
            squares += errors[i] * errors[i];
        }
        var all = new int[n];
        for (int i = 0; i < n; i++) all[i] = i;
        double r2 = r2(truth, said, all);
        if (Double.isNaN(r2))
            throw new IllegalArgumentException(
                    "data: expected different numbers of different pictures, got " + name + " " + truth[0] + " of all");
        var pairs = new ArrayList<Pair>();
        for (int i = 0; i < Math.min(n, SHOWN); i++) {
            int at = (int) ((long) i * n / Math.min(n, SHOWN));
            pairs.add(new Pair(truth[at], said[at]));
        }
        return new NumberResult(
                name,
                r2,
                Interval.resampled(n, places -> {
                    double drawn = r2(truth, said, places);
                    return Double.isNaN(drawn) ? Double.NEGATIVE_INFINITY : drawn;
                }),
                Arrays.stream(errors).average().orElseThrow(),
                Interval.ofMean(errors),
                Math.sqrt(squares / n),
                pairs);
    }

    /** NaN where all are alike. */
    private static double r2(double[] truth, double[] said, int[] of) {
        double mean = 0, errors = 0, distances = 0;
        for (int i : of) mean += truth[i] / of.length;
        for (int i : of) {
            errors += (said[i] - truth[i]) * (said[i] - truth[i]);
            distances += (truth[i] - mean) * (truth[i] - mean);
        }
        return distances == 0 ? Double.NaN : 1 - errors / distances;
    }

    @Override
    public List<String> compared() {
        return List.of(HEADLINE, ERROR);
    }

    @Override
    public Map<String, Double> numbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put(HEADLINE, r2);
        numbers.put(ERROR, mae);
        if (results.size() > 1) for (var result : results) numbers.put("mae " + result.name, result.mae);
        return numbers;
    }
}
