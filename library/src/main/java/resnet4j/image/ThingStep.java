package resnet4j.image;

import java.util.Optional;

/** What detectors are trained with besides. */
public sealed interface ThingStep extends Step {
    /** A window inside the picture; of things those stay whose boxes have their centres in it. */
    record CropOfCentres(int x, int y, int width, int height) implements ThingStep {
        /** Whether the centre of a box of the whole picture is inside. */
        public boolean shows(Box box) {
            double cx = (box.x1() + box.x2()) / 2, cy = (box.y1() + box.y2()) / 2;
            return x < cx && cx < x + width && y < cy && cy < y + height;
        }

        private Crop crop() {
            return new Crop(x, y, width, height);
        }

        @Override
        public Image on(Image image) {
            return crop().on(image);
        }

        @Override
        public LabelMap on(LabelMap map) {
            return crop().on(map);
        }

        @Override
        public Optional<Box> on(Box box) {
            return shows(box) ? crop().on(box) : Optional.empty();
        }

        @Override
        public Point on(Point point) {
            return crop().on(point);
        }

        @Override
        public Point back(Point point) {
            return crop().back(point);
        }

        @Override
        public int[] size(int ignoredWidth, int ignoredHeight) {
            return new int[] {width, height};
        }
    }

    /** Colours exchanged: red is what the colour of number {@code red} was, of 0, 1 and 2, and so on. */
    record Exchange(int red, int green, int blue) implements ThingStep {
        @Override
        public Image on(Image image) {
            byte[] in = image.rgb(), out = new byte[in.length];
            for (int i = 0; i < in.length; i += 3) {
                out[i] = in[i + red];
                out[i + 1] = in[i + green];
                out[i + 2] = in[i + blue];
            }
            return new Image(image.width(), image.height(), out);
        }
    }
}
