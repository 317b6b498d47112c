package resnet4j.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import resnet4j.config.Records;
import resnet4j.report.Words;
import resnet4j.train.Recipe;

/**
 * A search for a good recipe by asynchronous successive halving (ASHA): Li et al. 2018, arXiv:1810.05934, algorithm 2.
 *
 * <p>A trial is a recipe drawn at random and one run of it. Rungs are numbers of epochs; at each but the last the run is
 * paused, and goes on only while its validation accuracy is in the best 1/{@code eta} of the trials that came as far. A
 * paused run is the whole run's beginning, with the whole run's schedule, and goes on from its checkpoint: no epoch is
 * trained twice. With one rung this is random search.
 *
 * <p>Everything follows from the values here and from the results so far, so a search that was killed goes on from its
 * list of results.
 *
 * @param base   what the trials have in common
 * @param space  what they differ in, by path
 * @param rungs  epochs, ascending; the last is the longest run's number
 * @param eta    how many trials come to a rung for each that goes on
 * @param trials how many are drawn
 * @param seed   of the drawing
 */
public record Search(Recipe base, Map<String, Space> space, List<Integer> rungs, int eta, int trials, long seed) {
    private static final List<String> GROUND = List.of("data", "limit", "validation"); // what trials are measured on

    public Search {
        space = new LinkedHashMap<>(space);
        rungs = List.copyOf(rungs);
        if (eta < 2) throw new IllegalArgumentException("eta: expected at least 2, got " + eta);
        if (trials < 1) throw new IllegalArgumentException("trials: expected at least 1, got " + trials);
        for (int i = 0; i < rungs.size(); i++)
            if (rungs.get(i) <= (i == 0 ? 0 : rungs.get(i - 1)))
                throw new IllegalArgumentException("rungs: expected ascending epochs above 0, got " + rungs);
        for (var field : space.entrySet()) {
            if (GROUND.contains(field.getKey()))
                throw new IllegalArgumentException("space: " + field.getKey()
                        + " decides what trials are measured on and has to be the same in all of them");
            for (var edge : field.getValue().edges())
                Records.overlay(base, Records.set(Records.parse("{}"), field.getKey() + "=" + edge));
        }
    }

    /** A piece of work: bring a trial to a rung. */
    public record Job(int trial, int rung) {}

    /**
     * What came of a job.
     *
     * @param epochs  trained so far; fewer than the rung's where the run is over
     * @param top1    the best validation accuracy so far, in [0,1]; 0 for a failure
     * @param loss    the validation loss of that epoch
     * @param seconds of this job
     * @param over    whether the run has no more epochs
     * @param failure why the run came to nothing
     * @param fields  what was drawn, by path
     */
    public record Result(
            int trial,
            int rung,
            int epochs,
            double top1,
            double loss,
            double seconds,
            boolean over,
            Optional<String> failure,
            Map<String, JsonNode> fields) {
        /** In a line, for people. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "trial %d after %s: %s; %s",
                    trial,
                    Words.count(epochs, "epoch"),
                    failure.orElse(Tuned.percent(top1, "%.2f %%")),
                    fields.entrySet().stream()
                            .map(field -> field.getKey() + "=" + Tuned.shown(field.getValue()))
                            .collect(Collectors.joining(" ")));
        }
    }

    /** Whether runs are compared on their way. */
    public enum Method {
        /** Paused after some epochs, of which one in {@code eta} goes on. */
        HALVING,
        /** All go to their end. */
        RANDOM
    }

    /** A search for as long as the longest run of {@code base}, and rungs down to {@code least} epochs. */
    public static Search of(Method method, Recipe base, Map<String, Space> space, int least, int eta, int trials) {
        int longest = longest(base, space);
        var rungs = method == Method.RANDOM ? List.of(longest) : rungs(longest, least, eta);
        return new Search(base, space, rungs, eta, trials, base.seed());
    }

    /** The longest run's epochs. */
    private static int longest(Recipe base, Map<String, Space> space) {
        var tried = space.get("epochs");
        return tried == null
                ? base.epochs()
                : tried.edges().stream().mapToInt(JsonNode::asInt).max().orElseThrow();
    }

    /** {@code epochs} divided by {@code eta} again and again, down to {@code least}. */
    public static List<Integer> rungs(int epochs, int least, int eta) {
        var rungs = new ArrayList<Integer>();
        for (int r = epochs; r >= Math.max(1, least); r /= eta) rungs.add(0, r);
        return rungs.isEmpty() ? List.of(epochs) : rungs;
    }

    /** What a trial draws: a function of the seed and its number. */
    public Map<String, JsonNode> fields(int trial) {
        var random = new SplittableRandom(new SplittableRandom(seed).nextLong() + trial);
        var fields = new LinkedHashMap<String, JsonNode>();
        space.forEach((path, values) -> fields.put(path, values.draw(random)));
        return fields;
    }

    public Recipe recipe(int trial) {
        JsonNode changes = Records.parse("{}");
        for (var field : fields(trial).entrySet())
            changes = Records.set(changes, field.getKey() + "=" + field.getValue());
        return Records.overlay(base, changes);
    }

    /** The next piece of work; none when all is done. */
    public Optional<Job> next(List<Result> results) {
        for (int rung = rungs.size() - 2; rung >= 0; rung--) {
            var came = at(results, rung);
            for (var good : came.subList(0, came.size() / eta))
                if (canGoOn(good, results)) return Optional.of(new Job(good.trial(), rung + 1));
        }
        int drawn = at(results, 0).size();
        if (drawn < trials) return Optional.of(new Job(drawn, 0));
        // None is left to compare with. The best goes on to its end, so that there is one whose accuracy is final.
        return best(results).filter(best -> canGoOn(best, results)).map(best -> new Job(best.trial(), best.rung() + 1));
    }

    private boolean canGoOn(Result result, List<Result> results) {
        return result.failure().isEmpty()
                && result.rung() + 1 < rungs.size()
                && results.stream().noneMatch(r -> r.trial() == result.trial() && r.rung() > result.rung());
    }

    /** The results of a rung, best first. */
    private static List<Result> at(List<Result> results, int rung) {
        return results.stream()
                .filter(r -> r.rung() == rung)
                .sorted(Comparator.comparingDouble(Result::top1)
                        .reversed()
                        .thenComparingDouble(Result::loss)
                        .thenComparingInt(Result::trial))
                .toList();
    }

    /** The best of those that came furthest: accuracies after different numbers of epochs are not compared. */
    public Optional<Result> best(List<Result> results) {
        for (int rung = rungs.size() - 1; rung >= 0; rung--) {
            var came = at(results, rung).stream()
                    .filter(r -> r.failure().isEmpty())
                    .findFirst();
            if (came.isPresent()) return came;
        }
        return Optional.empty();
    }

    /** Each trial's last result, best first: by rung, then by accuracy. */
    public List<Result> ranking(List<Result> results) {
        var seen = new HashSet<Integer>();
        var ranking = new ArrayList<Result>();
        for (int rung = rungs.size() - 1; rung >= 0; rung--)
            for (var result : at(results, rung)) if (seen.add(result.trial())) ranking.add(result);
        return ranking;
    }
}
