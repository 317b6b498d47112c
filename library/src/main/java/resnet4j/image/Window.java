package resnet4j.image;

/**
 * Which values of a grey picture of more than 8 bits become black and white: DICOM's linear window (PS3.3 C.11.2.1.2.1),
 * in Hounsfield units of a CT, otherwise in the numbers that the file stores. Radiologists call the centre a level.
 *
 * @param center the value that becomes middle grey
 * @param width  how many values there are from black to white, 1 or more; 1 parts them in two
 */
public record Window(double center, double width) {
    public Window {
        if (!Double.isFinite(center))
            throw new IllegalArgumentException("center: expected a finite number, got " + center);
        if (!(width >= 1 && width < Double.POSITIVE_INFINITY))
            throw new IllegalArgumentException("width: expected a finite number of 1 or more, got " + width);
    }

    /** From 0, black, to 255, white; not rounded. */
    double shade(double value) {
        if (width == 1) return value <= center - 0.5 ? 0 : 255;
        return Math.max(0, Math.min(255, 255 * ((value - (center - 0.5)) / (width - 1) + 0.5)));
    }
}
