package resnet4j.train;

import resnet4j.tensor.Pixels;
import resnet4j.tensor.Tensor;

/**
 * Progressive resizing: training pictures are drawn smaller in the first part of a run, which then takes less time.
 * Howard 2018 in the Stanford DAWNBench entries; Tan and Le 2021, arXiv:2104.00298, section 4.
 *
 * @param share of the run's updates; 0 for none
 * @param size  height and width in pixels
 */
public record Progressive(double share, int size) {
    public Progressive() {
        this(0, 24);
    }

    public Progressive {
        if (!(share >= 0 && share < 1)) throw new IllegalArgumentException("share: expected [0,1), got " + share);
        if (size < 1) throw new IllegalArgumentException("size: expected at least 1, got " + size);
    }

    /** Images [N,3,H,W] as they are to be at {@code progress}, the share of updates done. */
    public Tensor resize(Tensor images, double progress) {
        return progress < share ? Pixels.shrink(images, size, size) : images;
    }
}
