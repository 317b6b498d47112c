package resnet4j.data;

/**
 * Pictures of one size for one step, and what they show. Arrays are handed over, not copied.
 *
 * @param pixels  {@code size * height * width * 3} unsigned bytes: picture by picture, row by row, red, green, blue
 *                (NHWC, so that a channels-last tensor is made of it without a copy)
 * @param labels  the class of each picture
 * @param labels2 the class of what was mixed into each picture; {@code labels} itself where nothing was
 * @param lambda  the share of {@code labels} in the pictures, in [0, 1]: the loss of a mixed batch is
 *                {@code lambda * loss(labels) + (1 - lambda) * loss(labels2)}; 1 where nothing was mixed
 * @param indices the index of each picture in its dataset
 */
public record Batch(
        byte[] pixels, int size, int height, int width, int[] labels, int[] labels2, float lambda, int[] indices) {
    public Batch {
        if (size < 1 || pixels.length != 3L * size * height * width)
            throw new IllegalArgumentException(
                    "pixels: expected " + size + "x" + height + "x" + width + "x3 bytes, got " + pixels.length);
        if (labels.length != size || labels2.length != size || indices.length != size)
            throw new IllegalArgumentException("labels, labels2, indices: expected " + size + " each, got "
                    + labels.length + ", " + labels2.length + ", " + indices.length);
    }

    /** Whether {@code labels2} and {@code lambda} matter. */
    public boolean mixed() {
        return labels2 != labels;
    }

    /** A batch of plain pictures. */
    static Batch of(byte[] pixels, int height, int width, int[] labels, int[] indices) {
        return new Batch(pixels, labels.length, height, width, labels, labels, 1, indices);
    }
}
