/**
 * Semantic segmentation: a class for each pixel. Networks on a {@link resnet4j.model.Backbone}, with torchvision's names
 * of networks and weights.
 *
 * <p>May use {@code config}, {@code tensor}, {@code nn} and {@code model}.
 */
package resnet4j.segment;
