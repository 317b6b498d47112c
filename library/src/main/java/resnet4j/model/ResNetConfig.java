package resnet4j.model;

import java.util.List;
import resnet4j.nn.Norm;

/**
 * What differs between members of the residual family, and nothing else. He et al. 2015, arXiv:1512.03385.
 *
 * @param block           two 3x3 convolutions, or 1x1, 3x3 and 1x1
 * @param depths          blocks per stage; each stage but the first halves height and width
 * @param planes          channels of the 3x3 convolutions per stage, before {@code groups} and {@code groupWidth}
 * @param groups          groups of a bottleneck's 3x3 convolution: 1, or 32 for ResNeXt 32x4d. arXiv:1611.05431
 * @param groupWidth      channels per group where planes are 64: 64, 4 for ResNeXt 32x4d, 128 for wide networks,
 *                        arXiv:1605.07146
 * @param stem            what images pass before the first stage
 * @param shortcut        what is added to a block's output
 * @param reluAfterAdd    the paper's second ReLU of a block; without it a block is x + F(x)
 * @param norm            normalisation after each convolution
 * @param zeroInitLast    starts each block as the identity: the scale of its last norm is 0. arXiv:1706.02677 sec. 5.1
 * @param stochasticDepth chance of the last block to be dropped in training, linear in depth. arXiv:1603.09382
 * @param classes         logits, or values of a regression
 */
public record ResNetConfig(
        Block block,
        List<Integer> depths,
        List<Integer> planes,
        int groups,
        int groupWidth,
        Stem stem,
        Shortcut shortcut,
        boolean reluAfterAdd,
        Norm norm,
        boolean zeroInitLast,
        double stochasticDepth,
        int classes)
        implements Architecture {

    /** Figure 5 of the paper: left and right. */
    public enum Block {
        BASIC(1),
        BOTTLENECK(4);

        /** Channels out, as a multiple of planes. */
        final int expansion;

        Block(int expansion) {
            this.expansion = expansion;
        }
    }

    public enum Stem {
        /** 7x7 with stride 2, then 3x3 max pooling with stride 2: for images of 224 pixels. */
        CONV7_POOL,
        /** 3x3 with stride 1: for images of 32 pixels. Section 4.2. */
        CONV3,
        /** Three 3x3, the first with stride 2, then pooling. arXiv:1812.01187, ResNet-C. */
        DEEP_POOL
    }

    /** Section 3.3 and Table 3 of the paper. */
    public enum Shortcut {
        /** Nothing is added: the paper's plain networks. */
        NONE,
        /** Identity; where the shape changes, every second pixel with zero channels before and after. */
        A,
        /** Identity; where the shape changes, a 1x1 convolution. */
        B,
        /** A 1x1 convolution in every block. */
        C
    }

    public ResNetConfig {
        depths = List.copyOf(depths);
        planes = List.copyOf(planes);
        if (depths.isEmpty() || depths.size() > 4)
            throw new IllegalArgumentException("depths: expected 1 to 4 stages, got " + depths);
        for (int depth : depths)
            if (depth < 1) throw new IllegalArgumentException("depths: expected at least 1 block, got " + depths);
        if (planes.size() != depths.size())
            throw new IllegalArgumentException("planes: expected one for each stage of " + depths + ", got " + planes);
        for (int width : planes)
            if (width < 1) throw new IllegalArgumentException("planes: expected at least 1 channel, got " + planes);
        if (groups < 1 || groupWidth < 1)
            throw new IllegalArgumentException(
                    "groups, groupWidth: expected at least 1, got " + groups + ", " + groupWidth);
        if (block == Block.BASIC && (groups != 1 || groupWidth != 64))
            throw new IllegalArgumentException("groups, groupWidth: a BASIC block has 1 and 64, got " + groups + ", "
                    + groupWidth + "; use BOTTLENECK");
        if (stochasticDepth < 0 || stochasticDepth >= 1)
            throw new IllegalArgumentException("stochasticDepth: expected [0,1), got " + stochasticDepth);
        if (classes < 1) throw new IllegalArgumentException("classes: expected at least 1, got " + classes);
    }

    /** ResNet v1.5 for images of 224 pixels, blocks per stage. Table 1. */
    public static ResNetConfig imagenet(Block block, Integer... depths) {
        return new ResNetConfig(
                block,
                List.of(depths),
                List.of(64, 128, 256, 512).subList(0, depths.length),
                1,
                64,
                Stem.CONV7_POOL,
                Shortcut.B,
                true,
                Norm.BATCH,
                false,
                0,
                1000);
    }

    /** The networks of section 4.2 for CIFAR: {@code layers} is 6n+2, as 20, 32, 44, 56, 110 and 1202. */
    public static ResNetConfig cifar(int layers) {
        if (layers < 8 || (layers - 2) % 6 != 0)
            throw new IllegalArgumentException("layers: expected 6n+2, such as 20 or 56, got " + layers);
        int n = (layers - 2) / 6;
        return new ResNetConfig(
                Block.BASIC,
                List.of(n, n, n),
                List.of(16, 32, 64),
                1,
                64,
                Stem.CONV3,
                Shortcut.A,
                true,
                Norm.BATCH,
                false,
                0,
                10);
    }

    /** A 7x7 stem with pooling, then {@code blocks} equal residual blocks of 64 channels. */
    public static ResNetConfig uniform(int blocks) {
        return imagenet(Block.BASIC, blocks);
    }

    /** Blocks in all. */
    public int blocks() {
        return depths.stream().mapToInt(Integer::intValue).sum();
    }

    /** Channels that the head sees. */
    public int featureChannels() {
        return planes.get(planes.size() - 1) * block.expansion;
    }

    @Override
    public ResNet build() {
        return new ResNet(this);
    }

    @Override
    public ResNetConfig withClasses(int classes) {
        return new ResNetConfig(
                block,
                depths,
                planes,
                groups,
                groupWidth,
                stem,
                shortcut,
                reluAfterAdd,
                norm,
                zeroInitLast,
                stochasticDepth,
                classes);
    }

    public ResNetConfig withPlanes(Integer... planes) {
        return new ResNetConfig(
                block,
                depths,
                List.of(planes),
                groups,
                groupWidth,
                stem,
                shortcut,
                reluAfterAdd,
                norm,
                zeroInitLast,
                stochasticDepth,
                classes);
    }

    /** ResNeXt and wide networks. */
    public ResNetConfig withGroups(int groups, int groupWidth) {
        return new ResNetConfig(
                block,
                depths,
                planes,
                groups,
                groupWidth,
                stem,
                shortcut,
                reluAfterAdd,
                norm,
                zeroInitLast,
                stochasticDepth,
                classes);
    }

    public ResNetConfig withStem(Stem stem) {
        return new ResNetConfig(
                block,
                depths,
                planes,
                groups,
                groupWidth,
                stem,
                shortcut,
                reluAfterAdd,
                norm,
                zeroInitLast,
                stochasticDepth,
                classes);
    }

    public ResNetConfig withShortcut(Shortcut shortcut) {
        return new ResNetConfig(
                block,
                depths,
                planes,
                groups,
                groupWidth,
                stem,
                shortcut,
                reluAfterAdd,
                norm,
                zeroInitLast,
                stochasticDepth,
                classes);
    }

    public ResNetConfig withNorm(Norm norm) {
        return new ResNetConfig(
                block,
                depths,
                planes,
                groups,
                groupWidth,
                stem,
                shortcut,
                reluAfterAdd,
                norm,
                zeroInitLast,
                stochasticDepth,
                classes);
    }

    public ResNetConfig withReluAfterAdd(boolean reluAfterAdd) {
        return new ResNetConfig(
                block,
                depths,
                planes,
                groups,
                groupWidth,
                stem,
                shortcut,
                reluAfterAdd,
                norm,
                zeroInitLast,
                stochasticDepth,
                classes);
    }
}
