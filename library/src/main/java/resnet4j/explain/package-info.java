/**
 * Why a network answers as it does: where in a picture an answer rests ({@link resnet4j.explain.Method}), worked out on
 * the graph's named layers and outputs, for any network that can be traced. {@link
 * resnet4j.explain.Explanation} is the whole way, from a saved network and a picture to files and checks; {@link
 * resnet4j.explain.Pointing} measures methods where the truth is known. And what a network has learnt ({@link
 * resnet4j.explain.Look}).
 *
 * <p>May use {@code config}, {@code image}, {@code tensor}, {@code graph}, {@code model}, {@code data}, {@code eval} and {@code run}.
 */
package resnet4j.explain;
