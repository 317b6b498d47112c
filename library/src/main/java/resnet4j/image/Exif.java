package resnet4j.image;

/** The one thing a photograph's EXIF data says about its pixels: how the camera was held. */
final class Exif {
    private static final int ORIENTATION = 0x0112;

    private Exif() {}

    /** The orientation in a TIFF block (EXIF 2.3, section 4.6), 1 to 8; 1 where it is absent or makes no sense. */
    static int orientation(byte[] b, int from, int length) {
        if (length < 14) return 1;
        boolean little = b[from] == 'I' && b[from + 1] == 'I';
        if (!little && !(b[from] == 'M' && b[from + 1] == 'M')) return 1;
        if (u16(b, from + 2, little) != 42) return 1;
        long directory = u16(b, from + (little ? 6 : 4), little) * 65536L + u16(b, from + (little ? 4 : 6), little);
        if (directory > length - 2) return 1;
        int at = from + (int) directory;
        int entries = u16(b, at, little);
        at += 2;
        for (int i = 0; i < entries && at + 12 <= from + length; i++, at += 12) {
            if (u16(b, at, little) != ORIENTATION) continue;
            int type = u16(b, at + 2, little), first = u16(b, at + 8, little), second = u16(b, at + 10, little);
            boolean one = u16(b, at + (little ? 4 : 6), little) == 1 && u16(b, at + (little ? 6 : 4), little) == 0;
            int value =
                    switch (type) {
                        case 3, 8 -> first; // SHORT, SSHORT
                        case 4, 9 -> (little ? second : first) == 0 ? (little ? first : second) : 0; // LONG, SLONG
                        default -> 0; // Pillow's exif_transpose turns for whole numbers of two or four bytes alone
                    };
            return one && value >= 1 && value <= 8 ? value : 1;
        }
        return 1;
    }

    private static int u16(byte[] b, int at, boolean little) {
        int first = b[at] & 255, second = b[at + 1] & 255;
        return little ? second << 8 | first : first << 8 | second;
    }

    /** The picture turned upright. */
    static Image upright(Image image, int orientation) {
        int w = image.width(), h = image.height();
        // The source of the result's corner, and the steps in the source for a step right and down in the result.
        return switch (orientation) {
            case 1 -> image;
            case 2 -> map(image, w, h, w - 1, -1, w);
            case 3 -> map(image, w, h, w * h - 1, -1, -w);
            case 4 -> map(image, w, h, w * (h - 1), 1, -w);
            case 5 -> map(image, h, w, 0, w, 1);
            case 6 -> map(image, h, w, w * (h - 1), -w, 1);
            case 7 -> map(image, h, w, w * h - 1, -w, -1);
            case 8 -> map(image, h, w, w - 1, w, -1);
            default -> throw new IllegalArgumentException("orientation: expected 1 to 8, got " + orientation);
        };
    }

    private static Image map(Image image, int width, int height, int corner, int right, int down) {
        byte[] in = image.rgb(), out = new byte[in.length];
        for (int y = 0, to = 0; y < height; y++) {
            int at = corner + y * down;
            for (int x = 0; x < width; x++, at += right, to += 3) {
                out[to] = in[at * 3];
                out[to + 1] = in[at * 3 + 1];
                out[to + 2] = in[at * 3 + 2];
            }
        }
        return new Image(width, height, out);
    }
}
