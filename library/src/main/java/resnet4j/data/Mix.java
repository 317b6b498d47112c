package resnet4j.data;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import resnet4j.config.Checks;
import resnet4j.image.Target;

/**
 * A random mixture of the pictures of a batch with those of the same batch moved on by one, as torchvision's; the batch
 * is shuffled, so that is any other picture.
 */
public sealed interface Mix permits Mix.None, Mix.MixUp, Mix.CutMix, Mix.OneOf, CopyPaste {
    /** The batch mixed, all views of it alike. */
    <T extends Target<T>> Batch<T> apply(Batch<T> batch, RandomGenerator random);

    /** Whether it is for pictures of which this is known; those that mix whole pictures are for classes. */
    default boolean fits(Class<? extends Target<?>> target) {
        return target == Label.class;
    }

    record None() implements Mix {
        @Override
        public boolean fits(Class<? extends Target<?>> target) {
            return true;
        }

        @Override
        public <T extends Target<T>> Batch<T> apply(Batch<T> batch, RandomGenerator random) {
            return batch;
        }
    }

    /**
     * Each picture {@code lambda} of itself and the rest of its partner, {@code lambda ~ Beta(alpha, alpha)}, rounded to
     * whole bytes. Zhang et al. 2018, arXiv:1710.09412.
     */
    record MixUp(double alpha) implements Mix {
        public MixUp {
            Beta.check(alpha);
        }

        @Override
        public <T extends Target<T>> Batch<T> apply(Batch<T> batch, RandomGenerator random) {
            float lambda = (float) Beta.sample(alpha, random);
            return Partner.of(batch, view -> mixed(view.rgb(), view.size(), Math.round(lambda * 65536)), lambda);
        }

        private static byte[] mixed(byte[] in, int size, int weight) {
            int bytes = in.length / size;
            var out = new byte[in.length];
            for (int i = 0, partner = in.length - bytes; i < in.length; i++, partner++) {
                if (partner == in.length) partner = 0;
                int mixed = weight * (in[i] & 255) + (65536 - weight) * (in[partner] & 255);
                out[i] = (byte) (mixed + 32768 >>> 16);
            }
            return out;
        }
    }

    /**
     * A window of each picture replaced by its partner's. The window is cut to the picture, and {@code lambda} is the
     * share that is left. Its area before that is {@code 1 - Beta(alpha, alpha)} of the picture, its centre anywhere.
     * Yun et al. 2019, arXiv:1905.04899.
     */
    record CutMix(double alpha) implements Mix {
        public CutMix {
            Beta.check(alpha);
        }

        /** Every area equally likely. */
        public CutMix() {
            this(1);
        }

        @Override
        public <T extends Target<T>> Batch<T> apply(Batch<T> batch, RandomGenerator random) {
            int width = batch.pixels().width(), height = batch.pixels().height();
            double half = 0.5 * Math.sqrt(1 - Beta.sample(alpha, random));
            int x = random.nextInt(width), y = random.nextInt(height);
            int halfWidth = (int) (half * width), halfHeight = (int) (half * height);
            int x1 = Math.max(0, x - halfWidth), x2 = Math.min(width, x + halfWidth);
            int y1 = Math.max(0, y - halfHeight), y2 = Math.min(height, y + halfHeight);
            float lambda = 1 - (float) ((x2 - x1) * (y2 - y1)) / (width * height);
            return Partner.of(batch, view -> pasted(view, x1, y1, x2, y2), lambda);
        }

        private static byte[] pasted(Pixels view, int x1, int y1, int x2, int y2) {
            int bytes = 3 * view.width() * view.height();
            byte[] in = view.rgb(), out = in.clone();
            for (int i = 0; i < view.size(); i++) {
                int partner = i == 0 ? view.size() - 1 : i - 1;
                for (int row = y1; row < y2; row++) {
                    int at = 3 * (row * view.width() + x1);
                    System.arraycopy(in, partner * bytes + at, out, i * bytes + at, 3 * (x2 - x1));
                }
            }
            return out;
        }
    }

    /** One of {@code choices} for each batch, equally likely. */
    record OneOf(List<Mix> choices) implements Mix {
        public OneOf {
            choices = List.copyOf(choices);
            Checks.atLeast("choices", 1, choices.size());
        }

        @Override
        public boolean fits(Class<? extends Target<?>> target) {
            return choices.stream().allMatch(choice -> choice.fits(target));
        }

        @Override
        public <T extends Target<T>> Batch<T> apply(Batch<T> batch, RandomGenerator random) {
            return choices.get(random.nextInt(choices.size())).apply(batch, random);
        }
    }
}

/** The picture before each in its batch, around. */
final class Partner {
    private Partner() {}

    static <T extends Target<T>> Batch<T> of(Batch<T> batch, Function<Pixels, byte[]> mixture, float lambda) {
        int n = batch.size();
        var partner = new int[n];
        for (int i = 0; i < n; i++) partner[i] = i == 0 ? n - 1 : i - 1;
        var views = batch.views().stream()
                .map(view -> {
                    if (!view.even()
                            || view.width() != batch.pixels().width()
                            || view.height() != batch.pixels().height())
                        throw new IllegalArgumentException(
                                "mix: expected pictures of one size, got several; crop them in the preprocessing");
                    return view.with(mixture.apply(view));
                })
                .toList();
        return new Batch<>(views, batch.targets(), batch.indices(), Optional.of(new Batch.Mixed(partner, lambda)));
    }
}

/** The symmetric Beta distribution. */
final class Beta {
    private Beta() {}

    static void check(double alpha) {
        Checks.between("alpha", 1e-3, 1e3, alpha);
    }

    static double sample(double alpha, RandomGenerator random) {
        double a = gamma(alpha, random), b = gamma(alpha, random);
        return a + b > 0
                ? a / (a + b)
                : random.nextInt(2); // where both underflow, alpha is near 0 and so is one of them
    }

    /** Marsaglia, Tsang 2000, doi:10.1145/358407.358414; below 1 by the remark in its section 6. */
    private static double gamma(double shape, RandomGenerator random) {
        if (shape < 1) return gamma(shape + 1, random) * Math.pow(1 - random.nextDouble(), 1 / shape);
        double d = shape - 1 / 3.0, c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian(), v = 1 + c * x;
            v *= v * v;
            if (v > 0 && Math.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
        }
    }
}
