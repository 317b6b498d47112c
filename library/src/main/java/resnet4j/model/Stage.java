package resnet4j.model;

import resnet4j.config.Checks;

/**
 * Equal blocks in a row.
 *
 * @param depth    how many blocks
 * @param planes   channels of their 3x3 convolutions, before what the block makes of them
 * @param stride   of the first block, 1 or 2
 * @param dilation of the 3x3 convolutions, where a stage keeps the size that it would have halved; the first one's is
 *                 that of the stage before. arXiv:1706.05587
 */
public record Stage(int depth, int planes, int stride, int dilation) {
    public Stage {
        Checks.atLeast("depth", 1, depth);
        Checks.atLeast("planes", 1, planes);
        if (stride != 1 && stride != 2) throw new IllegalArgumentException("stride: expected 1 or 2, got " + stride);
        Checks.atLeast("dilation", 1, dilation);
    }
}
