package resnet4j.explain;

import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** Pictures of which only a part is seen. What is hidden is 0, the mean of a normalised picture. */
final class Masks {
    private Masks() {}

    /** {@code image} [1,3,H,W] through each mask [H*W]: [N,3,H,W]. */
    static Tensor through(Tensor image, float[][] masks) {
        int area = masks[0].length;
        var all = new float[masks.length * area];
        for (int i = 0; i < masks.length; i++) System.arraycopy(masks[i], 0, all, i * area, area);
        return Ops.mul(image, Tensor.of(all, masks.length, 1, image.size(2), image.size(3)));
    }
}
