package resnet4j.train;

/** The loss is infinite or not a number. The last checkpoint is from before. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DivergedException(double loss, long step, double lr, String layer) {
        super("the loss is " + loss + " at step " + step + " with learning rate " + lr
                + "; the first layer whose output" + " is not finite is " + layer
                + "; try a smaller rate, a warm-up or clipNorm");
    }
}
