package resnet4j.model;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import resnet4j.config.Records;
import resnet4j.nn.Attention;
import resnet4j.nn.Norm;

/**
 * A {@link ResNetConfig} in the words of saved models and recipes, one beside the other.
 *
 * @param depths    blocks of each stage
 * @param planes    channels of each stage
 * @param strides   of each stage, where not all but the first have 2
 * @param dilations of each stage, where not all have 1
 */
record ResNetFields(
        Kind block,
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
        int classes,
        Optional<List<Integer>> strides,
        Optional<List<Integer>> dilations)
        implements Supplier<ResNetConfig> {
    private static final System.Logger LOG = System.getLogger("resnet4j.model");

    /** A block without its numbers. */
    enum Kind {
        BASIC(Block.Basic.class, fields -> new Block.Basic()),
        BOTTLENECK(Block.Bottleneck.class, fields -> new Block.Bottleneck(fields.groups, fields.groupWidth)),
        SENET(Block.Senet.class, fields -> new Block.Senet(fields.groups, fields.groupWidth)),
        SELECTIVE_BASIC(Block.SelectiveBasic.class, fields -> new Block.SelectiveBasic()),
        SELECTIVE_BOTTLENECK(
                Block.SelectiveBottleneck.class, fields -> new Block.SelectiveBottleneck(fields.groupWidth)),
        SPLIT_ATTENTION(Block.SplitAttention.class, fields -> new Block.SplitAttention(fields.groupWidth)),
        RES2(Block.Res2.class, fields -> new Block.Res2(fields.groups, fields.groupWidth));

        private final Class<? extends Block> type;
        private final Function<ResNetFields, Block> make;

        Kind(Class<? extends Block> type, Function<ResNetFields, Block> make) {
            this.type = type;
            this.make = make;
        }

        static Kind of(Block block) {
            for (var kind : values()) if (kind.type == block.getClass()) return kind;
            throw new IllegalStateException("no name for " + block);
        }

        /** As people write it. */
        String word() {
            return Records.tree(this).asText();
        }
    }

    ResNetFields {
        depths = List.copyOf(depths);
        planes = List.copyOf(planes);
        strides = strides.map(List::copyOf);
        dilations = dilations.map(List::copyOf);
    }

    static ResNetFields of(ResNetConfig c) {
        return new ResNetFields(
                Kind.of(c.block()),
                c.stages().stream().map(Stage::depth).toList(),
                c.stages().stream().map(Stage::planes).toList(),
                c.block().groups(),
                c.block().groupWidth(),
                c.stem(),
                c.shortcut(),
                c.reluAfterAdd(),
                c.norm(),
                c.attention(),
                c.blurPool(),
                c.regularisation().dropBlock(),
                c.zeroInitLast(),
                c.regularisation().stochasticDepth(),
                c.classes(),
                unless(
                        usualStrides(c.stages().size()),
                        c.stages().stream().map(Stage::stride).toList()),
                unless(
                        Collections.nCopies(c.stages().size(), 1),
                        c.stages().stream().map(Stage::dilation).toList()));
    }

    @Override
    public ResNetConfig get() {
        if (depths.isEmpty() || depths.size() > 4)
            throw new IllegalArgumentException("depths: expected 1 to 4 stages, got " + depths);
        for (int depth : depths)
            if (depth < 1) throw new IllegalArgumentException("depths: expected at least 1 block, got " + depths);
        int count = depths.size();
        var stride = strides.orElseGet(() -> usualStrides(count));
        var dilation = dilations.orElseGet(() -> Collections.nCopies(count, 1));
        requireOneEach("planes", planes, count);
        requireOneEach("strides", stride, count);
        requireOneEach("dilations", dilation, count);
        for (int width : planes)
            if (width < 1) throw new IllegalArgumentException("planes: expected at least 1 channel, got " + planes);
        var stages = new ArrayList<Stage>();
        for (int i = 0; i < count; i++)
            stages.add(new Stage(depths.get(i), planes.get(i), stride.get(i), dilation.get(i)));
        return new ResNetConfig(
                stem,
                made(),
                stages,
                shortcut,
                norm,
                attention,
                blurPool,
                new Regularisation(dropBlock, stochasticDepth),
                reluAfterAdd,
                zeroInitLast,
                classes);
    }

    /**
     * The network of a saved model. An option that its parts lack could once be said and did nothing to its answers, so it is
     * left out with a warning; but a stem that blurs before blocks that do not is another network.
     */
    ResNetConfig saved() {
        var has = made().options();
        var fields = this;
        if (dropBlock > 0 && !(has.contains(Block.Option.DROP_BLOCK) && depths.size() > 2))
            fields = fields.without("dropBlock", 0.0);
        if (zeroInitLast && norm instanceof Norm.ShiftedBatch) fields = fields.without("zeroInitLast", false);
        if (blurPool && !has.contains(Block.Option.BLUR_POOL)) {
            if (!stem.equals(new Stem.Conv3()))
                throw new IllegalArgumentException("blurPool: a network of " + block.word()
                        + " blocks whose stem alone blurs is no longer built; train it again with blurPool=false");
            fields = fields.without("blurPool", false);
        }
        return fields.get();
    }

    private ResNetFields without(String option, Object none) {
        LOG.log(
                Level.WARNING,
                "The saved network says {0}, which does nothing in it: it is used, and saved again, without.",
                option);
        return Records.with(this, option, none);
    }

    private static void requireOneEach(String field, List<Integer> each, int stages) {
        if (each.size() != stages)
            throw new IllegalArgumentException(field + ": expected one for each of " + stages + " stages, got " + each);
    }

    private Block made() {
        var made = block.make.apply(this);
        if (groups != made.groups())
            throw new IllegalArgumentException("groups: a " + block.word() + " block has " + made.groups() + ", got "
                    + groups + "; use bottleneck");
        if (groupWidth != made.groupWidth())
            throw new IllegalArgumentException("groupWidth: a " + block.word() + " block has " + made.groupWidth()
                    + ", got " + groupWidth + "; use bottleneck");
        return made;
    }

    private static List<Integer> usualStrides(int stages) {
        return IntStream.range(0, stages).mapToObj(i -> i == 0 ? 1 : 2).toList();
    }

    private static Optional<List<Integer>> unless(List<Integer> usual, List<Integer> each) {
        return each.equals(usual) ? Optional.empty() : Optional.of(each);
    }
}
