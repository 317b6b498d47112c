package resnet4j.train;

import java.util.Locale;

/** Numbers that are infinite or none, or know nothing any more: no training is of use. The last checkpoint is from before. */
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

    /** @param guess the loss of one who looks at no picture */
    static DivergedException ofGuess(double loss, double guess, long step, double lr) {
        return new DivergedException(
                String.format(
                        Locale.ROOT,
                        "the training loss was %.3f over an epoch, no better than a guess (%.3f), as when a network dies,",
                        loss,
                        guess),
                step,
                lr);
    }

    /** @param tensor the first that is not finite after the step */
    static DivergedException ofWeights(String tensor, long step, double lr) {
        return new DivergedException(tensor + " is not finite", step, lr);
    }
}
