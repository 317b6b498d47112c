package resnet4j.model;

import resnet4j.config.Checks;

/**
 * What training leaves out of a residual network, at random.
 *
 * @param dropBlock       share of a map that is zeroed, in squares, in the third stage and the fourth. arXiv:1810.12890
 * @param stochasticDepth chance of the last block to be dropped, linear in depth. arXiv:1603.09382
 */
public record Regularisation(double dropBlock, double stochasticDepth) {
    /** Nothing is left out. */
    public static final Regularisation NONE = new Regularisation(0, 0);

    public Regularisation {
        Checks.chance("dropBlock", dropBlock);
        Checks.chance("stochasticDepth", stochasticDepth);
    }
}
