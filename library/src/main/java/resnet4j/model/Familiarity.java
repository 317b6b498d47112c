package resnet4j.model;

/** How alike a picture is to those that a network knows: a number, more for what is surer to be known. */
public sealed interface Familiarity {
    /**
     * @param said  what the network says of a picture: its logits, and behind them, where this is {@link #byFeatures}, what
     *              the head decides by
     * @param from  the first logit's place
     * @param names how many logits there are
     */
    double score(float[] said, int from, int names);

    /** Whether it needs what the head decides by, which an ONNX file does not give. */
    boolean byFeatures();

    /** {@code "energy"}. */
    String name();

    /** The negative energy, {@code log sum exp} of the logits. Liu et al. 2020, arXiv:2010.03759. */
    record Energy() implements Familiarity {
        @Override
        public double score(float[] said, int from, int names) {
            return Calibration.energy(said, from, names);
        }

        @Override
        public boolean byFeatures() {
            return false;
        }

        @Override
        public String name() {
            return "energy";
        }
    }

    /**
     * The negative energy, less {@code factor} times how far what the head decides by lies from the directions in which that
     * of training pictures varies most: virtual-logit matching. Wang et al. 2022, arXiv:2203.10807, eq. 6.
     *
     * @param width     numbers that the head decides by
     * @param origin    from where they are measured
     * @param residual  the other directions, one of {@code width} numbers after another, orthonormal
     */
    record Distance(int width, Floats origin, Floats residual, double factor) implements Familiarity {
        public Distance {
            int directions = residual.values().length, from = origin.values().length;
            if (width < 1 || from != width || directions == 0 || directions % width != 0)
                throw new IllegalArgumentException("width: expected an origin and directions of " + width
                        + " numbers, got " + from + " and " + directions);
            if (!(factor > 0 && Double.isFinite(factor)))
                throw new IllegalArgumentException("factor: expected a number above 0, got " + factor);
        }

        @Override
        public double score(float[] said, int from, int names) {
            float[] directions = residual.values();
            var centred = new double[width];
            for (int c = 0; c < width; c++) centred[c] = (double) said[from + names + c] - origin.values()[c];
            double squares = 0;
            for (int at = 0; at < directions.length; ) {
                double along = 0;
                for (int c = 0; c < width; c++) along += directions[at++] * centred[c];
                squares += along * along;
            }
            return Calibration.energy(said, from, names) - factor * Math.sqrt(squares);
        }

        @Override
        public boolean byFeatures() {
            return true;
        }

        @Override
        public String name() {
            return "distance";
        }
    }
}
