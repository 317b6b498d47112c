package resnet4j.certainty;

/** How often something happens of so many times, each with the same chance. */
final class Binomial {
    private Binomial() {}

    /** The chance of at most {@code hits} of {@code n}. */
    static double atMost(int hits, int n, double chance) {
        if (hits >= n || chance <= 0) return 1;
        if (chance >= 1) return 0;
        double term = n * Math.log1p(-chance), ratio = Math.log(chance) - Math.log1p(-chance), sum = 0;
        for (int k = 0; k <= hits; k++) {
            sum += Math.exp(term);
            term += Math.log((double) (n - k) / (k + 1)) + ratio;
        }
        return Math.min(1, sum);
    }

    /** The chance above which {@code hits} of {@code n} or fewer would be rarer than {@code rare}. Clopper and Pearson 1934. */
    static double upperBound(int hits, int n, double rare) {
        if (hits >= n) return 1;
        double low = (double) hits / n, high = 1;
        for (int step = 0; step < 60; step++) {
            double middle = (low + high) / 2;
            if (atMost(hits, n, middle) > rare) low = middle;
            else high = middle;
        }
        return high;
    }
}
