/**
 * How well a network does: from logits and labels to accuracy, loss, calibration, areas under ROC curves and the
 * mistakes worth looking at. {@link resnet4j.eval.Metrics} gathers batch by batch, {@link resnet4j.eval.Evaluation} is
 * what it gives.
 *
 * <p>May use {@code config}, {@code tensor}, {@code image}, {@code nn}, {@code weights}, {@code model}, {@code graph}
 * and {@code data}.
 */
package resnet4j.eval;
