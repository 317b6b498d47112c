/**
 * Why a network answers as it does: where in a picture an answer rests ({@link resnet4j.explain.Method}), worked out on
 * the graph's named layers and outputs, for any network that can be traced.
 *
 * <p>May use {@code config}, {@code image}, {@code tensor} and {@code graph}.
 */
package resnet4j.explain;
