package resnet4j.train;

/** Numbers that are infinite or none, after which no training is of use. The last checkpoint is from before. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private DivergedException(String what, long step, double lr) {
        super(what + " at step " + step + " with learning rate " + lr
                + "; the last checkpoint is from before; try a smaller rate, a warm-up or clipNorm");
    }

    /** @param layer the first whose output is not finite */
    static DivergedException ofLoss(double loss, String layer, long step, double lr) {
        return new DivergedException(
                "the loss is " + loss + ", and the first layer whose output is not finite is " + layer + ",", step, lr);
    }

    /** @param tensor the first that is not finite after the step */
    static DivergedException ofWeights(String tensor, long step, double lr) {
        return new DivergedException(tensor + " is not finite", step, lr);
    }
}
