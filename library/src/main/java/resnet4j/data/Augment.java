package resnet4j.data;

import java.util.random.RandomGenerator;
import resnet4j.image.Image;

/** A random change to a training picture that leaves its class as it is. Defaults and sampling as torchvision's. */
public sealed interface Augment {
    /** The picture changed, or itself; {@code image} is not written to. */
    Image apply(Image image, RandomGenerator random);

    /**
     * A window of the picture's own size somewhere in the picture padded with {@code pad} black pixels on every side.
     * With 4, and {@link Flip}, the augmentation of CIFAR in He et al. 2015, arXiv:1512.03385, section 4.2.
     */
    record PadCrop(int pad) implements Augment {
        public PadCrop {
            Checks.atLeast("pad", 0, pad);
        }

        @Override
        public Image apply(Image image, RandomGenerator random) {
            int top = random.nextInt(2 * pad + 1) - pad, left = random.nextInt(2 * pad + 1) - pad;
            if (top == 0 && left == 0) return image;
            int width = image.width(), height = image.height();
            byte[] in = image.rgb(), out = new byte[in.length];
            int run = 3 * Math.max(0, width - Math.abs(left));
            for (int y = Math.max(0, -top); y < Math.min(height, height - top); y++)
                System.arraycopy(
                        in,
                        3 * ((y + top) * width + Math.max(0, left)),
                        out,
                        3 * (y * width + Math.max(0, -left)),
                        run);
            return new Image(width, height, out);
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
            if (random.nextDouble() >= p) return image;
            int width = image.width();
            byte[] in = image.rgb(), out = new byte[in.length];
            for (int row = 0; row < in.length; row += 3 * width)
                for (int from = row, to = row + 3 * (width - 1); to >= row; from += 3, to -= 3) {
                    out[to] = in[from];
                    out[to + 1] = in[from + 1];
                    out[to + 2] = in[from + 2];
                }
            return new Image(width, image.height(), out);
        }
    }
}
