package resnet4j.image;

/** Which way a picture is resized first. The values between the two passes are rounded, so that it shows. */
public enum Passes {
    /** The width first, always: Pillow until version 12. */
    WIDTH_FIRST,
    /** The height first where it loses more than twice as many pixels as the width, otherwise the width: Pillow 13. */
    SHRINKING_FIRST;

    /** Pillow 13's {@code ImagingResampleInner}; a width that grows counts as a negative loss. */
    boolean heightFirst(int width, int height, int toWidth, int toHeight) {
        return this == SHRINKING_FIRST && height > toHeight && height - toHeight > 2L * (width - toWidth);
    }
}
