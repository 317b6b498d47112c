/**
 * Pictures with what is known of them, and the batches that a training step takes.
 *
 * <p>A {@link resnet4j.data.Dataset} gives pictures and targets by index; a {@link resnet4j.data.DataSource} is the
 * train, validation and test datasets that {@code kind:path} names; a {@link resnet4j.data.Loader} turns a dataset into
 * the {@link resnet4j.data.Batch}es of an epoch, augmented and mixed.
 *
 * <p>Nothing here is random except by seed: a batch is a function of (seed, epoch, place in the epoch) and not of the number of
 * threads or of where an epoch was resumed. Pixels stay {@code uint8} in Java arrays; there is no native memory here.
 *
 * <p>May use {@code config}, {@code files}, {@code array} and {@code image}.
 */
package resnet4j.data;
