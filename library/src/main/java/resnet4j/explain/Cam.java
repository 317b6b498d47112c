package resnet4j.explain;

import java.util.Arrays;
import java.util.Optional;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Tensor;

/**
 * Class activation maps: a layer's maps, summed with weights that say what each is worth to the class. Without what is
 * below 0, at the size of the input, from 0 to 1. They equal pytorch-grad-cam's.
 */
public sealed interface Cam extends Method {
    /** The layer's path; absent for {@link Subject#defaultLayer}. */
    Optional<String> layer();

    /** The sum [height*width] before it is scaled. */
    float[] sum(Subject subject, Subject.Tap tap);

    @Override
    default Heat explain(Subject subject) {
        var tap = subject.tap(layer().orElseGet(() -> Subject.defaultLayer(subject.graph())));
        return new Heat(tap.height(), tap.width(), sum(subject, tap))
                .positive()
                .scaled()
                .resized(subject.height(), subject.width())
                .scaled();
    }

    /** Each map counts by its mean gradient. Selvaraju et al. 2017, arXiv:1610.02391, eq. 1 and 2. */
    record GradCam(Optional<String> layer) implements Cam {
        @Override
        public float[] sum(Subject subject, Subject.Tap tap) {
            return weighted(tap, c -> mean(tap.gradients()[c]));
        }
    }

    /** Places count by the higher derivatives of the score. Chattopadhay et al. 2018, arXiv:1710.11063, eq. 19. */
    record GradCamPlusPlus(Optional<String> layer) implements Cam {
        @Override
        public float[] sum(Subject subject, Subject.Tap tap) {
            return weighted(tap, c -> {
                double total = 0, weight = 0;
                for (float a : tap.maps()[c]) total += a;
                for (float g : tap.gradients()[c]) {
                    double square = (double) g * g;
                    if (g > 0) weight += g * square / (2 * square + total * square * g + 1e-6);
                }
                return weight;
            });
        }
    }

    /** Each place of each map counts by its own gradient. Draelos and Carin 2020, arXiv:2011.08891. */
    record HiResCam(Optional<String> layer) implements Cam {
        @Override
        public float[] sum(Subject subject, Subject.Tap tap) {
            return placed(tap, g -> g);
        }
    }

    /** As HiRes-CAM, of positive gradients alone. Jiang et al. 2021, doi:10.1109/TIP.2021.3089943, eq. 7. */
    record LayerCam(Optional<String> layer) implements Cam {
        @Override
        public float[] sum(Subject subject, Subject.Tap tap) {
            return placed(tap, g -> Math.max(0, g));
        }
    }

    /**
     * The maps' first principal component, whatever the class. Its sign is the one that goes with the mean of the maps.
     * Muhammad and Yeasin 2020, arXiv:2008.00299.
     */
    record EigenCam(Optional<String> layer) implements Cam {
        @Override
        public float[] sum(Subject subject, Subject.Tap tap) {
            int places = tap.height() * tap.width(), channels = tap.maps().length;
            var centred = new double[channels][places];
            for (int c = 0; c < channels; c++) {
                double mean = mean(tap.maps()[c]);
                for (int i = 0; i < places; i++) centred[c][i] = tap.maps()[c][i] - mean;
            }
            var means = weighted(tap, c -> 1);
            double mean = mean(means);
            var component = new double[places];
            for (int i = 0; i < places; i++) component[i] = means[i] - mean + 1e-3 * Math.sin(i);
            for (int round = 0; round < 5000; round++) { // power iteration on the places' covariance
                var next = new double[places];
                for (var map : centred) {
                    double along = 0;
                    for (int i = 0; i < places; i++) along += map[i] * component[i];
                    for (int i = 0; i < places; i++) next[i] += along * map[i];
                }
                double length = Math.sqrt(Arrays.stream(next).map(v -> v * v).sum());
                if (length == 0) break;
                double change = 0;
                for (int i = 0; i < places; i++) {
                    next[i] /= length;
                    change = Math.max(change, Math.abs(next[i] - component[i]));
                }
                component = next;
                if (change < 1e-9) break;
            }
            double with = 0;
            for (int i = 0; i < places; i++) with += component[i] * (means[i] - mean);
            var sum = new float[places];
            for (int i = 0; i < places; i++) sum[i] = (float) (with < 0 ? -component[i] : component[i]);
            return sum;
        }
    }

    /** Each map counts by the score of the picture seen through it. Wang et al. 2020, arXiv:1910.01279, algorithm 1. */
    record ScoreCam(Optional<String> layer) implements Cam {
        private static final int BATCH = 16;

        @Override
        public float[] sum(Subject subject, Subject.Tap tap) {
            int channels = tap.maps().length;
            var scores = new double[channels];
            for (int from = 0; from < channels; from += BATCH) {
                int n = Math.min(BATCH, channels - from);
                var masks = new float[n][];
                for (int i = 0; i < n; i++)
                    masks[i] = mask(new Heat(tap.height(), tap.width(), tap.maps()[from + i])
                            .resized(subject.height(), subject.width(), true));
                try (var scope = new NativeScope()) {
                    Tensor seen = Masks.through(subject.image(), masks);
                    float[] of = subject.scores(seen);
                    for (int i = 0; i < n; i++) scores[from + i] = of[i];
                }
            }
            double most = Arrays.stream(scores).max().orElseThrow(), total = 0;
            for (int c = 0; c < channels; c++) total += scores[c] = Math.exp(scores[c] - most);
            double all = total;
            return weighted(tap, c -> scores[c] / all);
        }

        private static float[] mask(Heat map) {
            float least = Float.POSITIVE_INFINITY, most = Float.NEGATIVE_INFINITY;
            for (float v : map.values()) {
                least = Math.min(least, v);
                most = Math.max(most, v);
            }
            var mask = new float[map.values().length];
            for (int i = 0; i < mask.length; i++) mask[i] = (map.values()[i] - least) / (most - least + 1e-8f);
            return mask;
        }
    }

    /** What a map is worth. */
    interface Worth {
        double of(int channel);
    }

    /** What a place is worth by its gradient. */
    interface Slope {
        float of(float gradient);
    }

    private static float[] weighted(Subject.Tap tap, Worth worth) {
        var sum = new double[tap.height() * tap.width()];
        for (int c = 0; c < tap.maps().length; c++) {
            double weight = worth.of(c);
            for (int i = 0; i < sum.length; i++) sum[i] += weight * tap.maps()[c][i];
        }
        return floats(sum);
    }

    private static float[] placed(Subject.Tap tap, Slope slope) {
        var sum = new double[tap.height() * tap.width()];
        for (int c = 0; c < tap.maps().length; c++)
            for (int i = 0; i < sum.length; i++) sum[i] += (double) slope.of(tap.gradients()[c][i]) * tap.maps()[c][i];
        return floats(sum);
    }

    private static float[] floats(double[] values) {
        var floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) floats[i] = (float) values[i];
        return floats;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) sum += value;
        return sum / values.length;
    }
}
