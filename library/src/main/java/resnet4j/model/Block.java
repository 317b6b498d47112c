package resnet4j.model;

import java.util.Set;
import resnet4j.config.Checks;

/** What the stages of a residual network repeat, with what its paper varies of it. */
public sealed interface Block {
    /** What a network may ask of its blocks, where they can. */
    enum Option {
        /** To take strides after a blur. */
        BLUR_POOL,
        /** To have a place for DropBlock. */
        DROP_BLOCK,
        /** To keep the size where a stage dilates instead of halving it. */
        DILATION
    }

    default Set<Option> options() {
        return Set.of();
    }

    /** Channels out, as a multiple of planes. */
    default int expansion() {
        return 4;
    }

    /** Groups of the 3x3. */
    default int groups() {
        return 1;
    }

    /** Channels in a group where planes are 64. */
    default int groupWidth() {
        return 64;
    }

    /** The layers of F(x). */
    Branch branch(Place at);

    /** Two 3x3. Figure 5, left, of arXiv:1512.03385. */
    record Basic() implements Block {
        @Override
        public Set<Option> options() {
            return Set.of(Option.values());
        }

        @Override
        public int expansion() {
            return 1;
        }

        @Override
        public Branch branch(Place at) {
            return new Branches.Basic(at);
        }
    }

    /**
     * 1x1, 3x3 and 1x1, with the stride on the 3x3. Figure 5, right.
     *
     * @param groups     of the 3x3: 1, or 32 for ResNeXt 32x4d. arXiv:1611.05431
     * @param groupWidth channels in a group where planes are 64: 64, 4 for ResNeXt 32x4d, 128 for wide networks,
     *                   arXiv:1605.07146
     */
    record Bottleneck(int groups, int groupWidth) implements Block {
        public Bottleneck {
            check(groups, groupWidth);
        }

        public Bottleneck() {
            this(1, 64);
        }

        @Override
        public Set<Option> options() {
            return Set.of(Option.values());
        }

        @Override
        public Branch branch(Place at) {
            int width = width(this, at);
            return new Branches.Bottleneck(at, width, width, groups);
        }
    }

    /** A bottleneck whose first convolution gives half the channels: SENet-154. arXiv:1709.01507 */
    record Senet(int groups, int groupWidth) implements Block {
        public Senet {
            check(groups, groupWidth);
        }

        @Override
        public Set<Option> options() {
            return Set.of(Option.BLUR_POOL, Option.DROP_BLOCK);
        }

        @Override
        public Branch branch(Place at) {
            int width = width(this, at);
            return new Branches.Bottleneck(at, width / 2, width, groups);
        }
    }

    /** The first 3x3 chooses between two widths of view. arXiv:1903.06586, as timm builds it for ResNet-18. */
    record SelectiveBasic() implements Block {
        @Override
        public int expansion() {
            return 1;
        }

        @Override
        public Branch branch(Place at) {
            return new Branches.SelectiveBasic(at);
        }
    }

    /** A bottleneck whose 3x3 chooses between two widths of view. arXiv:1903.06586 */
    record SelectiveBottleneck(int groupWidth) implements Block {
        public SelectiveBottleneck {
            check(1, groupWidth);
        }

        public SelectiveBottleneck() {
            this(64);
        }

        @Override
        public Branch branch(Place at) {
            return new Branches.SelectiveBottleneck(at, width(this, at));
        }
    }

    /** A bottleneck whose 3x3 is split in two that share channels by attention: ResNeSt. arXiv:2004.08955 */
    record SplitAttention(int groupWidth) implements Block {
        public SplitAttention {
            check(1, groupWidth);
        }

        public SplitAttention() {
            this(64);
        }

        @Override
        public Branch branch(Place at) {
            return new Branches.SplitBottleneck(at, width(this, at));
        }
    }

    /** A bottleneck whose 3x3 is a ladder of narrow ones, four steps in all: Res2Net. arXiv:1904.01169 */
    record Res2(int groups, int groupWidth) implements Block {
        public Res2 {
            check(groups, groupWidth);
        }

        @Override
        public Set<Option> options() {
            return Set.of(Option.DROP_BLOCK);
        }

        @Override
        public Branch branch(Place at) {
            return new Branches.Res2Bottleneck(at, width(this, at), groups);
        }
    }

    private static void check(int groups, int groupWidth) {
        Checks.atLeast("groups", 1, groups);
        Checks.atLeast("groupWidth", 1, groupWidth);
    }

    /** Channels of the 3x3. */
    private static int width(Block block, Place at) {
        return at.planes() * block.groupWidth() / 64 * block.groups();
    }
}
