package resnet4j.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How a network's input is made from a picture, kept in every saved model: resize, crop the centre, then (on the
 * network's device) divide by 255, subtract {@code mean} and divide by {@code std}. The same as torchvision's
 * {@code Resize, CenterCrop, ToTensor, Normalize} on Pillow pictures.
 *
 * @param cropWidth     width of the network's input in pixels
 * @param cropHeight    height of the network's input in pixels
 * @param interpolation how {@code resize} fills pixels in
 * @param mean          of red, green and blue, in units where white is 1
 * @param std           likewise; positive
 * @param applyExif     turn photographs upright by their EXIF orientation. Torchvision's datasets do not, so the
 *                      published weights were made without
 */
public record Preprocess(
        Resize resize,
        int cropWidth,
        int cropHeight,
        Interpolation interpolation,
        List<Double> mean,
        List<Double> std,
        boolean applyExif) {

    private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
    private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

    public Preprocess {
        if (resize == null) throw new IllegalArgumentException("resize: expected a Resize, got null");
        if (interpolation == null)
            throw new IllegalArgumentException("interpolation: expected nearest, bilinear or bicubic, got null");
        if (cropWidth < 1 || cropHeight < 1)
            throw new IllegalArgumentException(
                    "cropWidth and cropHeight: expected at least 1 pixel each, got " + cropWidth + "x" + cropHeight);
        mean = three("mean", mean);
        std = three("std", std);
        for (double s : std)
            if (s <= 0) throw new IllegalArgumentException("std: expected positive numbers, got " + std);
    }

    private static List<Double> three(String field, List<Double> values) {
        if (values == null || values.size() != 3 || !values.stream().allMatch(v -> v != null && Double.isFinite(v)))
            throw new IllegalArgumentException(field + ": expected 3 finite numbers (red, green, blue), got " + values);
        return List.copyOf(values);
    }

    /** Short side to 256, centre 224x224, bilinear, ImageNet's mean and deviation: torchvision's first recipe. */
    public static Preprocess imagenet() {
        return of(new Resize.ShortSide(256), 224);
    }

    /** 32x32 as it comes, with the mean and deviation of CIFAR-10's training images. */
    public static Preprocess cifar10() {
        return of(new Resize.None(), 32)
                .withNormalization(List.of(0.4914, 0.4822, 0.4465), List.of(0.2470, 0.2435, 0.2616));
    }

    /** The given resize, then a centre crop of {@code crop} pixels each way; otherwise as {@link #imagenet()}. */
    public static Preprocess of(Resize resize, int crop) {
        return new Preprocess(resize, crop, crop, Interpolation.BILINEAR, IMAGENET_MEAN, IMAGENET_STD, false);
    }

    public Preprocess withResize(Resize resize) {
        return new Preprocess(resize, cropWidth, cropHeight, interpolation, mean, std, applyExif);
    }

    public Preprocess withCrop(int width, int height) {
        return new Preprocess(resize, width, height, interpolation, mean, std, applyExif);
    }

    public Preprocess withInterpolation(Interpolation interpolation) {
        return new Preprocess(resize, cropWidth, cropHeight, interpolation, mean, std, applyExif);
    }

    public Preprocess withNormalization(List<Double> mean, List<Double> std) {
        return new Preprocess(resize, cropWidth, cropHeight, interpolation, mean, std, applyExif);
    }

    public Preprocess withExif(boolean applyExif) {
        return new Preprocess(resize, cropWidth, cropHeight, interpolation, mean, std, applyExif);
    }

    /**
     * The picture resized and cropped to {@code cropWidth} x {@code cropHeight}. Where the resized picture is smaller
     * than the crop, black surrounds it. The picture's orientation is taken as it is: EXIF belongs to the decoder.
     */
    public Image apply(Image image) {
        int[] size = resize.sizeFor(image.width(), image.height());
        if (size[0] < 1 || size[1] < 1)
            throw new IllegalArgumentException("image: " + image.width() + "x" + image.height() + " would become "
                    + size[0] + "x" + size[1] + "; expected a less narrow picture");
        int left = offset(size[0], cropWidth), top = offset(size[1], cropHeight);
        int x0 = Math.max(left, 0), x1 = Math.min(left + cropWidth, size[0]);
        int y0 = Math.max(top, 0), y1 = Math.min(top + cropHeight, size[1]);
        Image part = Resample.resize(image, size[0], size[1], x0, y0, x1 - x0, y1 - y0, interpolation);
        return Transforms.crop(part, left - x0, top - y0, cropWidth, cropHeight, Transforms.Padding.ZERO);
    }

    /** The file decoded with this EXIF policy, resized and cropped. */
    public Image read(Path file) throws IOException {
        return apply(ImageFile.read(file, applyExif));
    }

    /** Pixels [N,H,W,3] to a network's input [N,3,H,W], {@code (x / 255 - mean) / std}, without libtorch. */
    public float[] normalize(byte[] pixels) {
        int area = cropHeight * cropWidth;
        var out = new float[pixels.length];
        for (int c = 0; c < 3; c++) {
            float m = mean.get(c).floatValue(), s = std.get(c).floatValue();
            for (int image = 0; image < pixels.length; image += 3 * area)
                for (int i = 0; i < area; i++)
                    out[image + c * area + i] = ((pixels[image + 3 * i + c] & 255) / 255f - m) / s;
        }
        return out;
    }

    /** Where the crop starts; negative where it is larger than the picture (torchvision's CenterCrop). */
    private static int offset(int size, int crop) {
        return crop > size
                ? -((crop - size) / 2)
                : (int) Math.rint((size - crop) / 2.0); // Python's round: half to even
    }
}
