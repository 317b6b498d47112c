package resnet4j.image;

/** A point in pixels from a picture's left upper corner, right and down; the middle of the first pixel is 0.5, 0.5. */
public record Point(double x, double y) {}
