package resnet4j.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import resnet4j.data.Labels;
import resnet4j.data.Skipped;
import resnet4j.model.Answer;

/**
 * How well a network tells which labels a picture has. Means are over the labels that some pictures have and some have not.
 *
 * @param map   mean of the labels' average precisions
 * @param auc   mean of their areas under the ROC curve
 * @param f1    mean of their F1 at their thresholds
 * @param exact share of the pictures of which every label is right
 * @param intervals of the means by draws of pictures, of {@code exact} by Wilson; the former only where pictures and
 *                  labels are few enough for a thousand draws
 */
public record LabelsScore(
        int samples,
        double map,
        double auc,
        double f1,
        double exact,
        List<LabelResult> labels,
        List<Skipped> skipped,
        Map<String, Interval> intervals)
        implements Score {
    private static final long MOST_DRAWN = 1 << 19; // pictures times labels
    public static final String HEADLINE = "mAP";

    /**
     * Of one label; not numbers where all pictures have it, or none.
     *
     * @param support      pictures that have it
     * @param threshold    probability from which it is said to be there
     * @param sensitivity  share of those that have it of which this is said
     * @param specificity  share of the others of which it is not
     */
    public record LabelResult(
            String name,
            int support,
            double averagePrecision,
            double auc,
            double threshold,
            double f1,
            double sensitivity,
            Interval sensitivityInterval,
            double specificity,
            Interval specificityInterval) {}

    public static LabelsScore of(List<String> names, Answer.Labels answer, Outputs<Labels> outputs) {
        int n = outputs.targets().size();
        if (n == 0) throw new IllegalArgumentException("data: expected pictures that can be read, found none");
        var results = new ArrayList<LabelResult>();
        var wrong = new boolean[n];
        var ranked = new ArrayList<Ranked>();
        for (int label = 0; label < names.size(); label++) {
            var values = values(outputs, label);
            var truth = truth(outputs, label);
            double threshold = answer.thresholds().get(label);
            double logit = Math.log(threshold / (1 - threshold));
            int support = 0, hits = 0, alarms = 0;
            for (int i = 0; i < n; i++) {
                boolean said = values[i] >= logit;
                if (truth[i]) support++;
                if (said && truth[i]) hits++;
                if (said && !truth[i]) alarms++;
                wrong[i] |= said != truth[i];
            }
            int others = n - support;
            var ranking = Ranking.of(values, truth);
            ranked.add(Ranked.of(values, truth, logit));
            results.add(new LabelResult(
                    names.get(label),
                    support,
                    ranking.averagePrecision(),
                    ranking.auc(),
                    threshold,
                    2.0 * hits / (support + hits + alarms),
                    (double) hits / support,
                    Interval.ofShare(hits, support),
                    (double) (others - alarms) / others,
                    Interval.ofShare(others - alarms, others)));
        }
        int right = (int) IntStream.range(0, n).filter(i -> !wrong[i]).count();
        return new LabelsScore(
                n,
                mean(results, LabelResult::averagePrecision),
                mean(results, LabelResult::auc),
                mean(results, LabelResult::f1),
                (double) right / n,
                results,
                outputs.skipped(),
                intervals(ranked, right, n));
    }

    private static Map<String, Interval> intervals(List<Ranked> labels, int right, int n) {
        var intervals = new LinkedHashMap<String, Interval>();
        if (n > 1 && (long) n * labels.size() <= MOST_DRAWN) {
            intervals.put(HEADLINE, drawn(labels, n, Drawn::averagePrecision));
            intervals.put("auc", drawn(labels, n, Drawn::auc));
            intervals.put("f1", drawn(labels, n, Drawn::f1));
        }
        intervals.put("exact", Interval.ofShare(right, n));
        return intervals;
    }

    private static Interval drawn(List<Ranked> labels, int n, ToDoubleFunction<Drawn> number) {
        return Interval.resampled(n, places -> mean(labels, places, n, number));
    }

    private static double mean(List<Ranked> labels, int[] places, int n, ToDoubleFunction<Drawn> number) {
        var times = new int[n];
        for (int place : places) times[place]++;
        return labels.stream()
                .map(label -> label.drawn(times))
                .filter(drawn -> !Double.isNaN(drawn.auc))
                .mapToDouble(number)
                .average()
                .orElse(Double.NaN);
    }

    /** What some pictures, drawn several times perhaps, say of a label; not numbers where all have it, or none. */
    private record Drawn(double averagePrecision, double auc, double f1) {}

    /**
     * A label's pictures, the surest first.
     *
     * @param ends whether the next one has a lower value
     * @param said how many are said to have it
     */
    private record Ranked(int[] order, boolean[] ends, boolean[] truth, int said) {
        static Ranked of(float[] values, boolean[] truth, double threshold) {
            int[] order = falling(values);
            var ends = new boolean[order.length];
            int said = 0;
            for (int i = 0; i < order.length; i++) {
                ends[i] = i == order.length - 1 || values[order[i + 1]] < values[order[i]];
                if (values[order[i]] >= threshold) said++;
            }
            return new Ranked(order, ends, truth, said);
        }

        Drawn drawn(int[] times) {
            long hits = 0, alarms = 0, hitsBefore = 0, alarmsBefore = 0, saidHits = 0, saidAlarms = 0;
            double precision = 0, below = 0;
            for (int i = 0; i < order.length; i++) {
                if (truth[order[i]]) hits += times[order[i]];
                else alarms += times[order[i]];
                if (i == said - 1) {
                    saidHits = hits;
                    saidAlarms = alarms;
                }
                if (!ends[i] || hits + alarms == 0) continue;
                precision += (hits - hitsBefore) * (double) hits / (hits + alarms);
                below += (alarms - alarmsBefore) * (hitsBefore + hits) / 2.0; // pairs that are in order
                hitsBefore = hits;
                alarmsBefore = alarms;
            }
            double pairs = (double) hits * alarms;
            return new Drawn(
                    precision / hits,
                    pairs == 0 ? Double.NaN : below / pairs,
                    2.0 * saidHits / (hits + saidHits + saidAlarms));
        }
    }

    private static double mean(List<LabelResult> results, ToDoubleFunction<LabelResult> number) {
        var told = results.stream().filter(r -> !Double.isNaN(r.auc)).toList();
        if (told.isEmpty())
            throw new IllegalArgumentException("data: expected a label that some pictures have and some have not, got"
                    + " pictures that are all alike in their labels");
        return told.stream().mapToDouble(number).average().orElseThrow();
    }

    private static float[] values(Outputs<Labels> outputs, int label) {
        var values = new float[outputs.logits().size()];
        for (int i = 0; i < values.length; i++) values[i] = outputs.logits().get(i)[label];
        return values;
    }

    private static boolean[] truth(Outputs<Labels> outputs, int label) {
        var truth = new boolean[outputs.targets().size()];
        for (int i = 0; i < truth.length; i++)
            truth[i] = outputs.targets().get(i).indices().contains(label);
        return truth;
    }

    /** Of each label the probability that gives most F1 on these pictures, half way to the next lower one. */
    public static Answer.Labels thresholds(int labels, Outputs<Labels> outputs) {
        var thresholds = new ArrayList<Double>();
        for (int label = 0; label < labels; label++)
            thresholds.add(threshold(values(outputs, label), truth(outputs, label)));
        return new Answer.Labels(thresholds);
    }

    private static double threshold(float[] values, boolean[] truth) {
        var order = falling(values);
        long support = IntStream.range(0, truth.length).filter(i -> truth[i]).count();
        double best = 0, threshold = 0.5;
        int hits = 0;
        for (int said = 1; said <= order.length; said++) {
            int at = order[said - 1];
            if (truth[at]) hits++;
            boolean last = said == order.length;
            if (!last && values[order[said]] == values[at]) continue; // all of equal values together
            double f1 = 2.0 * hits / (support + said);
            if (f1 <= best) continue;
            best = f1;
            double between = last ? values[at] : (values[at] + (double) values[order[said]]) / 2;
            threshold = 1 / (1 + Math.exp(-between));
        }
        return threshold;
    }

    private static int[] falling(float[] values) {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted((a, b) -> Float.compare(values[b], values[a]))
                .mapToInt(i -> i)
                .toArray();
    }

    @Override
    public Map<String, Double> numbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put(HEADLINE, map);
        numbers.put("auc", auc);
        numbers.put("f1", f1);
        numbers.put("exact", exact);
        return numbers;
    }

    @Override
    public List<String> notes() {
        var untold = labels.stream()
                .filter(r -> Double.isNaN(r.auc))
                .map(LabelResult::name)
                .toList();
        return untold.isEmpty()
                ? List.of()
                : List.of("nothing can be said of " + String.join(", ", untold)
                        + ": all of these pictures have it, or none");
    }
}
