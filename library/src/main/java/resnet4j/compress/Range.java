package resnet4j.compress;

/** How the largest number that eight bits hold is chosen from the numbers that were seen; larger ones are cut off. */
public enum Range {
    /** The largest that was seen. */
    MINMAX {
        @Override
        double bound(Histogram seen, int levels) {
            return seen.largest();
        }
    },
    /** What 99.99 % of the numbers do not exceed. */
    PERCENTILE {
        @Override
        double bound(Histogram seen, int levels) {
            return seen.quantile(0.9999);
        }
    },
    /** Where the mean of the squared errors is least. */
    MSE {
        @Override
        double bound(Histogram seen, int levels) {
            return seen.best(bound -> seen.squaredError(bound, levels));
        }
    },
    /** Where the numbers' distribution loses least information, by the Kullback-Leibler divergence. */
    ENTROPY {
        @Override
        double bound(Histogram seen, int levels) {
            return seen.best(bound -> seen.divergence(bound, levels));
        }
    };

    /** @param levels the number of steps from 0 to the bound: 255, or 127 for numbers with a sign */
    abstract double bound(Histogram seen, int levels);
}
