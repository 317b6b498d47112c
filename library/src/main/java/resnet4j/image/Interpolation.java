package resnet4j.image;

/** How a pixel between pixels gets its value; the names and the results are Pillow's. */
public enum Interpolation {
    /** The pixel under the centre; no antialiasing. For label maps. */
    NEAREST(0),
    /** A triangle, stretched over the source when the picture shrinks (antialiased). */
    BILINEAR(1),
    /** Keys' cubic with a = -0.5, stretched likewise. */
    BICUBIC(2);

    /** Half the width of the filter, in source pixels where the scale is 1. */
    final double support;

    Interpolation(double support) {
        this.support = support;
    }

    /** The filter's weight at distance x from the centre. */
    double weight(double x) {
        x = Math.abs(x);
        return switch (this) {
            case NEAREST -> throw new IllegalStateException("nearest has no filter");
            case BILINEAR -> x < 1 ? 1 - x : 0;
            case BICUBIC -> {
                double a = -0.5; // Pillow's; Keys 1981 derives it, other libraries take -0.75
                if (x < 1) yield ((a + 2) * x - (a + 3)) * x * x + 1;
                if (x < 2) yield (((x - 5) * x + 8) * x - 4) * a;
                yield 0;
            }
        };
    }
}
