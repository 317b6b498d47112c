package resnet4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import resnet4j.config.Checks;
import resnet4j.image.Box;
import resnet4j.image.Interpolation;
import resnet4j.image.Step;
import resnet4j.image.ThingStep;

/** What detectors are trained with. Names, sampling and defaults are torchvision's. */
public sealed interface OfThings extends Augment {
    /**
     * A window that shows the centre of a thing at least, and overlaps one of those by a share that chance chooses, or
     * all of the picture; things whose centres it does not show are left out. As it is where nothing is shown. Liu et al. 2015,
     * arXiv:1512.02325, section 2.2.
     *
     * @param minScale least share of the picture's width, and of its height
     * @param maxScale greatest share
     * @param ratio    greatest width / height, and least height / width inverted
     */
    record RandomIoUCrop(double minScale, double maxScale, double ratio) implements OfThings {
        private static final double[] OVERLAPS = {0, 0.1, 0.3, 0.5, 0.7, 0.9, 1}; // 1: all of the picture
        private static final int TRIES = 40; // torchvision's, with one overlap

        public RandomIoUCrop {
            Checks.between("minScale", 0.01, 1, minScale);
            Checks.between("maxScale", minScale, 1, maxScale);
            Checks.atLeast("ratio", 1, ratio);
        }

        public RandomIoUCrop() {
            this(0.3, 1, 2);
        }

        @Override
        public List<Step> draw(Draw draw) {
            if (draw.boxes().isEmpty()) return List.of();
            var random = draw.random();
            while (true) {
                double overlap = OVERLAPS[random.nextInt(OVERLAPS.length)];
                if (overlap == 1) return List.of();
                for (int i = 0; i < TRIES; i++) {
                    int w = (int) (draw.width() * share(random)), h = (int) (draw.height() * share(random));
                    if (w < 1 || h < 1 || w > ratio * h || h > ratio * w) continue;
                    int x = (int) ((draw.width() - w) * random.nextDouble());
                    int y = (int) ((draw.height() - h) * random.nextDouble());
                    var crop = new ThingStep.CropOfCentres(x, y, w, h);
                    double best = draw.boxes().stream()
                            .filter(crop::shows)
                            .mapToDouble(box -> overlap(box, new Box(x, y, x + w, y + h)))
                            .max()
                            .orElse(-1);
                    if (best >= overlap) return List.of(crop);
                }
            }
        }

        private double share(RandomGenerator random) {
            return minScale + (maxScale - minScale) * random.nextDouble();
        }

        private static double overlap(Box a, Box b) {
            double w = Math.min(a.x2(), b.x2()) - Math.max(a.x1(), b.x1());
            double h = Math.min(a.y2(), b.y2()) - Math.max(a.y1(), b.y1());
            double both = Math.max(0, w) * Math.max(0, h);
            return both / (a.area() + b.area() - both);
        }
    }

    /**
     * Brightness, contrast, saturation and hue, each changed with probability {@code p}, contrast before or after the last
     * two; with the same probability the three colours exchanged. Liu et al. 2015, arXiv:1512.02325, as SSD's code does.
     */
    record RandomPhotometricDistort(double p) implements OfThings {
        private static final double BRIGHTNESS = 0.125, CONTRAST = 0.5, SATURATION = 0.5, HUE = 0.05; // torchvision's

        public RandomPhotometricDistort {
            Checks.probability("p", p);
        }

        public RandomPhotometricDistort() {
            this(0.5);
        }

        @Override
        public List<Step> draw(Draw draw) {
            var random = draw.random();
            double light = 1 + sometimes(BRIGHTNESS, random), spread = 1 + sometimes(CONTRAST, random);
            double colour = 1 + sometimes(SATURATION, random), turn = sometimes(HUE, random);
            boolean first = random.nextDouble() < 0.5;
            var steps = new ArrayList<Step>();
            steps.add(new Step.Tint(light, first ? spread : 1, colour, turn));
            if (!first) steps.add(new Step.Tint(1, spread, 1, 0));
            if (random.nextDouble() < p) {
                var order = new int[] {0, 1, 2};
                Seeds.shuffle(order, random);
                steps.add(new ThingStep.Exchange(order[0], order[1], order[2]));
            }
            return steps;
        }

        /** Up to {@code most} each way, or 0. */
        private double sometimes(double most, RandomGenerator random) {
            return random.nextDouble() < p ? (2 * random.nextDouble() - 1) * most : 0;
        }
    }

    /**
     * The picture as large as fits into a square, times a random factor, and of that a window of the square's size
     * somewhere, black below and right where the picture ends. Ghiasi et al. 2020, arXiv:2012.07177, section 3; torchvision's {@code
     * ScaleJitter} and {@code FixedSizeCrop}.
     *
     * @param size     side of the square in pixels
     * @param minScale least factor
     * @param maxScale greatest factor
     */
    record ScaleJitter(int size, double minScale, double maxScale) implements OfThings {
        public ScaleJitter {
            Checks.between("size", 1, 1 << 13, size);
            Checks.between("minScale", 0.01, 10, minScale);
            Checks.between("maxScale", minScale, 10, maxScale);
        }

        /** The paper's large one. */
        public ScaleJitter() {
            this(1024, 0.1, 2);
        }

        @Override
        public List<Step> draw(Draw draw) {
            double drawn = minScale + draw.random().nextDouble() * (maxScale - minScale);
            double by = (double) size / Math.max(draw.width(), draw.height()) * drawn;
            int w = Math.max(1, (int) (draw.width() * by)), h = Math.max(1, (int) (draw.height() * by));
            int y = (int) (Math.max(h - size, 0) * draw.random().nextDouble());
            int x = (int) (Math.max(w - size, 0) * draw.random().nextDouble());
            return List.of(
                    new Step.Resize(draw.width(), draw.height(), w, h, Interpolation.BILINEAR),
                    new Step.Crop(x, y, size, size));
        }

        @Override
        public OptionalInt side() {
            return OptionalInt.of(size);
        }
    }
}
