/**
 * Things in pictures: boxes, masks and keypoints as COCO keeps them ({@link resnet4j.detect.Coco},
 * {@link resnet4j.detect.CocoResults}, {@link resnet4j.detect.Rle}), and how well they were found
 * ({@link resnet4j.detect.CocoScore}), number for number as COCO's own evaluator says it.
 *
 * <p>May use {@code config}.
 */
package resnet4j.detect;
