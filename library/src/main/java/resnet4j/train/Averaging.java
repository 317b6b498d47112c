package resnet4j.train;

import resnet4j.config.Checks;

/** Which average of the weights over steps is kept, to be the model in their stead. */
public sealed interface Averaging {
    /** Whether one is kept. */
    default boolean kept() {
        return true;
    }

    /** Moves the average, and perhaps the weights, after an update. In a scope. */
    void after(Moment at, Average average);

    /** The weights as they are. */
    record None() implements Averaging {
        @Override
        public boolean kept() {
            return false;
        }

        @Override
        public void after(Moment at, Average average) {}
    }

    /**
     * An exponential moving average.
     *
     * @param decay share of the old average in each new one; a young average leans on new weights more
     */
    record Ema(double decay) implements Averaging {
        public Ema {
            Checks.chance("decay", decay);
        }

        @Override
        public void after(Moment at, Average average) {
            // Tarvainen and Valpola 2017, arXiv:1703.01780 section 3
            average.follow(Math.min(decay, (1.0 + at.step()) / (10.0 + at.step())));
        }
    }

    /**
     * Slow weights that follow the trained ones, which go back to them every few updates; the slow ones are the model.
     * Zhang et al. 2019, arXiv:1907.08610.
     *
     * @param every updates
     * @param decay share of the slow weights that stays each time, at the end of a run: before, it is less by the cube of
     *              the share of updates done, as in arXiv:2404.00498 section 3.4
     */
    record Lookahead(int every, double decay) implements Averaging {
        public Lookahead() {
            this(5, 0.77);
        }

        public Lookahead {
            if (every < 1) throw new IllegalArgumentException("every: expected at least 1, got " + every);
            Checks.chance("decay", decay);
        }

        @Override
        public void after(Moment at, Average average) {
            if ((at.step() + 1) % every != 0) return;
            average.follow(decay * at.progress() * at.progress() * at.progress());
            average.pullBack();
        }
    }
}
