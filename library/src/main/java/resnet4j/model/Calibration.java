package resnet4j.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import resnet4j.config.Checks;

/**
 * How far a classifier's answers can be trusted, fitted on pictures that it was not trained on. Part of its {@link Answer},
 * and so of every saved model and exported file.
 *
 * @param temperature what logits are divided by before softmax: above 1 for a network that is surer than it is right. Guo
 *                    et al. 2017, arXiv:1706.04599
 * @param pictures    how many it was fitted on
 * @param abstain     below which probability the answer is "not sure"; absent where no error was asked for, or none of
 *                    the pictures' answers is right often enough
 * @param familiar    how alike a picture has to be to those that the network knows; absent where that was not asked for
 * @param sets        what classes are named beside the likeliest; absent where that was not asked for
 */
public record Calibration(
        double temperature, int pictures, Optional<Abstain> abstain, Optional<Familiar> familiar, Optional<Sets> sets) {
    /** None. */
    public static final Calibration NONE = new Calibration(1, 0, Optional.empty(), Optional.empty(), Optional.empty());

    public Calibration {
        Checks.aboveZero("temperature", temperature);
        Checks.atLeast("pictures", 0, pictures);
    }

    /** The same, which takes every picture for a known one. */
    Calibration withoutFamiliar() {
        return new Calibration(temperature, pictures, abstain, Optional.empty(), sets);
    }

    /** With the temperature alone. */
    public Calibration(double temperature, int pictures) {
        this(temperature, pictures, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * When to say "not sure". Geifman and El-Yaniv 2017, arXiv:1705.08500.
     *
     * @param probability of the likeliest class, from which on it is said
     * @param error       the share of what is said that may be wrong
     */
    public record Abstain(double probability, double error) {
        public Abstain {
            Checks.probability("probability", probability);
            Checks.insideUnit("error", error);
        }
    }

    /**
     * What pictures of the kind that the network knows have in common.
     *
     * @param by    the score that they have more of than others
     * @param least what most of them reach
     * @param share how many of them do
     */
    public record Familiar(Familiarity by, double least, double share) {
        public Familiar {
            Checks.insideUnit("share", share);
            if (!Double.isFinite(least))
                throw new IllegalArgumentException("least: expected a finite number, got " + least);
        }
    }

    /** Which classes are named together, so that the true one is among them with a wanted chance. */
    public enum Rule {
        /** All that are likely enough: the fewest in the mean. Sadinle et al. 2019, arXiv:1609.00451. */
        LAC,
        /** The likeliest until they have probability enough: fewer for what is clear. Romano et al. 2020, arXiv:2006.02544. */
        APS
    }

    /**
     * Conformal prediction sets.
     *
     * @param coverage how often the true class is among those named, at least, on pictures drawn like those that it was
     *                 fitted on
     * @param bound    on the rule's score, which the true class of so many pictures does not exceed
     */
    public record Sets(Rule rule, double coverage, double bound) {
        public Sets {
            Checks.insideUnit("coverage", coverage);
            Checks.between("bound", 0, 1, bound);
        }

        private static final double ROUNDING = 1e-12; // the same sum in another order

        /** The classes named, likeliest first; may be none by LAC. @param p of all classes */
        public List<Integer> of(double[] p) {
            var order = new ArrayList<Integer>();
            for (int c = 0; c < p.length; c++) order.add(c);
            order.sort((a, b) -> Double.compare(p[b], p[a]));
            double before = 0;
            int n = 0;
            while (n < p.length && score(p[order.get(n)], before) <= bound + ROUNDING) before += p[order.get(n++)];
            return order.subList(0, n);
        }

        private double score(double own, double before) {
            return rule == Rule.LAC ? 1 - own : before;
        }

        /**
         * How unlikely a class is by a rule: {@link #bound} is one of these.
         *
         * @param p of all classes
         */
        public static double score(Rule rule, double[] p, int of) {
            if (rule == Rule.LAC) return 1 - p[of];
            double before = 0;
            for (int c = 0; c < p.length; c++) if (p[c] > p[of] || p[c] == p[of] && c < of) before += p[c];
            return before;
        }
    }

    /**
     * Why an answer is not to be relied on, a sentence each; none where it is; absent where nobody asked.
     *
     * @param said as {@link Familiarity#score} takes it
     * @param p    of all classes
     */
    public Optional<List<String>> doubts(float[] said, int from, double[] p) {
        if (abstain.isEmpty() && familiar.isEmpty()) return Optional.empty();
        var doubts = new ArrayList<String>();
        double likeliest = 0;
        for (double each : p) likeliest = Math.max(likeliest, each);
        if (abstain.isPresent() && likeliest < abstain.get().probability)
            doubts.add(String.format(
                    Locale.ROOT,
                    "the likeliest class has %.1f %%, less than the %.1f %% from which at most %s %% of answers are wrong",
                    100 * likeliest,
                    100 * abstain.get().probability,
                    percent(abstain.get().error)));
        familiar.ifPresent(f -> {
            double score = f.by.score(said, from, p.length);
            if (score < f.least)
                doubts.add(String.format(
                        Locale.ROOT,
                        "the picture is unlike those that the network knows: its %s score of %.2f is below %.2f, which"
                                + " %s %% of them reach",
                        f.by.name(),
                        score,
                        f.least,
                        percent(f.share)));
        });
        return Optional.of(doubts);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.4g", 100 * share).replaceAll("\\.?0+$", "");
    }

    /** The negative energy: {@code log sum exp} of logits. */
    public static double energy(float[] logits, int from, int names) {
        double largest = Double.NEGATIVE_INFINITY, sum = 0;
        for (int i = from; i < from + names; i++) largest = Math.max(largest, logits[i]);
        for (int i = from; i < from + names; i++) sum += Math.exp(logits[i] - largest);
        return largest + Math.log(sum);
    }
}
