package resnet4j.train;

/**
 * When a batch is learned from.
 *
 * @param epoch    complete epochs
 * @param step     updates done
 * @param batch    the batch's number in its epoch
 * @param progress share of the run's updates that are done
 * @param lr       the learning rate of now
 */
public record Moment(int epoch, long step, int batch, double progress, double lr) {}
