package resnet4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import resnet4j.config.Checks;
import resnet4j.image.Box;
import resnet4j.image.Interpolation;
import resnet4j.image.Step;
import resnet4j.image.Transforms;

/**
 * A random change to a training picture that leaves what it shows as it is. It draws steps, and does not do them, so that
 * boxes and label maps go the same way. Defaults and sampling as torchvision's.
 */
public sealed interface Augment
        permits Augment.PadCrop,
                Augment.Flip,
                Augment.AlternatingFlip,
                Augment.Rotate,
                Augment.Rotate90,
                Augment.RandomResizedCrop,
                Augment.ColorJitter,
                Augment.Erase,
                OfThings,
                OfViews,
                Policy {
    /** What is to be done here. */
    List<Step> draw(Draw draw);

    /**
     * A place in a run.
     *
     * @param width   of the picture, in pixels
     * @param height  likewise
     * @param boxes   around the things that the picture is known to show
     * @param epoch   counted from 0
     * @param view    of the picture, counted from 0
     * @param random  draws other numbers for each picture, view and epoch
     * @param picture draws the same numbers for this picture in every epoch
     */
    record Draw(
            int width,
            int height,
            List<Box> boxes,
            int epoch,
            int view,
            RandomGenerator random,
            Supplier<RandomGenerator> picture) {
        /** Of a picture of which no things are known. */
        public Draw(
                int width, int height, int epoch, int view, RandomGenerator random, Supplier<RandomGenerator> picture) {
            this(width, height, List.of(), epoch, view, random, picture);
        }

        private Draw after(List<Step> steps) {
            int[] size = Step.size(steps, width, height);
            var left = boxes;
            for (var step : steps)
                left = left.stream().flatMap(box -> step.on(box).stream()).toList();
            return new Draw(size[0], size[1], left, epoch, view, random, picture);
        }
    }

    /** The side of the square that every picture comes out as, where that is always the same. */
    default OptionalInt side() {
        return OptionalInt.empty();
    }

    /** The same after {@code augments}, one after another. */
    static OptionalInt side(List<Augment> augments) {
        return augments.stream()
                .map(Augment::side)
                .filter(OptionalInt::isPresent)
                .reduce(OptionalInt.empty(), (before, last) -> last);
    }

    /** What {@code augments} do, one after another. */
    static List<Step> draw(List<Augment> augments, Draw draw) {
        var all = new ArrayList<Step>();
        for (var augment : augments) {
            var steps = augment.draw(draw);
            all.addAll(steps);
            draw = draw.after(steps);
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

    /** Turned by a random number of right angles, by none or two where it is not square; no pixels are mixed or lost. */
    record Rotate90() implements Augment {
        @Override
        public List<Step> draw(Draw draw) {
            int turns = draw.width == draw.height ? draw.random.nextInt(4) : 2 * draw.random.nextInt(2);
            return List.of(new Step.Turn(draw.width, draw.height, 90 * turns));
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

        @Override
        public OptionalInt side() {
            return OptionalInt.of(size);
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
}
