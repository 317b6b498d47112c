package resnet4j.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import resnet4j.config.Nearest;
import resnet4j.tensor.NativeScope;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A way to say where in a picture an answer rests. Gives a {@link Heat} of the size of the network's input. */
public sealed interface Method
        permits Cam,
                Method.Saliency,
                Method.InputXGradient,
                Method.SmoothGrad,
                Method.IntegratedGradients,
                GuidedBackprop,
                Method.Occlusion,
                Method.Rise {
    Heat explain(Subject subject);

    /** Whether the numbers have a unit of their own, so that they are not scaled to [0,1]. */
    default boolean unscaled() {
        return false;
    }

    private static Map<String, Function<Optional<String>, Method>> all() {
        var all = new LinkedHashMap<String, Function<Optional<String>, Method>>();
        all.put("gradcam", Cam.GradCam::new);
        all.put("gradcam++", Cam.GradCamPlusPlus::new);
        all.put("hirescam", Cam.HiResCam::new);
        all.put("layercam", Cam.LayerCam::new);
        all.put("eigencam", Cam.EigenCam::new);
        all.put("scorecam", Cam.ScoreCam::new);
        all.put("saliency", layer -> new Saliency());
        all.put("inputxgradient", layer -> new InputXGradient());
        all.put("smoothgrad", layer -> new SmoothGrad(25, .15, 0));
        all.put("integrated", layer -> new IntegratedGradients(50, 1600));
        all.put("guided", layer -> new GuidedBackprop());
        all.put("occlusion", layer -> new Occlusion(8));
        all.put("rise", layer -> new Rise(500, 7, .5, 0));
        return all;
    }

    /** The names that {@link #named} knows. */
    static List<String> names() {
        return List.copyOf(all().keySet());
    }

    /**
     * A method with its usual options.
     *
     * @param layer for those that look at a layer
     */
    static Method named(String name, Optional<String> layer) {
        var method = of(name, layer);
        if (layer.isPresent() && !(method instanceof Cam))
            throw new IllegalArgumentException("layer: " + name + " looks at the picture, not at a layer");
        return method;
    }

    /** The same, of several: those that look at the picture leave the layer out. */
    static Method of(String name, Optional<String> layer) {
        var made = all().get(name);
        if (made == null)
            throw new IllegalArgumentException("method: expected one of " + String.join(", ", names()) + ", got '"
                    + name + "'." + Nearest.hint(name, names()));
        return made.apply(layer);
    }

    /** The largest slope of the score of a pixel's three numbers. Simonyan et al. 2014, arXiv:1312.6034, section 3. */
    record Saliency() implements Method {
        @Override
        public Heat explain(Subject subject) {
            return largest(subject, subject.gradients(subject.image())).scaled();
        }
    }

    /** Slope times value, summed over colours. Shrikumar et al. 2017, arXiv:1605.01713. */
    record InputXGradient() implements Method {
        @Override
        public Heat explain(Subject subject) {
            var gradients = subject.gradients(subject.image());
            return product(subject, gradients).scaled();
        }
    }

    /**
     * The mean slope over {@code samples} pictures with noise, whose deviation is {@code noise} of the range of the
     * picture's numbers. Smilkov et al. 2017, arXiv:1706.03825.
     */
    record SmoothGrad(int samples, double noise, long seed) implements Method {
        @Override
        public Heat explain(Subject subject) {
            var random = new Random(seed);
            var image = subject.image().toFloats();
            double least = Double.POSITIVE_INFINITY, most = Double.NEGATIVE_INFINITY;
            for (float v : image) {
                least = Math.min(least, v);
                most = Math.max(most, v);
            }
            var mean = new float[3][subject.height() * subject.width()];
            for (int s = 0; s < samples; s++) {
                var noisy = image.clone();
                for (int i = 0; i < noisy.length; i++)
                    noisy[i] += (float) (random.nextGaussian() * noise * (most - least));
                try (var scope = new NativeScope()) {
                    add(mean, subject.gradients(Tensor.of(noisy, subject.image().shape())), 1f / samples);
                }
            }
            return largest(subject, mean).scaled();
        }
    }

    /**
     * Slopes along the straight way from black (the mean picture, 0) to the picture, by Gauss and Legendre's rule, times
     * the picture, summed over colours: the numbers sum up to what the picture adds to the score; in double precision.
     * Sundararajan et al. 2017, arXiv:1703.01365, eq. 1 and section 5.
     *
     * @param steps along the way; twice as many, and again, while the sum is off by more than 1 %
     * @param most  steps at most
     */
    record IntegratedGradients(int steps, int most) implements Method {
        private static final double COMPLETE = 0.01;
        private static final int BATCH = 16;

        public IntegratedGradients {
            if (steps < 1 || most < steps)
                throw new IllegalArgumentException(
                        "steps: expected 1 or more, and no more than the " + most + " at most, got " + steps);
        }

        /** So many steps, complete or not. */
        public IntegratedGradients(int steps) {
            this(steps, steps);
        }

        @Override
        public Heat explain(Subject subject) {
            try (var scope = new NativeScope()) {
                return complete(subject.doubled());
            }
        }

        private Heat complete(Subject subject) {
            double added = subject.scores(subject.image())[0]
                    - subject.scores(subject.image().zerosLike())[0];
            for (int n = steps; ; n = Math.min(2 * n, most)) {
                var heat = along(subject, n);
                double sum = 0;
                for (float value : heat.values()) sum += value;
                if (n == most || Math.abs(sum - added) <= COMPLETE * Math.abs(added)) return heat;
            }
        }

        private static Heat along(Subject subject, int n) {
            var mean = new float[3][subject.height() * subject.width()];
            var rule = legendre(n);
            for (int from = 0; from < n; from += BATCH)
                try (var scope = new NativeScope()) {
                    var between = new ArrayList<Tensor>();
                    for (int s = from; s < Math.min(n, from + BATCH); s++)
                        between.add(Ops.affine(subject.image(), (1 + rule[0][s]) / 2, 0));
                    var slopes = subject.gradients(Ops.cat(between, 0));
                    for (int s = 0; s < between.size(); s++)
                        add(mean, Arrays.copyOfRange(slopes, 3 * s, 3 * s + 3), (float) (rule[1][from + s] / 2));
                }
            return product(subject, mean);
        }

        @Override
        public boolean unscaled() {
            return true;
        }

        /** Places in [-1,1] and weights: the roots of Legendre's polynomial of degree n, by Newton's method. */
        private static double[][] legendre(int n) {
            var rule = new double[2][n];
            for (int i = 0; i < n; i++) {
                double x = -Math.cos(Math.PI * (i + .75) / (n + .5)), slope = 0;
                for (int round = 0; round < 100; round++) {
                    double last = 1, now = x;
                    for (int k = 2; k <= n; k++) {
                        double next = ((2 * k - 1) * x * now - (k - 1) * last) / k;
                        last = now;
                        now = next;
                    }
                    slope = n * (x * now - last) / (x * x - 1);
                    double step = now / slope;
                    x -= step;
                    if (Math.abs(step) < 1e-15) break;
                }
                rule[0][i] = x;
                rule[1][i] = 2 / ((1 - x * x) * slope * slope);
            }
            return rule;
        }
    }

    /**
     * How much of the score goes when a square is hidden, {@code squares} of them to a side, each shifted by half a
     * square: the mean over the squares that hide a pixel. Zeiler and Fergus 2014, arXiv:1311.2901, section 4.2.
     */
    record Occlusion(int squares) implements Method {
        private static final int BATCH = 16;

        @Override
        public Heat explain(Subject subject) {
            int height = subject.height(), width = subject.width();
            int high = Math.max(1, height / squares), wide = Math.max(1, width / squares);
            int down = Math.max(1, high / 2), right = Math.max(1, wide / 2);
            var places = new ArrayList<int[]>();
            for (int y = 0; y < height; y += down) for (int x = 0; x < width; x += right) places.add(new int[] {y, x});
            float whole = subject.scores(subject.image())[0];
            var lost = new double[height * width];
            var hidden = new int[height * width];
            for (int from = 0; from < places.size(); from += BATCH) {
                var some = places.subList(from, Math.min(places.size(), from + BATCH));
                var masks = new float[some.size()][height * width];
                for (int i = 0; i < masks.length; i++) {
                    Arrays.fill(masks[i], 1);
                    fill(masks[i], some.get(i), high, wide, height, width, (mask, at) -> mask[at] = 0);
                }
                try (var scope = new NativeScope()) {
                    var scores = subject.scores(Masks.through(subject.image(), masks));
                    for (int i = 0; i < masks.length; i++) {
                        float loss = whole - scores[i];
                        fill(masks[i], some.get(i), high, wide, height, width, (mask, at) -> {
                            lost[at] += loss;
                            hidden[at]++;
                        });
                    }
                }
            }
            var heat = new float[height * width];
            for (int i = 0; i < heat.length; i++) heat[i] = (float) (lost[i] / hidden[i]);
            return new Heat(height, width, heat).positive().scaled();
        }

        private interface At {
            void of(float[] mask, int place);
        }

        private static void fill(float[] mask, int[] corner, int high, int wide, int height, int width, At at) {
            for (int y = corner[0]; y < Math.min(height, corner[0] + high); y++)
                for (int x = corner[1]; x < Math.min(width, corner[1] + wide); x++) at.of(mask, y * width + x);
        }
    }

    /**
     * The mean of {@code masks} random soft masks, each weighted by the score of the picture seen through it; a cell of
     * the masks' grid is seen with probability {@code seen}. Petsiuk et al. 2018, arXiv:1806.07421, eq. 6.
     */
    record Rise(int masks, int cells, double seen, long seed) implements Method {
        private static final int BATCH = 16;

        @Override
        public Heat explain(Subject subject) {
            int height = subject.height(), width = subject.width();
            int high = (height + cells - 1) / cells, wide = (width + cells - 1) / cells;
            var random = new Random(seed);
            var sum = new double[height * width];
            var total = new double[height * width];
            for (int from = 0; from < masks; from += BATCH) {
                var some = new float[Math.min(BATCH, masks - from)][height * width];
                for (var mask : some) {
                    var grid = new float[(cells + 1) * (cells + 1)];
                    for (int i = 0; i < grid.length; i++) grid[i] = random.nextDouble() < seen ? 1 : 0;
                    var large = new Heat(cells + 1, cells + 1, grid).resized((cells + 1) * high, (cells + 1) * wide);
                    int top = random.nextInt(high), left = random.nextInt(wide);
                    for (int y = 0; y < height; y++)
                        for (int x = 0; x < width; x++) mask[y * width + x] = large.at(top + y, left + x);
                }
                try (var scope = new NativeScope()) {
                    var scores = subject.scores(Masks.through(subject.image(), some));
                    for (int i = 0; i < some.length; i++)
                        for (int p = 0; p < sum.length; p++) {
                            sum[p] += (double) scores[i] * some[i][p];
                            total[p] += some[i][p];
                        }
                }
            }
            var heat = new float[height * width];
            for (int i = 0; i < heat.length; i++) heat[i] = (float) (sum[i] / Math.max(total[i], 1e-9));
            return new Heat(height, width, heat).scaled();
        }
    }

    static Heat largest(Subject subject, float[][] gradients) {
        var heat = new float[gradients[0].length];
        for (var channel : gradients)
            for (int i = 0; i < heat.length; i++) heat[i] = Math.max(heat[i], Math.abs(channel[i]));
        return new Heat(subject.height(), subject.width(), heat);
    }

    /** Times the picture, summed over colours. */
    private static Heat product(Subject subject, float[][] gradients) {
        var image = subject.image().toFloats();
        var heat = new float[gradients[0].length];
        for (int c = 0; c < gradients.length; c++)
            for (int i = 0; i < heat.length; i++) heat[i] += gradients[c][i] * image[c * heat.length + i];
        return new Heat(subject.height(), subject.width(), heat);
    }

    private static void add(float[][] sum, float[][] values, float share) {
        for (int c = 0; c < sum.length; c++) for (int i = 0; i < sum[c].length; i++) sum[c][i] += share * values[c][i];
    }
}
