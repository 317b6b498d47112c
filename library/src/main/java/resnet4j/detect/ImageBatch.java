package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.image.Image;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Images as a detector takes them: normalised, resized, padded below and right.
 *
 * @param images [N,3,H,W]
 * @param sizes  height and width of each without the padding
 * @param truth  what is in each, in its pixels after resizing
 */
record ImageBatch(Tensor images, List<int[]> sizes, List<Truth> truth) {
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f}, STD = {0.229f, 0.224f, 0.225f};
    private static final int DIVISOR = 32;

    /**
     * What is in an image.
     *
     * @param labels of the boxes, from 1; 0 is background
     */
    record Truth(Boxes boxes, int[] labels) {}

    /**
     * How images are resized: the shorter side to {@code min}, unless the longer one would be more than {@code max}.
     */
    record Sizes(int min, int max) {
        Sizes {
            Checks.positive("min", min);
            Checks.positive("max", max);
        }

        double scale(Image image) {
            double shorter = Math.min(image.width(), image.height()), longer = Math.max(image.width(), image.height());
            return Math.min(min / shorter, max / longer);
        }
    }

    /** For a training step; draws one number an image, as torchvision does to choose among sizes. */
    static ImageBatch of(List<Image> images, List<Truth> truth, Sizes to) {
        var resized = new ArrayList<Tensor>();
        var sizes = new ArrayList<int[]>();
        var moved = new ArrayList<Truth>();
        int height = 0, width = 0;
        for (int i = 0; i < images.size(); i++) {
            Tensor.rand(1);
            var image = images.get(i);
            double scale = to.scale(image);
            int h = Math.max(1, (int) Math.floor(image.height() * scale)); // torchvision fails on 0
            int w = Math.max(1, (int) Math.floor(image.width() * scale));
            resized.add(Ops.upsample(normalised(image), h, w, Op.Interpolation.BILINEAR));
            sizes.add(new int[] {h, w});
            float across = (float) w / image.width(), down = (float) h / image.height();
            moved.add(new Truth(truth.get(i).boxes.scaled(across, down), truth.get(i).labels));
            height = Math.max(height, h);
            width = Math.max(width, w);
        }
        int down = padded(height), across = padded(width);
        var padded = new ArrayList<Tensor>();
        for (int i = 0; i < images.size(); i++)
            padded.add(Ops.pad(resized.get(i), 0, across - sizes.get(i)[1], 0, down - sizes.get(i)[0]));
        return new ImageBatch(Ops.cat(padded, 0), sizes, moved);
    }

    private static int padded(int pixels) {
        return (pixels + DIVISOR - 1) / DIVISOR * DIVISOR;
    }

    private static Tensor normalised(Image image) {
        int pixels = image.width() * image.height();
        var values = new float[3 * pixels];
        byte[] rgb = image.rgb();
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < pixels; i++)
                values[c * pixels + i] = ((rgb[3 * i + c] & 255) / 255f - MEAN[c]) / STD[c];
        return Tensor.of(values, 1, 3, image.height(), image.width());
    }
}
