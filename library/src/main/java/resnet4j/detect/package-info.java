/**
 * Things in pictures: boxes, masks and keypoints as COCO keeps them ({@link resnet4j.detect.Coco},
 * {@link resnet4j.detect.CocoResults}, {@link resnet4j.detect.Rle}), and how well they were found
 * ({@link resnet4j.detect.CocoScore}), number for number as COCO's own evaluator says it.
 *
 * <p>Detectors on a residual feature pyramid ({@link resnet4j.detect.DetectorConfig}) compute what torchvision's do: Faster
 * R-CNN and Mask R-CNN, RetinaNet, FCOS ({@link resnet4j.detect.TrainingStep} shows it).
 *
 * <p>May use everything up to {@code train}.
 */
package resnet4j.detect;
