package resnet4j.detect;

import java.util.ArrayList;
import java.util.List;
import resnet4j.data.Things;
import resnet4j.image.Image;
import resnet4j.image.LabelMap;
import resnet4j.tensor.Device;
import resnet4j.tensor.Op;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/**
 * Images as a detector takes them: normalised, resized, padded below and right.
 *
 * @param images [N,3,H,W]
 * @param sizes  height and width of each without the padding
 * @param truth  what is in each, in its pixels after resizing; none where nobody learns
 */
record ImageBatch(Tensor images, List<int[]> sizes, List<Truth> truth) {
    static final float[] MEAN = {0.485f, 0.456f, 0.406f}, STD = {0.229f, 0.224f, 0.225f};
    static final int DIVISOR = 32;

    /**
     * What is in an image.
     *
     * @param labels    of the boxes, from 1; 0 is background
     * @param masks     of the boxes, as large as the image; none where nobody asks
     * @param keypoints of the boxes: x, y and visibility of each; none where nobody asks
     */
    record Truth(Boxes boxes, int[] labels, List<LabelMap> masks, List<float[]> keypoints) {
        Truth(Boxes boxes, int[] labels) {
            this(boxes, labels, List.of(), List.of());
        }

        /** What is smaller, in pixels after resizing, cannot be said from another box. */
        private static final float LEAST_SIDE = 0.1f;

        /**
         * What is to be found in a picture: crowds are not, and nobody says what they are not.
         *
         * @param detail what a network says besides a box
         * @param model  what it is called
         */
        static Truth of(Things things, Method.Detail detail, String model) {
            var values = new ArrayList<Float>();
            var labels = new ArrayList<Integer>();
            var masks = new ArrayList<LabelMap>();
            var keypoints = new ArrayList<float[]>();
            for (var thing : things.things()) {
                var b = thing.box();
                if (thing.crowd() || b.x2() - b.x1() < LEAST_SIDE || b.y2() - b.y1() < LEAST_SIDE) continue;
                for (double side : new double[] {b.x1(), b.y1(), b.x2(), b.y2()}) values.add((float) side);
                labels.add(1 + thing.label());
                switch (detail) {
                    case MASKS ->
                        masks.add(thing.mask()
                                .orElseThrow(
                                        () -> new IllegalArgumentException("data: expected a mask of each thing for "
                                                + model + ", got a thing with a box alone")));
                    case KEYPOINTS -> keypoints.add(keypoints(thing, model));
                    default -> {}
                }
            }
            var boxes = new float[values.size()];
            for (int i = 0; i < boxes.length; i++) boxes[i] = values.get(i);
            return new Truth(new Boxes(boxes), labels.stream().mapToInt(i -> i).toArray(), masks, keypoints);
        }

        private static float[] keypoints(Things.Thing thing, String model) {
            if (thing.points().size() != KeypointHead.KEYPOINTS)
                throw new IllegalArgumentException(
                        "data: expected " + KeypointHead.KEYPOINTS + " keypoints of each thing" + " for " + model
                                + ", got " + thing.points().size());
            var all = new float[3 * KeypointHead.KEYPOINTS];
            for (int i = 0; i < KeypointHead.KEYPOINTS; i++) {
                all[3 * i] = (float) thing.points().get(i).x();
                all[3 * i + 1] = (float) thing.points().get(i).y();
                all[3 * i + 2] =
                        all[3 * i] == 0 && all[3 * i + 1] == 0 ? 0 : 2; // COCO's origin is where nothing is labelled
            }
            return all;
        }

        private Truth resized(int height, int width, float down, float across) {
            var moved = new ArrayList<float[]>();
            for (var points : keypoints) {
                var scaled = points.clone();
                for (int i = 0; i < points.length; i += 3) {
                    scaled[i] *= across;
                    scaled[i + 1] *= down;
                }
                moved.add(scaled);
            }
            return new Truth(
                    boxes.scaled(across, down),
                    labels,
                    masks.stream().map(mask -> nearest(mask, height, width)).toList(),
                    moved);
        }

        /** As PyTorch takes the nearest pixel, which is the one above and left of it. */
        private static LabelMap nearest(LabelMap mask, int height, int width) {
            var out = new byte[height * width];
            float down = (float) mask.height() / height, across = (float) mask.width() / width;
            for (int y = 0; y < height; y++) {
                int from = Math.min((int) (y * down), mask.height() - 1) * mask.width();
                for (int x = 0; x < width; x++)
                    out[y * width + x] = mask.labels()[from + Math.min((int) (x * across), mask.width() - 1)];
            }
            return new LabelMap(width, height, out);
        }
    }

    /** For a training step; draws one number an image, as torchvision does to choose among sizes. */
    static ImageBatch of(List<Image> images, List<Truth> truth, Sizes to, Device device) {
        return of(images, truth, images.stream().mapToDouble(to::drawn).toArray(), device);
    }

    /** For finding things. */
    static ImageBatch of(List<Image> images, Sizes to, Device device) {
        return of(images, List.of(), images.stream().mapToDouble(to::last).toArray(), device);
    }

    private static ImageBatch of(List<Image> images, List<Truth> truth, double[] scales, Device device) {
        var resized = new ArrayList<Tensor>();
        var sizes = new ArrayList<int[]>();
        var moved = new ArrayList<Truth>();
        int height = 0, width = 0;
        for (int i = 0; i < images.size(); i++) {
            var image = images.get(i);
            int h = Math.max(1, (int) Math.floor(image.height() * scales[i])); // torchvision fails on 0
            int w = Math.max(1, (int) Math.floor(image.width() * scales[i]));
            var x = normalised(image).to(device);
            boolean same = h == image.height() && w == image.width();
            resized.add(same ? x : Ops.upsample(x, h, w, Op.Interpolation.BILINEAR));
            sizes.add(new int[] {h, w});
            float across = (float) w / image.width(), down = (float) h / image.height();
            if (!truth.isEmpty()) {
                for (var mask : truth.get(i).masks()) requireSize(mask, image);
                moved.add(truth.get(i).resized(h, w, down, across));
            }
            height = Math.max(height, h);
            width = Math.max(width, w);
        }
        int down = padded(height), across = padded(width);
        var padded = new ArrayList<Tensor>();
        for (int i = 0; i < images.size(); i++)
            padded.add(Ops.pad(resized.get(i), 0, across - sizes.get(i)[1], 0, down - sizes.get(i)[0]));
        return new ImageBatch(Ops.cat(padded, 0), sizes, moved);
    }

    /** That annotations are of this picture, as far as their masks tell. */
    static void requireSize(LabelMap mask, Image image) {
        if (mask.width() != image.width() || mask.height() != image.height())
            throw new IllegalArgumentException("data: expected masks of " + image.width() + "x" + image.height()
                    + " pixels as their picture has, got " + mask.width() + "x" + mask.height()
                    + "; the annotations are of another picture");
    }

    /** The first image in pixels, with its padding: as the network sees it. */
    Image seen() {
        int height = (int) images.size(2), width = (int) images.size(3), pixels = height * width;
        var values = images.narrow(0, 0, 1).toFloats();
        var rgb = new byte[3 * pixels];
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < pixels; i++)
                rgb[3 * i + c] = (byte)
                        Math.round(Math.max(0, Math.min(255, 255 * (values[c * pixels + i] * STD[c] + MEAN[c]))));
        return new Image(width, height, rgb);
    }

    static int padded(int pixels) {
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
