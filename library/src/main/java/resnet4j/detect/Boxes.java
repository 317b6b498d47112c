package resnet4j.detect;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import resnet4j.tensor.Device;
import resnet4j.tensor.Tensor;

/**
 * Boxes x1, y1, x2, y2 in pixels, one after the other, and what is worked out of them, in 32-bit floats step by step as
 * torchvision does: a box more or less moves every random draw behind it.
 */
final class Boxes {
    private final float[] values;

    Boxes(float[] values) {
        this.values = values;
    }

    int size() {
        return values.length / 4;
    }

    float at(int box, int side) {
        return values[4 * box + side];
    }

    float[] values() {
        return values;
    }

    /** [N,4]. */
    Tensor tensor(Device device) {
        return Tensor.of(values, size(), 4).to(device);
    }

    float width(int box) {
        return at(box, 2) - at(box, 0);
    }

    float height(int box) {
        return at(box, 3) - at(box, 1);
    }

    float area(int box) {
        return width(box) * height(box);
    }

    /** Those of that order. */
    Boxes pick(int[] order) {
        var picked = new float[4 * order.length];
        for (int i = 0; i < order.length; i++) System.arraycopy(values, 4 * order[i], picked, 4 * i, 4);
        return new Boxes(picked);
    }

    /** Which of them are at least that wide and high. */
    int[] large(float side) {
        return IntStream.range(0, size())
                .filter(i -> width(i) >= side && height(i) >= side)
                .toArray();
    }

    /** All of them, one list after the other. */
    static Boxes all(List<Boxes> lists) {
        return lists.stream().reduce(new Boxes(new float[0]), Boxes::and);
    }

    Boxes and(Boxes more) {
        var all = Arrays.copyOf(values, values.length + more.values.length);
        System.arraycopy(more.values, 0, all, values.length, more.values.length);
        return new Boxes(all);
    }

    /** For a picture that is resized by these factors. */
    Boxes scaled(float across, float down) {
        var scaled = new float[values.length];
        for (int i = 0; i < values.length; i++) scaled[i] = values[i] * (i % 2 == 0 ? across : down);
        return new Boxes(scaled);
    }

    /** What of them is inside a picture of that size. */
    Boxes clipped(int height, int width) {
        var clipped = new float[values.length];
        for (int i = 0; i < values.length; i++)
            clipped[i] = Math.min(Math.max(values[i], 0), i % 2 == 0 ? width : height);
        return new Boxes(clipped);
    }

    /** Intersection over union of one of these and one of the others. */
    float overlap(int box, Boxes others, int other) {
        float w = Math.min(at(box, 2), others.at(other, 2)) - Math.max(at(box, 0), others.at(other, 0));
        float h = Math.min(at(box, 3), others.at(other, 3)) - Math.max(at(box, 1), others.at(other, 1));
        float both = Math.max(w, 0) * Math.max(h, 0);
        return both / (area(box) + others.area(other) - both);
    }
}
