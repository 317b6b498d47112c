package resnet4j.image;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One deterministic change. Pictures and what is known of them go through the same steps: label maps without mixing
 * pixels, boxes cut to the picture, points also beyond it.
 */
public sealed interface Step
        permits Step.Crop,
                Step.Resize,
                Step.Flip,
                Step.Turn,
                Step.Slant,
                Step.Colours,
                Step.Mixture,
                Step.Fill,
                Step.Tint,
                ThingStep {
    Image on(Image image);

    default LabelMap on(LabelMap map) {
        return map;
    }

    /** Empty where nothing of the box is left. */
    default Optional<Box> on(Box box) {
        return Optional.of(box);
    }

    default Point on(Point point) {
        return point;
    }

    /** Where a point of the changed picture was before; for what a network finds, back to the file's pixels. */
    default Point back(Point point) {
        return point;
    }

    /** Width and height of what a picture of this size becomes. */
    default int[] size(int width, int height) {
        return new int[] {width, height};
    }

    /** A picture after steps, one after another. */
    static Image all(List<Step> steps, Image image) {
        for (int i = 0; i < steps.size(); i++) {
            boolean cut = steps.get(i) instanceof Resize && i + 1 < steps.size() && steps.get(i + 1) instanceof Crop;
            image = cut
                    ? ((Resize) steps.get(i)).cut((Crop) steps.get(++i), image)
                    : steps.get(i).on(image);
        }
        return image;
    }

    /** Width and height after steps. */
    static int[] size(List<Step> steps, int width, int height) {
        var size = new int[] {width, height};
        for (var step : steps) size = step.size(size[0], size[1]);
        return size;
    }

    /** A point of the picture after steps, in the picture before them. */
    static Point back(List<Step> steps, Point point) {
        for (int i = steps.size() - 1; i >= 0; i--) point = steps.get(i).back(point);
        return point;
    }

    /** The window of {@code width} x {@code height} pixels whose left upper corner is at {@code x, y}, also outside. */
    record Crop(int x, int y, int width, int height, Transforms.Padding padding) implements Step {
        /** With black outside. */
        public Crop(int x, int y, int width, int height) {
            this(x, y, width, height, Transforms.Padding.ZERO);
        }

        @Override
        public Image on(Image image) {
            return Transforms.crop(image, x, y, width, height, padding);
        }

        @Override
        public LabelMap on(LabelMap map) {
            return padding == Transforms.Padding.REFLECT ? map.of(on(map.grey())) : map.crop(x, y, width, height);
        }

        @Override
        public Optional<Box> on(Box box) {
            return within(box.x1() - x, box.y1() - y, box.x2() - x, box.y2() - y, width, height);
        }

        @Override
        public Point on(Point point) {
            return new Point(point.x() - x, point.y() - y);
        }

        @Override
        public Point back(Point point) {
            return new Point(point.x() + x, point.y() + y);
        }

        @Override
        public int[] size(int ignoredWidth, int ignoredHeight) {
            return new int[] {width, height};
        }
    }

    /** From one size to another, whatever the proportions. */
    record Resize(int fromWidth, int fromHeight, int width, int height, Interpolation by, Passes passes)
            implements Step {
        /** As Pillow does now. */
        public Resize(int fromWidth, int fromHeight, int width, int height, Interpolation by) {
            this(fromWidth, fromHeight, width, height, by, Passes.SHRINKING_FIRST);
        }

        @Override
        public Image on(Image image) {
            return Resample.resize(image, width, height, 0, 0, width, height, by, passes);
        }

        /** This and then a crop, of which no more is computed than is kept. */
        private Image cut(Crop crop, Image image) {
            int x0 = Math.max(crop.x, 0), x1 = Math.min(crop.x + crop.width, width);
            int y0 = Math.max(crop.y, 0), y1 = Math.min(crop.y + crop.height, height);
            if (crop.padding != Transforms.Padding.ZERO || x0 >= x1 || y0 >= y1) return crop.on(on(image));
            var part = Resample.resize(image, width, height, x0, y0, x1 - x0, y1 - y0, by, passes);
            return Transforms.crop(part, crop.x - x0, crop.y - y0, crop.width, crop.height, crop.padding);
        }

        @Override
        public LabelMap on(LabelMap map) {
            return map.of(Resample.resize(map.grey(), width, height, Interpolation.NEAREST));
        }

        @Override
        public Optional<Box> on(Box box) {
            var a = on(new Point(box.x1(), box.y1()));
            var b = on(new Point(box.x2(), box.y2()));
            return Optional.of(new Box(a.x(), a.y(), b.x(), b.y()));
        }

        @Override
        public Point on(Point point) {
            return new Point(point.x() * width / fromWidth, point.y() * height / fromHeight);
        }

        @Override
        public Point back(Point point) {
            return new Point(point.x() * fromWidth / width, point.y() * fromHeight / height);
        }

        @Override
        public int[] size(int ignoredWidth, int ignoredHeight) {
            return new int[] {width, height};
        }
    }

    /** Left and right exchanged, of a picture {@code width} pixels wide. */
    record Flip(int width) implements Step {
        @Override
        public Image on(Image image) {
            return Transforms.flip(image);
        }

        @Override
        public LabelMap on(LabelMap map) {
            return map.of(Transforms.flip(map.grey()));
        }

        @Override
        public Optional<Box> on(Box box) {
            return Optional.of(new Box(width - box.x2(), box.y1(), width - box.x1(), box.y2()));
        }

        @Override
        public Point on(Point point) {
            return new Point(width - point.x(), point.y());
        }

        @Override
        public Point back(Point point) {
            return on(point);
        }
    }

    /** A picture of this size turned counter-clockwise about its centre, black where nothing is. */
    record Turn(int width, int height, double degrees, Interpolation by) implements Step {
        /** With pixels mixed. */
        public Turn(int width, int height, double degrees) {
            this(width, height, degrees, Interpolation.BILINEAR);
        }

        @Override
        public Image on(Image image) {
            return Transforms.rotate(image, degrees, by, 0);
        }

        @Override
        public LabelMap on(LabelMap map) {
            int outside = map.outside() * 0x010101;
            return map.of(Transforms.rotate(map.grey(), degrees, Interpolation.NEAREST, outside));
        }

        /** The box around the turned one. */
        @Override
        public Optional<Box> on(Box box) {
            return around(this, box, width, height);
        }

        @Override
        public Point on(Point point) {
            return turned(point, degrees);
        }

        @Override
        public Point back(Point point) {
            return turned(point, -degrees);
        }

        private Point turned(Point point, double degrees) {
            double cos = Math.cos(Math.toRadians(degrees)), sin = Math.sin(Math.toRadians(degrees));
            double x = point.x() - width / 2.0, y = point.y() - height / 2.0;
            return new Point(cos * x + sin * y + width / 2.0, -sin * x + cos * y + height / 2.0);
        }
    }

    /**
     * A picture of this size slanted and moved, black where nothing is: what lay at {@code x, y} lies at
     * {@code x - slantX*y + right, y - slantY*x + down}. Only one of the slants is not 0.
     */
    record Slant(int width, int height, double slantX, double slantY, int right, int down) implements Step {
        public Slant {
            if (slantX != 0 && slantY != 0)
                throw new IllegalArgumentException(
                        "slantX and slantY: expected one that is 0, got " + slantX + " and " + slantY);
        }

        @Override
        public Image on(Image image) {
            return Transforms.affine(image, 1, slantX, -right - slantX * down, slantY, 1, -down - slantY * right);
        }

        @Override
        public LabelMap on(LabelMap map) {
            var inside = map.grey().rgb().clone();
            Arrays.fill(inside, (byte) 1);
            var labels = on(map.grey()).rgb();
            var known = on(new Image(width, height, inside)).rgb();
            for (int i = 0; i < labels.length; i++) if (known[i] == 0) labels[i] = (byte) map.outside();
            return map.of(new Image(width, height, labels));
        }

        @Override
        public Optional<Box> on(Box box) {
            return around(this, box, width, height);
        }

        @Override
        public Point on(Point point) {
            return new Point(point.x() - slantX * point.y() + right, point.y() - slantY * point.x() + down);
        }

        @Override
        public Point back(Point point) {
            double x = point.x() - right, y = point.y() - down;
            return new Point(x + slantX * y, y + slantY * x);
        }
    }

    /** Colours changed; what is known of the picture stays. */
    record Colours(Tone tone, double by) implements Step {
        @Override
        public Image on(Image image) {
            return tone.on(image, by);
        }
    }

    /**
     * The picture and what chains of steps make of it, added up by weights and cut to bytes; what is known of the picture
     * stays. Hendrycks et al. 2019, arXiv:1912.02781, algorithm 1.
     */
    record Mixture(double own, List<List<Step>> chains, List<Double> weights) implements Step {
        public Mixture {
            chains = chains.stream().map(List::copyOf).toList();
            weights = List.copyOf(weights);
        }

        @Override
        public Image on(Image image) {
            var sums = new float[image.rgb().length];
            add(sums, image, own);
            for (int i = 0; i < chains.size(); i++) add(sums, all(chains.get(i), image), weights.get(i));
            var out = new byte[sums.length];
            for (int i = 0; i < out.length; i++) out[i] = (byte) (int) Math.min(255, sums[i]);
            return new Image(image.width(), image.height(), out);
        }

        private static void add(float[] sums, Image image, double weight) {
            for (int i = 0; i < sums.length; i++) sums[i] += (float) weight * (image.rgb()[i] & 255);
        }
    }

    /** A rectangle made black: what was there is still what it was. */
    record Fill(int x, int y, int width, int height) implements Step {
        @Override
        public Image on(Image image) {
            var out = image.rgb().clone();
            for (int row = y; row < y + height; row++)
                Arrays.fill(out, 3 * (row * image.width() + x), 3 * (row * image.width() + x + width), (byte) 0);
            return new Image(image.width(), image.height(), out);
        }
    }

    /**
     * Brightness, contrast and saturation times a factor, then hue turned, in that order.
     *
     * @param turn of a full turn
     */
    record Tint(double light, double spread, double colour, double turn) implements Step {
        @Override
        public Image on(Image image) {
            var rgb = image.rgb();
            if (light != 1) rgb = Tints.brightness(rgb, light);
            if (spread != 1) rgb = Tints.contrast(rgb, spread);
            if (colour != 1) rgb = Tints.saturation(rgb, colour);
            if (turn != 0) rgb = Tints.hue(rgb, turn);
            return rgb == image.rgb() ? image : new Image(image.width(), image.height(), rgb);
        }
    }

    /** The box around a changed one. */
    private static Optional<Box> around(Step step, Box box, int width, int height) {
        double x1 = Double.MAX_VALUE, y1 = x1, x2 = -x1, y2 = -x1;
        for (int corner = 0; corner < 4; corner++) {
            var p = step.on(new Point(corner % 2 == 0 ? box.x1() : box.x2(), corner / 2 == 0 ? box.y1() : box.y2()));
            x1 = Math.min(x1, p.x());
            x2 = Math.max(x2, p.x());
            y1 = Math.min(y1, p.y());
            y2 = Math.max(y2, p.y());
        }
        return within(x1, y1, x2, y2, width, height);
    }

    private static Optional<Box> within(double x1, double y1, double x2, double y2, int width, int height) {
        double left = Math.max(0, x1), right = Math.min(width, x2);
        double top = Math.max(0, y1), bottom = Math.min(height, y2);
        return left < right && top < bottom ? Optional.of(new Box(left, top, right, bottom)) : Optional.empty();
    }
}
