/**
 * Things in pictures: boxes, masks and keypoints as COCO keeps them ({@link resnet4j.detect.Coco},
 * {@link resnet4j.detect.CocoResults}, {@link resnet4j.detect.Rle}), and how well they were found
 * ({@link resnet4j.detect.CocoScore}), number for number as COCO's own evaluator says it.
 *
 * <p>Faster R-CNN on a residual feature pyramid ({@link resnet4j.detect.TrainingStep}) computes what torchvision's does.
 *
 * <p>May use {@code config}, {@code tensor}, {@code image}, {@code nn} and {@code model}.
 */
package resnet4j.detect;
