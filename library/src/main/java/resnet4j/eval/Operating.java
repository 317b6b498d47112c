package resnet4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import resnet4j.config.Checks;
import resnet4j.data.Label;

/**
 * What it is worth to act on the probability of one class: a threshold chosen on some pictures, and what it does on
 * others.
 *
 * @param threshold said is the class from this probability on
 * @param all       on all pictures
 * @param groups    on those of each group, where the pictures have groups; most groups first
 * @param curve     decision curve, by threshold
 */
public record Operating(double threshold, Part all, List<Part> groups, List<Benefit> curve) {
    private static final int MOST_GROUPS = 30;

    /**
     * Some pictures. Shares are not numbers where nothing is shared, and {@code auc} where all are of one kind.
     *
     * @param positives   pictures of the class
     * @param sensitivity the share of these that the threshold finds
     * @param specificity the share of the others that it leaves alone
     * @param precision   the share of those found that are of the class: positive predictive value
     * @param absence     the share of those left alone that are not: negative predictive value
     */
    public record Part(
            String name,
            int samples,
            int positives,
            double auc,
            double sensitivity,
            Interval sensitivityInterval,
            double specificity,
            Interval specificityInterval,
            double precision,
            Interval precisionInterval,
            double absence,
            Interval absenceInterval) {}

    /**
     * Net benefit of acting on a threshold, in true positives a picture: right ones less wrong ones times the odds of the
     * threshold, beside acting on everyone; acting on nobody has 0. Vickers and Elkin 2006, Med. Decis. Making 26, 565.
     */
    public record Benefit(double threshold, double model, double everyone) {}

    /**
     * The probability from which the class is said: the greatest that still finds this share of its pictures, or, where none
     * is asked for, that with most sensitivity and specificity together (Youden 1950).
     */
    public static double threshold(Outputs<Label> chosenOn, int of, Optional<Double> sensitivity) {
        sensitivity.ifPresent(share -> Checks.between("sensitivity", 0, 1, share));
        var scores = probabilities(chosenOn, of);
        var truth = truth(chosenOn, of);
        var ranking = Ranking.of(scores, truth);
        if (ranking.positives() == 0 || ranking.negatives() == 0)
            throw new IllegalArgumentException("data: expected pictures of the class and others, to choose a threshold"
                    + " on, got " + ranking.positives() + " and " + ranking.negatives());
        double best = Double.NEGATIVE_INFINITY, threshold = 0;
        for (var cut : ranking.cuts()) {
            if (sensitivity.isPresent() && ranking.recall(cut) >= sensitivity.get()) return cut.threshold();
            double youden = ranking.recall(cut) - ranking.falseAlarms(cut);
            if (youden <= best) continue;
            best = youden;
            threshold = cut.threshold();
        }
        return threshold;
    }

    /** @param groups of the pictures of {@code outputs}, in their order; empty for a picture of none */
    public static Operating at(double threshold, Outputs<Label> outputs, int of, List<String> groups) {
        var scores = probabilities(outputs, of);
        var truth = truth(outputs, of);
        var counts = new TreeMap<String, Integer>();
        for (var group : groups) if (!group.isEmpty()) counts.merge(group, 1, Integer::sum);
        var parts = new ArrayList<Part>();
        if (counts.size() > 1 && counts.size() <= MOST_GROUPS)
            for (var name : counts.keySet())
                parts.add(
                        part(name, threshold, scores, truth, i -> groups.get(i).equals(name)));
        parts.sort((a, b) -> b.samples - a.samples);
        var curve = IntStream.rangeClosed(1, 99)
                .mapToObj(t -> benefit(t / 100.0, scores, truth))
                .toList();
        return new Operating(threshold, part("all", threshold, scores, truth, i -> true), parts, curve);
    }

    private static Part part(String name, double threshold, float[] scores, boolean[] truth, IntPredicate in) {
        var places = IntStream.range(0, scores.length).filter(in).toArray();
        var own = new float[places.length];
        var of = new boolean[places.length];
        int positives = 0, said = 0, hits = 0;
        for (int i = 0; i < places.length; i++) {
            own[i] = scores[places[i]];
            of[i] = truth[places[i]];
            if (of[i]) positives++;
            if (own[i] >= threshold) said++;
            if (own[i] >= threshold && of[i]) hits++;
        }
        int n = places.length, negatives = n - positives, left = negatives - (said - hits);
        return new Part(
                name,
                n,
                positives,
                Metrics.auc(own, of),
                (double) hits / positives,
                Interval.ofShare(hits, positives),
                (double) left / negatives,
                Interval.ofShare(left, negatives),
                (double) hits / said,
                Interval.ofShare(hits, said),
                (double) left / (n - said),
                Interval.ofShare(left, n - said));
    }

    private static Benefit benefit(double threshold, float[] scores, boolean[] truth) {
        int n = scores.length, positives = 0, hits = 0, alarms = 0;
        for (int i = 0; i < n; i++) {
            if (truth[i]) positives++;
            if (scores[i] >= threshold && truth[i]) hits++;
            if (scores[i] >= threshold && !truth[i]) alarms++;
        }
        double odds = threshold / (1 - threshold);
        return new Benefit(threshold, (hits - alarms * odds) / n, (positives - (n - positives) * odds) / n);
    }

    private static float[] probabilities(Outputs<Label> outputs, int of) {
        var scores = new float[outputs.logits().size()];
        for (int i = 0; i < scores.length; i++)
            scores[i] =
                    (float) (1 / (1 + Math.exp(-Ranking.logOdds(outputs.logits().get(i), of))));
        return scores;
    }

    private static boolean[] truth(Outputs<Label> outputs, int of) {
        var labels = Label.indices(outputs.targets());
        var truth = new boolean[labels.length];
        for (int i = 0; i < truth.length; i++) truth[i] = labels[i] == of;
        return truth;
    }
}
