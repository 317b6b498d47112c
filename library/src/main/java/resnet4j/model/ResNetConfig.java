package resnet4j.model;

import java.util.List;
import java.util.function.Consumer;
import resnet4j.config.Checks;
import resnet4j.nn.Attention;
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
 * @param attention       what weighs F(x) before the sum; each block has its own
 * @param blurPool        anti-aliased: pooling and strides of 2 are taken after a blur. arXiv:1904.11486
 * @param dropBlock       share of a map that training zeroes, in squares, in the last two of four stages.
 *                        arXiv:1810.12890
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
        Attention attention,
        boolean blurPool,
        double dropBlock,
        boolean zeroInitLast,
        double stochasticDepth,
        int classes)
        implements Architecture {

    /** What a block's convolutions are. */
    public enum Block {
        /** Two 3x3. Figure 5, left. */
        BASIC(1),
        /** 1x1, 3x3 and 1x1, with the stride on the 3x3. Figure 5, right. */
        BOTTLENECK(4),
        /** A bottleneck whose first convolution gives half the channels: SENet-154. arXiv:1709.01507 */
        SENET(4),
        /** The first 3x3 chooses between two widths of view. arXiv:1903.06586, as timm builds it for ResNet-18. */
        SELECTIVE_BASIC(1),
        /** A bottleneck whose 3x3 chooses between two widths of view. arXiv:1903.06586 */
        SELECTIVE_BOTTLENECK(4),
        /** A bottleneck whose 3x3 is split in two that share channels by attention: ResNeSt. arXiv:2004.08955 */
        SPLIT_ATTENTION(4),
        /** A bottleneck whose 3x3 is a ladder of narrow ones, four steps in all: Res2Net. arXiv:1904.01169 */
        RES2(4);

        /** Channels out, as a multiple of planes. */
        final int expansion;

        Block(int expansion) {
            this.expansion = expansion;
        }
    }

    /** The widths are for planes that begin with 64. */
    public enum Stem {
        /** 7x7 with stride 2, then 3x3 max pooling with stride 2: for images of 224 pixels. */
        CONV7_POOL(1),
        /** 3x3 with stride 1: for images of 32 pixels. Section 4.2. */
        CONV3(1),
        /** Three 3x3 of 32, 32 and 64 channels, the first with stride 2, then pooling: ResNet-C. arXiv:1812.01187 */
        DEEP_POOL(1),
        /** As DEEP_POOL, with a 3x3 convolution of stride 2 in place of the pooling: ResNet-RS. arXiv:2103.07579 */
        DEEP_CONV(1),
        /** As DEEP_POOL, with 64, 64 and 128 channels: SENet-154. */
        WIDE_DEEP_POOL(2);

        /** Channels out, as a multiple of the first planes. */
        final int expansion;

        Stem(int expansion) {
            this.expansion = expansion;
        }
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
        C,
        /** As B, with 2x2 average pooling in place of the stride: ResNet-D. arXiv:1812.01187 */
        D,
        /** As B, with a 3x3 convolution where there is a stride: SENet-154. arXiv:1709.01507 */
        SENET
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
        if (block.expansion == 1 && (groups != 1 || groupWidth != 64))
            throw new IllegalArgumentException("groups, groupWidth: a " + block + " block has 1 and 64, got " + groups
                    + ", " + groupWidth + "; use BOTTLENECK");
        if (groups != 1 && (block == Block.SELECTIVE_BOTTLENECK || block == Block.SPLIT_ATTENTION))
            throw new IllegalArgumentException("groups: a " + block + " block has 1, got " + groups);
        Checks.chance("dropBlock", dropBlock);
        Checks.chance("stochasticDepth", stochasticDepth);
        Checks.classes(classes);
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
                Attention.NONE,
                false,
                0,
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
                Attention.NONE,
                false,
                0,
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

    /** Pixels of the image in each direction for one place of what the first stage is given. */
    int stemStride() {
        return stem == Stem.CONV3 ? 1 : 4;
    }

    /** Pixels of the image in each direction for one place of the last map. */
    public int outputStride() {
        return stemStride() << (depths.size() - 1);
    }

    @Override
    public ResNet build() {
        return new ResNet(this);
    }

    /** Mirrored pixels need a second one, and the last blur sees a sixteenth of the image. */
    @Override
    public int minInputSize() {
        if (!blurPool) return 1;
        int halvings = depths.size() - 1 + (stem == Stem.CONV3 ? 0 : 2);
        return (1 << Math.max(0, halvings - 1)) + 1;
    }

    @Override
    public ResNetConfig withClasses(int classes) {
        return with(draft -> draft.classes = classes);
    }

    public ResNetConfig withBlock(Block block) {
        return with(draft -> draft.block = block);
    }

    public ResNetConfig withPlanes(Integer... planes) {
        return with(draft -> draft.planes = List.of(planes));
    }

    /** ResNeXt and wide networks. */
    public ResNetConfig withGroups(int groups, int groupWidth) {
        return with(draft -> {
            draft.groups = groups;
            draft.groupWidth = groupWidth;
        });
    }

    public ResNetConfig withStem(Stem stem) {
        return with(draft -> draft.stem = stem);
    }

    public ResNetConfig withShortcut(Shortcut shortcut) {
        return with(draft -> draft.shortcut = shortcut);
    }

    public ResNetConfig withReluAfterAdd(boolean reluAfterAdd) {
        return with(draft -> draft.reluAfterAdd = reluAfterAdd);
    }

    public ResNetConfig withNorm(Norm norm) {
        return with(draft -> draft.norm = norm);
    }

    public ResNetConfig withAttention(Attention attention) {
        return with(draft -> draft.attention = attention);
    }

    public ResNetConfig withBlurPool(boolean blurPool) {
        return with(draft -> draft.blurPool = blurPool);
    }

    public ResNetConfig withDropBlock(double dropBlock) {
        return with(draft -> draft.dropBlock = dropBlock);
    }

    public ResNetConfig withStochasticDepth(double stochasticDepth) {
        return with(draft -> draft.stochasticDepth = stochasticDepth);
    }

    private ResNetConfig with(Consumer<Draft> change) {
        var draft = new Draft();
        change.accept(draft);
        return new ResNetConfig(
                draft.block,
                depths,
                draft.planes,
                draft.groups,
                draft.groupWidth,
                draft.stem,
                draft.shortcut,
                draft.reluAfterAdd,
                draft.norm,
                draft.attention,
                draft.blurPool,
                draft.dropBlock,
                zeroInitLast,
                draft.stochasticDepth,
                draft.classes);
    }

    /** This record's fields, to be changed. */
    private final class Draft {
        Block block = ResNetConfig.this.block;
        List<Integer> planes = ResNetConfig.this.planes;
        int groups = ResNetConfig.this.groups;
        int groupWidth = ResNetConfig.this.groupWidth;
        Stem stem = ResNetConfig.this.stem;
        Shortcut shortcut = ResNetConfig.this.shortcut;
        boolean reluAfterAdd = ResNetConfig.this.reluAfterAdd;
        Norm norm = ResNetConfig.this.norm;
        Attention attention = ResNetConfig.this.attention;
        boolean blurPool = ResNetConfig.this.blurPool;
        double dropBlock = ResNetConfig.this.dropBlock;
        double stochasticDepth = ResNetConfig.this.stochasticDepth;
        int classes = ResNetConfig.this.classes;
    }
}
