package resnet4j.image;

/** The size a picture is brought to before it is cropped. */
public sealed interface Resize {

    /** Width and height, in this order, for a picture of the given size. */
    int[] sizeFor(int width, int height);

    /** How many pixels the shorter side of a picture needs so that nothing is enlarged; 0 where that cannot be. */
    int shortSide();

    /** The picture as it is. */
    record None() implements Resize {
        @Override
        public int[] sizeFor(int width, int height) {
            return new int[] {width, height};
        }

        @Override
        public int shortSide() {
            return 0;
        }
    }

    /** The shorter side to {@code size} pixels, the longer in proportion, rounded down as torchvision's Resize does. */
    record ShortSide(int size) implements Resize {
        public ShortSide {
            if (size < 1) throw new IllegalArgumentException("size: expected at least 1 pixel, got " + size);
        }

        @Override
        public int[] sizeFor(int width, int height) {
            return width <= height
                    ? new int[] {size, (int) ((double) size * height / width)}
                    : new int[] {(int) ((double) size * width / height), size};
        }

        @Override
        public int shortSide() {
            return size;
        }
    }

    /**
     * As large as goes: the shorter side {@code shortSide} pixels, or less where the longer would be more than
     * {@code longSide}. Torchvision's detectors resize so; a batch of pictures is padded below and right to sides that
     * {@code divisor} divides.
     */
    record Fit(int shortSide, int longSide, int divisor) implements Resize {
        public Fit {
            if (shortSide < 1 || longSide < shortSide)
                throw new IllegalArgumentException("shortSide and longSide: expected 1 <= shortSide <= longSide, got "
                        + shortSide + " and " + longSide);
            if (divisor < 1) throw new IllegalArgumentException("divisor: expected at least 1, got " + divisor);
        }

        @Override
        public int[] sizeFor(int width, int height) {
            double scale =
                    Math.min((double) shortSide / Math.min(width, height), (double) longSide / Math.max(width, height));
            return new int[] {(int) (width * scale), (int) (height * scale)}; // interpolate's floor
        }
    }

    /** Exactly this size, whatever the proportions were. */
    record Exact(int width, int height) implements Resize {
        public Exact {
            if (width < 1 || height < 1)
                throw new IllegalArgumentException(
                        "width and height: expected at least 1 pixel each, got " + width + "x" + height);
        }

        @Override
        public int[] sizeFor(int ignoredWidth, int ignoredHeight) {
            return new int[] {width, height};
        }

        @Override
        public int shortSide() {
            return Math.max(width, height);
        }
    }
}
