package resnet4j.image;

import java.util.Optional;

/** A box in pixels from a picture's left upper corner: {@code x1 < x2}, {@code y1 < y2}; the right and lower edge are outside. */
public record Box(double x1, double y1, double x2, double y2) {
    public Box {
        if (!(x1 < x2 && y1 < y2 && Double.isFinite(x2 - x1) && Double.isFinite(y2 - y1)))
            throw new IllegalArgumentException(
                    "box: expected x1 < x2 and y1 < y2, got " + x1 + ", " + y1 + ", " + x2 + ", " + y2);
    }

    /** What of this is in the other one too. */
    public Optional<Box> intersection(Box other) {
        double left = Math.max(x1, other.x1), right = Math.min(x2, other.x2);
        double top = Math.max(y1, other.y1), bottom = Math.min(y2, other.y2);
        return left < right && top < bottom ? Optional.of(new Box(left, top, right, bottom)) : Optional.empty();
    }

    public double area() {
        return (x2 - x1) * (y2 - y1);
    }
}
