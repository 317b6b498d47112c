/**
 * Files to pixels: guarded decoding, EXIF orientation, Pillow-equal resizing and cropping, and {@link
 * resnet4j.image.Preprocess}, the record of how a network's input is made; {@link resnet4j.image.Step}s, which pictures,
 * boxes, points and label maps go through alike. Uses the JDK and OpenCV's decoder alone.
 *
 * <p>The measure of everything here is what Pillow and torchvision give for the same file, byte for byte.
 */
package resnet4j.image;
