package resnet4j.nn;

/** What a residual block weighs its output with before the sum. */
public sealed interface Attention {
    /** No attention. */
    Attention NONE = new None();

    /** [N,channels,H,W] -> the same. */
    Layer of(int channels);

    record None() implements Attention {
        @Override
        public Layer of(int channels) {
            return new Sequential();
        }
    }

    /** Channels weighed by what two small layers make of their means. arXiv:1709.01507. */
    record SqueezeExcite(int reduction) implements Attention {
        public SqueezeExcite {
            if (reduction < 1) throw new IllegalArgumentException("reduction: expected at least 1, got " + reduction);
        }

        @Override
        public Layer of(int channels) {
            return new SqueezeExciteLayer(channels, reduction);
        }
    }

    /** Channels weighed by what a convolution along the channels makes of their means. arXiv:1910.03151. */
    record EfficientChannel() implements Attention {
        @Override
        public Layer of(int channels) {
            return new EfficientChannelLayer(channels);
        }
    }

    /** Channels, then places, weighed by means and maxima. arXiv:1807.06521. */
    record Cbam(int reduction) implements Attention {
        public Cbam {
            if (reduction < 1) throw new IllegalArgumentException("reduction: expected at least 1, got " + reduction);
        }

        @Override
        public Layer of(int channels) {
            return new CbamLayer(channels, reduction);
        }
    }
}
