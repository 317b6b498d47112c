/**
 * Weight files: what the world publishes, read and written without Python and without running anything in them.
 *
 * <p>{@link resnet4j.weights.WeightFile#read} takes any file by its content and gives named tensors;
 * {@link resnet4j.weights.SafeTensors} and {@link resnet4j.weights.PyTorchFile} are the two formats;
 * {@link resnet4j.weights.Fit} brings tensors under the names and shapes that a network expects;
 * {@link resnet4j.weights.Catalogue} knows published weights and brings them here.
 *
 * <p>Files are mapped, not copied: a tensor is a slice of the mapped file wherever the file stores it as it is used.
 * Every reader treats its file as hostile. It ends in an {@link java.io.IOException} of one sentence with the path,
 * or gives everything; what it allocates is bounded by the size of the file ({@code Budget}).
 *
 * <p>May use {@code config}, {@code files}, {@code array} and {@code image}; no libtorch.
 */
package resnet4j.weights;
