package resnet4j.model;

import resnet4j.config.Checks;

/** What the stages of a residual network repeat, with what its paper varies of it. */
public sealed interface Block {
    /** Channels out, as a multiple of planes. */
    default int expansion() {
        return 4;
    }

    /** The layers of F(x). */
    Branch branch(Place at);

    /** Whether its strides can be taken after a blur. */
    default boolean blurs() {
        return false;
    }

    /** Whether it has a place for DropBlock. */
    default boolean dropsSquares() {
        return false;
    }

    /** Whether it can keep the size where a stage dilates instead of halving it. */
    default boolean dilates() {
        return false;
    }

    /** Two 3x3. Figure 5, left, of arXiv:1512.03385. */
    record Basic() implements Block {
        @Override
        public int expansion() {
            return 1;
        }

        @Override
        public Branch branch(Place at) {
            return new Branches.Basic(at);
        }

        @Override
        public boolean blurs() {
            return true;
        }

        @Override
        public boolean dropsSquares() {
            return true;
        }

        @Override
        public boolean dilates() {
            return true;
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
            Checks.atLeast("groups", 1, groups);
            Checks.atLeast("groupWidth", 1, groupWidth);
        }

        public Bottleneck() {
            this(1, 64);
        }

        @Override
        public Branch branch(Place at) {
            int width = width(at, groups, groupWidth);
            return new Branches.Bottleneck(at, width, width, groups);
        }

        @Override
        public boolean blurs() {
            return true;
        }

        @Override
        public boolean dropsSquares() {
            return true;
        }

        @Override
        public boolean dilates() {
            return true;
        }
    }

    /** A bottleneck whose first convolution gives half the channels: SENet-154. arXiv:1709.01507 */
    record Senet(int groups, int groupWidth) implements Block {
        public Senet {
            Checks.atLeast("groups", 1, groups);
            Checks.atLeast("groupWidth", 1, groupWidth);
        }

        @Override
        public Branch branch(Place at) {
            int width = width(at, groups, groupWidth);
            return new Branches.Bottleneck(at, width / 2, width, groups);
        }

        @Override
        public boolean blurs() {
            return true;
        }

        @Override
        public boolean dropsSquares() {
            return true;
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
            Checks.atLeast("groupWidth", 1, groupWidth);
        }

        public SelectiveBottleneck() {
            this(64);
        }

        @Override
        public Branch branch(Place at) {
            return new Branches.SelectiveBottleneck(at, width(at, 1, groupWidth));
        }
    }

    /** A bottleneck whose 3x3 is split in two that share channels by attention: ResNeSt. arXiv:2004.08955 */
    record SplitAttention(int groupWidth) implements Block {
        public SplitAttention {
            Checks.atLeast("groupWidth", 1, groupWidth);
        }

        public SplitAttention() {
            this(64);
        }

        @Override
        public Branch branch(Place at) {
            return new Branches.SplitBottleneck(at, width(at, 1, groupWidth));
        }
    }

    /** A bottleneck whose 3x3 is a ladder of narrow ones, four steps in all: Res2Net. arXiv:1904.01169 */
    record Res2(int groups, int groupWidth) implements Block {
        public Res2 {
            Checks.atLeast("groups", 1, groups);
            Checks.atLeast("groupWidth", 1, groupWidth);
        }

        @Override
        public Branch branch(Place at) {
            return new Branches.Res2Bottleneck(at, width(at, groups, groupWidth), groups);
        }

        @Override
        public boolean dropsSquares() {
            return true;
        }
    }

    private static int width(Place at, int groups, int groupWidth) {
        return at.planes() * groupWidth / 64 * groups;
    }
}
