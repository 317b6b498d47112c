package resnet4j.data;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import resnet4j.image.Image;
import resnet4j.image.Interpolation;
import resnet4j.image.Transforms;

/** A random change to a training picture that leaves its class as it is. Defaults and sampling as torchvision's. */
public sealed interface Augment {
    /** The picture changed, or itself; {@code image} is not written to. */
    Image apply(Image image, RandomGenerator random);

    /**
     * The change in one place of a run, for those that depend on it and not on chance alone.
     *
     * @param random  draws other numbers for each picture and epoch
     * @param epoch   counted from 0
     * @param picture draws the same numbers for this picture in every epoch
     */
    default Image apply(Image image, RandomGenerator random, int epoch, Supplier<RandomGenerator> picture) {
        return apply(image, random);
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
        public Image apply(Image image, RandomGenerator random) {
            int top = random.nextInt(2 * pad + 1) - pad, left = random.nextInt(2 * pad + 1) - pad;
            return Transforms.crop(image, left, top, image.width(), image.height(), padding);
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
        public Image apply(Image image, RandomGenerator random) {
            return random.nextDouble() < p ? Transforms.flip(image) : image;
        }
    }

    /**
     * Left and right exchanged in every second epoch; chance decides for each picture whether that is the even or the odd
     * ones, so that two epochs show both views of all. Jordan 2024, arXiv:2404.00498, section 3.6.
     */
    record AlternatingFlip() implements Augment {
        @Override
        public Image apply(Image image, RandomGenerator random) {
            return random.nextBoolean() ? Transforms.flip(image) : image;
        }

        @Override
        public Image apply(Image image, RandomGenerator random, int epoch, Supplier<RandomGenerator> picture) {
            return picture.get().nextBoolean() == (epoch % 2 == 0) ? Transforms.flip(image) : image;
        }
    }

    /** Turned about the centre by up to {@code degrees} each way, black where nothing is. */
    record Rotate(double degrees) implements Augment {
        public Rotate {
            Checks.between("degrees", 0, 180, degrees);
        }

        @Override
        public Image apply(Image image, RandomGenerator random) {
            return Transforms.rotate(image, (2 * random.nextDouble() - 1) * degrees, Interpolation.BILINEAR, 0);
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
        public Image apply(Image image, RandomGenerator random) {
            int width = image.width(), height = image.height();
            for (int i = 0; i < TRIES; i++) {
                double area = width * (double) height * (minScale + random.nextDouble() * (maxScale - minScale));
                double shape = Math.exp((2 * random.nextDouble() - 1) * Math.log(ratio));
                int w = (int) Math.round(Math.sqrt(area * shape)), h = (int) Math.round(Math.sqrt(area / shape));
                if (w < 1 || h < 1 || w > width || h > height) continue;
                return resized(image, random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h);
            }
            double shape = (double) width / height; // the centre, as much of it as the ratio allows
            int w = shape > ratio ? (int) Math.round(height * ratio) : width;
            int h = shape < 1 / ratio ? (int) Math.round(width * ratio) : height;
            return resized(image, (width - w) / 2, (height - h) / 2, w, h);
        }

        private Image resized(Image image, int x, int y, int w, int h) {
            return Transforms.resizedCrop(image, x, y, w, h, size, size, Interpolation.BILINEAR);
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
        public Image apply(Image image, RandomGenerator random) {
            double light = factor(brightness, random), spread = factor(contrast, random);
            double colour = factor(saturation, random), turn = (2 * random.nextDouble() - 1) * hue;
            byte[] in = image.rgb(), out = new byte[in.length];
            double mean = 0;
            for (int i = 0; i < in.length; i += 3)
                mean += grey(lit(in[i], light), lit(in[i + 1], light), lit(in[i + 2], light));
            mean /= in.length / 3.0;
            double cos = Math.cos(2 * Math.PI * turn), sin = Math.sin(2 * Math.PI * turn);
            for (int i = 0; i < in.length; i += 3) {
                double r = bounded(mean + (lit(in[i], light) - mean) * spread);
                double g = bounded(mean + (lit(in[i + 1], light) - mean) * spread);
                double b = bounded(mean + (lit(in[i + 2], light) - mean) * spread);
                double y = grey(r, g, b);
                r = bounded(y + (r - y) * colour);
                g = bounded(y + (g - y) * colour);
                b = bounded(y + (b - y) * colour);
                // hue: a turn of the chrominance plane of YIQ
                double p = 0.596 * r - 0.274 * g - 0.322 * b, q = 0.211 * r - 0.523 * g + 0.312 * b;
                double u = p * cos - q * sin, v = p * sin + q * cos;
                boolean turned = turn != 0;
                out[i] = clip(turned ? y + 0.956 * u + 0.621 * v : r);
                out[i + 1] = clip(turned ? y - 0.272 * u - 0.647 * v : g);
                out[i + 2] = clip(turned ? y - 1.106 * u + 1.703 * v : b);
            }
            return new Image(image.width(), image.height(), out);
        }

        private static double factor(double most, RandomGenerator random) {
            return 1 + (2 * random.nextDouble() - 1) * most;
        }

        private static double grey(double r, double g, double b) {
            return 0.299 * r + 0.587 * g + 0.114 * b; // ITU-R BT.601, as Pillow
        }

        private static double lit(byte value, double light) {
            return bounded((value & 255) * light);
        }

        /** What is beyond black and white is lost at every step, as in torchvision. */
        private static double bounded(double value) {
            return Math.max(0, Math.min(255, value));
        }

        private static byte clip(double value) {
            return (byte) Math.round(bounded(value));
        }
    }

    /**
     * With probability {@code p}, a rectangle of random area and shape made black. Zhong et al. 2017, arXiv:1708.04896.
     *
     * @param minArea least share of the picture
     * @param maxArea greatest share
     */
    record Erase(double p, double minArea, double maxArea) implements Augment {
        private static final double RATIO = 3.3; // section 3

        public Erase {
            Checks.probability("p", p);
            Checks.between("minArea", 0, 1, minArea);
            Checks.between("maxArea", minArea, 1, maxArea);
        }

        public Erase() {
            this(0.5, 0.02, 0.33);
        }

        @Override
        public Image apply(Image image, RandomGenerator random) {
            if (random.nextDouble() >= p) return image;
            int width = image.width(), height = image.height();
            double area = width * (double) height * (minArea + random.nextDouble() * (maxArea - minArea));
            double shape = Math.exp((2 * random.nextDouble() - 1) * Math.log(RATIO));
            int narrowest = Math.max(1, (int) Math.ceil(area / height)); // the area matters more than the shape
            int w = Math.max(narrowest, Math.min(width, (int) Math.round(Math.sqrt(area * shape))));
            int h = (int) Math.round(area / w);
            int x = random.nextInt(width - w + 1), y = random.nextInt(height - h + 1);
            var out = image.rgb().clone();
            for (int row = y; row < y + h; row++)
                Arrays.fill(out, 3 * (row * width + x), 3 * (row * width + x + w), (byte) 0);
            return new Image(width, height, out);
        }
    }
}
