package resnet4j.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a network's input is made from a picture, kept in every saved model: resize, crop the centre, then (on the
 * network's device) divide by 255, subtract {@code mean} and divide by {@code std}. The same as torchvision's
 * {@code Resize, CenterCrop, ToTensor, Normalize} on Pillow pictures.
 *
 * @param cropWidth     width of the network's input in pixels; 0 where pictures are not cropped
 * @param cropHeight    height of the network's input in pixels; 0 where pictures are not cropped
 * @param interpolation how {@code resize} fills pixels in
 * @param mean          of red, green and blue, in units where white is 1
 * @param std           likewise; positive
 * @param applyExif     turn photographs upright by their EXIF orientation. Torchvision's datasets do not, so the
 *                      published weights were made without
 * @param passes        which way is resized first, which Pillow changed. A description of before, with all the other
 *                      fields, means the width
 * @param window        which values become black and white, of pictures with grey of more than 8 bits; others are then
 *                      refused
 */
public record Preprocess(
        Resize resize,
        int cropWidth,
        int cropHeight,
        Interpolation interpolation,
        List<Double> mean,
        List<Double> std,
        boolean applyExif,
        Passes passes,
        Optional<Window> window) {

    private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
    private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

    public Preprocess {
        if (resize == null) throw new IllegalArgumentException("resize: expected a Resize, got null");
        if (interpolation == null)
            throw new IllegalArgumentException("interpolation: expected nearest, bilinear or bicubic, got null");
        if (passes == null)
            throw new IllegalArgumentException("passes: expected widthFirst or shrinkingFirst, got null");
        boolean none = cropWidth == 0 && cropHeight == 0;
        if (!none && (cropWidth < 1 || cropHeight < 1))
            throw new IllegalArgumentException(
                    "cropWidth and cropHeight: expected at least 1 pixel each, got " + cropWidth + "x" + cropHeight);
        mean = three("mean", mean);
        std = three("std", std);
        for (double s : std)
            if (!((float) s > 0))
                throw new IllegalArgumentException("std: expected positive numbers, in 32 bits too, got " + std);
    }

    /** A whole description without {@code passes} was written when the width came first. */
    static ObjectNode today(ObjectNode json) {
        var before = List.of("resize", "cropWidth", "cropHeight", "interpolation", "mean", "std", "applyExif");
        if (json.has("passes") || !before.stream().allMatch(json::has)) return json;
        return json.deepCopy().put("passes", "widthFirst");
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
        return new Preprocess(
                resize,
                crop,
                crop,
                Interpolation.BILINEAR,
                IMAGENET_MEAN,
                IMAGENET_STD,
                false,
                Passes.SHRINKING_FIRST,
                Optional.empty());
    }

    /** The pixels as they lie, in any size. */
    public static Preprocess none() {
        return of(new Resize.None(), 0);
    }

    /** Each picture as large as goes, in its own proportions: what torchvision's detectors see. */
    public static Preprocess fit(int shortSide, int longSide, int divisor) {
        return of(new Resize.Fit(shortSide, longSide, divisor), 0);
    }

    /** Exactly this size, whatever the proportions. */
    public static Preprocess stretch(int width, int height) {
        return of(new Resize.Exact(width, height), 0).withCrop(width, height);
    }

    public Preprocess withResize(Resize resize) {
        return new Preprocess(resize, cropWidth, cropHeight, interpolation, mean, std, applyExif, passes, window);
    }

    public Preprocess withCrop(int width, int height) {
        return new Preprocess(resize, width, height, interpolation, mean, std, applyExif, passes, window);
    }

    public Preprocess withInterpolation(Interpolation interpolation) {
        return new Preprocess(resize, cropWidth, cropHeight, interpolation, mean, std, applyExif, passes, window);
    }

    public Preprocess withNormalization(List<Double> mean, List<Double> std) {
        return new Preprocess(resize, cropWidth, cropHeight, interpolation, mean, std, applyExif, passes, window);
    }

    public Preprocess withExif(boolean applyExif) {
        return new Preprocess(resize, cropWidth, cropHeight, interpolation, mean, std, applyExif, passes, window);
    }

    /** With the values that become black and white, of scans and other grey of more than 8 bits. */
    public Preprocess withWindow(Optional<Window> window) {
        return new Preprocess(resize, cropWidth, cropHeight, interpolation, mean, std, applyExif, passes, window);
    }

    /** Pictures decoded in this way, and then left in their own size. */
    public Preprocess unresized() {
        return none().withExif(applyExif).withWindow(window);
    }

    /** What is done to a picture of this size: {@code cropWidth} x {@code cropHeight} pixels come out, where they are given. */
    public List<Step> steps(int width, int height) {
        int[] size = resize.sizeFor(width, height);
        if (size[0] < 1 || size[1] < 1)
            throw new IllegalArgumentException("image: " + width + "x" + height + " would become " + size[0] + "x"
                    + size[1] + "; expected a less narrow picture");
        var steps = new ArrayList<Step>();
        if (size[0] != width || size[1] != height)
            steps.add(new Step.Resize(width, height, size[0], size[1], interpolation, passes));
        if (crops() && (size[0] != cropWidth || size[1] != cropHeight))
            steps.add(new Step.Crop(offset(size[0], cropWidth), offset(size[1], cropHeight), cropWidth, cropHeight));
        return steps;
    }

    /** Whether all pictures come out in one size. */
    public boolean crops() {
        return cropWidth > 0;
    }

    /**
     * The picture resized and cropped. Where the resized picture is smaller than the crop, black surrounds it. The
     * picture's orientation is taken as it is: {@link #read} knows what a file says of it.
     */
    public Image apply(Image image) {
        return Step.all(steps(image.width(), image.height()), image);
    }

    /** The picture decoded, turned upright or not, ready to be resized: the one door from files to pixels. */
    public Image decode(Picture picture) throws IOException {
        return picture.decode(decoding());
    }

    /** How pixels are wanted before they are resized. */
    public Decoding decoding() {
        return new Decoding(applyExif, 0, window);
    }

    /** The picture decoded, resized and cropped. */
    public Image read(Picture picture) throws IOException {
        return apply(decode(picture));
    }

    /** What both sides of a batch's pictures are padded to a multiple of. */
    public int divisor() {
        return resize instanceof Resize.Fit fit ? fit.divisor() : 1;
    }

    /**
     * Pixels [N,H,W,3] to a network's input [N,3,H,W], {@code (x / 255 - mean) / std}, without libtorch; of one picture where
     * pictures keep sizes of their own.
     */
    public float[] normalize(byte[] pixels) {
        int area = cropHeight * cropWidth > 0 ? cropHeight * cropWidth : pixels.length / 3;
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
