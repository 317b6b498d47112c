package resnet4j.model;

import resnet4j.nn.Conv2d;
import resnet4j.nn.DropBlock;
import resnet4j.nn.Layer;
import resnet4j.nn.Norm;

/**
 * Where a residual block stands, and what it has in common with the others.
 *
 * @param in            channels that it is given
 * @param firstDilation of the 3x3 convolution that would take the stride
 * @param dilation      of a 3x3 convolution after that
 * @param blur          whether a stride of 2 is taken after a blur
 * @param squares       what zeroes parts of its maps
 */
record Place(
        int in, int planes, int stride, int firstDilation, int dilation, Norm norm, boolean blur, DropBlock squares) {
    Layer norm(int channels) {
        return norm.of(channels);
    }

    Conv2d conv(int in, int out, int kernel, int stride) {
        return conv(in, out, kernel, stride, 1, 1);
    }

    Conv2d conv(int in, int out, int kernel, int stride, int groups, int dilation) {
        return norm.convolution(Conv2d.of(in, out, kernel, stride, groups, dilation));
    }

    /** Whether this block takes its stride after a blur. */
    boolean blurs() {
        return blur && stride == 2;
    }
}
