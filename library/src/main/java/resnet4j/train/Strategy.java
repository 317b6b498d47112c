package resnet4j.train;

/**
 * Which weights a run moves, and how fast. A network's stages are counted from its head: 0 is the head, 1 the stage
 * before it, up to the stem.
 */
public sealed interface Strategy {
    /** A stage's share of the learning rate in an epoch, counted from 0; 0 leaves it as it is. */
    double lrScale(int stage, int epoch);

    /** All weights; each stage learns {@code decay} times as fast as the one after it. arXiv:1801.06146 section 3.2. */
    record All(double decay) implements Strategy {
        public All() {
            this(1);
        }

        public All {
            if (!(decay > 0 && decay <= 1)) throw new IllegalArgumentException("decay: expected (0,1], got " + decay);
        }

        @Override
        public double lrScale(int stage, int epoch) {
            return Math.pow(decay, stage);
        }
    }

    /** The head and the {@code stages} before it. */
    record LastStages(int stages) implements Strategy {
        public LastStages() {
            this(1);
        }

        public LastStages {
            if (stages < 1) throw new IllegalArgumentException("stages: expected at least 1, got " + stages);
        }

        @Override
        public double lrScale(int stage, int epoch) {
            return stage <= stages ? 1 : 0;
        }
    }

    /**
     * From the head down, one more stage every {@code epochsPerStage} epochs; each learns {@code decay} times as fast as the
     * one after it. arXiv:1801.06146 sections 3.2 and 3.3.
     */
    record Gradual(int epochsPerStage, double decay) implements Strategy {
        public Gradual() {
            this(1, 1);
        }

        public Gradual {
            if (epochsPerStage < 1)
                throw new IllegalArgumentException("epochsPerStage: expected at least 1, got " + epochsPerStage);
            if (!(decay > 0 && decay <= 1)) throw new IllegalArgumentException("decay: expected (0,1], got " + decay);
        }

        @Override
        public double lrScale(int stage, int epoch) {
            return stage <= epoch / epochsPerStage ? Math.pow(decay, stage) : 0;
        }
    }
}
