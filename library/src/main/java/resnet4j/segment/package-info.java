/**
 * Semantic segmentation: a class for each pixel. Networks on a {@link resnet4j.model.Backbone} with the names of
 * torchvision and of segmentation_models_pytorch, their training, and how right they are.
 *
 * <p>May use {@code train} and what that uses.
 */
package resnet4j.segment;
