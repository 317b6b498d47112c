package resnet4j.model;

import java.util.ArrayList;
import java.util.List;
import resnet4j.config.Checks;
import resnet4j.config.Records;
import resnet4j.config.WrittenAs;
import resnet4j.nn.Attention;
import resnet4j.nn.Norm;

/**
 * What differs between members of the residual family, and nothing else: its parts. He et al. 2015, arXiv:1512.03385.
 *
 * @param stem           what images pass before the first stage
 * @param block          what the stages repeat
 * @param stages         one to four
 * @param shortcut       what is added to a block's output
 * @param norm           normalisation after each convolution
 * @param attention      what weighs F(x) before the sum; each block has its own
 * @param blurPool       anti-aliased: pooling and strides of 2 are taken after a blur. arXiv:1904.11486
 * @param regularisation what training leaves out at random
 * @param reluAfterAdd   the paper's second ReLU of a block; without it a block is x + F(x)
 * @param zeroInitLast   starts each block as the identity: the scale of its last norm is 0. arXiv:1706.02677 sec. 5.1
 * @param classes        logits, or values of a regression
 */
public record ResNetConfig(
        Stem stem,
        Block block,
        List<Stage> stages,
        Shortcut shortcut,
        Norm norm,
        Attention attention,
        boolean blurPool,
        Regularisation regularisation,
        boolean reluAfterAdd,
        boolean zeroInitLast,
        int classes)
        implements Architecture, WrittenAs<ResNetFields> {

    public ResNetConfig {
        stages = List.copyOf(stages);
        if (stages.isEmpty() || stages.size() > 4)
            throw new IllegalArgumentException("stages: expected 1 to 4, got " + stages.size());
        if (blurPool && !block.options().contains(Block.Option.BLUR_POOL))
            throw new IllegalArgumentException("blurPool: a " + name(block)
                    + " block does not blur; expected false, or a basic block or bottleneck");
        if (regularisation.dropBlock() > 0 && !block.options().contains(Block.Option.DROP_BLOCK))
            throw new IllegalArgumentException("dropBlock: a " + name(block)
                    + " block has no place for it; expected 0, or a basic block or bottleneck");
        if (regularisation.dropBlock() > 0 && stages.size() < 3)
            throw new IllegalArgumentException("dropBlock: it begins in the third of the stages, got " + stages.size()
                    + "; expected 0, or more stages");
        if (zeroInitLast && norm instanceof Norm.ShiftedBatch)
            throw new IllegalArgumentException("zeroInitLast: a shiftedBatch norm has a scale of 1 that is not trained;"
                    + " expected false, or another norm");
        if (stages.stream().anyMatch(stage -> stage.dilation() > 1))
            requireDilation("dilations", block, shortcut, blurPool);
        Checks.classes(classes);
    }

    private static String name(Block block) {
        return ResNetFields.Kind.of(block).word();
    }

    /** @param field what asks for it, as people write it */
    private static void requireDilation(String field, Block block, Shortcut shortcut, boolean blurPool) {
        if (!block.options().contains(Block.Option.DILATION))
            throw new IllegalArgumentException(field + ": a " + name(block)
                    + " block does not dilate; use basic or bottleneck, or the network's own strides");
        if (blurPool || !shortcut.dilates())
            throw new IllegalArgumentException(
                    field + ": a network with blurPool or the shortcut senet does not dilate");
    }

    /** ResNet v1.5 for images of 224 pixels, blocks per stage. Table 1. */
    public static ResNetConfig imagenet(Block block, int... depths) {
        return new ResNetConfig(
                new Stem.Conv7Pool(),
                block,
                stages(64, depths),
                new Shortcut.B(),
                Norm.BATCH,
                Attention.NONE,
                false,
                Regularisation.NONE,
                true,
                false,
                1000);
    }

    /** The networks of section 4.2 for CIFAR: {@code layers} is 6n+2, as 20, 32, 44, 56, 110 and 1202. */
    public static ResNetConfig cifar(int layers) {
        if (layers < 8 || (layers - 2) % 6 != 0)
            throw new IllegalArgumentException("layers: expected 6n+2, such as 20 or 56, got " + layers);
        int n = (layers - 2) / 6;
        return imagenet(new Block.Basic(), n, n, n)
                .withPlanes(16, 32, 64)
                .withStem(new Stem.Conv3())
                .withShortcut(new Shortcut.A())
                .withClasses(10);
    }

    /** A 7x7 stem with pooling, then {@code blocks} equal residual blocks of 64 channels. */
    public static ResNetConfig uniform(int blocks) {
        return imagenet(new Block.Basic(), blocks);
    }

    /** Each stage but the first halves height and width, and doubles the planes. */
    private static List<Stage> stages(int planes, int... depths) {
        var stages = new ArrayList<Stage>();
        for (int i = 0; i < depths.length; i++) stages.add(new Stage(depths[i], planes << i, i == 0 ? 1 : 2, 1));
        return stages;
    }

    /** Blocks in all. */
    public int blocks() {
        return stages.stream().mapToInt(Stage::depth).sum();
    }

    /** Channels that the head sees. */
    public int featureChannels() {
        return stages.get(stages.size() - 1).planes() * block.expansion();
    }

    /** Pixels of the image in each direction for one place of the last map. */
    public int outputStride() {
        return stages.stream().mapToInt(Stage::stride).reduce(stem.stride(), (all, stride) -> all * stride);
    }

    @Override
    public ResNet build() {
        return new ResNet(this);
    }

    /** Mirrored pixels need a second one, and the last blur sees a sixteenth of the image. */
    @Override
    public int minInputSize() {
        return blurPool ? Math.max(1, outputStride() / 2) + 1 : 1;
    }

    @Override
    public ResNetFields written() {
        return ResNetFields.of(this);
    }

    @Override
    public ResNetConfig withClasses(int classes) {
        return with("classes", classes);
    }

    public ResNetConfig withStem(Stem stem) {
        return with("stem", stem);
    }

    public ResNetConfig withBlock(Block block) {
        return with("block", block);
    }

    public ResNetConfig withStages(Stage... stages) {
        return with("stages", List.of(stages));
    }

    /** Other planes, one for each stage. */
    public ResNetConfig withPlanes(int... planes) {
        if (planes.length != stages.size())
            throw new IllegalArgumentException(
                    "planes: expected one for each of " + stages.size() + " stages, got " + planes.length);
        var changed = new ArrayList<Stage>();
        for (var stage : stages)
            changed.add(new Stage(stage.depth(), planes[changed.size()], stage.stride(), stage.dilation()));
        return with("stages", changed);
    }

    /**
     * With late stages that dilate in place of striding, as torchvision's {@code replace_stride_with_dilation} and timm's
     * {@code output_stride}. arXiv:1706.05587
     */
    public ResNetConfig withOutputStride(int outputStride) {
        int least = stem.stride(), most = outputStride();
        if (outputStride < least || outputStride > most || Integer.bitCount(outputStride) != 1)
            throw new IllegalArgumentException(
                    "outputStride: expected a power of 2 from " + least + " to " + most + ", got " + outputStride);
        if (outputStride < most) requireDilation("outputStride", block, shortcut, blurPool);
        var changed = new ArrayList<Stage>();
        int reached = stem.stride(), dilation = 1;
        for (var stage : stages) {
            int stride = reached * stage.stride() > outputStride ? 1 : stage.stride();
            dilation *= stage.stride() / stride;
            reached *= stride;
            changed.add(new Stage(stage.depth(), stage.planes(), stride, stage.dilation() * dilation));
        }
        return with("stages", changed);
    }

    public ResNetConfig withShortcut(Shortcut shortcut) {
        return with("shortcut", shortcut);
    }

    public ResNetConfig withNorm(Norm norm) {
        return with("norm", norm);
    }

    public ResNetConfig withAttention(Attention attention) {
        return with("attention", attention);
    }

    public ResNetConfig withBlurPool(boolean blurPool) {
        return with("blurPool", blurPool);
    }

    public ResNetConfig withRegularisation(Regularisation regularisation) {
        return with("regularisation", regularisation);
    }

    public ResNetConfig withReluAfterAdd(boolean reluAfterAdd) {
        return with("reluAfterAdd", reluAfterAdd);
    }

    public ResNetConfig withZeroInitLast(boolean zeroInitLast) {
        return with("zeroInitLast", zeroInitLast);
    }

    private ResNetConfig with(String part, Object value) {
        return Records.with(this, part, value);
    }
}
