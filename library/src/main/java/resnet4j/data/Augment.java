package resnet4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import resnet4j.config.Checks;
import resnet4j.image.Interpolation;
import resnet4j.image.Step;
import resnet4j.image.Transforms;

/**
 * A random change to a training picture that leaves what it shows as it is. It draws steps, and does not do them, so that
 * boxes and label maps go the same way. Defaults and sampling as torchvision's.
 */
public sealed interface Augment {
    /** What is to be done here. */
    List<Step> draw(Draw draw);

    /**
     * A place in a run.
     *
     * @param width   of the picture, in pixels
     * @param height  likewise
     * @param epoch   counted from 0
     * @param view    of the picture, counted from 0
     * @param random  draws other numbers for each picture, view and epoch
     * @param picture draws the same numbers for this picture in every epoch
     */
    record Draw(
            int width, int height, int epoch, int view, RandomGenerator random, Supplier<RandomGenerator> picture) {}

    /** What {@code augments} do, one after another. */
    static List<Step> draw(List<Augment> augments, Draw draw) {
        var all = new ArrayList<Step>();
        for (var augment : augments) {
            var steps = augment.draw(draw);
            all.addAll(steps);
            int[] size = Step.size(steps, draw.width, draw.height);
            draw = new Draw(size[0], size[1], draw.epoch, draw.view, draw.random, draw.picture);
        }
        return all;
    }

    /**
     * A window of the picture's own size somewhere in the picture padded with {@code pad} pixels on every side. With 4
     * black ones, and {@link Flip}, the augmentation of CIFAR in He et al. 2015, arXiv:1512.03385, section 4.2.
     */
    record PadCrop(int pad, Transforms.Padding padding) implements Augment {
        public PadCrop {
            Checks.atLeast("pad", 0, pad);
        }

        public PadCrop() {
            this(4);
        }

        /** With black pixels. */
        public PadCrop(int pad) {
            this(pad, Transforms.Padding.ZERO);
        }

        @Override
        public List<Step> draw(Draw draw) {
            int top = draw.random.nextInt(2 * pad + 1) - pad, left = draw.random.nextInt(2 * pad + 1) - pad;
            return List.of(new Step.Crop(left, top, draw.width, draw.height, padding));
        }
    }

    /** Left and right exchanged with probability {@code p}. */
    record Flip(double p) implements Augment {
        public Flip {
            Checks.probability("p", p);
        }

        /** Half of the pictures. */
        public Flip() {
            this(0.5);
        }

        @Override
        public List<Step> draw(Draw draw) {
            return draw.random.nextDouble() < p ? List.of(new Step.Flip(draw.width)) : List.of();
        }
    }

    /**
     * Left and right exchanged in every second epoch; chance decides for each picture whether that is the even or the odd
     * ones, so that two epochs show both views of all. Jordan 2024, arXiv:2404.00498, section 3.6.
     */
    record AlternatingFlip() implements Augment {
        @Override
        public List<Step> draw(Draw draw) {
            boolean flipped = draw.picture.get().nextBoolean() == (draw.epoch % 2 == 0);
            return flipped ? List.of(new Step.Flip(draw.width)) : List.of();
        }
    }

    /** Turned about the centre by up to {@code degrees} each way, black where nothing is. */
    record Rotate(double degrees) implements Augment {
        public Rotate {
            Checks.between("degrees", 0, 180, degrees);
        }

        @Override
        public List<Step> draw(Draw draw) {
            double drawn = (2 * draw.random.nextDouble() - 1) * degrees;
            return List.of(new Step.Turn(draw.width, draw.height, drawn));
        }
    }

    /**
     * A window of random area and shape, brought to {@code size} pixels each way. Szegedy et al. 2014,
     * arXiv:1409.4842, section 6.
     *
     * @param minScale least share of the picture's area
     * @param maxScale greatest share
     * @param ratio    greatest width / height, and least height / width inverted: 4/3
     */
    record RandomResizedCrop(int size, double minScale, double maxScale, double ratio) implements Augment {
        private static final int TRIES = 10; // torchvision's

        public RandomResizedCrop {
            Checks.atLeast("size", 1, size);
            Checks.between("minScale", 0.0001, 1, minScale);
            Checks.between("maxScale", minScale, 1, maxScale);
            Checks.atLeast("ratio", 1, ratio);
        }

        public RandomResizedCrop() {
            this(224, 0.08, 1, 4.0 / 3);
        }

        @Override
        public List<Step> draw(Draw draw) {
            var random = draw.random;
            int width = draw.width, height = draw.height;
            for (int i = 0; i < TRIES; i++) {
                double area = width * (double) height * (minScale + random.nextDouble() * (maxScale - minScale));
                double shape = Math.exp((2 * random.nextDouble() - 1) * Math.log(ratio));
                int w = (int) Math.round(Math.sqrt(area * shape)), h = (int) Math.round(Math.sqrt(area / shape));
                if (w < 1 || h < 1 || w > width || h > height) continue;
                return resized(random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h);
            }
            double shape = (double) width / height; // the centre, as much of it as the ratio allows
            int w = shape > ratio ? (int) Math.round(height * ratio) : width;
            int h = shape < 1 / ratio ? (int) Math.round(width * ratio) : height;
            return resized((width - w) / 2, (height - h) / 2, w, h);
        }

        private List<Step> resized(int x, int y, int w, int h) {
            return List.of(new Step.Crop(x, y, w, h), new Step.Resize(w, h, size, size, Interpolation.BILINEAR));
        }
    }

    /**
     * Brightness, contrast and saturation times a random factor in [1-x, 1+x], hue turned by up to {@code hue} of a full
     * turn, in that order. As torchvision's {@code ColorJitter}, which shuffles the order.
     */
    record ColorJitter(double brightness, double contrast, double saturation, double hue) implements Augment {
        public ColorJitter {
            Checks.between("brightness", 0, 1, brightness);
            Checks.between("contrast", 0, 1, contrast);
            Checks.between("saturation", 0, 1, saturation);
            Checks.between("hue", 0, 0.5, hue);
        }

        public ColorJitter() {
            this(0.4, 0.4, 0.4, 0);
        }

        @Override
        public List<Step> draw(Draw draw) {
            double light = factor(brightness, draw.random), spread = factor(contrast, draw.random);
            double colour = factor(saturation, draw.random), turn = (2 * draw.random.nextDouble() - 1) * hue;
            return List.of(new Step.Tint(light, spread, colour, turn));
        }

        private static double factor(double most, RandomGenerator random) {
            return 1 + (2 * random.nextDouble() - 1) * most;
        }
    }

    /**
     * With probability {@code p}, a rectangle of random area and shape made black. Zhong et al. 2017, arXiv:1708.04896.
     *
     * @param minArea least share of the picture
     * @param maxArea greatest share
     */
    record Erase(double p, double minArea, double maxArea) implements Augment {
        private static final double LEAST_RATIO = 0.3, RATIO = 3.3; // height / width, section 3
        private static final int TRIES = 10; // torchvision's

        public Erase {
            Checks.probability("p", p);
            Checks.between("minArea", 0, 1, minArea);
            Checks.between("maxArea", minArea, 1, maxArea);
        }

        public Erase() {
            this(0.5, 0.02, 0.33);
        }

        @Override
        public List<Step> draw(Draw draw) {
            var random = draw.random;
            if (random.nextDouble() >= p) return List.of();
            for (int i = 0; i < TRIES; i++) {
                double area = draw.width * (double) draw.height * (minArea + random.nextDouble() * (maxArea - minArea));
                double shape = LEAST_RATIO * Math.pow(RATIO / LEAST_RATIO, random.nextDouble());
                int w = (int) Math.rint(Math.sqrt(area / shape)), h = (int) Math.rint(Math.sqrt(area * shape));
                if (w < 1 || h < 1 || w >= draw.width || h >= draw.height) continue;
                int y = random.nextInt(draw.height - h + 1), x = random.nextInt(draw.width - w + 1);
                return List.of(new Step.Fill(x, y, w, h));
            }
            return List.of();
        }
    }

    /** With probability {@code p}, these, one after another: torchvision's {@code RandomApply}. */
    record Sometimes(double p, List<Augment> augments) implements Augment {
        public Sometimes {
            Checks.probability("p", p);
            augments = List.copyOf(augments);
        }

        @Override
        public List<Step> draw(Draw draw) {
            return draw.random.nextDouble() < p ? Augment.draw(augments, draw) : List.of();
        }
    }

    /** With probability {@code p}, without colour: torchvision's {@code RandomGrayscale}. */
    record Grey(double p) implements Augment {
        public Grey {
            Checks.probability("p", p);
        }

        /** As SimCLR. arXiv:2002.05709, appendix A. */
        public Grey() {
            this(0.2);
        }

        @Override
        public List<Step> draw(Draw draw) {
            return draw.random.nextDouble() < p ? List.of(new Step.Tint(1, 1, 0, 0)) : List.of();
        }
    }

    /**
     * So many operations one after another, drawn from fourteen, all at one magnitude. Cubuk et al. 2019,
     * arXiv:1909.13719; ranges and pixels as torchvision's {@code RandAugment} on Pillow images.
     *
     * @param magnitude from 0 to {@code bins - 1}
     */
    record RandAugment(int operations, int magnitude, int bins) implements Augment {
        public RandAugment {
            Checks.atLeast("operations", 1, operations);
            Checks.atLeast("bins", 2, bins);
            Checks.between("magnitude", 0, bins - 1, magnitude);
        }

        public RandAugment() {
            this(2, 9, 31);
        }

        @Override
        public List<Step> draw(Draw draw) {
            var scale = Operation.Scale.ofRandAugment(draw.width, draw.height);
            var steps = new ArrayList<Step>();
            for (int i = 0; i < operations; i++) {
                var operation = Operation.ALL.get(draw.random.nextInt(Operation.ALL.size()));
                double by = operation.drawn(operation.magnitude(scale, magnitude, bins), draw.random);
                steps.addAll(operation.steps(draw.width, draw.height, by));
            }
            return steps;
        }
    }

    /**
     * One of fourteen operations at a random magnitude. Müller and Hutter 2021, arXiv:2103.10158; ranges and pixels as
     * torchvision's {@code TrivialAugmentWide} on Pillow images.
     */
    record TrivialAugmentWide(int bins) implements Augment {
        public TrivialAugmentWide {
            Checks.atLeast("bins", 2, bins);
        }

        public TrivialAugmentWide() {
            this(31);
        }

        @Override
        public List<Step> draw(Draw draw) {
            var operation = Operation.ALL.get(draw.random.nextInt(Operation.ALL.size()));
            double most = operation.magnitude(Operation.Scale.wide(), draw.random.nextInt(bins), bins);
            return operation.steps(draw.width, draw.height, operation.drawn(most, draw.random));
        }
    }

    /**
     * The picture mixed with what chains of operations make of it, by random weights. Hendrycks et al. 2019,
     * arXiv:1912.02781; ranges as torchvision's {@code AugMix}, operations as on Pillow images without mixing pixels. For
     * targets that do not say where in the picture something is.
     *
     * @param severity of the operations, from 1 to 10
     * @param width    how many chains
     * @param depth    operations in a chain; 0 draws from 1 to 3
     */
    record AugMix(int severity, int width, int depth) implements Augment {
        private static final int BINS = 10; // torchvision's

        public AugMix {
            Checks.between("severity", 1, BINS, severity);
            Checks.atLeast("width", 1, width);
            Checks.atLeast("depth", 0, depth);
        }

        public AugMix() {
            this(3, 3, 0);
        }

        @Override
        public List<Step> draw(Draw draw) {
            var random = draw.random;
            double own = random.nextDouble(); // Beta(1, 1)
            var chains = new ArrayList<List<Step>>();
            var shares = new double[width]; // Dirichlet(1, ..., 1): exponential variables by their sum
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += shares[i] = -Math.log(1 - random.nextDouble());
                var chain = new ArrayList<Step>();
                for (int left = depth > 0 ? depth : 1 + random.nextInt(3); left > 0; left--) chain.addAll(one(draw));
                chains.add(chain);
            }
            var weights = new ArrayList<Double>();
            for (double share : shares) weights.add((1 - own) * share / sum);
            return List.of(new Step.Mixture(own, chains, weights));
        }

        private List<Step> one(Draw draw) {
            var scale = Operation.Scale.ofAugMix(draw.width, draw.height);
            var operation =
                    Operation.ALL.get(1 + draw.random.nextInt(Operation.ALL.size() - 1)); // all that do something
            double by = operation.magnitude(scale, draw.random.nextInt(severity), BINS);
            return operation.steps(draw.width, draw.height, operation.drawn(by, draw.random));
        }
    }
}
